"""Amounts of time: "2-3 weeks", "a couple of days", "half an hour", "years"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.nlu.numbers import read_number
from bot.nlu.tokens import Token

_UNIT_WORDS = {
    "second": "s sec secs second seconds",
    "minute": "m min mins minute minutes minuts",
    "hour": "h hr hrs hour hours",
    "day": "d day days",
    "night": "night nights nite nites evening evenings morning mornings",
    "week": "w wk wks week weeks weekly",
    "month": "mo mos mth mths month months",
    "year": "y yr yrs year years decade decades",
}
UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
DAYS = {
    "second": 0.0, "minute": 0.0, "hour": 0.0, "day": 1.0, "night": 1.0, "week": 7.0,
    "month": 30.0, "year": 365.0,
}  # fmt: skip
MINUTES = {"second": 1 / 60, "minute": 1.0, "hour": 60.0}
_VAGUE = {"few": 3.0, "several": 4.0, "some": 3.0, "many": 5.0, "multiple": 3.0, "couple": 2.0}
_BARE = {"years": 3.0, "months": 3.0, "weeks": 3.0, "days": 3.0, "hours": 3.0, "decades": 20.0,
         "minutes": 5.0, "seconds": 20.0}  # fmt: skip
_RANGE = frozenset({"to", "or", "maybe", "and"})


@dataclass(frozen=True)
class Amount:
    """`low` to `high` of something; the words stand at `start` to `end` (exclusive)."""

    low: float
    high: float
    start: int
    end: int


@dataclass(frozen=True)
class Span(Amount):
    """An amount of time."""

    unit: str = "day"

    @property
    def days(self) -> float:
        """Length in days, the longer one of a range."""
        return self.high * DAYS[self.unit]

    @property
    def minutes(self) -> float:
        """Length in minutes; only for seconds, minutes and hours."""
        return self.high * MINUTES.get(self.unit, 1440.0)


def time_span_at(tokens: Sequence[Token], at: int) -> Span | None:
    """The amount of time that starts at `at`: "2 to 3 weeks", "an hour", "years"."""
    word = tokens[at].text
    if word in _BARE and (at == 0 or not _counts(tokens, at - 1)):
        amount = Amount(_BARE[word], _BARE[word], at, at)
    else:
        found = amount_at(tokens, at)
        if found is None:
            return None
        amount = found
    if [t.text for t in tokens[amount.end : amount.end + 3]] == ["and", "a", "half"]:
        amount = Amount(amount.low + 0.5, amount.high + 0.5, amount.start, amount.end + 3)
    end = _skip(tokens, amount.end, ("of", "more", "or", "so", "good", "solid", "full", "whole"))
    if end >= len(tokens) or tokens[end].text not in UNITS or tokens[end].gap:
        return None
    scale = 10 if tokens[end].text.startswith("decade") and word not in _BARE else 1
    low, high, end = _and_a_half(tokens, amount.low * scale, amount.high * scale, end + 1)
    return Span(low, high, amount.start, end, _unit(tokens, amount.end, end))


def amount_at(tokens: Sequence[Token], at: int) -> Amount | None:
    """A count: "3", "2-3", "two or three", "a couple of", "a few", "a", "half a"."""
    first = _count(tokens, at)
    if first is None:
        return None
    value, end = first
    step = end + (1 if end < len(tokens) and tokens[end].text in _RANGE else 0)
    second = _count(tokens, step) if step < len(tokens) and _is_range(tokens, end, step) else None
    if second and second[0] >= value:
        return Amount(value, second[0], at, second[1])
    return Amount(value, value, at, end)


def _is_range(tokens: Sequence[Token], end: int, step: int) -> bool:
    return step > end or tokens[end].mark.strip() in ("-", "–", "—")


def _count(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    if at >= len(tokens):
        return None
    word = tokens[at].text
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if word == "a" and (following in _VAGUE or following == "good"):
        return _count(tokens, at + 1 if following in _VAGUE else at + 2)
    if word in _VAGUE:
        return _VAGUE[word], at + (2 if following == "of" else 1)
    if word == "half":
        return 0.5, at + (2 if following in ("a", "an") else 1)
    if word in ("a", "an"):
        return (0.5, at + 2) if following == "half" else (1.0, at + 1)
    return read_number(tokens, at)


def _counts(tokens: Sequence[Token], at: int) -> bool:
    return _count(tokens, at) is not None or tokens[at].text in ("of", "more", "or")


def _skip(tokens: Sequence[Token], at: int, words: Sequence[str]) -> int:
    while at < len(tokens) and tokens[at].text in words:
        at += 1
    return at


def _unit(tokens: Sequence[Token], start: int, end: int) -> str:
    return next(UNITS[t.text] for t in tokens[start:end] if t.text in UNITS)


def _and_a_half(
    tokens: Sequence[Token], low: float, high: float, end: int
) -> tuple[float, float, int]:
    if [t.text for t in tokens[end : end + 3]] == ["and", "a", "half"]:
        return low + 0.5, high + 0.5, end + 3
    return low, high, end
