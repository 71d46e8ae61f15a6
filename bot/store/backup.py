"""Backup and restore of the whole database: `deploy/backup FOLDER`, `deploy/restore FILE`.

A backup may be taken while patients chat: it is one moment of the database. What patients
and staff wrote is encrypted in it as it is in the database, so it is worth nothing without
FIELD_ENCRYPTION_KEY; keep that key, and never beside the backups.

    BackupError    nothing was written, or the database is as it was before
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from bot.settings import get_settings, quiet_frame
from bot.store.database import open_database
from bot.store.errors import StoreError

SUFFIX = {"sqlite": ".sqlite", "postgresql": ".dump"}
_VERSION = "alembic_version"


class BackupError(StoreError):
    """A backup could not be taken or put back. The message is one sentence."""


def backup(url: str, folder: Path, keep: int | None = None) -> Path:
    """Write a backup with its checksum into `folder`; `keep`: how many newest ones stay.

    Returns its path. Raises BackupError.
    """
    kind = make_url(url).get_backend_name()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"spasm-{datetime.now(timezone.utc):%Y%m%dT%H%M%S%fZ}{SUFFIX[kind]}"
    draft, final = folder / f".{name}", folder / name
    draft.touch(mode=0o600)
    try:
        _copy_out(url, draft)
        _checksum_file(final).write_text(f"{_digest(draft)}  {name}\n")
        draft.replace(final)
    finally:
        draft.unlink(missing_ok=True)
    if keep is not None:
        _prune(folder, SUFFIX[kind], keep)
    return final


def restore(url: str, file: Path, *, replace: bool = False) -> dict[str, int]:
    """Put a backup in the place of the database at `url`; the bots must be stopped.

    Only with `replace` in the place of one that has conversations. Returns the number of rows
    by table. Raises BackupError, and WrongKey when FIELD_ENCRYPTION_KEY does not fit.
    """
    kind = make_url(url).get_backend_name()
    if file.suffix != SUFFIX[kind]:
        raise BackupError(f"{file.name} is no backup of a {kind} database.")
    _check_whole(file)
    if not replace and _has_conversations(url):
        raise BackupError(
            "The database holds conversations: stop the bot, and say --replace to lose them."
        )
    if kind == "sqlite":
        _copy_file_in(url, file)
    else:
        _postgres(
            url, "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
            "--exit-on-error", "--dbname", _name(url), str(file),
        )  # fmt: skip
    return count_rows(url)


def count_rows(url: str) -> dict[str, int]:
    """Rows of each table, of a database that is sound and fits the key. Raises StoreError."""
    database = open_database(url)
    try:
        tables = [t for t in inspect(database.engine).get_table_names() if t != _VERSION]
        with database.engine.connect() as connection:
            counts = {t: connection.execute(_count(t)).scalar_one() for t in sorted(tables)}
    finally:
        database.close()
    return counts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command behind deploy/backup and deploy/restore."""
    parser = argparse.ArgumentParser(prog="deploy")
    commands = parser.add_subparsers(dest="command", required=True)
    out = commands.add_parser("backup", help="write a backup of the database")
    out.add_argument("folder", type=Path)
    out.add_argument("--keep", type=int, help="how many of the newest backups stay")
    into = commands.add_parser("restore", help="put a backup back; stop the bot first")
    into.add_argument("file", type=Path)
    into.add_argument("--replace", action="store_true", help="lose what is in the database now")
    options = parser.parse_args(arguments)
    quiet_frame()
    url = get_settings().database_url
    try:
        if options.command == "backup":
            print(backup(url, options.folder, options.keep))
        else:
            for table, count in restore(url, options.file, replace=options.replace).items():
                print(f"{count:8} {table}")
    except StoreError as error:
        print(f"spasm-triage: {error}", file=sys.stderr)
        return 1
    return 0


def _copy_out(url: str, target: Path) -> None:
    if make_url(url).get_backend_name() == "postgresql":
        _postgres(
            url, "pg_dump", "--format=custom", "--no-owner", "--file", str(target), _name(url)
        )
        return
    source = _sqlite_file(url)
    if not source.is_file():
        raise BackupError("There is no database file to back up.")
    try:
        with closing(_open_read_only(source)) as here, closing(sqlite3.connect(target)) as there:
            here.backup(there)
            there.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise BackupError("The database file could not be copied.") from error


def _copy_file_in(url: str, file: Path) -> None:
    """Replace the database file in one step; a log of the old one must not be played into it."""
    target = _sqlite_file(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    draft.touch(mode=0o600)
    draft.write_bytes(file.read_bytes())
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    draft.replace(target)


def _postgres(url: str, program: str, *words: str) -> None:
    """Run a program of PostgreSQL; the password goes by the environment, never by the list."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [program, *words],
            env={**os.environ, **_connection(url)},
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise BackupError(f"{program} is missing: install the PostgreSQL client.") from error
    if done.returncode != 0:
        raise BackupError(f"{program} failed (code {done.returncode}).")


def _connection(url: str) -> Mapping[str, str]:
    parts = make_url(url)
    given = {
        "PGHOST": parts.host,
        "PGPORT": str(parts.port or 5432),
        "PGUSER": parts.username,
        "PGPASSWORD": parts.password,
    }
    return {name: str(value) for name, value in given.items() if value}


def _check_whole(file: Path) -> None:
    try:
        expected = _checksum_file(file).read_text().split()[0]
        found = _digest(file)
    except (OSError, IndexError) as error:
        raise BackupError(f"{file.name} or its checksum cannot be read.") from error
    if found != expected:
        raise BackupError(f"{file.name} is damaged: its checksum does not fit.")


def _has_conversations(url: str) -> bool:
    if make_url(url).get_backend_name() == "sqlite" and not _sqlite_file(url).exists():
        return False
    try:
        return count_rows(url).get("conversations", 0) > 0
    except StoreError:
        return False  # empty, damaged or of another version: nothing that a bot could serve


def _prune(folder: Path, suffix: str, keep: int) -> None:
    for old in sorted(folder.glob(f"spasm-*{suffix}"))[: -max(1, keep)]:
        old.unlink()
        _checksum_file(old).unlink(missing_ok=True)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        digest = hashlib.sha256()
        while part := content.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _checksum_file(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _open_read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)


def _sqlite_file(url: str) -> Path:
    return Path(make_url(url).database or "")


def _name(url: str) -> str:
    return make_url(url).database or ""


def _count(table: str) -> object:
    return text(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - a name from the schema


if __name__ == "__main__":
    raise SystemExit(main())
