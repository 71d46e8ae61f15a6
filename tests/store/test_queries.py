"""What the console asks for, in order, page by page, usable after the session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from rasa.shared.core.events import BotUttered

from bot.store.acts import add_review, update_appointment
from bot.store.conversations import create_conversation
from bot.store.database import Database
from bot.store.errors import UnknownConversation
from bot.store.filters import Filter
from bot.store.lists import count_open_levels, find_conversations, list_appointments
from bot.store.models import Conversation
from bot.store.queries import (
    conversation_detail,
    list_incidents,
    record_incident,
    resolve_incident,
)
from tests.store.talk import APPOINTMENT, ASSESSMENT, make_store, say, slot


async def seed(database: Database, count: int, *, same_time: bool = False) -> list[str]:
    store, ids = make_store(database), []
    for number in range(count):
        with database.begin() as session:
            ids.append(create_conversation(session))
        level = ("book", "self_care")[number % 2]
        await say(
            store,
            ids[-1],
            f"words {number}",
            slot("assessment", ASSESSMENT | {"disposition": level}),
        )
    with database.begin() as session:
        start = session.get(Conversation, ids[0]).last_activity_at
        for number, cid in enumerate(ids):
            shift = 0 if same_time else number
            session.get(Conversation, cid).last_activity_at = start + timedelta(seconds=shift)
    return ids


async def test_the_newest_activity_comes_first_and_pages_follow(database: Database):
    ids = await seed(database, 7)
    seen, before, pages = [], None, 0
    with database.begin() as session:
        while True:
            page = find_conversations(session, sort="newest", after=before, limit=3)
            seen += [row.id for row in page.rows]
            before, pages = page.next, pages + 1
            if before is None:
                break
    assert (seen, pages) == (ids[::-1], 3)


async def test_pages_lose_nobody_when_times_are_equal(database: Database):
    ids = await seed(database, 5, same_time=True)
    with database.begin() as session:
        first = find_conversations(session, limit=2)
        second = find_conversations(session, limit=2, after=first.next)
        third = find_conversations(session, limit=2, after=second.next)
    rows = [*first.rows, *second.rows, *third.rows]
    assert sorted(row.id for row in rows) == sorted(ids)
    assert third.next is None


async def test_lists_can_be_narrowed(database: Database):
    ids = await seed(database, 4)
    with database.begin() as session:
        add_review(session, ids[0], "dr@clinic.example", "agree")
    with database.begin() as session:
        booked = find_conversations(session, Filter(disposition="book")).rows
        reviewed = find_conversations(session, Filter(state="reviewed")).rows
        open_ones = find_conversations(session, Filter(state="open")).rows
        assert count_open_levels(session) == {"book": 1, "self_care": 2}
    assert {row.id for row in booked} == {ids[0], ids[2]}
    assert [row.id for row in reviewed] == [ids[0]]
    assert len(open_ones) == 3


async def test_a_chat_that_was_only_opened_is_not_in_the_list(database: Database):
    with database.begin() as session:
        create_conversation(session)
        assert find_conversations(session).rows == ()


async def test_a_conversation_is_read_whole(database: Database):
    with database.begin() as session:
        cid = create_conversation(session, page="https://clinic.example", locale="en-US")
    await say(
        make_store(database), cid, "my words", BotUttered("bot words"),
        slot("appointment", APPOINTMENT), slot("assessment", ASSESSMENT),
    )  # fmt: skip
    with database.begin() as session:
        add_review(session, cid, "dr@clinic.example", "disagree", "see note")
        record_incident(session, "turn.failed", conversation_id=cid, event_id="e1")
    with database.begin() as session:
        seen = conversation_detail(session, cid)
    assert [m.text for m in seen.messages] == ["my words", "bot words"]
    assert (seen.summary.page, seen.summary.locale) == ("https://clinic.example", "en-US")
    assert (seen.summary.has_appointment, seen.summary.reviewed) == (True, True)
    assert [(r.verdict, r.note) for r in seen.reviews] == [("disagree", "see note")]
    assert [(i.kind, i.event_id) for i in seen.incidents] == [("turn.failed", "e1")]
    assert "my words" not in repr(seen)
    assert "Zebulon" not in repr(seen)


def test_an_unknown_conversation_says_so(database: Database):
    with database.begin() as session:
        for call in (
            lambda: conversation_detail(session, "nobody"),
            lambda: add_review(session, "nobody", "x", "agree"),
        ):
            with pytest.raises(UnknownConversation):
                call()


async def test_staff_note_what_became_of_a_request(database: Database):
    with database.begin() as session:
        cid = create_conversation(session)
    await say(make_store(database), cid, "book", slot("appointment", APPOINTMENT))
    with database.begin() as session:
        assert update_appointment(session, "R-7", "x@clinic.example", status="booked")
        assert not update_appointment(session, "R-8", "x@clinic.example", status="booked")
    with database.begin() as session:
        assert [a.status for a in list_appointments(session).rows] == ["booked"]
        assert list_appointments(session, status="new").rows == ()


def test_incidents_wait_until_they_are_resolved(database: Database):
    with database.begin() as session:
        first = record_incident(session, "store.failed")
        second = record_incident(session, "turn.silent", conversation_id="c")
    with database.begin() as session:
        assert [i.id for i in list_incidents(session)] == [second, first]
        assert resolve_incident(session, first)
        assert not resolve_incident(session, 999)
    with database.begin() as session:
        assert [i.id for i in list_incidents(session)] == [second]
        assert len(list_incidents(session, resolved=None)) == 2
