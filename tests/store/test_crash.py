"""`kill -9` in the middle of turns: nothing acknowledged is lost, no turn is there by half."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.settings import Settings, use_settings
from bot.store.conversations import create_conversation, transcript
from bot.store.database import Database, open_database
from bot.store.inbox import New, Replay, receive, unanswered
from bot.store.models import Event, InboxMessage
from bot.store.queries import conversation_detail
from bot.store.rows import rebuild
from tests.store.talk import make_store, say

ROUNDS = 12


@pytest.mark.security("HIPAA-164.312(c)(1)")
def test_nothing_acknowledged_is_lost(
    database: Database, url: str, tmp_path: Path, settings: Settings
):
    with database.begin() as session:
        ids = [create_conversation(session) for _ in range(3)]
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.talk"])
    for turn in range(ROUNDS):
        ledger = tmp_path / f"ledger{turn}"
        worker = context.Process(target=keep_talking, args=(url, settings, ids, ledger, turn))
        worker.start()
        wait_until_it_talks(ledger, worker)
        time.sleep(random.random() * 0.2)
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join()
    sent, acknowledged = read_ledgers(tmp_path)
    assert len(acknowledged) >= ROUNDS
    check_whole(database, ids, sent, acknowledged)
    asyncio.run(answer_what_is_left(database))
    check_whole(database, ids, sent, acknowledged)
    with database.begin() as session:
        assert unanswered(session) == []


@pytest.mark.security("ASVS-5.0-V2.3.3")
def test_a_kill_just_before_the_commit_leaves_the_message_and_no_half_turn(
    database: Database, url: str, settings: Settings
):
    with database.begin() as session:
        cid = create_conversation(session)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.store.talk"])
    worker = context.Process(target=die_before_the_commit, args=(url, settings, cid))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    with database.begin() as session:
        assert session.execute(select(Event)).first() is None
        assert transcript(session, cid) == []
        assert [m.body for m in unanswered(session)] == ["my words"]
    asyncio.run(answer_what_is_left(database))
    with database.begin() as session:
        assert [m["text"] for m in transcript(session, cid) if m["from"] == "patient"] == [
            "my words"
        ]


def die_before_the_commit(url: str, settings: Settings, cid: str) -> None:
    from bot.store import tracker_store

    use_settings(settings)
    database = open_database(url)
    got = receive(database, cid, "m1", "my words")
    tracker_store.inbox.answer = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    assert isinstance(got, New)
    with got.turn.running():
        asyncio.run(say(make_store(database), cid, "my words", message_id="m1"))


def check_whole(
    database: Database, ids: list[str], sent: set[str], acknowledged: dict[str, dict[str, Any]]
) -> None:
    with database.begin() as session:
        kept = session.execute(select(InboxMessage)).scalars().all()
        answered = {row.message_id: row.answer for row in kept if row.status == "answered"}
        assert {row.message_id for row in kept} <= sent
        for message_id, answer in acknowledged.items():
            assert answered[message_id] == answer
        heard = []
        for cid in ids:
            wanted = select(Event.seq, Event.data).where(Event.conversation_id == cid)
            events = session.execute(wanted.order_by(Event.seq)).all()
            assert [row.seq for row in events] == list(range(1, len(events) + 1))
            assert not events or events[-1].data["name"] == "action_listen"
            heard += [row.data["message_id"] for row in events if row.data["event"] == "user"]
            said = [m["seq"] for m in transcript(session, cid)]
            assert said == list(range(1, len(said) + 1))
        assert sorted(heard) == sorted(answered)
    for cid in ids:
        with database.begin() as session:
            before = conversation_detail(session, cid)
            rebuild(session, cid)
            session.expire_all()
            assert conversation_detail(session, cid) == before


async def answer_what_is_left(database: Database) -> None:
    """As the bot does at its start."""
    with database.begin() as session:
        left = unanswered(session)
    for message in left:
        got = receive(database, message.conversation_id, message.message_id, message.body)
        assert isinstance(got, New)
        with got.turn.running():
            await say(
                make_store(database), message.conversation_id, message.body,
                message_id=message.message_id,
            )  # fmt: skip
        again = receive(database, message.conversation_id, message.message_id, message.body)
        assert again == Replay(got.turn.answer or {})


def keep_talking(url: str, settings: Settings, ids: list[str], ledger: Path, turn: int) -> None:
    """A bot that answers until it is killed, and writes down what it promised."""
    use_settings(settings)
    database = open_database(url)
    with ledger.open("a", buffering=1) as book:
        asyncio.run(_talk(database, ids, book, turn))


async def _talk(database: Database, ids: list[str], book: Any, turn: int) -> None:
    store = make_store(database)
    for number in range(10_000):
        cid, message_id = ids[number % len(ids)], f"m-{turn}-{number}"
        book.write(json.dumps({"sent": message_id}) + "\n")
        got = receive(database, cid, message_id, f"words {number}")
        assert isinstance(got, New)
        with got.turn.running():
            await say(store, cid, f"words {number}", message_id=message_id)
        book.write(json.dumps({"sent": message_id, "answer": got.turn.answer}) + "\n")


def wait_until_it_talks(ledger: Path, worker: Any) -> None:
    for _ in range(600):
        if ledger.exists() and "answer" in ledger.read_text():
            return
        assert worker.is_alive()
        time.sleep(0.02)
    pytest.fail("the worker never began")


def read_ledgers(folder: Path) -> tuple[set[str], dict[str, dict[str, Any]]]:
    sent: set[str] = set()
    answers: dict[str, dict[str, Any]] = {}
    for path in folder.glob("ledger*"):
        for line in path.read_text().splitlines():
            if not line.endswith("}"):
                continue
            entry = json.loads(line)
            sent.add(entry["sent"])
            if "answer" in entry:
                answers[entry["sent"]] = entry["answer"]
    return sent, answers
