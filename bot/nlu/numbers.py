"""Numbers in digits and words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.tokens import Token

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "couple": 2, "dozen": 12, "hundred": 100,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip


def number_at(tokens: Sequence[Token], at: int) -> int | None:
    """The position after the number that starts at `at`, or None."""
    found = read_number(tokens, at)
    return found[1] if found else None


def read_number(tokens: Sequence[Token], at: int) -> tuple[float, int] | None:
    """Value of the number that starts at `at`, and the position after it."""
    word = tokens[at].text
    if word[0].isdigit() and word != "24/7":
        return _plain(word), at + 1
    if word in _TENS:
        unit = _UNITS.get(tokens[at + 1].text, 99) if at + 1 < len(tokens) else 99
        return (_TENS[word] + unit, at + 2) if 0 < unit < 10 else (_TENS[word], at + 1)
    return (_UNITS[word], at + 1) if word in _UNITS else None


def _plain(word: str) -> float:
    """Digits of any script; a value too large to mean anything becomes 10**9."""
    try:
        return min(float(word), 1e9)
    except ValueError:
        return 0.0
