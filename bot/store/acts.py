"""What staff do with a conversation: read it, put it aside, hand it over, judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, select, update

from bot.store.errors import UnknownConversation
from bot.store.filters import STATES
from bot.store.models import AppointmentRequest, Conversation, Review
from bot.store.work import TAG, Facet
from bot.triage.assessment import DISPOSITIONS

URGENT = DISPOSITIONS.index("urgent")


def mark_opened(session: Any, conversation_id: str) -> None:
    """Somebody of staff reads it: unread becomes needs_action, or read where nothing presses."""
    row = _conversation(session, conversation_id)
    now = datetime.now(timezone.utc)
    row.opened_at = row.opened_at or now
    if row.state == "unread":
        presses = row.urgency <= URGENT or _has_new_request(session, conversation_id)
        row.state, row.state_at = "needs_action" if presses else "read", now


def set_state(
    session: Any, conversation_id: str, state: str, until: datetime | None = None
) -> None:
    """Put it in one of STATES; snoozed needs `until`. Raises UnknownConversation."""
    if state not in STATES or (state == "snoozed") != (until is not None):
        raise ValueError(state)
    row = _conversation(session, conversation_id)
    row.state, row.state_at, row.snoozed_until = state, datetime.now(timezone.utc), until


def assign(session: Any, conversation_id: str, assignee: str | None) -> None:
    """Hand it to a staff member, or to nobody. Raises UnknownConversation."""
    _conversation(session, conversation_id).assignee = assignee


def set_tags(session: Any, conversation_id: str, tags: Iterable[str]) -> None:
    """Give it exactly these tags. Raises UnknownConversation."""
    _conversation(session, conversation_id)
    own = (Facet.conversation_id == conversation_id, Facet.kind == TAG)
    session.execute(delete(Facet).where(*own).execution_options(synchronize_session=False))
    for tag in sorted(set(tags)):
        session.add(Facet(conversation_id=conversation_id, kind=TAG, value=tag))
    session.flush()


def add_review(
    session: Any,
    conversation_id: str,
    reviewer: str,
    verdict: str,
    note: str | None = None,
    *,
    should_be: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """A verdict; the conversation counts as reviewed. Raises UnknownConversation."""
    row = _conversation(session, conversation_id)
    now = datetime.now(timezone.utc)
    session.add(
        Review(
            conversation_id=conversation_id, reviewer=reviewer, verdict=verdict, note=note, at=now,
            disposition=row.disposition, should_be=should_be, details=dict(details or {}),
        )
    )  # fmt: skip
    row.reviewed = True
    row.state, row.state_at, row.snoozed_until = "reviewed", now, None


def update_appointment(session: Any, reference: str, actor: str, **values: Any) -> bool:
    """Note what became of a request (status, note, booked_for); False if none can be changed."""
    statement = (
        update(AppointmentRequest)
        .where(AppointmentRequest.reference == reference, AppointmentRequest.status != "withdrawn")
        .values(**values, handled_by=actor, handled_at=datetime.now(timezone.utc))
        .execution_options(synchronize_session=False)
    )
    return bool(session.execute(statement).rowcount)


def _conversation(session: Any, conversation_id: str) -> Any:
    row = session.get(Conversation, conversation_id)
    if row is None or row.deleted_at is not None:
        raise UnknownConversation(conversation_id)
    return row


def _has_new_request(session: Any, conversation_id: str) -> bool:
    wanted = select(AppointmentRequest.seq).where(
        AppointmentRequest.conversation_id == conversation_id, AppointmentRequest.status == "new"
    )
    return session.execute(wanted).first() is not None
