"""The small language in which the lexicon's phrases are written.

- words match whole words, whatever their case: `charley horse`
- `a|b` either one, also with brackets: `(pins and needles|tingles)`
- `my?` may be there or not; `(of the)?` too
- `numb*` any word that starts with "numb"
- `...` up to four words in between, within one clause; `~` up to twelve, within one sentence
- `{cant}` any phrase of the group of that name (groups.yml); `{n}` a number in digits or words;
  `{location}` any phrase of locations.yml
"""

from __future__ import annotations

import re
from itertools import product

GAP, WIDE_GAP, NUMBER, LOCATION = "...", "~", "{n}", "{location}"
MOST_VARIANTS = 4000
_PIECE = re.compile(r"\s*(\.\.\.|~|[()|?]|\{[a-z_]+\}|[^\s()|?{}~]+)")

Variant = tuple[str, ...]


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says why."""


def expand(phrase: str) -> tuple[Variant, ...]:
    """Every sequence of words, prefixes, gaps and groups that the phrase stands for.

    Raises:
        PhraseError: on unbalanced brackets, nothing to match, or too many variants.
    """
    pieces = _pieces(phrase)
    variants, rest = _sequence(pieces, 0)
    if rest != len(pieces):
        raise PhraseError("a closing bracket without an opening one")
    kept = tuple(dict.fromkeys(variant for variant in variants if variant))
    if not kept or any(_starts_or_ends_with_gap(variant) for variant in kept):
        raise PhraseError("a phrase must start and end with a word")
    if len(kept) > MOST_VARIANTS:
        raise PhraseError(f"{len(kept)} variants (at most {MOST_VARIANTS}): use a group")
    return kept


def groups_in(variant: Variant) -> frozenset[str]:
    """Names of the groups a variant uses."""
    return frozenset(piece[1:-1] for piece in variant if piece.startswith("{"))


def _pieces(phrase: str) -> list[str]:
    pieces: list[str] = []
    at = 0
    text = phrase.rstrip()
    while at < len(text):
        found = _PIECE.match(text, at)
        if not found:
            raise PhraseError(f"cannot read {text[at:]!r}")
        pieces.append(found[1])
        at = found.end()
    return pieces


def _sequence(pieces: list[str], at: int) -> tuple[list[Variant], int]:
    """Read items up to a closing bracket, the end, or a `|` that belongs to a bracket."""
    variants: list[Variant] = [()]
    while at < len(pieces) and pieces[at] not in (")", "|"):
        options, at = _alternatives(pieces, at)
        variants = [left + right for left, right in product(variants, options)]
        if len(variants) > 20 * MOST_VARIANTS:
            raise PhraseError(f"more than {MOST_VARIANTS} variants: use a group")
    return variants, at


def _alternatives(pieces: list[str], at: int) -> tuple[list[Variant], int]:
    """One item: `a`, `a|b`, `(a b|c)`, each with an optional `?`."""
    options, at = _single(pieces, at)
    while at < len(pieces) and pieces[at] == "|" and _may_follow_bar(pieces, at + 1):
        more, at = _single(pieces, at + 1)
        options = options + more
    if at < len(pieces) and pieces[at] == "?":
        return [*options, ()], at + 1
    return options, at


def _single(pieces: list[str], at: int) -> tuple[list[Variant], int]:
    piece = pieces[at]
    if piece in ("?", "|"):
        raise PhraseError(f"{piece!r} needs a word before it")
    return _bracket(pieces, at + 1) if piece == "(" else ([(piece,)], at + 1)


def _bracket(pieces: list[str], at: int) -> tuple[list[Variant], int]:
    """The options of a bracket; inside it, `|` divides whole sequences."""
    options: list[Variant] = []
    while True:
        variants, at = _bracket_branch(pieces, at)
        options += variants
        if at >= len(pieces):
            raise PhraseError("an opening bracket without a closing one")
        if pieces[at] == ")":
            return options, at + 1
        at += 1


def _bracket_branch(pieces: list[str], at: int) -> tuple[list[Variant], int]:
    variants: list[Variant] = [()]
    while at < len(pieces) and pieces[at] not in (")", "|"):
        options, at = _single(pieces, at)
        if at < len(pieces) and pieces[at] == "?":
            options, at = [*options, ()], at + 1
        variants = [left + right for left, right in product(variants, options)]
    return variants, at


def _may_follow_bar(pieces: list[str], at: int) -> bool:
    return at < len(pieces) and pieces[at] not in (")", "|", "?")


def _starts_or_ends_with_gap(variant: Variant) -> bool:
    return variant[0] in (GAP, WIDE_GAP) or variant[-1] in (GAP, WIDE_GAP)
