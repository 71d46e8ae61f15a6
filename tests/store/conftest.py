"""Real databases: a SQLite file, and PostgreSQL where it can be reached."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from bot.settings import Settings, new_encryption_key, new_secret_key, use_settings
from bot.store.database import Database, open_database, upgrade

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")


@pytest.fixture(autouse=True)
def settings(tmp_path: Path) -> Iterator[Settings]:
    """Throw-away secrets, and a database file that nobody else has."""
    made = Settings(
        secret_key=new_secret_key(),
        field_encryption_key=new_encryption_key(),
        database_url=f"sqlite:///{tmp_path / 'triage.db'}",
    )
    use_settings(made)
    yield made
    from bot import settings as module

    module._active.clear()


@pytest.fixture
def sqlite_url(settings: Settings) -> str:
    return settings.database_url


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A database of its own, dropped afterwards."""
    name = f"spasm_{secrets.token_hex(6)}"
    try:
        admin = psycopg2.connect(POSTGRES, connect_timeout=2)
    except psycopg2.OperationalError:
        pytest.skip("PostgreSQL cannot be reached at TEST_POSTGRES_URL")
    admin.autocommit = True
    cursor = admin.cursor()
    cursor.execute(f"CREATE DATABASE {name}")
    yield POSTGRES.rpartition("/")[0] + "/" + name
    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.server)],
)
def url(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn, empty."""
    kind = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(kind))


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A migrated database."""
    upgrade(url)
    opened = open_database(url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    upgrade(sqlite_url)
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def rows(database: Database) -> Callable[[str], list[dict[str, Any]]]:
    """Raw rows of a table, as they stand in the database."""

    def read(table: str) -> list[dict[str, Any]]:
        with database.engine.connect() as connection:
            found = connection.exec_driver_sql(f"SELECT * FROM {table}")
            return [dict(row) for row in found.mappings()]

    return read
