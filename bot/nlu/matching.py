"""Finds the lexicon's phrases in a message.

All phrases stand in one tree of words per level, so the cost of a message depends on its
length and hardly on the size of the lexicon. (spaCy's Matcher tries every pattern at every
word: 12 ms for 3,000 patterns and 20 words, against well under 1 ms here.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.knowledge.phrases import GAP, NUMBER, WIDE_GAP, Variant, groups_in
from bot.nlu.numbers import number_at
from bot.nlu.tokens import Token, tokenize

GAP_WORDS, WIDE_GAP_WORDS = 4, 12


@dataclass(frozen=True)
class Match:
    """A phrase that was found. `words`: positions of the words it matched, gaps left out."""

    what: Any
    words: tuple[int, ...]

    @property
    def start(self) -> int:
        return self.words[0]

    @property
    def end(self) -> int:
        return self.words[-1] + 1


@dataclass
class _Node:
    next: dict[str, _Node] = field(default_factory=dict)
    ends: list[Any] = field(default_factory=list)


Jumps = list[dict[str, set[tuple[int, ...]]]]


class PhraseTree:
    """Phrases with what each of them means; groups are found first, innermost first."""

    def __init__(
        self, groups: Mapping[str, Iterable[Variant]], phrases: Iterable[tuple[Variant, Any]]
    ) -> None:
        self.prefixes: set[str] = set()
        self.vocabulary: set[str] = set()
        self.levels = [
            self._tree((variant, name) for name in names for variant in groups[name])
            for names in _levels(groups)
        ]
        self.top = self._tree(phrases)
        self.prefix_lengths = tuple(sorted({len(p) for p in self.prefixes}))

    def _tree(self, phrases: Iterable[tuple[Variant, Any]]) -> _Node:
        root = _Node()
        for variant, what in phrases:
            node = root
            for symbol in self._symbols(variant):
                node = node.next.setdefault(symbol, _Node())
            if what not in node.ends:
                node.ends.append(what)
        return root

    def _symbols(self, variant: Variant) -> Iterator[str]:
        """The variant's words, normalised exactly as a message is."""
        plain: list[str] = []
        for piece in (*variant, ""):
            special = piece.startswith("{") or piece in (GAP, WIDE_GAP, "") or piece.endswith("*")
            if not special:
                plain.append(piece)
                continue
            words = [token.text for token in tokenize(" ".join(plain))]
            self.vocabulary.update(words)
            yield from words
            plain = []
            if piece.endswith("*"):
                self.prefixes.add(piece[:-1].casefold().replace("'", ""))
                yield piece.casefold().replace("'", "")
            elif piece:
                yield piece

    def find(self, tokens: Sequence[Token]) -> list[Match]:
        """Every occurrence of every phrase, overlapping ones too."""
        if not tokens:
            return []
        walk = _Walk(tokens, [self._readings(token.text) for token in tokens])
        for number in range(len(tokens)):
            span = number_at(tokens, number)
            if span:
                walk.jumps[number].setdefault(NUMBER, set()).add(tuple(range(number, span)))
        for level in self.levels:
            for match in walk.run(level):
                walk.jumps[match.start].setdefault(f"{{{match.what}}}", set()).add(match.words)
        return walk.run(self.top)

    def _readings(self, word: str) -> tuple[str, ...]:
        size = len(word)
        cuts = (word[:n] for n in self.prefix_lengths if n <= size)
        return (word, *(f"{cut}*" for cut in cuts if cut in self.prefixes))


class _Walk:
    """One message on its way through the trees."""

    def __init__(self, tokens: Sequence[Token], readings: list[tuple[str, ...]]) -> None:
        self.gaps = [token.gap for token in tokens]
        self.readings = readings
        self.size = len(tokens)
        self.jumps: Jumps = [{} for _ in tokens]

    def run(self, root: _Node) -> list[Match]:
        found: dict[tuple[int, tuple[int, ...]], Match] = {}
        for start in range(self.size):
            for what, words in self._from(root, start, ()):
                found.setdefault((id(what), words), Match(what, words))
        return list(found.values())

    def _from(
        self, node: _Node, at: int, words: tuple[int, ...]
    ) -> Iterator[tuple[Any, tuple[int, ...]]]:
        for what in node.ends:
            yield what, words
        if at >= self.size or (words and self.gaps[at] == 2):
            return
        for reading in self.readings[at]:
            child = node.next.get(reading)
            if child:
                yield from self._from(child, at + 1, (*words, at))
        for group, spans in self.jumps[at].items():
            child = node.next.get(group)
            if child:
                for span in spans:
                    yield from self._from(child, span[-1] + 1, words + span)
        yield from self._over_gaps(node, at, words)

    def _over_gaps(
        self, node: _Node, at: int, words: tuple[int, ...]
    ) -> Iterator[tuple[Any, tuple[int, ...]]]:
        for symbol, longest, limit in ((GAP, GAP_WORDS, 1), (WIDE_GAP, WIDE_GAP_WORDS, 2)):
            child = node.next.get(symbol)
            if child is None:
                continue
            for skip in range(longest + 1):
                if at + skip >= self.size or self.gaps[at + skip] >= limit:
                    break
                yield from self._from(child, at + skip, words)


def _levels(groups: Mapping[str, Iterable[Variant]]) -> list[list[str]]:
    """Group names in an order in which each group's own groups come first."""
    needs = {
        name: {g for variant in variants for g in groups_in(variant)} - {"n"}
        for name, variants in groups.items()
    }
    levels: list[list[str]] = []
    done: set[str] = set()
    while len(done) < len(needs):
        ready = sorted(name for name in needs if name not in done and needs[name] <= done)
        if not ready:
            raise ValueError(f"groups that use each other: {sorted(set(needs) - done)}")
        levels.append(ready)
        done.update(ready)
    return levels


