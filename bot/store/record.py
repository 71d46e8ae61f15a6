"""All that is known of one conversation, for its patient to take along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from bot.store.conversations import is_open
from bot.store.errors import UnknownConversation
from bot.store.models import AppointmentRequest, AssessmentRow, Conversation, Event, Message

_INTAKE = "intake"
_RESETS = ("restart", "reset_slots", "session_started")


@dataclass(frozen=True)
class Said:
    """One message. `question`: what the bot asked in it, as the contract has it."""

    sender: Literal["bot", "patient"]
    at: datetime
    text: str = field(repr=False)
    question: Mapping[str, Any] | None = field(repr=False, default=None)


@dataclass(frozen=True)
class Wish:
    """The newest request for an appointment. Its words are None once withdrawn."""

    reference: str
    at: datetime
    status: str
    name: str | None = field(repr=False)
    contact: str | None = field(repr=False)
    when: str | None = field(repr=False)


@dataclass(frozen=True)
class Record:
    """One conversation. `intake` and `assessment` are the slots of these names, newest value."""

    conversation_id: str
    created_at: datetime
    last_activity_at: datetime
    red_flags: tuple[str, ...]
    messages: tuple[Said, ...] = field(repr=False)
    intake: Mapping[str, Any] | None = field(repr=False, default=None)
    assessment: Mapping[str, Any] | None = field(repr=False, default=None)
    assessed_at: datetime | None = None
    wish: Wish | None = None


def patient_record(session: Any, conversation_id: str) -> Record:
    """The record of a conversation that was not removed. Raises UnknownConversation."""
    if not is_open(session, conversation_id):
        raise UnknownConversation(conversation_id)
    row = session.get(Conversation, conversation_id)
    result = _newest(session, AssessmentRow, conversation_id)
    return Record(
        conversation_id=conversation_id,
        created_at=row.created_at,
        last_activity_at=row.last_activity_at,
        red_flags=tuple(row.red_flags),
        messages=_messages(session, conversation_id),
        intake=_intake(session, conversation_id),
        assessment=result and result.data,
        assessed_at=result and result.at,
        wish=_wish(_newest(session, AppointmentRequest, conversation_id)),
    )


def _newest(session: Any, table: Any, conversation_id: str) -> Any:
    wanted = select(table).where(table.conversation_id == conversation_id)
    return session.execute(wanted.order_by(table.seq.desc()).limit(1)).scalar_one_or_none()


def _messages(session: Any, conversation_id: str) -> tuple[Said, ...]:
    wanted = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.seq)
    rows = session.execute(wanted).scalars()
    return tuple(Said(row.sender, row.at, row.text, row.question) for row in rows)


def _intake(session: Any, conversation_id: str) -> Mapping[str, Any] | None:
    """The newest value of the slot; None when it was never set, or was forgotten again."""
    wanted = (
        select(Event.type, Event.data)
        .where(Event.conversation_id == conversation_id, Event.type.in_(("slot", *_RESETS)))
        .order_by(Event.seq.desc())
        .execution_options(yield_per=50)
    )
    for kind, data in session.execute(wanted):
        if kind in _RESETS:
            return None
        if data.get("name") == _INTAKE:
            value: Mapping[str, Any] | None = data.get("value")
            return value
    return None


def _wish(row: Any) -> Wish | None:
    if row is None:
        return None
    return Wish(
        row.reference, row.created_at, row.status, row.name, row.contact, row.preferred_when
    )
