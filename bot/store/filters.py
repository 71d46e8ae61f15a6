"""Which conversations a list shows, as one value that an address can carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Literal

from sqlalchemy import and_, or_, select

from bot.store.models import AppointmentRequest, Conversation, Incident, Review
from bot.store.search import find_hits
from bot.store.work import Facet

Sort = Literal["urgency", "newest", "oldest"]
STATES = ("unread", "needs_action", "read", "reviewed", "snoozed", "archived")
OPEN_STATES = ("unread", "needs_action")
FACET_KINDS = (
    "red_flag", "contributor", "location", "trigger", "withheld", "rule", "intent", "question",
    "tag",
)  # fmt: skip


@dataclass(frozen=True)
class Filter:
    """All that is given must hold. Empty: every conversation with a patient's word.

    `state`: one of STATES, or `open`: what waits for staff. `facets`: (kind, id) pairs.
    `since`, `until`: of the last activity, or with `dates` = started of the beginning.
    """

    state: str = ""
    disposition: str = ""
    facets: tuple[tuple[str, str], ...] = ()
    frequency: str = ""
    assignee: str = ""
    reviewer: str = ""
    verdict: str = ""
    booking: str = ""  # asked | none, or the status of the request
    confidence_below: float | None = None
    fallback: bool = False
    incident: bool = False
    at_least: int | None = None
    at_most: int | None = None
    model: str = ""
    knowledge: str = ""
    last_question: str = ""
    since: datetime | None = None
    until: datetime | None = None
    dates: Literal["active", "started"] = "active"
    words: str = field(default="", repr=False)


def conditions(session: Any, wanted: Filter) -> list[Any]:
    """The WHERE clauses of a filter."""
    found = [Conversation.deleted_at.is_(None), Conversation.patient_message_count > 0]
    found += _state(wanted.state)
    found += [_has_facet(kind, value) for kind, value in wanted.facets]
    found += _columns(wanted)
    found += _staff(wanted)
    found += _dates(wanted)
    if wanted.words:
        ids = {conversation_id for conversation_id, _ in find_hits(session, wanted.words)}
        found.append(Conversation.id.in_(sorted(ids)))
    return found


def is_open(now: datetime) -> Any:
    """Unread, in need of action, or snoozed until a time that has come."""
    woken = and_(Conversation.state == "snoozed", Conversation.snoozed_until <= now)
    return or_(Conversation.state.in_(OPEN_STATES), woken)


def _state(state: str) -> list[Any]:
    if not state:
        return []
    now = datetime.now(timezone.utc)
    if state == "open":
        return [is_open(now)]
    if state == "snoozed":
        return [Conversation.state == state, Conversation.snoozed_until > now]
    return [Conversation.state == state]


def _has_facet(kind: str, value: str) -> Any:
    having = select(Facet.conversation_id).where(Facet.kind == kind, Facet.value == value)
    return Conversation.id.in_(having)


def _columns(wanted: Filter) -> list[Any]:
    table = Conversation
    pairs = (
        (table.frequency, wanted.frequency),
        (table.model_version, wanted.model),
        (table.knowledge_version, wanted.knowledge),
        (table.last_question, wanted.last_question),
    )
    found = [column == value for column, value in pairs if value]
    if wanted.disposition == "none":
        found.append(table.disposition.is_(None))
    elif wanted.disposition:
        found.append(table.disposition == wanted.disposition)
    if wanted.confidence_below is not None:
        found.append(table.lowest_confidence < wanted.confidence_below)
    if wanted.fallback:
        found.append(table.fallbacks > 0)
    if wanted.at_least is not None:
        found.append(table.patient_message_count >= wanted.at_least)
    if wanted.at_most is not None:
        found.append(table.patient_message_count <= wanted.at_most)
    return found


def _staff(wanted: Filter) -> list[Any]:
    found = []
    if wanted.assignee == "nobody":
        found.append(Conversation.assignee.is_(None))
    elif wanted.assignee:
        found.append(Conversation.assignee == wanted.assignee)
    if wanted.incident:
        found.append(Conversation.id.in_(select(Incident.conversation_id)))
    reviews = select(Review.conversation_id)
    if wanted.verdict == "none":
        found.append(Conversation.reviewed.is_(False))
    elif wanted.verdict:
        reviews = reviews.where(Review.verdict == wanted.verdict)
    if wanted.reviewer:
        reviews = reviews.where(Review.reviewer == wanted.reviewer)
    if wanted.reviewer or wanted.verdict not in ("", "none"):
        found.append(Conversation.id.in_(reviews))
    return found + _booking(wanted.booking)


def _booking(booking: str) -> list[Any]:
    asked = select(AppointmentRequest.conversation_id)
    if not booking:
        return []
    if booking == "none":
        return [Conversation.id.not_in(asked)]
    if booking != "asked":
        asked = asked.where(AppointmentRequest.status == booking)
    return [Conversation.id.in_(asked)]


def _dates(wanted: Filter) -> list[Any]:
    started = wanted.dates == "started"
    column = Conversation.created_at if started else Conversation.last_activity_at
    found = []
    if wanted.since is not None:
        found.append(column >= wanted.since)
    if wanted.until is not None:
        found.append(column < wanted.until)
    return found
