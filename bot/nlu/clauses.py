"""Where one statement ends and the next begins."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.nlu.tokens import Token

_NEW_SUBJECTS = frozenset({"i", "my", "it", "now", "then", "today", "he", "she", "also", "there"})
_LOOK_AHEAD, _LONG = 3, 6


@dataclass(frozen=True)
class Clause:
    """Positions `start` to `end` (exclusive) of one statement; `mark` stands after it."""

    start: int
    end: int
    mark: str = ""

    def __contains__(self, position: object) -> bool:
        return isinstance(position, int) and self.start <= position < self.end


def split_clauses(
    tokens: Sequence[Token], openers: Collection[str], closing: str = ""
) -> tuple[Clause, ...]:
    """Clauses of the message.

    A sentence end always divides. A comma divides only before a new statement ("no
    numbness, my leg hurts"), not inside a list ("no fever, chills or numbness"): a new
    statement shows within its first words one of `openers` (i, my, it, is, just, ...), or is
    long.
    """
    if not tokens:
        return ()
    starts = [0] + [n for n in range(1, len(tokens)) if _divides(tokens, n, openers)]
    ends = [*starts[1:], len(tokens)]
    marks = [*(tokens[n].mark for n in starts[1:]), closing]
    return tuple(Clause(*span) for span in zip(starts, ends, marks, strict=True))


def clause_of(clauses: Sequence[Clause], position: int) -> int:
    """Number of the clause that holds a position."""
    return next(n for n, clause in enumerate(clauses) if position in clause)


def _goes_on_anew(tokens: Sequence[Token], at: int) -> bool:
    """ "... and now my back hurts", "... and I can't feel it"."""
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    return tokens[at].text in ("and", "but") and following in _NEW_SUBJECTS


def _divides(tokens: Sequence[Token], at: int, openers: Collection[str]) -> bool:
    if tokens[at].gap == 2 or _goes_on_anew(tokens, at):
        return True
    if tokens[at].gap == 0:
        return False
    segment = [tokens[at].text]
    for token in tokens[at + 1 : at + _LONG]:
        if token.gap:
            break
        segment.append(token.text)
    if len(segment) == _LONG and not {"or", "nor"} & set(segment):
        return True
    return any(word in openers for word in segment[:_LOOK_AHEAD])
