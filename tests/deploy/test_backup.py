"""A backup made while patients chat comes back row by row; without the key it is worth nothing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from bot.settings import ROOT, Settings, new_encryption_key, use_settings
from bot.store.backup import BackupError, backup, count_rows, restore
from bot.store.conversations import create_conversation, transcript
from bot.store.database import Database, open_database, upgrade
from bot.store.errors import StoreError
from bot.store.schema import downgrade_to
from tests.store.talk import make_store, say

CANARY = "canaryword"


@pytest.mark.security("HIPAA-164.312(a)(2)(ii)")
def test_what_was_saved_comes_back_row_by_row(database: Database, url: str, tmp_path: Path) -> None:
    chat(database, 5)
    before = rows(database)
    file = backup(url, tmp_path / "backups")
    wipe(database, url)
    counts = restore(url, file)
    restored = open_database(url)
    assert rows(restored) == before
    assert counts == {table: len(found) for table, found in before.items()}
    assert counts["conversations"] == 5


def test_a_backup_under_load_holds_all_that_was_acknowledged_before_it(
    database: Database, url: str, tmp_path: Path
) -> None:
    with chatting(database) as acknowledged:
        while len(acknowledged) < 10:
            threading.Event().wait(0.02)
        known = list(acknowledged)
        file = backup(url, tmp_path)
    wipe(database, url)
    restore(url, file)
    with open_database(url).begin() as session:
        for conversation_id, words in known:
            assert words in [m["text"] for m in transcript(session, conversation_id)]


def test_after_a_restore_conversations_go_on(database: Database, url: str, tmp_path: Path) -> None:
    (cid,) = chat(database, 1)
    file = backup(url, tmp_path)
    wipe(database, url)
    restore(url, file)
    restored = open_database(url)
    asyncio.run(say(make_store(restored), cid, "and my neck"))
    with restored.begin() as session:
        said = [m["text"] for m in transcript(session, cid) if m["from"] == "patient"]
    assert said == [f"{CANARY} 0", "and my neck"]


@pytest.mark.security("HIPAA-164.312(a)(2)(iv)")
def test_no_word_of_a_patient_stands_in_clear(database: Database, url: str, tmp_path: Path) -> None:
    chat(database, 3)
    file = backup(url, tmp_path)
    assert CANARY.encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_without_the_key_a_restore_says_so(
    database: Database, url: str, tmp_path: Path, settings: Settings
) -> None:
    chat(database, 1)
    file = backup(url, tmp_path)
    wipe(database, url)
    use_settings(replace(settings, field_encryption_key=new_encryption_key()))
    with pytest.raises(StoreError):
        restore(url, file)


def test_a_database_with_conversations_is_not_overwritten_unasked(
    database: Database, url: str, tmp_path: Path
) -> None:
    chat(database, 1)
    file = backup(url, tmp_path)
    chat(database, 1)
    with pytest.raises(BackupError, match="--replace"):
        restore(url, file)
    assert count_rows(url)["conversations"] == 2
    assert restore(url, file, replace=True)["conversations"] == 1


def test_a_damaged_backup_is_refused_and_nothing_is_lost(
    database: Database, url: str, tmp_path: Path
) -> None:
    chat(database, 1)
    file = backup(url, tmp_path)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(BackupError, match="damaged"):
        restore(url, file, replace=True)
    assert count_rows(url)["conversations"] == 1


def test_only_the_newest_backups_stay(database: Database, url: str, tmp_path: Path) -> None:
    made = [backup(url, tmp_path, keep=2) for _ in range(3)]
    assert [file.exists() for file in made] == [False, True, True]
    assert len(list(tmp_path.glob("*.sha256"))) == 2


def test_a_backup_of_the_other_kind_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    upgrade(sqlite_url)
    file = backup(sqlite_url, tmp_path)
    with pytest.raises(BackupError, match="no backup of a postgresql"):
        restore("postgresql://127.0.0.1/x", file)


def test_a_program_that_is_missing_or_fails_is_said_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(BackupError) as failed:
        backup("postgresql://u:sesame@127.0.0.1:1/x", tmp_path)
    assert "sesame" not in str(failed.value)
    assert list(tmp_path.iterdir()) == []


def test_the_scripts_do_the_same(sqlite_url: str, tmp_path: Path, settings: Settings) -> None:
    upgrade(sqlite_url)
    chat(open_database(sqlite_url), 2)
    made = run("backup", settings, str(tmp_path / "backups"))
    Path(sqlite_url.removeprefix("sqlite:///")).unlink()
    said = run("restore", settings, made.strip())
    assert "2 conversations" in " ".join(said.split())


def run(script: str, settings: Settings, *words: str) -> str:
    environment = os.environ | {
        "SECRET_KEY": settings.secret_key,
        "FIELD_ENCRYPTION_KEY": settings.field_encryption_key,
        "DATABASE_URL": settings.database_url,
        "PYTHON": sys.executable,
    }
    command = [str(ROOT / "deploy" / script), *words]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout


def chat(database: Database, count: int) -> list[str]:
    """New conversations of one message each."""
    with database.begin() as session:
        ids = [create_conversation(session) for _ in range(count)]
    store = make_store(database)
    for number, cid in enumerate(ids):
        asyncio.run(say(store, cid, f"{CANARY} {number}"))
    return ids


@contextmanager
def chatting(database: Database) -> Iterator[list[tuple[str, str]]]:
    """Patients who write until the end of the block; what was acknowledged so far."""
    acknowledged: list[tuple[str, str]] = []
    done = threading.Event()

    def write() -> None:
        store, number = make_store(database), 0
        with database.begin() as session:
            ids = [create_conversation(session) for _ in range(3)]
        while not done.is_set():
            cid, words = ids[number % 3], f"words {number}"
            asyncio.run(say(store, cid, words))
            acknowledged.append((cid, words))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield acknowledged
    finally:
        done.set()
        writer.join()


def wipe(database: Database, url: str) -> None:
    database.close()
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink()
    else:
        downgrade_to(url, "base")


def rows(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    tables = [t for t in inspect(database.engine).get_table_names() if t != "alembic_version"]
    with database.engine.connect() as connection:
        return {
            table: sorted(map(str, connection.execute(text(f'SELECT * FROM "{table}"')).all()))
            for table in tables
        }
