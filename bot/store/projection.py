"""Draws the rows that staff read out of the engine's events.

`project` is a pure function, so rows drawn turn by turn and rows drawn anew from all
events are the same. It reads:

    user             a patient's message (metadata: bot/store/turns.py)
    bot              a bot's message; `custom` may hold `question` and `card`
    slot assessment  a result
    slot emergency   {"state": "heard", "red_flags": [...]}: an escalation
    slot appointment {"reference", "name", "contact", "when", "consent"}: a request
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.store.errors import UnknownConversation
from bot.store.models import (
    AppointmentRequest,
    AssessmentRow,
    Conversation,
    Escalation,
    Event,
    Message,
)
from bot.store.turns import INTERNAL, LABEL

EventDict = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """The columns of `conversations` that are drawn from events, before or after some of them.

    `slots`: newest values (or their digests) of the slots above, to tell news from repeats.
    """

    event_count: int = 0
    message_count: int = 0
    patient_message_count: int = 0
    session_seq: int = 1
    status: str = "open"
    disposition: str | None = None
    red_flags: tuple[str, ...] = ()
    knowledge_version: str | None = None
    model_version: str | None = None
    last_activity_at: datetime | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Any) -> State:
        """The state that a row of `conversations` holds."""
        values = {f.name: getattr(row, f.name) for f in fields(cls)}
        return cls(**values | {"red_flags": tuple(row.red_flags), "slots": row.slots or {}})

    def to_row(self) -> dict[str, Any]:
        """Column values."""
        row = asdict(self) | {"red_flags": list(self.red_flags), "slots": dict(self.slots)}
        if self.last_activity_at is None:
            del row["last_activity_at"]
        return row


@dataclass
class Changes:
    """Rows to add, as column values without `conversation_id`, and the state after them."""

    state: State
    messages: list[dict[str, Any]] = field(default_factory=list)
    assessments: list[dict[str, Any]] = field(default_factory=list)
    escalations: list[dict[str, Any]] = field(default_factory=list)
    appointments: list[dict[str, Any]] = field(default_factory=list)

    def set(self, **values: Any) -> None:
        """Change some fields of the state."""
        self.state = replace(self.state, **values)


def project(state: State, events: Iterable[EventDict]) -> Changes:
    """What `events` (as the engine's JSON), coming after `state`, add and change."""
    changes = Changes(state)
    for event in events:
        changes.set(event_count=changes.state.event_count + 1)
        model = (event.get("metadata") or {}).get("model_id")
        if model:
            changes.set(model_version=str(model)[:64])
        handle = _HANDLERS.get(event["event"])
        if handle:
            handle(changes, event)
    return changes


def write(session: Any, conversation_id: str, changes: Changes) -> None:
    """Add the rows and set the state, in the caller's transaction."""
    for table, rows in _tables(changes):
        if rows:
            keyed = [{"conversation_id": conversation_id, **row} for row in rows]
            session.execute(_INSERTS[table], keyed)
    session.execute(_SET_STATE, {"this": conversation_id, **changes.state.to_row()})


def rebuild(session: Any, conversation_id: str | None = None) -> int:
    """Draw all rows anew from the events, of one or of all conversations; returns how many.

    Staff's marks stay: `reviewed`, and the status of a request. Raises UnknownConversation.
    """
    ids = [conversation_id] if conversation_id else _all_ids(session)
    for each in ids:
        _rebuild(session, each)
    return len(ids)


# One function for each kind of event.


def _on_user(changes: Changes, event: EventDict) -> None:
    metadata = event.get("metadata") or {}
    parse = event.get("parse_data") or {}
    intent = parse.get("intent") or {}
    changes.set(last_activity_at=event_time(event))
    if metadata.get(INTERNAL) or intent.get("name") == "session_start":
        return
    label = metadata.get(LABEL)
    changes.set(patient_message_count=changes.state.patient_message_count + 1)
    _add_message(
        changes, event, sender="patient", text=label or event.get("text") or "",
        message_id=event.get("message_id"), intent=(intent.get("name") or None),
        confidence=intent.get("confidence"), entities=parse.get("entities") or None,
    )  # fmt: skip


def _on_bot(changes: Changes, event: EventDict) -> None:
    data = event.get("data") or {}
    custom = data.get("custom") or {}
    question, card = custom.get("question"), custom.get("card")
    changes.set(last_activity_at=event_time(event))
    if event.get("text") or question or card:
        _add_message(
            changes, event, sender="bot", text=event.get("text") or "",
            buttons=[_button(button) for button in data.get("buttons") or ()] or None,
            question=question, card=card,
        )  # fmt: skip


def _on_slot(changes: Changes, event: EventDict) -> None:
    name, value = str(event.get("name")), event.get("value")
    handle = _SLOTS.get(name)
    if handle is None:
        return
    mark = _digest(value)
    if value is not None and mark != changes.state.slots.get(name):
        handle(changes, event, value)
    changes.set(slots={**changes.state.slots, name: mark})


def _on_assessment(changes: Changes, event: EventDict, value: Mapping[str, Any]) -> None:
    version = value.get("knowledge_version") or None
    row = {"disposition": value["disposition"], "knowledge_version": version, "data": value}
    changes.assessments.append(_stamp(changes, event) | row)
    changes.set(
        status="assessed", disposition=value["disposition"],
        knowledge_version=version or changes.state.knowledge_version,
    )  # fmt: skip


def _on_emergency(changes: Changes, event: EventDict, value: Mapping[str, Any]) -> None:
    if value.get("state") != "heard":
        return
    heard = list(value.get("red_flags") or ())
    changes.escalations.append(_stamp(changes, event) | {"red_flags": heard})
    flags = tuple(dict.fromkeys([*changes.state.red_flags, *heard]))
    changes.set(status="emergency", disposition="emergency", red_flags=flags)


def _on_appointment(changes: Changes, event: EventDict, value: Mapping[str, Any]) -> None:
    stamp = _stamp(changes, event)
    changes.appointments.append(
        {
            "seq": stamp["seq"], "created_at": stamp["at"], "reference": str(value["reference"]),
            "name": _words(value.get("name")), "contact": _words(value.get("contact")),
            "preferred_when": _words(value.get("when")), "consent": bool(value.get("consent")),
            "status": "new",
        }
    )  # fmt: skip


def _on_session(changes: Changes, event: EventDict) -> None:
    changes.set(session_seq=changes.state.event_count, slots={})


def _on_reset(changes: Changes, event: EventDict) -> None:
    changes.set(slots={})


_HANDLERS: Mapping[str, Callable[[Changes, EventDict], None]] = {
    "user": _on_user,
    "bot": _on_bot,
    "slot": _on_slot,
    "session_started": _on_session,
    "restart": _on_reset,
    "reset_slots": _on_reset,
}
_SLOTS: Mapping[str, Callable[[Changes, EventDict, Any], None]] = {
    "assessment": _on_assessment,
    "emergency": _on_emergency,
    "appointment": _on_appointment,
}


def _add_message(changes: Changes, event: EventDict, **values: Any) -> None:
    seq = changes.state.message_count + 1
    changes.set(message_count=seq)
    stamp = {"seq": seq, "event_seq": changes.state.event_count, "at": event_time(event)}
    changes.messages.append({**_NO_MESSAGE, **stamp, **values})


_NO_MESSAGE: Mapping[str, Any] = dict.fromkeys(
    ("buttons", "question", "card", "message_id", "intent", "confidence", "entities")
)


def _stamp(changes: Changes, event: EventDict) -> dict[str, Any]:
    return {"seq": changes.state.event_count, "at": event_time(event)}


def event_time(event: EventDict) -> datetime:
    """When the engine says that it happened (wall clock: not for ordering)."""
    return datetime.fromtimestamp(event["timestamp"], timezone.utc)


def _button(button: Mapping[str, Any]) -> dict[str, Any]:
    return {"label": button.get("title", button.get("label", "")), "payload": button.get("payload")}


def _words(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _digest(value: Any) -> str | None:
    if value is None:
        return None
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


# Reading and writing rows.


def _tables(changes: Changes) -> Sequence[tuple[Any, list[dict[str, Any]]]]:
    return (
        (Message, changes.messages),
        (AssessmentRow, changes.assessments),
        (Escalation, changes.escalations),
        (AppointmentRequest, changes.appointments),
    )


_INSERTS = {
    table: insert(table.__table__)
    for table in (Message, AssessmentRow, Escalation, AppointmentRequest)
}
_SET_STATE = update(Conversation.__table__).where(Conversation.__table__.c.id == bindparam("this"))


def _all_ids(session: Any) -> list[str]:
    wanted = select(Conversation.id).where(Conversation.deleted_at.is_(None))
    return list(session.execute(wanted.order_by(Conversation.id)).scalars())


def _rebuild(session: Any, conversation_id: str) -> None:
    row = session.get(Conversation, conversation_id, with_for_update=True)
    if row is None or row.deleted_at is not None:
        raise UnknownConversation(conversation_id)
    wanted = select(Event.data).where(Event.conversation_id == conversation_id)
    changes = project(State(), session.execute(wanted.order_by(Event.seq)).scalars())
    _keep_statuses(session, conversation_id, changes)
    for table, _ in _tables(changes):
        session.execute(
            delete(table)
            .where(table.conversation_id == conversation_id)
            .execution_options(synchronize_session=False)
        )
    write(session, conversation_id, changes)


def _keep_statuses(session: Any, conversation_id: str, changes: Changes) -> None:
    known = select(AppointmentRequest.seq, AppointmentRequest.status).where(
        AppointmentRequest.conversation_id == conversation_id
    )
    statuses = {row.seq: row.status for row in session.execute(known)}
    for row in changes.appointments:
        row["status"] = statuses.get(row["seq"], row["status"])
