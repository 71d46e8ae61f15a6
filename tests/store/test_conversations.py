"""Removing a conversation leaves nothing of it but a bare row and an audit event."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.settings import get_settings, use_settings
from bot.store.acts import add_review
from bot.store.audit import verify_audit
from bot.store.conversations import (
    create_conversation,
    delete_conversation,
    delete_older_than,
    is_open,
    transcript,
)
from bot.store.database import Database
from bot.store.errors import UnknownConversation
from bot.store.inbox import New, receive
from bot.store.lists import find_conversations, list_appointments
from bot.store.models import AppointmentRequest, Base, Conversation, Message
from bot.store.proposals import Correction, propose
from bot.store.queries import record_incident
from bot.store.staff import AuditEvent
from tests.store.talk import APPOINTMENT, ASSESSMENT, make_store, say, slot


async def full_conversation(database: Database) -> str:
    with database.begin() as session:
        cid = create_conversation(session, page="https://clinic.example/x", locale="en-US")
    got = receive(database, cid, "m1", "my words")
    assert isinstance(got, New)
    heard = slot("emergency", {"state": "heard", "red_flags": ["x"]})
    with got.turn.running():
        await say(make_store(database), cid, "my words", message_id="m1")
    await say(
        make_store(database), cid, "more", slot("assessment", ASSESSMENT), heard,
        slot("appointment", APPOINTMENT),
    )  # fmt: skip
    with database.begin() as session:
        add_review(session, cid, "dr@clinic.example", "agree", "fine words")
        record_incident(session, "turn.failed", conversation_id=cid, event_id="e1")
        propose(
            session, Correction(cid, 1, "intent", "inform", None, "my words"), "dr@clinic.example"
        )
    return cid


@pytest.mark.parametrize(
    ("status", "zone", "start"),
    [
        ("booked", "", "2026-01-31T14:30:00"),
        ("booked", "America/Denver", "2026-01-31T14:30:00-07:00"),
        ("called", "", None),
    ],
)
def test_a_time_that_staff_set_stands_on_the_patients_card(
    database: Database, status: str, zone: str, start: str | None
):
    use_settings(replace(get_settings(), clinic_time_zone=zone))
    now = datetime.now(timezone.utc)
    with database.begin() as session:
        cid = create_conversation(session)
        session.add_all(
            (
                Message(
                    conversation_id=cid, seq=1, event_seq=1, at=now, sender="bot", text="Done.",
                    card={"type": "appointment", "reference": "7K2M9QXA"},
                ),
                AppointmentRequest(
                    conversation_id=cid, seq=1, created_at=now, reference="7K2M9QXA",
                    consent=True, status=status, booked_for="2026-01-31T14:30",
                ),
            )
        )  # fmt: skip
    with database.begin() as session:
        (message,) = transcript(session, cid)
    assert message["card"].get("start") == start


@pytest.mark.security("ASVS-5.0-V7.2.3")
def test_ids_cannot_be_guessed(database: Database):
    with database.begin() as session:
        ids = {create_conversation(session) for _ in range(50)}
    assert len(ids) == 50
    assert {len(each) for each in ids} == {40}


async def test_a_removed_conversation_is_gone_from_every_table(database: Database):
    gone, kept = await full_conversation(database), await full_conversation(database)
    with database.begin() as session:
        delete_conversation(session, gone)
    counts = {
        table: (count(database, table, gone), count(database, table, kept)) for table in TABLES
    }
    left = {table: pair for table, pair in counts.items() if pair[0] or not pair[1]}
    assert left == {"appointment_requests": (1, 1)}
    with database.begin() as session:
        (request,) = [a for a in list_appointments(session).rows if a.conversation_id == gone]
        row = session.get(Conversation, gone)
        assert (request.name, request.contact, request.when) == (None, None, None)
        assert request.status == "withdrawn"
        assert (row.page, row.locale, row.disposition, row.red_flags, row.slots) == (
            None, None, None, [], None,
        )  # fmt: skip
        (event,) = session.execute(select(AuditEvent)).scalars()
        assert (event.action, event.target, event.detail) == (
            "conversation.removed", gone, {"events": 11},
        )  # fmt: skip
        assert verify_audit(session) is None


async def test_removed_means_removed(database: Database):
    cid = await full_conversation(database)
    with database.begin() as session:
        delete_conversation(session, cid)
        assert not is_open(session, cid)
        assert find_conversations(session).rows == ()
        for call in (transcript, delete_conversation):
            with pytest.raises(UnknownConversation):
                call(session, cid)


async def test_the_stored_bytes_of_a_removed_conversation_are_overwritten(
    sqlite: Database, tmp_path: Path
):
    cid = await full_conversation(sqlite)
    with sqlite.engine.connect() as connection:
        token = connection.exec_driver_sql("SELECT body FROM inbox").scalar()
    with sqlite.begin() as session:
        delete_conversation(session, cid)
    sqlite.forget()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token[:60].encode() not in content


async def test_old_conversations_are_removed_and_recent_ones_stay(database: Database):
    old, new = await full_conversation(database), await full_conversation(database)
    long_ago = datetime.now(timezone.utc) - timedelta(days=400)
    with database.begin() as session:
        session.get(Conversation, old).last_activity_at = long_ago
    with database.begin() as session:
        assert delete_older_than(session, datetime.now(timezone.utc) - timedelta(days=365)) == 1
        assert (is_open(session, old), is_open(session, new)) == (False, True)


TABLES = [name for name, table in Base.metadata.tables.items() if "conversation_id" in table.c]


def count(database: Database, table: str, cid: str) -> Any:
    with database.engine.connect() as connection:
        where = f"SELECT count(*) FROM {table} WHERE conversation_id = '{cid}'"
        return connection.exec_driver_sql(where).scalar()
