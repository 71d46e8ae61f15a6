"""Words, clauses and phrases of one message; compiled once from the lexicon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.knowledge.lexicon import ANY, Entry, EntryKind, Lexicon, Phrase
from bot.knowledge.phrases import Sequence as Parsed
from bot.nlu.assertion import AssertionReader
from bot.nlu.clauses import Clause, split_clauses
from bot.nlu.matching import Match, PhraseTree
from bot.nlu.quantities import UNITS
from bot.nlu.spelling import Speller
from bot.nlu.tokens import Token, closing_mark, tokenize

_ROLES = ("phrases", "weak", "absent", "blockers")


@dataclass(frozen=True, eq=False)
class Label:
    """What a phrase means. `role`: it says the id, may say it, denies it, or blocks it."""

    entry: Entry
    role: str
    phrase: str


@dataclass(frozen=True)
class Heard:
    """A phrase of the lexicon that stands in the message, at the positions `words`."""

    label: Label
    words: tuple[int, ...]

    @property
    def kind(self) -> EntryKind:
        return self.label.entry.kind

    @property
    def id(self) -> str:
        return self.label.entry.id

    @property
    def start(self) -> int:
        return self.words[0]

    @property
    def end(self) -> int:
        return self.words[-1] + 1


@dataclass(frozen=True)
class Message:
    """One message, divided into words and clauses, with the phrases found in it."""

    text: str
    today: date
    tokens: tuple[Token, ...] = ()
    clauses: tuple[Clause, ...] = ()
    heard: tuple[Heard, ...] = field(default=())
    ruled_out: frozenset[tuple[str, str]] = frozenset()

    def of(self, *kinds: EntryKind) -> tuple[Heard, ...]:
        """Phrases of these kinds, in the order of the text."""
        return tuple(heard for heard in self.heard if heard.kind in kinds)

    def offsets(self, start: int, end: int) -> tuple[int, int]:
        """Character offsets of the words `start` to `end` (exclusive)."""
        return self.tokens[start].start, max(t.end for t in self.tokens[start:end])

    def word(self, at: int) -> str:
        """The word at a position, or nothing outside the message."""
        return self.tokens[at].text if 0 <= at < len(self.tokens) else ""


class Engine:
    """Everything that is compiled from the lexicon."""

    def __init__(self, lexicon: Lexicon) -> None:
        groups = {name: _parsed(phrases) for name, phrases in lexicon.groups.items()}
        groups["location"] = [
            p for e in lexicon.of("location") for p in _parsed((*e.phrases, *e.weak))
        ]
        self.openers = lexicon.clause_openers
        self.tree = PhraseTree(groups, _labelled(lexicon.entries))
        self.assertions = AssertionReader(lexicon.modifiers)
        vocabulary = self.tree.vocabulary | self.assertions.tree.vocabulary | set(UNITS)
        self.speller = Speller(vocabulary, self.tree.prefixes, lexicon.spelling)

    def listen(self, text: str, today: date) -> Message:
        """The message with its words, clauses and phrases."""
        raw = tokenize(text)
        tokens = self.speller.correct(raw)
        clauses = split_clauses(tokens, self.openers, closing_mark(text, raw))
        found = list(self.tree.find(tokens))
        heard = tuple(_choose(found))
        return Message(text, today, tokens, clauses, heard, _ruled_out(found))


def _parsed(phrases: Sequence[Phrase]) -> list[Parsed]:
    return [phrase.parsed for phrase in phrases]


def _labelled(entries: Sequence[Entry]) -> Iterator[tuple[Parsed, Label]]:
    for entry in entries:
        for role in _ROLES:
            for phrase in getattr(entry, role):
                yield phrase.parsed, Label(entry, role, phrase.text)


def _choose(matches: Sequence[Match]) -> list[Heard]:
    """Of overlapping phrases of a kind the one with most words; blocked ones fall away."""
    blocked: dict[tuple[str, str], set[int]] = {}
    for match in matches:
        if match.what.role == "blockers":
            blocked.setdefault(_key(match.what), set()).update(match.words)
    taken: dict[str, dict[int, Heard]] = {}
    chosen: list[Heard] = []
    for match in sorted(matches, key=_rank):
        label: Label = match.what
        if label.role == "blockers" or _is_blocked(match, blocked):
            continue
        heard = Heard(label, match.words)
        owners = taken.setdefault(_lane(label), {})
        rivals = {id(owners[n]): owners[n] for n in match.words if n in owners}
        if any(not _may_share(rival, heard) for rival in rivals.values()):
            continue
        chosen.append(heard)
        owners.update({n: heard for n in match.words if n not in owners})
    return sorted(chosen, key=lambda heard: (heard.start, heard.end))


def _ruled_out(matches: Sequence[Match]) -> frozenset[tuple[str, str]]:
    """Kind and id of all that some words only sound like."""
    return frozenset(_key(match.what) for match in matches if match.what.role == "blockers")


def _is_blocked(match: Match, blocked: dict[tuple[str, str], set[int]]) -> bool:
    """Words that deny by themselves are never blocked."""
    kind, id_ = _key(match.what)
    in_the_way = blocked.get((kind, id_), set()) | blocked.get((kind, ANY), set())
    return match.what.role != "absent" and not in_the_way.isdisjoint(match.words)


def _key(label: Label) -> tuple[str, str]:
    return (label.entry.kind, label.entry.id)


def _lane(label: Label) -> str:
    """Phrases compete within a lane: a group of findings, a kind; or only with themselves."""
    entry = label.entry
    own = entry.kind in ("red_flag", "topic", "reply") or entry.group == "sign"
    return f"{entry.kind}.{entry.id if own else entry.group}"


def _may_share(first: Heard, second: Heard) -> bool:
    """Several ids may be denied by the same words: "no accident at all"."""
    both_deny = first.label.role == second.label.role == "absent"
    return both_deny and first.id != second.id and first.words == second.words


def _rank(match: Match) -> tuple[int, int, int]:
    return (-len(match.words), match.end - match.start, match.start)
