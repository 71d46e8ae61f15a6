"""What ids are called on the screen: names from the clinical content, never made up here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.knowledge import knowledge

DISPOSITION_LABELS: Mapping[str, str] = {
    "emergency": "Emergency",
    "urgent": "Same day",
    "book": "Appointment",
    "self_care": "Self-care",
}
VERDICTS: Mapping[str, str] = {
    "right": "The result was right",
    "too_low": "Should have been more urgent",
    "too_high": "Should have been less urgent",
    "misunderstood": "The patient was misunderstood",
}
LIKELIHOODS: Mapping[str, str] = {
    "more": "more likely",
    "possible": "possible",
    "less": "less likely",
}

ROLES: Mapping[str, str] = {
    "viewer": "Reads conversations",
    "reviewer": "Reads and reviews conversations",
    "clinician": "Reviews, and decides on clinical content",
    "admin": "Everything, and staff logins",
}

REQUESTS: Mapping[str, str] = {
    "new": "New", "called": "Called", "booked": "Booked", "declined": "Declined",
    "withdrawn": "Withdrawn",
}  # fmt: skip
"""What becomes of a request for an appointment."""
_VALUES: Mapping[str, str] = {
    "side": "side: {}", "frequency": "how often: {}", "episode_length": "how long each time: {}",
    "course": "course: {}", "duration": "for {} days", "severity": "pain {} of 10",
    "age": "age {}",
}  # fmt: skip
"""How the value of a field is told as a reason."""


def name_of(item: str, kind: str = "") -> str:
    """The name of a finding, red flag, area, page item, strategy or rule; else the id.

    `kind`: contributor or strategy, where a finding has the same id.
    """
    content = knowledge()
    if kind == "contributor" and item in content.items:
        return content.items[item].name
    if kind == "strategy" and item in content.strategies:
        return str(content.strategies[item].label)
    for table in (content.findings, content.red_flags, content.locations, content.strategies):
        if item in table:
            return str(table[item].label)
    if item in content.items:
        return content.items[item].name
    if item in content.rules:
        return content.rules[item].why
    if item in content.cautions:
        return content.cautions[item].text
    return item.replace("_", " ")


def intent_name(intent: str) -> str:
    """What a message wanted, in words."""
    return "not understood" if intent == "nlu_fallback" else intent.replace("_", " ")


def words_of(code: str) -> str:
    """A code of the program as words: turn.failed is "Turn failed"."""
    return code.replace(".", " ").replace("_", " ").capitalize()


def reason_name(reason: Mapping[str, Any]) -> str:
    """What a reason of a result says: "no numbness" for a finding that counted by its absence."""
    name, status = str(reason["id"]), reason.get("status", "present")
    if status == "unknown":
        return f"{_noun(name, reason)}: not known"
    known = knowledge().findings.get(name) or knowledge().red_flags.get(name)
    if known and status == "absent":
        return str(known.label_absent)
    told = _VALUES.get(str(reason.get("kind")))
    return told.format(name.replace("_", " ")) if told else name_of(name)


def _noun(name: str, reason: Mapping[str, Any]) -> str:
    """What is unknown: a field is named by its kind."""
    return name_of(str(reason["kind"]) if reason.get("kind") in _VALUES else name)
