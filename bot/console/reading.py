"""One conversation made ready for the page: messages in pieces, ledger, result, timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.console.contacts import mask_contacts
from bot.console.highlight import Heard, Piece, heard_in, pieces
from bot.console.names import name_of
from bot.console.timeline import Moment, timeline
from bot.knowledge import knowledge
from bot.store.queries import ConversationDetail, MessageView
from bot.triage.intake import Intake
from bot.triage.ledger import ledger

LEDGER_LABELS = {
    "asked": "Present, told when asked",
    "volunteered": "Present, told unasked",
    "denied": "Denied",
    "unknown": "Not known",
}


@dataclass(frozen=True)
class Line:
    """A message of the transcript."""

    message: MessageView
    pieces: list[Piece] = field(repr=False)
    heard: list[Heard] = field(repr=False)


@dataclass(frozen=True)
class Sign:
    """A line of the safety ledger. `state`: a key of LEDGER_LABELS."""

    id: str
    name: str
    state: str
    was_asked: bool
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class Reading:
    """All that the page of a conversation shows."""

    found: ConversationDetail = field(repr=False)
    lines: list[Line] = field(repr=False)
    ledger: list[Sign]
    ledger_is_current: bool
    facts: list[tuple[str, str, str]] = field(repr=False)
    moments: list[Moment]

    @property
    def result(self) -> Mapping[str, Any] | None:
        """The newest assessment, as the engine wrote it."""
        return self.found.assessments[0].data if self.found.assessments else None

    @property
    def has_older(self) -> bool:
        """Whether messages before these were left out."""
        return bool(self.lines) and self.lines[0].message.seq > 1

    def to_json(self) -> dict[str, Any]:
        """For an export: what was said, understood and concluded; no contact details."""
        found = self.found
        return {
            "id": found.summary.id,
            "started": found.summary.created_at.isoformat(),
            "disposition": found.summary.disposition,
            "messages": [_message_json(line.message) for line in self.lines],
            "understood": found.intake,
            "assessments": [one.data for one in found.assessments],
            "emergencies": [list(one.red_flags) for one in found.escalations],
            "safety_ledger": [vars(sign) for sign in self.ledger],
            "reviews": [
                {"reviewer": r.reviewer, "verdict": r.verdict, "should_be": r.should_be,
                 "details": dict(r.details), "note": r.note, "at": r.at.isoformat()}
                for r in found.reviews
            ],
            "model": found.summary.model_version,
            "knowledge": found.summary.knowledge_version,
        }  # fmt: skip


def read(found: ConversationDetail) -> Reading:
    """A conversation, ready for the page; how to reach the patient is masked."""
    signs, current = _ledger(found)
    messages = mask_contacts(found.messages, found.appointments)
    return Reading(
        found=found,
        lines=[_line(message) for message in messages],
        ledger=signs,
        ledger_is_current=current,
        facts=_facts(found.intake),
        moments=timeline(found),
    )


def _line(message: MessageView) -> Line:
    if message.sender != "patient":
        return Line(message, [Piece(message.text)], [])
    return Line(message, pieces(message), heard_in(message))


def _ledger(found: ConversationDetail) -> tuple[list[Sign], bool]:
    """The ledger that the result was made with; before a result, that of what is known now."""
    stored = found.assessments[0].data.get("ledger") if found.assessments else None
    intake = Intake.from_dict(found.intake)
    if stored:
        entries = [(e["sign"], e["state"], bool(e.get("was_asked"))) for e in stored]
    elif found.intake:
        entries = [(e.sign, e.state, e.was_asked) for e in ledger(intake, knowledge())]
    else:
        return [], False
    order = ("asked", "volunteered", "unknown", "denied")
    signs = [
        Sign(sign, name_of(sign), state, asked, _words(intake, sign))
        for sign, state, asked in entries
    ]
    return sorted(signs, key=lambda sign: order.index(sign.state)), not stored


def _words(intake: Intake, sign: str) -> str:
    answer = intake.findings.get(sign)
    return answer.words if answer else ""


_FIELDS: Mapping[str, tuple[str, str]] = {
    "side": ("side", "{}"),
    "frequency": ("how often", "{}"),
    "episode_length": ("how long each time", "{}"),
    "duration_days": ("going on for", "{} days"),
    "course": ("course", "{}"),
    "severity": ("pain", "{} of 10"),
    "age": ("age", "{}"),
}
"""Field -> what it is called, and how its value is put."""


def _facts(intake: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """Name, value and the patient's words of each field that is known."""
    if not intake:
        return []
    words = intake.get("words") or {}
    places = ", ".join(name_of(one) for one in intake.get("locations") or ())
    known = [("location", places, words.get("locations", ""))] if places else []
    known += [
        (label, put.format(str(intake[name]).replace("_", " ")), words.get(name, ""))
        for name, (label, put) in _FIELDS.items()
        if intake.get(name) is not None
    ]
    if intake.get("writes") == "carer":
        known.append(("written by", "somebody else for the patient", ""))
    return known


def _message_json(message: MessageView) -> dict[str, Any]:
    return {
        "seq": message.seq,
        "at": message.at.isoformat(),
        "from": message.sender,
        "text": message.text,
        "intent": message.intent,
        "confidence": message.confidence,
        "understood": list(message.entities),
        "question": message.question and message.question.get("id"),
    }
