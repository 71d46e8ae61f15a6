"""How old somebody is: "66", "smoker, 66", "i am 41", "my 9 yr old"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.nlu.clauses import Clause
from bot.nlu.numbers import read_number
from bot.nlu.quantities import UNITS
from bot.nlu.tokens import Token

COUNTED = frozenset({"time", "times", "x", "episodes", "episode", "cramps", "spasms", "attacks"})
"""What a number may count; \"i am 3 times worse\" is no age."""


def ages_in(tokens: Sequence[Token], clause: Clause) -> Iterator[tuple[int, int, int, str]]:
    """Each age told in the clause: years, first word, word after it, and the rule."""
    for at in range(clause.start, clause.end):
        found = read_number(tokens, at)
        if not found or not 0 < found[0] < 115 or found[0] % 1:
            continue
        value, end = int(found[0]), found[1]
        if _closes_the_message(tokens, at, end) and 18 <= value < 100:
            yield value, at, end, "age_at_the_end"
            continue
        before = [t.text for t in tokens[max(clause.start, at - 3) : at]]
        after = [t.text for t in tokens[end : end + 3]]
        if _is_age(before, after, end == clause.end, at == clause.start):
            yield value, at, end, "age"


def _closes_the_message(tokens: Sequence[Token], at: int, end: int) -> bool:
    """ "..., smoker, 66" or "calf cramps 58 male"."""
    sexed = end + 1 == len(tokens) and tokens[end].text in ("m", "f", "male", "female")
    last = end == len(tokens) or sexed
    lead = tokens[at - 1].text if at else ""
    marked = (
        tokens[at].gap > 0 or lead in ("smoker", "diabetic", "male", "female", "m", "f") or sexed
    )
    return last and marked and at >= 2


def _is_age(before: list[str], after: list[str], is_last: bool, is_first: bool) -> bool:
    following = after[0] if after else ""
    if following in ("yo", "yrs", "year", "years", "y", "yr") and (
        "old" in after[1:3] or following == "yo" or (following == "y" and "o" in after)
    ):
        return True
    if following in ("f", "m", "female", "male") and len(before) == 0:
        return True
    if (
        following in UNITS
        or following in COUNTED
        or following in ("of", "out", "/", "lbs", "pounds")
    ):
        return False
    if before[-1:] in (["age"], ["aged"]) or before[-2:] in (["age", "is"], ["age", "of"]):
        return True
    lead = before[-2:]
    return lead in (["i", "am"], ["am", "turning"], ["he", "is"], ["she", "is"], ["am", "only"],
                    ["am", "almost"], ["am", "nearly"], ["just", "turned"], ["i", "turned"],
                    ["am", "about"], ["am", "over"]) and (
        is_last or following in ("and", "so", "with", "but", "male", "female", "f", "m", "now",
                                 "years", "yrs", "my", "if", "lol", "woman", "man", "diabetic")
        or bool(after and following == "")
    )  # fmt: skip
