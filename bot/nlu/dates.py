"""Days that people name: "tuesday", "xmas", "last week", "march 3rd", "2019"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.nlu.tokens import Token

_WEEKDAYS = {
    word: number
    for number, words in enumerate((
        "monday mon", "tuesday tue tues", "wednesday wed weds", "thursday thu thur thurs",
        "friday fri", "saturday", "sunday",
    ))
    for word in words.split()
}  # fmt: skip
_MONTHS = {
    word: number
    for number, words in enumerate((
        "january jan", "february feb", "march", "april apr", "may", "june", "july",
        "august aug", "september sept sep", "october oct", "november nov", "december dec",
    ), start=1)
    for word in words.split()
}  # fmt: skip
_FEASTS = {
    "christmas": (12, 25), "xmas": (12, 25), "thanksgiving": (11, 26), "halloween": (10, 31),
    "easter": (4, 5), "spring": (4, 1), "summer": (7, 1), "fall": (10, 1), "autumn": (10, 1),
    "winter": (1, 1), "new year": (1, 1), "new years": (1, 1), "labor day": (9, 5),
    "memorial day": (5, 28), "valentines": (2, 14), "valentines day": (2, 14),
    "fourth of july": (7, 4), "4 th of july": (7, 4), "july 4 th": (7, 4),
}  # fmt: skip
_AGO = {
    "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0, "this evening": 0,
    "earlier today": 0, "now": 0, "just now": 0, "last night": 1, "yesterday": 1,
    "yesterday morning": 1, "the other day": 3, "the other night": 3, "day before yesterday": 2,
    "this week": 3, "last week": 7, "last weekend": 5, "the weekend": 4, "this weekend": 1,
    "this month": 14, "last month": 30, "this year": 120, "last year": 365, "last summer": 0,
    "i was a kid": 7300, "i was a child": 7300, "childhood": 7300, "i was little": 7300,
    "i was a teenager": 5475, "high school": 5475, "college": 3650, "birth": 7300, "forever": 3650,
}  # fmt: skip
_LONGEST = 4
_FILLERS = frozenset(
    {"last", "this", "past", "about", "around", "early", "late", "mid", "on", "in"}
)


def days_since(tokens: Sequence[Token], at: int, today: date) -> tuple[int, int] | None:
    """Days from the day named at `at` until `today`, and the position after the name."""
    for size in range(min(_LONGEST, len(tokens) - at), 0, -1):
        words = " ".join(token.text for token in tokens[at : at + size])
        if words in _AGO and words != "last summer":
            return _AGO[words], at + size
        if words in _FEASTS and not _is_a_tumble(tokens, at):
            return _since_feast(words, tokens, at, today), at + size
    return _single(tokens, at, today)


def _is_a_tumble(tokens: Sequence[Token], at: int) -> bool:
    """ "since the fall yesterday"; "since last fall" and "in the fall" are the season."""
    words = [token.text for token in tokens[max(0, at - 2) : at + 1]]
    return words[-1] == "fall" and words[:1] != ["in"] and words[-2:-1] in (["the"], ["my"], ["a"])


def _single(tokens: Sequence[Token], at: int, today: date) -> tuple[int, int] | None:
    word = tokens[at].text
    if word in _WEEKDAYS:
        return (today.weekday() - _WEEKDAYS[word]) % 7 or 7, at + 1
    if word in _MONTHS and _is_month(tokens, at):
        return _since_month(tokens, at, today)
    if len(word) == 4 and word.isascii() and word.isdigit() and 1930 <= int(word) <= today.year:
        return max((today - date(int(word), 7, 1)).days, 1), at + 1
    if word in _FILLERS and at + 1 < len(tokens):
        return days_since(tokens, at + 1, today)
    return None


def _is_month(tokens: Sequence[Token], at: int) -> bool:
    """ "march" and "may" are months only behind a word like "since", "in" or "last"."""
    if tokens[at].text not in ("may", "march"):
        return True
    return at > 0 and tokens[at - 1].text in ("since", "in", "last", "late", "early", "mid", "of")


def _since_month(tokens: Sequence[Token], at: int, today: date) -> tuple[int, int]:
    month, day, end = _MONTHS[tokens[at].text], 1, at + 1
    if end < len(tokens) and tokens[end].text.isdecimal() and 1 <= int(tokens[end].text) <= 28:
        day, end = int(tokens[end].text), end + 1
        end += 1 if end < len(tokens) and tokens[end].text in ("st", "nd", "rd", "th") else 0
    year = _year(tokens, end)
    if year:
        return max((today - date(year, month, day)).days, 0), end + 1
    return _since(month, day, today), end


def _since_feast(words: str, tokens: Sequence[Token], at: int, today: date) -> int:
    return _since(*_FEASTS[words], today)


def _since(month: int, day: int, today: date) -> int:
    """Days since the last time this day of the year came round."""
    then = date(today.year, month, day)
    if then > today:
        then = date(today.year - 1, month, day)
    return (today - then) // timedelta(days=1)


def _year(tokens: Sequence[Token], at: int) -> int | None:
    if at >= len(tokens):
        return None
    word = tokens[at].text
    if len(word) == 4 and word.isascii() and word.isdigit() and 1930 <= int(word) <= 2100:
        return int(word)
    return None
