"""A message is kept before the turn, answered once, and replayed word for word."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered
from sqlalchemy import func, select, update

from bot.store import inbox
from bot.store.conversations import create_conversation, delete_conversation, transcript
from bot.store.database import Database
from bot.store.errors import Conflict, EmptyTurn, UnknownConversation
from bot.store.inbox import InProgress, New, Replay, receive
from bot.store.models import Event, InboxMessage
from bot.store.turns import Turn
from tests.store.talk import ASSESSMENT, begin, make_store, say, slot


@pytest.fixture
def cid(database: Database) -> str:
    with database.begin() as session:
        return create_conversation(session)


async def answer(database: Database, cid: str, message_id: str, *reply: Any) -> Turn:
    got = receive(database, cid, message_id, "my calf cramps")
    assert isinstance(got, New)
    with got.turn.running():
        await say(make_store(database), cid, "my calf cramps", *reply, message_id=message_id)
    return got.turn


async def test_the_same_id_gets_the_same_bytes(database: Database, cid: str):
    message_id = str(uuid.uuid4())
    reply = BotUttered(
        "Wo? ünï 🦵",
        {"buttons": [{"title": "b", "payload": "/x"}, {"title": "a", "payload": "/y"}]},
    )
    turn = await answer(database, cid, message_id, reply, slot("assessment", ASSESSMENT))
    again = receive(database, cid, message_id, "other words")
    assert isinstance(again, Replay)
    assert json.dumps(again.answer) == json.dumps(turn.answer)
    assert again.answer["id"] == message_id
    assert set(again.answer["assessment"]) == set(ASSESSMENT) - {"unknown"}
    with database.begin() as session:
        assert again.answer["messages"] == [
            m for m in transcript(session, cid) if m["from"] == "bot"
        ]


async def test_an_answer_without_a_result_says_null(database: Database, cid: str):
    turn = await answer(database, cid, "m1")
    assert turn.answer is not None
    assert turn.answer["assessment"] is None


async def test_a_turn_that_greets_has_no_message(database: Database, cid: str):
    turn = Turn(cid)
    with turn.running():
        await say(
            make_store(database), cid, "/session_start", BotUttered("Hello"), intent="session_start"
        )
    assert turn.answer is not None
    assert [m["text"] for m in turn.answer["messages"]] == ["Hello"]


async def test_a_greeting_needs_no_user_event(database: Database, cid: str):
    store, turn = make_store(database), Turn(cid)
    with turn.running():
        tracker = await store.get_or_create_tracker(cid, append_action_listen=False)
        begin(tracker)
        tracker.update(BotUttered("Hello"))
        await store.save(tracker)
    assert turn.answer is not None
    assert [(m["seq"], m["text"]) for m in turn.answer["messages"]] == [(1, "Hello")]


async def test_the_greeting_is_not_the_answer_to_the_first_message(database: Database, cid: str):
    store = make_store(database)
    got = receive(database, cid, "m1", "hello")
    assert isinstance(got, New)
    with got.turn.running():
        tracker = await store.get_or_create_tracker(cid, append_action_listen=False)
        begin(tracker)
        tracker.update(BotUttered("Hello"))
        await store.save(tracker)
        assert got.turn.answer is None
        await say(store, cid, "hello", BotUttered("Yes?"), message_id="m1")
    assert [m["text"] for m in (got.turn.answer or {})["messages"]] == ["Yes?"]


def test_of_two_at_once_one_is_new(database: Database, cid: str):
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda _: receive(database, cid, "m1", "once"), range(8)))
    assert sorted(type(each).__name__ for each in got) == ["InProgress"] * 7 + ["New"]
    close(got)


def test_of_two_processes_at_once_one_is_new(
    database: Database, cid: str, monkeypatch: pytest.MonkeyPatch
):
    got = [receive(database, cid, "m1", "once", alone=False)]
    as_another_process(monkeypatch)
    got.append(receive(database, cid, "m1", "once", alone=False))
    assert [type(each) for each in got] == [New, InProgress]
    close(got)


def test_what_a_dead_process_left_is_taken_over_at_once_when_we_are_alone(
    database: Database, cid: str, monkeypatch: pytest.MonkeyPatch
):
    close([receive(database, cid, "m1", "once")])
    as_another_process(monkeypatch)
    got = receive(database, cid, "m1", "once", alone=True)
    assert isinstance(got, New)
    close([got])


@pytest.mark.parametrize("shift", [timedelta(hours=-3), timedelta(hours=3)])
def test_what_a_dead_process_left_is_taken_over_when_its_lease_is_out_or_the_clock_jumped(
    database: Database, cid: str, monkeypatch: pytest.MonkeyPatch, shift: timedelta
):
    close([receive(database, cid, "m1", "once")])
    as_another_process(monkeypatch)
    with database.begin() as session:
        row = session.execute(select(InboxMessage)).scalar_one()
        row.lease_until = row.lease_until + shift
    got = receive(database, cid, "m1", "once", alone=False)
    assert isinstance(got, New)
    close([got])


def test_a_turn_that_was_given_up_is_new_again(database: Database, cid: str):
    got = receive(database, cid, "m1", "once")
    assert isinstance(got, New)
    with got.turn.running(), database.begin() as session:
        inbox.fail(session, got.turn)
    again = receive(database, cid, "m1", "once")
    assert isinstance(again, New)
    close([again])


async def test_a_turn_that_was_taken_over_cannot_be_answered_twice(
    database: Database, cid: str, monkeypatch: pytest.MonkeyPatch
):
    got = receive(database, cid, "m1", "once")
    assert isinstance(got, New)
    with database.begin() as session:
        session.execute(update(InboxMessage).values(owner="somebody else"))
    with got.turn.running(), pytest.raises(Conflict):
        await say(make_store(database), cid, "once", message_id="m1")
    assert got.turn.answer is None
    with database.begin() as session:
        assert session.execute(select(func.count()).select_from(Event)).scalar() == 0


async def test_a_turn_without_an_answer_saves_nothing_and_can_be_tried_again(
    database: Database, cid: str
):
    got = receive(database, cid, "m1", "once")
    assert isinstance(got, New)
    with got.turn.running(), pytest.raises(EmptyTurn):
        await say(
            make_store(database), cid, "once", ActionExecuted("action_broken"), message_id="m1"
        )
    with database.begin() as session:
        assert session.execute(select(func.count()).select_from(Event)).scalar() == 0
    assert (await answer(database, cid, "m1")).answer is not None


async def test_unanswered_messages_are_found_after_a_crash_in_order(database: Database, cid: str):
    for number in range(3):
        close([receive(database, cid, f"m{number}", f"words {number}", kind="payload", label="L")])
    await answer(database, cid, "m1")
    with database.begin() as session:
        left = inbox.unanswered(session)
    assert [(m.message_id, m.body, m.kind, m.label) for m in left] == [
        ("m0", "words 0", "payload", "L"), ("m2", "words 2", "payload", "L"),
    ]  # fmt: skip


def test_an_unknown_or_removed_conversation_takes_no_message(database: Database, cid: str):
    for _ in range(2):
        with pytest.raises(UnknownConversation):
            receive(database, "nobody", "m1", "hello")
    with database.begin() as session:
        delete_conversation(session, cid)
    for _ in range(2):
        with pytest.raises(UnknownConversation):
            receive(database, cid, "m1", "hello")


def test_one_id_in_two_conversations_is_two_messages(database: Database, cid: str):
    with database.begin() as session:
        other = create_conversation(session)
    got = [receive(database, each, "m1", "hello") for each in (cid, other)]
    assert [type(each) for each in got] == [New, New]
    close(got)


def test_a_reply_made_without_the_engine_is_replayed_too(database: Database, cid: str):
    got = receive(database, cid, "m1", "hello")
    assert isinstance(got, New)
    reply = {"id": "m1", "messages": [{"text": "Call 911"}], "assessment": None}
    with got.turn.running(), database.begin() as session:
        inbox.answer(session, got.turn, reply)
    assert receive(database, cid, "m1", "hello") == Replay(reply)


def close(got: list[Any]) -> None:
    for each in got:
        if isinstance(each, New):
            with each.turn.running():
                pass


def as_another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.store.turns import Running

    monkeypatch.setattr(inbox, "THIS_PROCESS", "another")
    monkeypatch.setattr(inbox, "RUNNING", Running())
