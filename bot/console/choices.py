"""What the filters offer, with its names on the screen."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from flask import current_app

from bot.console.names import DISPOSITION_LABELS, VERDICTS, intent_name, name_of
from bot.knowledge import knowledge
from bot.store.lists import values_in_use, versions_in_use
from bot.store.people import emails_in_use

FREQUENCIES = {
    "once": "Once", "occasional": "Now and then", "weekly": "Weekly", "daily": "Daily",
    "constant": "All the time",
}  # fmt: skip
BOOKINGS = {
    "asked": "Asked for", "none": "Not asked for", "new": "New request", "called": "Called",
    "booked": "Booked", "declined": "Declined",
}  # fmt: skip
KIND_LABELS = {
    "red_flag": "Danger sign", "contributor": "Contributor", "location": "Location",
    "trigger": "Trigger", "withheld": "Advice withheld", "rule": "Rule", "intent": "Intent",
    "question": "Question put", "tag": "Tag",
}  # fmt: skip


def state_labels() -> Mapping[str, str]:
    """The states of a conversation, in the order of their tabs."""
    return {
        "open": "Waiting", "unread": "Unread", "needs_action": "Needs action", "read": "Read",
        "reviewed": "Reviewed", "snoozed": "Snoozed", "archived": "Archived",
    }  # fmt: skip


LONGEST_NAME = 70
_PLACES = re.compile(r"\{\w+\}")
Choices = dict[str, list[tuple[str, str]]]
KEPT_SECONDS = 60


def choices(session: Any) -> Choices:
    """Name of a filter -> (value, label) pairs; at most a minute old, as counting takes time."""
    at, known = current_app.extensions.get("choices", (0.0, None))
    if known is None or time.monotonic() - at > KEPT_SECONDS or current_app.testing:
        known = _choices(session)
        current_app.extensions["choices"] = (time.monotonic(), known)
    return dict(known)


def _choices(session: Any) -> Choices:
    models, contents = versions_in_use(session)
    people = emails_in_use(session)
    facets = {
        kind: sorted(((v, facet_name(kind, v)) for v in values_in_use(session, kind)), key=_label)
        for kind in KIND_LABELS
    }
    return facets | {
        "disposition": [*DISPOSITION_LABELS.items(), ("none", "Not finished")],
        "frequency": list(FREQUENCIES.items()),
        "booking": list(BOOKINGS.items()),
        "verdict": [("none", "Not reviewed"), *VERDICTS.items()],
        "assignee": [("nobody", "Nobody"), *((each, each) for each in people)],
        "reviewer": [(each, each) for each in people],
        "model": [(each, each[:8]) for each in models],
        "knowledge": [(each, each[:12]) for each in contents],
        "last_question": facets["question"],
    }


def facet_name(kind: str, value: str) -> str:
    """What a facet is called on the screen."""
    if kind == "tag":
        return value
    if kind == "intent":
        return intent_name(value)
    if kind == "rule":
        return f"{value}: {name_of(value)}" if name_of(value) != value else value
    if kind == "question":
        return question_name(value)
    return name_of(value, "strategy" if kind == "withheld" else kind)


def question_name(value: str) -> str:
    """The first question of its text; of a list of danger signs, what it is about."""
    question = knowledge().questions.get(value)
    if question is None:
        return name_of(value)
    if question.topic == "screen":
        return f"Safety check: {value.removeprefix('screen_')}".replace("_", " ")
    asked = _PLACES.sub("…", question.texts[0].split("?")[0])
    return f"{asked}?" if len(asked) < LONGEST_NAME else f"{asked[:LONGEST_NAME]}…"


def _label(pair: tuple[str, str]) -> str:
    return pair[1].casefold()
