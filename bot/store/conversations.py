"""Begin, read and remove a conversation.

Functions take a session (`with database.begin() as session:`) and block: in the bot call
them in a thread.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update

from bot.settings import get_settings
from bot.store.audit import record_audit
from bot.store.errors import BadConversationId, UnknownConversation
from bot.store.models import (
    AppointmentRequest,
    AssessmentRow,
    Conversation,
    Escalation,
    Event,
    InboxMessage,
    Incident,
    Message,
    Review,
)
from bot.store.work import Alert, Facet, Proposal, SearchEntry

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ERASED = (
    Event, Message, InboxMessage, AssessmentRow, Escalation, Review, Alert, Facet, Proposal,
    SearchEntry,
)  # fmt: skip


def create_conversation(session: Any, *, page: str | None = None, locale: str | None = None) -> str:
    """Begin a conversation; returns its id (160 random bits as 40 hexadecimal digits)."""
    conversation_id = secrets.token_hex(20)
    add_conversation(session, conversation_id, page=page, locale=locale)
    return conversation_id


def add_conversation(
    session: Any, conversation_id: str, *, page: str | None = None, locale: str | None = None
) -> None:
    """The row of a conversation whose id is known (terminal, evaluation)."""
    check_id(conversation_id)
    now = datetime.now(timezone.utc)
    session.add(
        Conversation(
            id=conversation_id, created_at=now, last_activity_at=now,
            page=page and page[:500], locale=locale and locale[:35],
        )
    )  # fmt: skip
    session.flush()


def check_id(conversation_id: str) -> None:
    """Raises BadConversationId: for `default`, which strangers would share, and odd ids."""
    if conversation_id == "default" or not _ID.fullmatch(conversation_id):
        raise BadConversationId("Conversation ids are made by create_conversation.")


def is_open(session: Any, conversation_id: str) -> bool:
    """Whether it is there and was not removed."""
    wanted = select(Conversation.id).where(
        Conversation.id == conversation_id, Conversation.deleted_at.is_(None)
    )
    return session.execute(wanted).first() is not None


def transcript(session: Any, conversation_id: str, after: int = 0) -> list[dict[str, Any]]:
    """The contract's messages whose `seq` is above `after`. Raises UnknownConversation."""
    if not is_open(session, conversation_id):
        raise UnknownConversation(conversation_id)
    wanted = (
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.seq > after)
        .order_by(Message.seq)
    )
    said = [message_json(vars(row)) for row in session.execute(wanted).scalars()]
    cards = [m for m in said if (m["card"] or {}).get("reference")]
    times = booked_times(session, conversation_id) if cards else {}
    for message in cards:
        start = times.get(message["card"]["reference"])
        message["card"] = message["card"] | ({"start": start} if start else {})
    return said


def booked_times(session: Any, conversation_id: str) -> dict[str, str]:
    """Reference -> ISO time of each visit for which staff set a time.

    With the offset of the clinic's time zone where the settings name one.
    """
    zone = get_settings().clinic_time_zone
    wanted = select(AppointmentRequest.reference, AppointmentRequest.booked_for).where(
        AppointmentRequest.conversation_id == conversation_id,
        AppointmentRequest.status == "booked",
        AppointmentRequest.booked_for.is_not(None),
    )
    found = ((name, datetime.fromisoformat(at)) for name, at in session.execute(wanted))
    return {
        name: (at.replace(tzinfo=ZoneInfo(zone)) if zone else at).isoformat() for name, at in found
    }


def message_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `messages` as the contract's message; a patient's carries the client's id too."""
    own = {"id": row["message_id"]} if row.get("message_id") else {}
    return own | {
        "seq": row["seq"],
        "from": row["sender"],
        "at": row["at"].isoformat(timespec="milliseconds"),
        "text": row["text"],
        "buttons": row.get("buttons") or [],
        "question": row.get("question"),
        "card": row.get("card"),
    }


def delete_conversation(
    session: Any,
    conversation_id: str,
    *,
    actor: str = "patient",
    action: str = "conversation.removed",
) -> None:
    """Remove a conversation for good: what was said, what came of it, how to reach the patient.

    Its bare row stays, so that the id is never used again; so does an audit event without
    content. A request for an appointment stays as `withdrawn`, without name or contact.
    Raises UnknownConversation.
    """
    _lock(session, conversation_id)
    removed = 0
    for table in _ERASED:
        done = _run(session, delete(table).where(table.conversation_id == conversation_id))
        removed += done.rowcount if table is Event else 0
    _run(
        session,
        update(AppointmentRequest)
        .where(AppointmentRequest.conversation_id == conversation_id)
        .values(
            name=None, contact=None, preferred_when=None, note=None, booked_for=None,
            status="withdrawn",
        ),
    )  # fmt: skip
    _run(session, delete(Incident).where(Incident.conversation_id == conversation_id))
    record_audit(session, actor, action, conversation_id, events=removed)


def delete_older_than(session: Any, moment: datetime) -> int:
    """Remove conversations without activity since `moment`; returns how many."""
    ids = session.execute(
        select(Conversation.id).where(
            Conversation.last_activity_at < moment, Conversation.deleted_at.is_(None)
        )
    ).scalars()
    old = list(ids)
    for conversation_id in old:
        delete_conversation(session, conversation_id, actor="system", action="conversation.expired")
    return len(old)


def _lock(session: Any, conversation_id: str) -> None:
    """Mark it removed; a turn that is under way can no longer be saved."""
    found = _run(
        session,
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.deleted_at.is_(None))
        .values(
            deleted_at=datetime.now(timezone.utc), status="removed", page=None, locale=None,
            disposition=None, red_flags=[], slots=None, event_count=0, message_count=0,
            patient_message_count=0, urgency=4, waiting_since=None, facets={}, frequency=None,
            last_question=None, fallbacks=0, lowest_confidence=None, intake=None, assignee=None,
            snoozed_until=None, state="archived",
        ),
    )  # fmt: skip
    if found.rowcount != 1:
        raise UnknownConversation(conversation_id)


def _run(session: Any, statement: Any) -> Any:
    return session.execute(statement.execution_options(synchronize_session=False))
