"""The small language in which the lexicon's phrases are written.

- words match whole words, whatever their case: `charley horse`
- `a|b` either one, also with brackets: `(pins and needles|tingles)`
- `my?` may be there or not; `(of the)?` too
- `numb*` any word that starts with "numb"
- `...` up to four words in between, within one clause; `~` up to twelve, within one sentence
- `^` and `$`: the phrase stands at the start or the end of a part of a sentence
- `{cant}` any phrase of the group of that name (groups.yml); `{n}` a number in digits or words;
  `{location}` any phrase of locations.yml
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, product

GAP, WIDE_GAP, NUMBER, START, END = "...", "~", "{n}", "^", "$"
_NO_WORDS = frozenset("/,;:-!&+=.#@")
_PIECE = re.compile(r"\s*(\.\.\.|~|[()|?]|\{[a-z_]+\}|[^\s()|?{}~]+)")


@dataclass(frozen=True)
class Choice:
    """One of several sequences, or nothing at all if `optional`."""

    options: tuple[Sequence, ...]
    optional: bool = False


Sequence = tuple[str | Choice, ...]
Variant = tuple[str, ...]


class PhraseError(ValueError):
    """A phrase that cannot be read; the message says why."""


@cache
def parse_phrase(phrase: str) -> Sequence:
    """The phrase as words, gaps, groups and choices.

    Raises:
        PhraseError: on unbalanced brackets, a gap at an end, or no word that must be there.
    """
    pieces = _pieces(phrase)
    parsed, rest = _sequence(pieces, 0, inside=False)
    if rest != len(pieces):
        raise PhraseError("a closing bracket without an opening one")
    if _is_wordless(parsed):
        raise PhraseError("a phrase needs a word that must be there: this matches any word")
    if parsed[0] in (GAP, WIDE_GAP) or parsed[-1] in (GAP, WIDE_GAP):
        raise PhraseError("a phrase must start and end with a word")
    return parsed


def _is_wordless(parsed: Sequence) -> bool:
    """True if the phrase can be met by any word, or by none: `*`, `^`, `my?`, `(a|*)`."""
    return all(_needs_no_word(part) for part in parsed)


def _needs_no_word(part: str | Choice) -> bool:
    if isinstance(part, Choice):
        return part.optional or any(_is_wordless(option) for option in part.options)
    return part in (GAP, WIDE_GAP, START, END) or not part.strip("*")


def variants(parsed: Sequence, limit: int) -> Iterator[Variant]:
    """The first `limit` sequences of words that the phrase stands for."""
    return islice(_variants(parsed), limit)


def groups_in(parsed: Sequence) -> frozenset[str]:
    """Names of the groups a phrase uses."""
    found: set[str] = set()
    for part in parsed:
        if isinstance(part, Choice):
            found.update(*(groups_in(option) for option in part.options))
        elif part.startswith("{"):
            found.add(part[1:-1])
    return frozenset(found)


def _variants(parsed: Sequence) -> Iterator[Variant]:
    for parts in product(*(_part_variants(part) for part in parsed)):
        yield tuple(word for part in parts for word in part)


def _part_variants(part: str | Choice) -> list[Variant]:
    if isinstance(part, str):
        return [(part,)]
    found = [variant for option in part.options for variant in islice(_variants(option), 200)]
    return [*found, ()] if part.optional else found


def _pieces(phrase: str) -> list[str]:
    pieces: list[str] = []
    at = 0
    text = phrase.rstrip()
    while at < len(text):
        found = _PIECE.match(text, at)
        if not found:
            raise PhraseError(f"cannot read {text[at:]!r}")
        if found[1] in _NO_WORDS:
            raise PhraseError(f"{found[1]!r} stands for no word: it would match anything")
        pieces.append(found[1])
        at = found.end()
    return pieces


def _sequence(pieces: list[str], at: int, inside: bool) -> tuple[Sequence, int]:
    """Items up to a closing bracket or the end; inside brackets also up to a `|`."""
    parts: list[str | Choice] = []
    while at < len(pieces) and pieces[at] != ")" and not (inside and pieces[at] == "|"):
        part, at = _item(pieces, at, inside)
        parts.append(part)
    return tuple(parts), at


def _item(pieces: list[str], at: int, inside: bool) -> tuple[str | Choice, int]:
    """`a`, `(a b|c)`, outside brackets also `a|b`; each with an optional `?`."""
    options, at = _options(pieces, at)
    while not inside and at + 1 < len(pieces) and pieces[at] == "|":
        more, at = _options(pieces, at + 1)
        options += more
    if at < len(pieces) and pieces[at] == "?":
        return Choice(options, optional=True), at + 1
    single = options[0] if len(options) == 1 and len(options[0]) == 1 else None
    return (single[0] if single else Choice(options)), at


def _options(pieces: list[str], at: int) -> tuple[tuple[Sequence, ...], int]:
    piece = pieces[at]
    if piece in ("?", "|", ")"):
        raise PhraseError(f"{piece!r} needs a word before it")
    return _bracket(pieces, at + 1) if piece == "(" else (((piece,),), at + 1)


def _bracket(pieces: list[str], at: int) -> tuple[tuple[Sequence, ...], int]:
    """The options of a bracket; inside it, `|` divides whole sequences."""
    options: list[Sequence] = []
    while True:
        option, at = _sequence(pieces, at, inside=True)
        if not option:
            raise PhraseError("an empty choice in brackets")
        options.append(option)
        if at >= len(pieces):
            raise PhraseError("an opening bracket without a closing one")
        if pieces[at] == ")":
            return tuple(options), at + 1
        at += 1
