"""What the engine's events say to staff; bot/store/rows.py writes it down.

`project` is a pure function, so rows drawn turn by turn and rows drawn anew from all
events are the same. It reads:

    user             a patient's message (metadata: bot/store/turns.py)
    bot              a bot's message; `custom` may hold `question` and `card`
    slot intake      what was understood so far
    slot assessment  a result
    slot emergency   {"state": "heard", "red_flags": [...]}: an escalation
    slot appointment {"reference", "name", "contact", "when", "consent"}: a request
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timezone
from typing import Any

from bot.store.turns import INTERNAL, LABEL
from bot.triage.assessment import DISPOSITIONS

EventDict = Mapping[str, Any]
PROJECTION = 2
"""Version of what is drawn; older rows are drawn anew after an update (`refresh`)."""
NO_URGENCY = len(DISPOSITIONS)
URGENT = 1
MOST_FACETS = 60
FALLBACK = "nlu_fallback"


@dataclass(frozen=True)
class State:
    """The columns of `conversations` that are drawn from events, before or after some of them.

    `slots`: newest values (or their digests) of the slots above, to tell news from repeats.
    `urgency`: place in the queue, 0 first. `waiting_since`: when it came to that place.
    `facets`: kind -> ids that the conversation is found by.
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
    urgency: int = NO_URGENCY
    waiting_since: datetime | None = None
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    frequency: str | None = None
    last_question: str | None = None
    fallbacks: int = 0
    lowest_confidence: float | None = None
    intake: Mapping[str, Any] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, row: Any) -> State:
        """The state that a row of `conversations` holds."""
        values = {f.name: getattr(row, f.name) for f in fields(cls)}
        own = {"red_flags": tuple(row.red_flags), "slots": row.slots or {}}
        return cls(**values | own | {"facets": dict(row.facets or {})})

    def to_row(self) -> dict[str, Any]:
        """Column values."""
        row = {f.name: getattr(self, f.name) for f in fields(self)}
        row |= {"red_flags": list(self.red_flags), "slots": dict(self.slots)}
        row |= {"facets": dict(self.facets), "projection": PROJECTION}
        if self.last_activity_at is None:
            del row["last_activity_at"]
        return row


@dataclass
class Changes:
    """Rows to add, as column values without `conversation_id`, and the state after them.

    `alerts`: what staff should see at once; a conversation that has one is unread again.
    """

    state: State
    messages: list[dict[str, Any]] = field(default_factory=list)
    assessments: list[dict[str, Any]] = field(default_factory=list)
    escalations: list[dict[str, Any]] = field(default_factory=list)
    appointments: list[dict[str, Any]] = field(default_factory=list)
    alerts: list[dict[str, Any]] = field(default_factory=list)

    def set(self, **values: Any) -> None:
        """Change some fields of the state."""
        self.state = replace(self.state, **values)

    def find_by(self, kind: str, values: Iterable[str], *, more: bool = False) -> None:
        """Set the facets of a kind, or with `more` add to them."""
        known = self.state.facets.get(kind, ()) if more else ()
        found = list(dict.fromkeys([*known, *(value[:80] for value in values)]))[:MOST_FACETS]
        self.set(facets={**self.state.facets, kind: found})

    def alert(self, event: EventDict, kind: str) -> None:
        """Staff should look at once."""
        self.alerts.append({"at": event_time(event), "kind": kind})


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


# One function for each kind of event.


def _on_user(changes: Changes, event: EventDict) -> None:
    metadata = event.get("metadata") or {}
    parse = event.get("parse_data") or {}
    intent = parse.get("intent") or {}
    changes.set(last_activity_at=event_time(event))
    if metadata.get(INTERNAL) or intent.get("name") == "session_start":
        return
    label = metadata.get(LABEL)
    changes.set(
        patient_message_count=changes.state.patient_message_count + 1,
        waiting_since=changes.state.waiting_since or event_time(event),
    )
    _note_intent(changes, intent, typed=not label)
    second = _runner_up(parse, intent.get("name"))
    _add_message(
        changes, event, sender="patient", text=label or event.get("text") or "",
        message_id=event.get("message_id"), intent=(intent.get("name") or None),
        confidence=intent.get("confidence"), entities=parse.get("entities") or None,
        runner_up=second.get("name"), runner_up_confidence=second.get("confidence"),
    )  # fmt: skip


def _note_intent(changes: Changes, intent: Mapping[str, Any], typed: bool) -> None:
    name, sure = intent.get("name"), intent.get("confidence")
    if name:
        changes.find_by("intent", [name], more=True)
    if name == FALLBACK:
        changes.set(fallbacks=changes.state.fallbacks + 1)
    elif typed and sure is not None:
        lowest = changes.state.lowest_confidence
        changes.set(lowest_confidence=sure if lowest is None else min(lowest, sure))


def _runner_up(parse: Mapping[str, Any], first: str | None) -> Mapping[str, Any]:
    others = (one for one in parse.get("intent_ranking") or () if one.get("name") != first)
    return next((one for one in others if one.get("name") != FALLBACK), {})


def _on_bot(changes: Changes, event: EventDict) -> None:
    data = event.get("data") or {}
    custom = data.get("custom") or {}
    question, card = custom.get("question"), custom.get("card")
    changes.set(last_activity_at=event_time(event))
    if question:
        changes.set(last_question=str(question.get("id"))[:60])
        changes.find_by("question", [str(question.get("id"))], more=True)
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


def _on_intake(changes: Changes, event: EventDict, value: Mapping[str, Any]) -> None:
    changes.set(intake=value, frequency=value.get("frequency"))
    changes.find_by("location", value.get("locations") or ())


def _on_triggers(changes: Changes, event: EventDict, value: Sequence[str]) -> None:
    changes.find_by("trigger", value)


def _on_assessment(changes: Changes, event: EventDict, value: Mapping[str, Any]) -> None:
    version, level = value.get("knowledge_version") or None, value["disposition"]
    row = {"disposition": level, "knowledge_version": version, "data": value}
    changes.assessments.append(_stamp(changes, event) | row)
    changes.set(
        status="assessed", disposition=level,
        knowledge_version=version or changes.state.knowledge_version,
    )  # fmt: skip
    for kind, key in (("contributor", "contributors"), ("withheld", "withheld")):
        changes.find_by(kind, [one["id"] for one in value.get(key) or () if "id" in one])
    changes.find_by("rule", value.get("rules") or ())
    _rank(changes, event, level)
    if level in DISPOSITIONS[: URGENT + 1]:
        changes.alert(event, "urgent")


def _on_emergency(changes: Changes, event: EventDict, value: Mapping[str, Any]) -> None:
    if value.get("state") != "heard":
        return
    heard = list(value.get("red_flags") or ())
    changes.escalations.append(_stamp(changes, event) | {"red_flags": heard})
    flags = tuple(dict.fromkeys([*changes.state.red_flags, *heard]))
    changes.set(status="emergency", disposition="emergency", red_flags=flags)
    changes.find_by("red_flag", flags)
    _rank(changes, event, "emergency")
    changes.alert(event, "emergency")


def _rank(changes: Changes, event: EventDict, level: str) -> None:
    """A danger sign that was heard keeps its place in the queue, whatever comes after it."""
    place = 0 if changes.state.red_flags else DISPOSITIONS.index(level)
    if place < changes.state.urgency:
        changes.set(waiting_since=event_time(event))
    changes.set(urgency=place)


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
    if changes.state.urgency > URGENT:
        changes.set(waiting_since=event_time(event))
    changes.alert(event, "request")


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
    "intake": _on_intake,
    "triggers": _on_triggers,
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
    (
        "buttons", "question", "card", "message_id", "intent", "confidence", "entities",
        "runner_up", "runner_up_confidence",
    )
)  # fmt: skip


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
