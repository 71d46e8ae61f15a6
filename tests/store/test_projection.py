"""Rows are drawn from events, the same way turn by turn and all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.core.events import ActionExecuted, AllSlotsReset, BotUttered

from bot.store.acts import update_appointment
from bot.store.conversations import create_conversation, transcript
from bot.store.database import Database
from bot.store.errors import UnknownConversation
from bot.store.models import AppointmentRequest
from bot.store.projection import State, project
from bot.store.queries import conversation_detail
from bot.store.rows import rebuild
from bot.store.turns import turn_metadata
from tests.store.talk import APPOINTMENT, ASSESSMENT, make_store, say, slot

QUESTION = {"id": "frequency", "topic": "frequency", "kind": "single", "options": []}
CARD = {"type": "assessment"}
PROJECTED = ("conversations", "messages", "assessments", "escalations", "appointment_requests")
HEARD = {"state": "heard", "red_flags": ["saddle_numbness"]}
CHECKING = {"state": "checking", "red_flags": ["saddle_numbness"]}


async def play(database: Database) -> str:
    """A conversation in which everything happens."""
    store = make_store(database)
    with database.begin() as session:
        cid = create_conversation(session)
    await say(
        store, cid, "/session_start", BotUttered("Hello"), intent="session_start",
        metadata=turn_metadata(internal=True),
    )  # fmt: skip
    ask = BotUttered(
        "How often?",
        {
            "buttons": [{"title": "Weekly", "payload": '/answer{"frequency": "weekly"}'}],
            "custom": {"question": QUESTION},
        },
        {"model_id": "m1"},
    )
    await say(store, cid, "my calf cramps", ask, message_id="m-1")
    await say(
        store, cid, '/answer{"frequency": "weekly"}', slot("emergency", HEARD),
        BotUttered("Call 911"), metadata=turn_metadata(label="Weekly"),
    )  # fmt: skip
    await say(store, cid, "hm", slot("emergency", CHECKING), BotUttered("Is it still so?"))
    await say(
        store, cid, "no", slot("emergency", None), BotUttered(None, {"custom": {"card": CARD}})
    )
    await say(store, cid, "done", slot("assessment", ASSESSMENT), slot("assessment", ASSESSMENT))
    await say(store, cid, "book", slot("appointment", APPOINTMENT), BotUttered("Noted"))
    await say(store, cid, "again", AllSlotsReset(), slot("assessment", ASSESSMENT), BotUttered("x"))
    return cid


async def test_messages_follow_the_contract(database: Database):
    cid = await play(database)
    with database.begin() as session:
        said = transcript(session, cid)
        assert transcript(session, cid, after=4) == said[4:]
    assert [m["seq"] for m in said] == list(range(1, len(said) + 1))
    greeting, first, question, pressed = said[:4]
    assert (greeting["from"], greeting["text"]) == ("bot", "Hello")
    assert (first["from"], first["text"]) == ("patient", "my calf cramps")
    assert question["question"] == QUESTION
    assert question["buttons"] == [{"label": "Weekly", "payload": '/answer{"frequency": "weekly"}'}]
    assert (pressed["text"], pressed["card"]) == ("Weekly", None)
    assert [m["card"] for m in said if m["card"]] == [CARD]
    assert set(greeting) == {"seq", "from", "at", "text", "buttons", "question", "card"}
    assert greeting["at"].endswith("+00:00")


async def test_results_become_rows_once(database: Database):
    cid = await play(database)
    with database.begin() as session:
        seen = conversation_detail(session, cid)
    assert [a.disposition for a in seen.assessments] == ["book", "book"]
    assert seen.assessments[0].data["unknown"] == ["numbness"]
    assert [e.red_flags for e in seen.escalations] == [("saddle_numbness",)]
    (asked,) = seen.appointments
    assert (asked.reference, asked.name, asked.contact, asked.when, asked.status) == (
        "R-7", "Zebulon Quark", "555-0142", "Tuesday mornings", "new",
    )  # fmt: skip
    summary = seen.summary
    assert (summary.disposition, summary.status, summary.red_flags) == (
        "book", "assessed", ("saddle_numbness",),
    )  # fmt: skip
    assert (summary.knowledge_version, summary.model_version) == ("k1", "m1")
    assert summary.patient_message_count == 7
    first = seen.messages[1]
    assert (first.intent, first.confidence, first.entities[0]["value"]) == (
        "inform",
        0.9,
        "numbness",
    )


async def test_rebuilding_changes_nothing(database: Database, rows: Callable[[str], Any]):
    cid = await play(database)
    before = drawn(database, cid)
    with database.begin() as session:
        assert rebuild(session, cid) == 1
    assert drawn(database, cid) == before
    assert all(rows(table) for table in PROJECTED)


async def test_rebuilding_repairs_rows_that_somebody_spoiled(database: Database):
    cid = await play(database)
    before = drawn(database, cid)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM assessments")
        connection.exec_driver_sql("UPDATE messages SET seq = seq + 100")
        connection.exec_driver_sql(
            "UPDATE conversations SET disposition = 'self_care', slots = NULL"
        )
    with database.begin() as session:
        assert rebuild(session) == 1
    assert drawn(database, cid) == before


async def test_rebuilding_keeps_what_staff_marked(database: Database):
    cid = await play(database)
    with database.begin() as session:
        assert update_appointment(session, "R-7", "x@clinic.example", status="called")
    with database.begin() as session:
        rebuild(session, cid)
        assert session.query(AppointmentRequest).one().status == "called"


def test_rebuilding_an_unknown_conversation_says_so(database: Database):
    with pytest.raises(UnknownConversation), database.begin() as session:
        rebuild(session, "nobody")


def drawn(database: Database, cid: str) -> Any:
    from bot.store.models import Conversation

    with database.begin() as session:
        state = State.of(session.get(Conversation, cid))
        return conversation_detail(session, cid), transcript(session, cid), state


EVENTS = st.lists(
    st.one_of(
        st.builds(
            lambda text, label: {
                "event": "user", "timestamp": 1.5, "text": text, "metadata": {"label": label},
                "parse_data": {"intent": {"name": "inform", "confidence": 1.0}, "entities": []},
            },
            st.text(), st.none() | st.text(),
        ),
        st.builds(
            lambda text: {"event": "bot", "timestamp": 2.5, "text": text}, st.none() | st.text()
        ),
        st.builds(
            lambda value: {"event": "slot", "timestamp": 3.5, "name": "emergency", "value": value},
            st.sampled_from([None, HEARD, CHECKING, {"state": "heard", "red_flags": ["a", "b"]}]),
        ),
        st.builds(
            lambda level: {
                "event": "slot", "timestamp": 3.5, "name": "assessment",
                "value": level and {"disposition": level},
            },
            st.sampled_from([None, "emergency", "urgent", "book", "self_care"]),
        ),
        st.sampled_from(
            [
                {"event": "session_started", "timestamp": 1.0},
                {"event": "restart", "timestamp": 1.0},
                {"event": "action", "timestamp": 1.0, "name": "x", "metadata": {"model_id": "m"}},
                {"event": "slot", "timestamp": 1.0, "name": "intake", "value": {}},
            ]
        ),
    ),
    max_size=25,
)  # fmt: skip


@given(EVENTS, st.integers(0, 25))
def test_it_does_not_matter_how_events_are_cut_into_turns(events: list[dict[str, Any]], cut: int):
    whole = project(State(), events)
    first = project(State(), events[:cut])
    second = project(first.state, events[cut:])
    assert second.state == whole.state
    for name in ("messages", "assessments", "escalations", "appointments"):
        assert getattr(first, name) + getattr(second, name) == getattr(whole, name)


def test_action_events_make_no_rows():
    event = ActionExecuted("action_listen").as_dict()
    changes = project(State(), [event])
    assert (changes.messages, changes.state.event_count) == ([], 1)
