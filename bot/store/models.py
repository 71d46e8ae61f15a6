"""The tables of a conversation. `events` is the record; most others are drawn from it.

Projection rows (conversations' counts and results, messages, assessments, escalations,
appointment_requests) can be made anew from `events` at any time: bot/store/rows.py.
Staff's own marks (state, reviews, status of a request) are not touched by that.
Order is by sequence everywhere: clocks jump.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator

from bot.store.crypto import EncryptedJSON, EncryptedText


class UtcDateTime(TypeDecorator):
    """An aware datetime in UTC, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(timezone.utc)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return (
            value.replace(tzinfo=timezone.utc)
            if value.tzinfo is None
            else value.astimezone(timezone.utc)
        )


PlainJSON = JSON().with_variant(JSONB(), "postgresql")
"""JSON that can be searched; for ids and codes, never for words."""

mapper_registry = registry(
    metadata=MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
)
Base: Any = mapper_registry.generate_base()


def _conversation_key(**options: Any) -> Any:
    return Column(String(64), ForeignKey("conversations.id", ondelete="CASCADE"), **options)


class Conversation(Base):
    """One patient's chat. `id` is made by the server (160 random bits)."""

    __tablename__ = "conversations"
    __table_args__ = (
        Index(None, "last_activity_at", "id"),
        Index(None, "disposition"),
        Index(None, "state", "urgency", "waiting_since", "id"),
        Index(None, "urgency", "waiting_since", "id"),
        Index(
            "ix_conversations_counts",
            "deleted_at",
            "state",
            "patient_message_count",
            "snoozed_until",
            "disposition",
        ),
        Index(
            "ix_conversations_figures",
            "deleted_at",
            "created_at",
            "patient_message_count",
            "disposition",
            "frequency",
            "last_question",
            "fallbacks",
        ),
        Index(None, "id", "created_at"),
        Index(None, "assignee"),
    )

    id = Column(String(64), primary_key=True)
    created_at = Column(UtcDateTime, nullable=False)
    deleted_at = Column(UtcDateTime)
    page = Column(String(500))
    locale = Column(String(35))
    reviewed = Column(Boolean, nullable=False, default=False)
    # unread | needs_action | read | reviewed | snoozed | archived
    state = Column(String(20), nullable=False, default="unread", server_default="unread")
    state_at = Column(UtcDateTime)
    snoozed_until = Column(UtcDateTime)
    assignee = Column(String(255))
    opened_at = Column(UtcDateTime)  # when staff first read it
    # Below: drawn from the events.
    last_activity_at = Column(UtcDateTime, nullable=False)
    status = Column(String(20), nullable=False, default="open")  # open | assessed | emergency
    disposition = Column(String(20))
    red_flags = Column(PlainJSON, nullable=False, default=list)
    knowledge_version = Column(String(64))
    model_version = Column(String(64))
    event_count = Column(Integer, nullable=False, default=0)
    message_count = Column(Integer, nullable=False, default=0)
    patient_message_count = Column(Integer, nullable=False, default=0)
    session_seq = Column(Integer, nullable=False, default=1)  # event that began the last session
    slots = Column(EncryptedJSON)  # what projection must remember between two turns
    urgency = Column(Integer, nullable=False, default=4, server_default="4")  # place of disposition
    waiting_since = Column(UtcDateTime)  # when it last became something to look at
    facets = Column(PlainJSON, nullable=False, default=dict, server_default="{}")  # kind -> ids
    frequency = Column(String(20))
    last_question = Column(String(60))  # id of the question that was put last
    fallbacks = Column(Integer, nullable=False, default=0, server_default="0")
    lowest_confidence = Column(Float)
    intake = Column(EncryptedJSON)  # all that was understood, as the engine's slot holds it
    projection = Column(Integer, nullable=False, default=0, server_default="0")  # its version


class Event(Base):
    """One event of the dialogue engine, in order. `data` is the event as the engine wrote it."""

    __tablename__ = "events"

    conversation_id = _conversation_key(primary_key=True)
    seq = Column(Integer, primary_key=True, autoincrement=False)
    type = Column(String(40), nullable=False)
    at = Column(UtcDateTime, nullable=False)
    data = Column(EncryptedJSON, nullable=False)


class Message(Base):
    """What patient and bot said, as the website channel shows it. `seq` counts from 1."""

    __tablename__ = "messages"
    __table_args__ = (CheckConstraint("sender in ('bot', 'patient')", name="sender"),)

    conversation_id = _conversation_key(primary_key=True)
    seq = Column(Integer, primary_key=True, autoincrement=False)
    event_seq = Column(Integer, nullable=False)
    at = Column(UtcDateTime, nullable=False)
    sender = Column(String(10), nullable=False)
    text = Column(EncryptedText, nullable=False)
    buttons = Column(EncryptedJSON)
    question = Column(EncryptedJSON)
    card = Column(EncryptedJSON)
    message_id = Column(String(64))  # the client's id of a patient's message
    intent = Column(String(80))
    confidence = Column(Float)
    runner_up = Column(String(80))
    runner_up_confidence = Column(Float)
    entities = Column(EncryptedJSON)


class AssessmentRow(Base):
    """A result of a triage, as the `assessment` slot held it. The newest one counts."""

    __tablename__ = "assessments"

    conversation_id = _conversation_key(primary_key=True)
    seq = Column(Integer, primary_key=True, autoincrement=False)  # of the event
    at = Column(UtcDateTime, nullable=False)
    disposition = Column(String(20), nullable=False)
    knowledge_version = Column(String(64))
    data = Column(EncryptedJSON, nullable=False)


class Escalation(Base):
    """An emergency that was heard, and answered in that same turn."""

    __tablename__ = "escalations"

    conversation_id = _conversation_key(primary_key=True)
    seq = Column(Integer, primary_key=True, autoincrement=False)  # of the event
    at = Column(UtcDateTime, nullable=False)
    red_flags = Column(PlainJSON, nullable=False)


class AppointmentRequest(Base):
    """A patient's wish for an appointment. `status`: new, withdrawn, or what staff set."""

    __tablename__ = "appointment_requests"
    __table_args__ = (Index(None, "reference"), Index(None, "status", "created_at"))

    conversation_id = _conversation_key(primary_key=True)
    seq = Column(Integer, primary_key=True, autoincrement=False)  # of the event
    created_at = Column(UtcDateTime, nullable=False)
    reference = Column(String(40), nullable=False)
    name = Column(EncryptedText)
    contact = Column(EncryptedText)
    preferred_when = Column(EncryptedText)
    consent = Column(Boolean, nullable=False)
    status = Column(String(20), nullable=False, default="new")
    # Below: staff's own.
    note = Column(EncryptedText)
    booked_for = Column(String(16))  # wall clock of the clinic: 2026-01-31T14:30
    handled_by = Column(String(255))
    handled_at = Column(UtcDateTime)


class InboxMessage(Base):
    """A message as it came in, kept before the engine sees it; later with its answer.

    `owner`: the process that answers it; `lease_until`: when others may take it over.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("conversation_id", "message_id"),
        Index(None, "status"),
        CheckConstraint("status in ('received', 'answered', 'failed')", name="status"),
    )

    id = Column(Integer, primary_key=True)
    conversation_id = _conversation_key(nullable=False)
    message_id = Column(String(64), nullable=False)
    received_at = Column(UtcDateTime, nullable=False)
    kind = Column(String(10), nullable=False)  # text | payload
    body = Column(EncryptedText)
    label = Column(EncryptedText)
    status = Column(String(10), nullable=False, default="received")
    owner = Column(String(32))
    lease_until = Column(UtcDateTime)
    answer = Column(EncryptedJSON)
    answered_at = Column(UtcDateTime)


class Incident(Base):
    """Something that went wrong where a patient may have noticed. No words, only ids."""

    __tablename__ = "incidents"
    __table_args__ = (Index(None, "resolved", "at"),)

    id = Column(Integer, primary_key=True)
    at = Column(UtcDateTime, nullable=False)
    kind = Column(String(60), nullable=False)
    conversation_id = Column(String(64))
    event_id = Column(String(64))
    resolved = Column(Boolean, nullable=False, default=False)


class Review(Base):
    """A staff verdict on a conversation; of one reviewer's, the newest counts.

    `verdict`: right | too_low | too_high | misunderstood. `should_be`: the disposition that the
    reviewer holds right. `details`: contributors, understanding, wording; ids only.
    """

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "conversation_id"), Index(None, "reviewer"), Index(None, "at"))

    id = Column(Integer, primary_key=True)
    conversation_id = _conversation_key(nullable=False)
    reviewer = Column(String(255), nullable=False)
    verdict = Column(String(40), nullable=False)
    disposition = Column(String(20))  # the bot's, at that time
    should_be = Column(String(20))
    details = Column(PlainJSON, nullable=False, default=dict, server_default="{}")
    note = Column(EncryptedText)
    at = Column(UtcDateTime, nullable=False)


class Fact(Base):
    """What the store knows of itself, such as a field to try the key on."""

    __tablename__ = "facts"

    name = Column(String(40), primary_key=True)
    value = Column(EncryptedText, nullable=False)
