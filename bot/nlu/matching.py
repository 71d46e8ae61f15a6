"""Finds the lexicon's phrases in a message.

All phrases stand in one tree of words per level, so the cost of a message depends on its
length and hardly on the size of the lexicon. (spaCy's Matcher tries every pattern at every
word: 12 ms for 3,000 patterns and 20 words, against well under 1 ms here.)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.knowledge.phrases import END, GAP, NUMBER, START, WIDE_GAP, Choice, groups_in
from bot.knowledge.phrases import Sequence as Parsed
from bot.nlu.numbers import number_at
from bot.nlu.tokens import Token, tokenize

GAP_WORDS, WIDE_GAP_WORDS = 4, 12
_TURNS = frozenset({"but", "though", "although", "however", "except"})


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


@dataclass(eq=False, slots=True)
class _Node:
    next: dict[str, list[_Node]] = field(default_factory=dict)
    ends: list[Any] = field(default_factory=list)


Jumps = list[dict[str, set[tuple[int, ...]]]]


class PhraseTree:
    """Phrases with what each of them means; groups are found first, innermost first."""

    def __init__(
        self, groups: Mapping[str, Iterable[Parsed]], phrases: Iterable[tuple[Parsed, Any]]
    ) -> None:
        self.prefixes: set[str] = set()
        self.vocabulary: set[str] = set()
        self.levels = [
            self._tree((parsed, name) for name in names for parsed in groups[name])
            for names in _levels(groups)
        ]
        self.top = self._tree(phrases)
        self.prefix_lengths = tuple(sorted({len(p) for p in self.prefixes}))

    def _tree(self, phrases: Iterable[tuple[Parsed, Any]]) -> _Node:
        root = _Node()
        for parsed, what in phrases:
            for node in self._grow([root], parsed):
                node.ends.append(what)
        return root

    def _grow(self, frontier: list[_Node], parsed: Parsed) -> list[_Node]:
        """The nodes that are reached from `frontier` by the phrase; its choices meet again."""
        plain: list[str] = []
        for part in (*parsed, None):
            if isinstance(part, str) and not _is_special(part):
                plain.append(part)
                continue
            for word in tokenize(" ".join(plain)):
                self.vocabulary.add(word.text)
                frontier = _step(frontier, word.text)
            plain = []
            if isinstance(part, Choice):
                frontier = self._grow_choice(frontier, part)
            elif part is not None:
                frontier = _step(frontier, self._special(part))
        return frontier

    def _grow_choice(self, frontier: list[_Node], choice: Choice) -> list[_Node]:
        reached = [node for option in choice.options for node in self._grow(frontier, option)]
        return reached + frontier if choice.optional else reached

    def _special(self, part: str) -> str:
        if part.endswith("*"):
            part = part.casefold().replace("'", "")
            self.prefixes.add(part[:-1])
        return part

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
        self.turns = [token.text in _TURNS for token in tokens]
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
        for child in self._over_anchors(node, at):
            yield from self._from(child, at, words)
        if at >= self.size or (words and self.gaps[at] == 2):
            return
        for reading in self.readings[at]:
            for child in node.next.get(reading, ()):
                yield from self._from(child, at + 1, (*words, at))
        for group, spans in self.jumps[at].items():
            for child in node.next.get(group, ()):
                for span in spans:
                    yield from self._from(child, span[-1] + 1, words + span)
        yield from self._over_gaps(node, at, words)

    def _ends_gap(self, at: int, limit: int) -> bool:
        """A gap goes neither past the text, nor over a mark, nor (a narrow one) over "but"."""
        if at >= self.size or self.gaps[at] >= limit:
            return True
        return limit == 1 and self.turns[at]

    def _over_anchors(self, node: _Node, at: int) -> Sequence[_Node]:
        """What follows `^` or `$`, if a part of a sentence starts or ends at `at`."""
        if at > 0 and at < self.size and not self.gaps[at]:
            return ()
        starts = node.next.get(START, ()) if at < self.size else ()
        return (*starts, *node.next.get(END, ())) if at > 0 else starts

    def _over_gaps(
        self, node: _Node, at: int, words: tuple[int, ...]
    ) -> Iterator[tuple[Any, tuple[int, ...]]]:
        for symbol, longest, limit in ((GAP, GAP_WORDS, 1), (WIDE_GAP, WIDE_GAP_WORDS, 2)):
            for child in node.next.get(symbol, ()):
                for skip in range(longest + 1):
                    if self._ends_gap(at + skip, limit):
                        break
                    yield from self._from(child, at + skip, words)


def _is_special(part: str) -> bool:
    return part in (GAP, WIDE_GAP, START, END) or part.endswith("*") or part.startswith("{")


def _step(frontier: list[_Node], symbol: str) -> list[_Node]:
    """One new node that every node of the frontier leads to by `symbol`."""
    node = _Node()
    for before in dict.fromkeys(frontier):
        before.next.setdefault(symbol, []).append(node)
    return [node]


def _levels(groups: Mapping[str, Iterable[Parsed]]) -> list[list[str]]:
    """Group names in an order in which each group's own groups come first."""
    needs = {
        name: {g for parsed in phrases for g in groups_in(parsed)} - {"n"}
        for name, phrases in groups.items()
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
