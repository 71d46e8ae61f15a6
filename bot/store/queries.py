"""What staff see: lists and details, read from the projection rows.

Lists page by key (`before=page.next`), so they stay fast and steady while new rows arrive.
Everything returned is plain data, usable after the session is closed. Opening a
conversation is an act to record: bot.store.audit.record_audit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Generic, TypeVar

from sqlalchemy import and_, exists, func, or_, select, update

from bot.store.errors import UnknownConversation
from bot.store.models import (
    AppointmentRequest,
    AssessmentRow,
    Conversation,
    Escalation,
    Incident,
    Message,
    Review,
)

Row = TypeVar("Row")
Key = tuple[datetime, str]
"""Where a page ends: time and id of its last row."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; `next` is the `before` of the following page, None at the end."""

    rows: tuple[Row, ...]
    next: Key | None


@dataclass(frozen=True)
class ConversationSummary:
    """One line of the list. `disposition`: of the newest result, None before there is one."""

    id: str
    created_at: datetime
    last_activity_at: datetime
    status: str
    disposition: str | None
    red_flags: tuple[str, ...]
    reviewed: bool
    message_count: int
    patient_message_count: int
    has_appointment: bool
    page: str | None
    locale: str | None
    knowledge_version: str | None
    model_version: str | None


@dataclass(frozen=True)
class MessageView:
    """A message with what was understood in it. `entities`: as the engine heard them."""

    seq: int
    at: datetime
    sender: str
    text: str = field(repr=False)
    buttons: tuple[dict[str, Any], ...] = field(repr=False)
    question: dict[str, Any] | None = field(repr=False)
    card: dict[str, Any] | None = field(repr=False)
    intent: str | None
    confidence: float | None
    entities: tuple[dict[str, Any], ...] = field(repr=False)


@dataclass(frozen=True)
class AssessmentView:
    """A result. `data`: the contract's `assessment`, and what the engine added to it."""

    seq: int
    at: datetime
    disposition: str
    knowledge_version: str | None
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class EscalationView:
    """An emergency that was heard."""

    seq: int
    at: datetime
    red_flags: tuple[str, ...]


@dataclass(frozen=True)
class AppointmentView:
    """A request for an appointment. Name, contact and wish are None once withdrawn."""

    conversation_id: str
    seq: int
    created_at: datetime
    reference: str
    name: str | None = field(repr=False)
    contact: str | None = field(repr=False)
    when: str | None = field(repr=False)
    consent: bool
    status: str


@dataclass(frozen=True)
class IncidentView:
    """Something that went wrong."""

    id: int
    at: datetime
    kind: str
    conversation_id: str | None
    event_id: str | None
    resolved: bool


@dataclass(frozen=True)
class ReviewView:
    """A staff verdict."""

    reviewer: str
    verdict: str
    note: str | None = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class ConversationDetail:
    """All that staff see of one conversation; assessments newest first."""

    summary: ConversationSummary
    messages: tuple[MessageView, ...]
    assessments: tuple[AssessmentView, ...]
    escalations: tuple[EscalationView, ...]
    appointments: tuple[AppointmentView, ...]
    incidents: tuple[IncidentView, ...]
    reviews: tuple[ReviewView, ...]


def list_conversations(
    session: Any,
    *,
    before: Key | None = None,
    limit: int = 50,
    disposition: str | None = None,
    reviewed: bool | None = None,
    silent: bool = False,
) -> Page[ConversationSummary]:
    """Conversations, newest activity first. `silent`: also those without a patient's word."""
    wanted = _summaries().where(Conversation.deleted_at.is_(None))
    if not silent:
        wanted = wanted.where(Conversation.patient_message_count > 0)
    if disposition is not None:
        wanted = wanted.where(Conversation.disposition == disposition)
    if reviewed is not None:
        wanted = wanted.where(Conversation.reviewed == reviewed)
    wanted = _page(wanted, Conversation.last_activity_at, Conversation.id, before, limit)
    found = [_summary(*row) for row in session.execute(wanted)]
    return _cut(found, limit, lambda row: (row.last_activity_at, row.id))


def conversation_detail(session: Any, conversation_id: str) -> ConversationDetail:
    """One conversation. Raises UnknownConversation, also for a removed one."""
    wanted = _summaries().where(
        Conversation.id == conversation_id, Conversation.deleted_at.is_(None)
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise UnknownConversation(conversation_id)
    return ConversationDetail(
        summary=_summary(*found),
        messages=tuple(map(_message, _rows(session, Message, conversation_id, Message.seq))),
        assessments=tuple(
            AssessmentView(row.seq, row.at, row.disposition, row.knowledge_version, row.data)
            for row in _rows(session, AssessmentRow, conversation_id, AssessmentRow.seq.desc())
        ),
        escalations=tuple(
            EscalationView(row.seq, row.at, tuple(row.red_flags))
            for row in _rows(session, Escalation, conversation_id, Escalation.seq)
        ),
        appointments=tuple(
            _appointment(row)
            for row in _rows(session, AppointmentRequest, conversation_id, AppointmentRequest.seq)
        ),
        incidents=tuple(
            _incident(row) for row in _rows(session, Incident, conversation_id, Incident.id)
        ),
        reviews=tuple(
            ReviewView(row.reviewer, row.verdict, row.note, row.at)
            for row in _rows(session, Review, conversation_id, Review.id)
        ),
    )


def list_appointments(
    session: Any, *, before: Key | None = None, limit: int = 50, status: str | None = None
) -> Page[AppointmentView]:
    """Requests for an appointment, newest first."""
    wanted = select(AppointmentRequest)
    if status is not None:
        wanted = wanted.where(AppointmentRequest.status == status)
    made, by = AppointmentRequest.created_at, AppointmentRequest.reference
    found = session.execute(_page(wanted, made, by, before, limit)).scalars()
    return _cut(list(map(_appointment, found)), limit, lambda row: (row.created_at, row.reference))


def set_appointment_status(session: Any, reference: str, status: str) -> bool:
    """Note what became of a request; False if there is none, or it was withdrawn."""
    statement = (
        update(AppointmentRequest)
        .where(AppointmentRequest.reference == reference, AppointmentRequest.status != "withdrawn")
        .values(status=status)
        .execution_options(synchronize_session=False)
    )
    return bool(session.execute(statement).rowcount)


def list_incidents(
    session: Any, *, resolved: bool | None = False, limit: int = 100
) -> list[IncidentView]:
    """Incidents, newest first; `resolved` None: all."""
    wanted = select(Incident).order_by(Incident.id.desc()).limit(limit)
    if resolved is not None:
        wanted = wanted.where(Incident.resolved == resolved)
    return [_incident(row) for row in session.execute(wanted).scalars()]


def record_incident(
    session: Any, kind: str, *, conversation_id: str | None = None, event_id: str | None = None
) -> int:
    """Note that something went wrong; returns the number. `kind`: one dotted word."""
    incident = Incident(
        at=datetime.now(timezone.utc), kind=kind, conversation_id=conversation_id,
        event_id=event_id, resolved=False,
    )  # fmt: skip
    session.add(incident)
    session.flush()
    return int(incident.id)


def resolve_incident(session: Any, incident_id: int) -> bool:
    """Mark an incident as dealt with; False if there is none."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        return False
    incident.resolved = True
    return True


def add_review(
    session: Any, conversation_id: str, reviewer: str, verdict: str, note: str | None = None
) -> None:
    """A verdict; the conversation counts as reviewed. Raises UnknownConversation."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is None or conversation.deleted_at is not None:
        raise UnknownConversation(conversation_id)
    now = datetime.now(timezone.utc)
    session.add(
        Review(
            conversation_id=conversation_id, reviewer=reviewer, verdict=verdict, note=note, at=now
        )
    )
    conversation.reviewed = True


def count_by_disposition(session: Any) -> dict[str | None, int]:
    """How many conversations with a patient's word have each disposition."""
    wanted = (
        select(Conversation.disposition, func.count())
        .where(Conversation.deleted_at.is_(None), Conversation.patient_message_count > 0)
        .group_by(Conversation.disposition)
    )
    return {row[0]: row[1] for row in session.execute(wanted)}


def _summaries() -> Any:
    asked = exists().where(AppointmentRequest.conversation_id == Conversation.id)
    return select(Conversation, asked.label("has_appointment"))


def _page(wanted: Any, time: Any, key: Any, before: Key | None, limit: int) -> Any:
    if before is not None:
        wanted = wanted.where(or_(time < before[0], and_(time == before[0], key < before[1])))
    return wanted.order_by(time.desc(), key.desc()).limit(limit + 1)


def _cut(found: list[Row], limit: int, key: Any) -> Page[Row]:
    rows = tuple(found[:limit])
    return Page(rows, key(rows[-1]) if len(found) > limit else None)


def _rows(session: Any, table: Any, conversation_id: str, order: Any) -> Any:
    wanted = select(table).where(table.conversation_id == conversation_id).order_by(order)
    return session.execute(wanted).scalars()


def _summary(row: Any, has_appointment: bool) -> ConversationSummary:
    return ConversationSummary(
        id=row.id, created_at=row.created_at, last_activity_at=row.last_activity_at,
        status=row.status, disposition=row.disposition, red_flags=tuple(row.red_flags),
        reviewed=row.reviewed, message_count=row.message_count,
        patient_message_count=row.patient_message_count, has_appointment=has_appointment,
        page=row.page, locale=row.locale, knowledge_version=row.knowledge_version,
        model_version=row.model_version,
    )  # fmt: skip


def _message(row: Any) -> MessageView:
    return MessageView(
        seq=row.seq, at=row.at, sender=row.sender, text=row.text,
        buttons=tuple(row.buttons or ()), question=row.question, card=row.card,
        intent=row.intent, confidence=row.confidence, entities=tuple(row.entities or ()),
    )  # fmt: skip


def _appointment(row: Any) -> AppointmentView:
    return AppointmentView(
        conversation_id=row.conversation_id, seq=row.seq, created_at=row.created_at,
        reference=row.reference, name=row.name, contact=row.contact, when=row.preferred_when,
        consent=row.consent, status=row.status,
    )  # fmt: skip


def _incident(row: Any) -> IncidentView:
    return IncidentView(
        id=row.id, at=row.at, kind=row.kind, conversation_id=row.conversation_id,
        event_id=row.event_id, resolved=row.resolved,
    )  # fmt: skip
