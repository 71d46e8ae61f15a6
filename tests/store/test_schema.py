"""The migrations make exactly the tables that the models describe, and go back."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

import bot.store.staff
import bot.store.work  # noqa: F401
from bot.settings import Settings, new_encryption_key, use_settings
from bot.store.database import Database, make_engine, open_database, upgrade
from bot.store.errors import DiskFull, NewerSchema, SchemaError, StoreUnavailable, WrongKey
from bot.store.models import Base, Fact
from bot.store.schema import downgrade_to


def test_models_and_migrations_describe_the_same_tables(database: Database):
    with database.engine.connect() as connection:
        opts = {"compare_type": True, "include_name": _is_described}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, Base.metadata) == []


def _is_described(name: str | None, kind: str, _: dict[str, str | None]) -> bool:
    """The full-text index has no model: each database has its own kind."""
    return not str(name).startswith(("search_fts", "ix_search_entries_words"))


def test_migrations_go_down_to_nothing_and_up_again(url: str):
    upgrade(url)
    downgrade_to(url, "base")
    engine = make_engine(url)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    engine.dispose()
    upgrade(url)
    open_database(url).close()


def test_a_second_upgrade_changes_nothing(database: Database, url: str):
    with database.begin() as session:
        session.add(Fact(name="x", value="kept"))
    upgrade(url)
    with database.begin() as session:
        assert session.get(Fact, "x").value == "kept"


def test_a_database_without_tables_is_refused(url: str):
    with pytest.raises(SchemaError):
        open_database(url)


def test_a_database_of_a_newer_program_is_refused(database: Database, url: str):
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(NewerSchema):
        open_database(url)
    with pytest.raises(NewerSchema):
        upgrade(url)


def test_another_key_is_refused_at_start(database: Database, url: str, settings: Settings):
    use_settings(replace(settings, field_encryption_key=new_encryption_key()))
    with pytest.raises(WrongKey):
        open_database(url)


def test_a_new_key_in_front_of_the_old_one_is_welcome(
    database: Database, url: str, settings: Settings
):
    keys = f"{new_encryption_key()},{settings.field_encryption_key}"
    use_settings(replace(settings, field_encryption_key=keys))
    open_database(url).close()


def test_a_database_that_cannot_be_reached_says_so():
    with pytest.raises(StoreUnavailable):
        open_database("postgresql://postgres@127.0.0.1:1/none")


def test_a_path_that_cannot_be_a_file_says_so(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        upgrade(f"sqlite:///{tmp_path / 'file' / 'triage.db'}")


def test_a_file_that_is_no_database_says_so(tmp_path: Path):
    (tmp_path / "x.db").write_bytes(b"not a database, but long enough to look like one" * 40)
    with pytest.raises(StoreUnavailable):
        upgrade(f"sqlite:///{tmp_path / 'x.db'}")


def test_a_full_disk_is_named_and_recovers(sqlite: Database):
    with sqlite.begin() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar()
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.exec_driver_sql("INSERT INTO facts VALUES ('a', 'b')")
        with pytest.raises(DiskFull), _as_store():
            connection.exec_driver_sql("INSERT INTO facts VALUES ('big', ?)", ("x" * 90_000,))
        connection.exec_driver_sql("PRAGMA max_page_count = 1073741823")
        connection.rollback()
    sqlite.check()


def _as_store():
    from bot.store.database import store_errors

    return store_errors()


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write read-only files")
def test_a_read_only_file_is_named(sqlite: Database, tmp_path: Path):
    sqlite.close()
    (tmp_path / "triage.db").chmod(0o400)
    with pytest.raises(StoreUnavailable):
        sqlite.check()


def test_sqlite_is_set_up_to_lose_nothing(sqlite: Database):
    with sqlite.engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert read == {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000,
    }  # fmt: skip
