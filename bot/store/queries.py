"""What staff see of one conversation, read from the projection rows. Lists: bot/store/lists.py.

Everything returned is plain data, usable after the session is closed. Opening a
conversation is an act to record: bot.store.audit.record_audit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import defer

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
from bot.store.work import TAG, Facet


@dataclass(frozen=True)
class ConversationSummary:
    """One line of the list. `disposition`: of the newest result, None before there is one.

    `facets`: kind -> ids. `waiting_since`: when it came to its place in the queue.
    """

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
    state: str
    snoozed_until: datetime | None
    assignee: str | None
    urgency: int
    waiting_since: datetime | None
    facets: Mapping[str, Sequence[str]]
    frequency: str | None
    fallbacks: int
    lowest_confidence: float | None


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
    runner_up: str | None
    runner_up_confidence: float | None
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
    note: str | None = field(repr=False)
    booked_for: str | None
    handled_by: str | None
    handled_at: datetime | None
    urgency: int


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
    """A staff verdict; `details`: contributors, understanding and wording, as ids."""

    reviewer: str
    verdict: str
    disposition: str | None
    should_be: str | None
    details: Mapping[str, Any]
    note: str | None = field(repr=False)
    at: datetime


@dataclass(frozen=True)
class ConversationDetail:
    """All that staff see of one conversation; assessments newest first.

    `messages`: the newest ones, in order. `intake`: what was understood, as the engine keeps it.
    """

    summary: ConversationSummary
    messages: tuple[MessageView, ...]
    assessments: tuple[AssessmentView, ...]
    escalations: tuple[EscalationView, ...]
    appointments: tuple[AppointmentView, ...]
    incidents: tuple[IncidentView, ...]
    reviews: tuple[ReviewView, ...]
    tags: tuple[str, ...]
    intake: Mapping[str, Any] | None = field(repr=False)


def conversation_detail(
    session: Any, conversation_id: str, *, before: int | None = None, last: int | None = None
) -> ConversationDetail:
    """One conversation with its `last` messages (all, if None), those below `before`.

    Raises UnknownConversation, also for a removed one.
    """
    wanted = summaries().where(
        Conversation.id == conversation_id, Conversation.deleted_at.is_(None)
    )
    found = session.execute(wanted).one_or_none()
    if found is None:
        raise UnknownConversation(conversation_id)
    return ConversationDetail(
        summary=summary(*found),
        messages=_messages(session, conversation_id, before, last),
        assessments=tuple(
            AssessmentView(row.seq, row.at, row.disposition, row.knowledge_version, row.data)
            for row in _rows(session, AssessmentRow, conversation_id, AssessmentRow.seq.desc())
        ),
        escalations=tuple(
            EscalationView(row.seq, row.at, tuple(row.red_flags))
            for row in _rows(session, Escalation, conversation_id, Escalation.seq)
        ),
        appointments=tuple(
            appointment(row)
            for row in _rows(session, AppointmentRequest, conversation_id, AppointmentRequest.seq)
        ),
        incidents=tuple(
            _incident(row) for row in _rows(session, Incident, conversation_id, Incident.id)
        ),
        reviews=tuple(_review(row) for row in _rows(session, Review, conversation_id, Review.id)),
        tags=_tags(session, conversation_id),
        intake=found[0].intake,
    )


def find_appointment(session: Any, reference: str) -> AppointmentView | None:
    """The request with this reference."""
    wanted = select(AppointmentRequest).where(AppointmentRequest.reference == reference)
    row = session.execute(wanted.limit(1)).scalar_one_or_none()
    return None if row is None else appointment(row)


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


def summaries() -> Any:
    """Select of what `summary` takes."""
    asked = exists().where(AppointmentRequest.conversation_id == Conversation.id)
    rest = (defer(Conversation.slots), defer(Conversation.intake))  # large, and encrypted
    return select(Conversation, asked.label("has_appointment")).options(*rest)


def _rows(session: Any, table: Any, conversation_id: str, order: Any) -> Any:
    wanted = select(table).where(table.conversation_id == conversation_id).order_by(order)
    return session.execute(wanted).scalars()


def summary(row: Any, has_appointment: bool) -> ConversationSummary:
    """A line out of a row of `summaries`."""
    return ConversationSummary(
        id=row.id, created_at=row.created_at, last_activity_at=row.last_activity_at,
        status=row.status, disposition=row.disposition, red_flags=tuple(row.red_flags),
        reviewed=row.reviewed, message_count=row.message_count,
        patient_message_count=row.patient_message_count, has_appointment=has_appointment,
        page=row.page, locale=row.locale, knowledge_version=row.knowledge_version,
        model_version=row.model_version, state=row.state, snoozed_until=row.snoozed_until,
        assignee=row.assignee, urgency=row.urgency, waiting_since=row.waiting_since,
        facets=row.facets or {}, frequency=row.frequency, fallbacks=row.fallbacks,
        lowest_confidence=row.lowest_confidence,
    )  # fmt: skip


def _message(row: Any) -> MessageView:
    return MessageView(
        seq=row.seq, at=row.at, sender=row.sender, text=row.text,
        buttons=tuple(row.buttons or ()), question=row.question, card=row.card,
        intent=row.intent, confidence=row.confidence, runner_up=row.runner_up,
        runner_up_confidence=row.runner_up_confidence, entities=tuple(row.entities or ()),
    )  # fmt: skip


def appointment(row: Any, urgency: int = 4) -> AppointmentView:
    """A request out of its row, with the place of its conversation in the queue."""
    return AppointmentView(
        conversation_id=row.conversation_id, seq=row.seq, created_at=row.created_at,
        reference=row.reference, name=row.name, contact=row.contact, when=row.preferred_when,
        consent=row.consent, status=row.status, note=row.note, booked_for=row.booked_for,
        handled_by=row.handled_by, handled_at=row.handled_at, urgency=urgency,
    )  # fmt: skip


def _review(row: Any) -> ReviewView:
    return ReviewView(
        reviewer=row.reviewer, verdict=row.verdict, disposition=row.disposition,
        should_be=row.should_be, details=row.details or {}, note=row.note, at=row.at,
    )  # fmt: skip


def _messages(
    session: Any, conversation_id: str, before: int | None, last: int | None
) -> tuple[MessageView, ...]:
    wanted = select(Message).where(Message.conversation_id == conversation_id)
    if before is not None:
        wanted = wanted.where(Message.seq < before)
    if last is not None:
        wanted = wanted.limit(last)
    newest = session.execute(wanted.order_by(Message.seq.desc())).scalars()
    return tuple(reversed([_message(row) for row in newest]))


def _tags(session: Any, conversation_id: str) -> tuple[str, ...]:
    wanted = select(Facet.value).where(Facet.conversation_id == conversation_id, Facet.kind == TAG)
    return tuple(session.execute(wanted.order_by(Facet.value)).scalars())


def _incident(row: Any) -> IncidentView:
    return IncidentView(
        id=row.id, at=row.at, kind=row.kind, conversation_id=row.conversation_id,
        event_id=row.event_id, resolved=row.resolved,
    )  # fmt: skip
