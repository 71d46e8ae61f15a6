"""PostgreSQL that is cut, slow or gone: an honest error, nothing by half, and back by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from rasa.shared.core.events import UserUttered

from bot.store.conversations import create_conversation, transcript
from bot.store.database import Database, open_database, upgrade
from bot.store.errors import StoreError, StoreUnavailable
from tests.store.talk import make_store, say

pytestmark = pytest.mark.server


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    upgrade(postgres_url)
    opened = open_database(postgres_url)
    yield opened
    opened.close()


@pytest.fixture
def cid(postgres: Database) -> str:
    with postgres.begin() as session:
        return create_conversation(session)


async def test_connections_that_were_cut_are_replaced(postgres: Database, cid: str):
    store = make_store(postgres)
    await say(store, cid, "one")
    cut_all(postgres)
    await say(store, cid, "two")
    assert said(postgres, cid) == ["one", "two"]


async def test_a_connection_cut_inside_a_turn_saves_nothing(postgres: Database, cid: str):
    with pytest.raises(StoreUnavailable), postgres.begin() as session:
        session.connection().exec_driver_sql("UPDATE conversations SET locale = 'xx'")
        cut_all(postgres)
        session.connection().exec_driver_sql("SELECT 1")
    await say(make_store(postgres), cid, "one")
    with postgres.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT locale FROM conversations").scalar() is None


async def test_a_locked_table_holds_up_nobody_else(
    postgres: Database, cid: str, monkeypatch: pytest.MonkeyPatch
):
    store = make_store(postgres)
    await say(store, cid, "one")
    tracker = await store.retrieve(cid)
    tracker.update(UserUttered("two"))
    monkeypatch.setattr("bot.store.tracker_store.DEADLINE", 0.5)
    with postgres.engine.begin() as connection:
        connection.exec_driver_sql("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
        saving = asyncio.create_task(store.save(tracker))
        longest = await longest_pause(0.4)
        with pytest.raises(StoreError):
            await saving
    assert longest < 0.3


async def longest_pause(seconds: float) -> float:
    """How long the event loop was away, at most, while others work."""
    longest, end = 0.0, time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - began)
    return longest


def cut_all(database: Database) -> None:
    import psycopg2

    name = database.engine.url.database
    admin = psycopg2.connect(str(database.engine.url.render_as_string(False)))
    admin.autocommit = True
    admin.cursor().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{name}' AND pid <> pg_backend_pid()"
    )
    admin.close()


def said(database: Database, cid: str) -> list[str]:
    with database.begin() as session:
        return [m["text"] for m in transcript(session, cid) if m["from"] == "patient"]
