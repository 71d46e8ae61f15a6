"""Short notation for what a text says."""

from __future__ import annotations

from datetime import date

from bot.nlu.reading import read
from bot.triage.reading import Mention

SUNDAY = date(2026, 11, 22)
MARKS = {
    "present": "",
    "absent": "-",
    "past": "past:",
    "uncertain": "?",
    "hypothetical": "if:",
    "other_person": "other:",
}


def said(text: str, *kinds: str) -> set[str]:
    """Values of these kinds, marked by assertion: numbness, -numbness, ?numbness ..."""
    mentions = read(text, SUNDAY).mentions
    return {MARKS[m.assertion] + str(m.value) for m in mentions if m.kind in kinds}


def sides(text: str) -> set[tuple[str, str | None]]:
    """Locations with their sides."""
    return {(str(m.value), m.side) for m in read(text, SUNDAY).mentions if m.kind == "location"}


def first(text: str, kind: str) -> Mention | None:
    """The first mention of a kind."""
    return next((m for m in read(text, SUNDAY).mentions if m.kind == kind), None)
