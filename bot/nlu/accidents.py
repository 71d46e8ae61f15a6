"""When an accident was: "rolled my truck last night", "car crash 11 days ago", "fell in 2019"."""

from __future__ import annotations

from bot.nlu.clauses import clause_of
from bot.nlu.dates import days_since
from bot.nlu.engine import Heard, Message
from bot.nlu.fields import Reckoned
from bot.nlu.quantities import time_span_at

FRESH_DAYS = 3
FRESH, OLD = "accident_within_72h", "accident_over_72h"
_ACCIDENTS = frozenset({"car_accident", "bike_accident", "other_accident"})
_STRAINS = ("(strained", "sprained", "injury", "twisted", "old")
"""Wordings of an accident that may as well be a strain: their day is the day it began."""
_NOT_A_DAY = frozenset({"this year", "spring", "fall", "may", "march"})


def accident_day(message: Message) -> Reckoned | None:
    """The day named nearest to an accident in the same clause, as fresh or old."""
    dated = [day for heard in message.of("finding") if _is_accident(heard)
             for day in _days(message, heard)]  # fmt: skip
    if not dated:
        return None
    _, days, start, end = min(dated)
    return Reckoned("finding", FRESH if days <= FRESH_DAYS else OLD, start, end, "accident_day")


def _is_accident(heard: Heard) -> bool:
    said = heard.label.role != "absent" and not heard.label.phrase.startswith(_STRAINS)
    return said and heard.id in _ACCIDENTS


def _days(message: Message, heard: Heard) -> list[tuple[int, int, int, int]]:
    """Distance in words, days, start and end of each day named in the accident's clause."""
    clause = message.clauses[clause_of(message.clauses, heard.start)]
    found: list[tuple[int, int, int, int]] = []
    for at in range(clause.start, clause.end):
        named = _day_at(message, at)
        if named and named[1] <= clause.end:
            distance = max(at - heard.end, heard.start - named[1], 0)
            found.append((distance, named[0], at, named[1]))
    return found


def _day_at(message: Message, at: int) -> tuple[int, int] | None:
    span = time_span_at(message.tokens, at)
    if span and message.word(span.end) in ("ago", "back", "prior"):
        return int(span.days), span.end + 1
    if message.word(at) in _NOT_A_DAY:
        return None
    if message.word(at) == "now" and at + 1 < len(message.tokens):
        return None
    return days_since(message.tokens, at, message.today)
