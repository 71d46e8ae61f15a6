"""Migrations: brings tables to a version, and refuses a database that does not fit.

Alembic is configured here, in code; the scripts are in bot/store/migrations/versions.
New script: change models.py, write the next file there by hand, run tests/store.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from bot.store.database import Database, make_engine
from bot.store.errors import NewerSchema, SchemaError, StoreError
from bot.store.models import Fact
from bot.store.search import ensure_key

MIGRATIONS = Path(__file__).with_name("migrations")
KEY_CHECK = "key_check"
_LOCK_ID = 5_311_077  # any number that only this program locks in PostgreSQL


def upgrade_to(url: str, revision: str) -> None:
    """Migrate up to `revision` in one transaction; other processes wait meanwhile."""
    _migrate(url, revision, command.upgrade)


def downgrade_to(url: str, revision: str) -> None:
    """Migrate down to `revision` ("base": no tables). What later tables held is lost."""
    _migrate(url, revision, command.downgrade)


def check_schema(engine: Any) -> None:
    """Raises SchemaError when the tables are not of this version."""
    with engine.connect() as connection:
        _check_known(connection)
        if (
            MigrationContext.configure(connection).get_current_revision()
            != _scripts().get_current_head()
        ):
            raise SchemaError("The database is of an older version: run `python -m bot migrate`.")


def check_key(database: Database) -> None:
    """Raises WrongKey when FIELD_ENCRYPTION_KEY cannot open what is stored."""
    with database.begin() as session:
        ensure_key(session)
        known = session.get(Fact, KEY_CHECK)
        if known is None:
            session.add(Fact(name=KEY_CHECK, value=KEY_CHECK))


def _migrate(url: str, revision: str, migrate: Any) -> None:
    engine = make_engine(url)
    try:
        with _locked(engine) as connection:
            _check_known(connection)
            config = _config()
            config.attributes["connection"] = connection
            migrate(config, revision)
            connection.commit()
    except CommandError as error:
        raise StoreError("The migration scripts do not fit together.") from error
    finally:
        engine.dispose()


def _locked(engine: Any) -> Any:
    """A connection in a transaction that no other migration can share.

    The driver of SQLite would commit before each change of a table: it is told to leave
    transactions alone, so that half a migration is never kept.
    """
    if make_url(engine.url).get_backend_name() == "sqlite":
        event.listen(engine, "connect", lambda driver, _: setattr(driver, "isolation_level", None))
        event.listen(
            engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE")
        )
        return engine.connect()
    connection = engine.connect()
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": _LOCK_ID})
    return connection


def _check_known(connection: Any) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if current is not None and current not in known:
        raise NewerSchema(
            "The database was written by a newer version of this program: install that version "
            "again, or restore the backup made before it."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())
