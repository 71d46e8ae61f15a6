"""Opens the database: engine, sessions, schema.

Durability: SQLite runs in WAL with synchronous=FULL. NORMAL would be faster by one fsync
a commit, but may lose the last commits when power fails, and a patient has been told by
then that the message was kept. PostgreSQL keeps its default (synchronous_commit=on).

Writers on SQLite begin with BEGIN IMMEDIATE at their first change; plain reads take no
snapshot, so a slow reader never makes a later write of the same session fail.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, InterfaceError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import QueuePool

from bot.settings import get_settings
from bot.store.errors import DiskFull, SchemaError, StoreError, StoreUnavailable

BUSY_SECONDS = 5.0
POOL_SIZE = 10
POSTGRES_OPTIONS = "-c statement_timeout=5000 -c lock_timeout=5000 -c timezone=UTC"


@dataclass(frozen=True)
class Database:
    """An engine with its sessions. Make one a process, with `open_database`."""

    engine: Any
    session_factory: Any

    @contextmanager
    def begin(self) -> Iterator[Any]:
        """A session in one transaction: committed at the end, rolled back on any error.

        Raises StoreError (never an error of SQLAlchemy).
        """
        with store_errors(), self.session_factory.begin() as session:
            yield session

    def check(self) -> None:
        """Write and roll back, for a health check. Raises StoreError."""
        with store_errors(), self.engine.connect() as connection:
            connection.execute(text("UPDATE facts SET value = value WHERE name = 'key_check'"))
            connection.rollback()

    def forget(self) -> None:
        """Leave nothing of removed rows in SQLite's files: neither in its log nor in the index."""
        if self.engine.dialect.name != "sqlite":
            return
        with store_errors(), self.engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO search_fts(search_fts) VALUES('optimize')")
        with store_errors(), self.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def settle(self) -> None:
        """After many rows came in at once: count them anew, as PostgreSQL plans by the counts."""
        if self.engine.dialect.name == "postgresql":
            with store_errors(), self.engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                connection.exec_driver_sql("VACUUM ANALYZE")

    def close(self) -> None:
        """Give back all connections; the next `open_database` checks everything anew."""
        self.engine.dispose()
        _open.cache_clear()


def open_database(url: str | None = None) -> Database:
    """The database at `url` (default: setting DATABASE_URL), the same one at each call.

    Checks that it can be written, that its tables are of this version and that the key
    fits. Raises StoreError.
    """
    settings = get_settings()
    return _open(url or settings.database_url, settings.field_encryption_key)


@lru_cache(maxsize=8)
def _open(url: str, key: str) -> Database:
    """`key` stands here so that another key is tried anew."""
    from bot.store.schema import check_key, check_schema

    engine = make_engine(url)
    database = Database(engine, session_factory(engine))
    try:
        with store_errors():
            check_schema(engine)
            check_key(database)
    except StoreError:
        database.close()
        raise
    return database


def make_engine(url: str) -> Any:
    """An engine in 2.0 style that hides parameters in errors. Connects to nothing yet."""
    kind = make_url(url).get_backend_name()
    options = _sqlite_options(url) if kind == "sqlite" else _postgres_options()
    engine = create_engine(
        url, future=True, hide_parameters=True, poolclass=QueuePool, pool_size=POOL_SIZE,
        max_overflow=0, pool_timeout=BUSY_SECONDS, **options,
    )  # fmt: skip
    if kind == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
    return engine


def session_factory(engine: Any) -> Any:
    """Makes sessions: `with factory.begin() as session`."""
    return sessionmaker(engine, future=True, expire_on_commit=False)


def upgrade(url: str | None = None) -> None:
    """Bring tables and rows to this version, making database file and tables if needed.

    Raises StoreError; NewerSchema when a newer program has written there.
    """
    from bot.store.rows import refresh
    from bot.store.schema import upgrade_to

    url = url or get_settings().database_url
    _make_folder(url)
    with store_errors():
        upgrade_to(url, "head")
    engine = make_engine(url)
    try:
        refresh(Database(engine, session_factory(engine)))
    finally:
        engine.dispose()


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns errors of database and driver into StoreError."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        if isinstance(error.__cause__, StoreError):
            raise error.__cause__ from None
        raise _as_store_error(error) from error


def _as_store_error(error: Exception) -> StoreError:
    words = str(getattr(error, "orig", error)).lower()
    if any(part in words for part in ("disk is full", "no space left", "readonly", "read-only")):
        return DiskFull("The database cannot be written: no space is left or it is read-only.")
    if (
        "no such table" in words
        or "undefinedtable" in type(getattr(error, "orig", error)).__name__.lower()
    ):
        return SchemaError("The database has no tables yet: run `python -m bot migrate`.")
    if isinstance(error, (DatabaseError, InterfaceError, PoolTimeout, sqlite3.Error)):
        return StoreUnavailable(f"The database cannot be used now ({type(error).__name__}).")
    return StoreError(f"The store failed ({type(error).__name__}).")


def _sqlite_options(url: str) -> dict[str, Any]:
    arguments = {
        "timeout": BUSY_SECONDS,
        "isolation_level": "IMMEDIATE",
        "check_same_thread": False,
    }
    return {"connect_args": arguments}


def _postgres_options() -> dict[str, Any]:
    arguments = {
        "connect_timeout": 3,
        "options": POSTGRES_OPTIONS,
        "keepalives_idle": 5,
        "tcp_user_timeout": 5000,
    }
    return {"connect_args": arguments, "pool_pre_ping": True}


def _set_pragmas(connection: Any, record: Any) -> None:
    for pragma in (
        f"busy_timeout={int(BUSY_SECONDS * 1000)}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # what a patient removes is overwritten
    ):
        connection.execute(f"PRAGMA {pragma}")


def _make_folder(url: str) -> None:
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite" or not parts.database:
        return
    try:
        Path(parts.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable("The folder of the database file cannot be made.") from error
