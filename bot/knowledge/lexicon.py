"""The lexicon: how patients word things, read from `knowledge/lexicon/*.yml`.

Each file is a mapping from a kind (`finding`, `red_flag`, `location`, ...) to ids, and from
an id to its phrases: a plain list, or a mapping with

- `phrases`: words that mean the id (language: `bot.knowledge.phrases`)
- `weak`: words that often mean something else; they count where the encoder, which hears the
  message as a whole, does not rule the id out (`bot.nlu.meaning`)
- `absent`: words that deny it by themselves ("I can pee fine")
- `not`: words that look like it and mean something else; they block it
- `findings` (red flags only): findings that are this red flag whenever they are heard

The location `any` holds only `not`: words that name a body part, whichever it is, and not the
place of the trouble ("pull my toes back").

`groups.yml` names phrases for use inside others, `spelling.yml` holds short forms, and
`assertion.yml` the modifiers (`bot.nlu.assertion`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from bot.knowledge.asking import REPLIES
from bot.knowledge.errors import Problems
from bot.knowledge.loader import FOLDER, read_yaml
from bot.knowledge.numbers import REACH, number_problem
from bot.knowledge.phrases import PhraseError, Sequence, groups_in, parse_phrase, variants
from bot.triage.content import Knowledge
from bot.triage.intake import Course, EpisodeLength, Frequency, Side

EntryKind = Literal[
    "finding", "red_flag", "location", "side", "frequency", "episode_length", "course",
    "severity", "reply", "topic", "person",
]  # fmt: skip
Modifier = Literal[
    "negated",
    "ended",
    "past",
    "long_past",
    "hypothetical",
    "family",
    "uncertain",
    "affirmed",
    "except",
]
Direction = Literal["forward", "backward", "bidirectional", "terminate", "pseudo"]

ANY = "any"
LEXICON = FOLDER / "lexicon"
_KEYS = ("phrases", "weak", "absent", "not", "findings")
_COMPARED = 300
"""Variants of a phrase that are compared with other phrases for being the same."""
_MAY_SHARE = frozenset({"red_flag", "topic", "sign"})
_BUILT_IN = frozenset({"n", "location"})


@dataclass(frozen=True)
class Phrase:
    """One line of a file, and what it says in the language of phrases."""

    text: str
    parsed: Sequence


@dataclass(frozen=True)
class Entry:
    """All wordings of one id. `group`: the group of a finding, else empty."""

    kind: EntryKind
    id: str
    group: str = ""
    phrases: tuple[Phrase, ...] = ()
    weak: tuple[Phrase, ...] = ()
    absent: tuple[Phrase, ...] = ()
    blockers: tuple[Phrase, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModifierRule:
    """Words that change the assertion of the mentions around them (ConText).

    `reach`: how many words away a mention may be; None: the whole clause.
    """

    category: Modifier | None
    direction: Direction
    phrases: tuple[Phrase, ...]
    reach: int | None = None


@dataclass(frozen=True)
class Lexicon:
    """Everything the reader matches with."""

    entries: tuple[Entry, ...] = ()
    groups: Mapping[str, tuple[Phrase, ...]] = field(default_factory=dict)
    spelling: Mapping[str, str] = field(default_factory=dict)
    modifiers: tuple[ModifierRule, ...] = ()
    clause_openers: frozenset[str] = frozenset()

    def of(self, kind: EntryKind) -> tuple[Entry, ...]:
        """Entries of one kind."""
        return tuple(entry for entry in self.entries if entry.kind == kind)


def load_lexicon(knowledge: Knowledge, folder: Path = LEXICON) -> Lexicon:
    """The lexicon, every id checked against `knowledge`.

    Raises:
        KnowledgeError: one line for each mistake: file, path, allowed values.
    """
    problems = Problems("knowledge/lexicon/")
    groups = {finding.id: finding.group for finding in knowledge.findings.values()}
    return _Loader(problems, _allowed_ids(knowledge), groups).load(folder)


def _allowed_ids(knowledge: Knowledge) -> Mapping[EntryKind, frozenset[str]]:
    return {
        "finding": frozenset(knowledge.findings),
        "red_flag": frozenset(knowledge.red_flags),
        "location": frozenset(knowledge.locations) | {ANY},
        "topic": frozenset(knowledge.items),
        "side": frozenset(get_args(Side)),
        "frequency": frozenset(get_args(Frequency)),
        "episode_length": frozenset(get_args(EpisodeLength)),
        "course": frozenset(get_args(Course)),
        "severity": frozenset(str(n) for n in range(11)),
        "reply": frozenset(REPLIES),
        "person": frozenset({"self", "other_adult", "child"}),
    }


class _Loader:
    """Reads the files one after the other and notes every mistake."""

    def __init__(
        self,
        problems: Problems,
        ids: Mapping[EntryKind, frozenset[str]],
        finding_groups: Mapping[str, str],
    ) -> None:
        self.problems = problems
        self.ids = ids
        self.finding_groups = finding_groups
        self.groups: dict[str, tuple[Phrase, ...]] = {}

    def load(self, folder: Path) -> Lexicon:
        files = {path.stem: read_yaml(path, self.problems) for path in sorted(folder.glob("*.yml"))}
        self.problems.raise_if_any()
        files = {stem: self._mapping(data, f"{stem}.yml") for stem, data in files.items()}
        self.groups = self._groups(files.pop("groups", {}))
        spelling = files.pop("spelling", {})
        modifiers, openers = self._assertion(files.pop("assertion", {}))
        read = [(stem, e) for stem, data in files.items() for e in self._file(stem, data)]
        self._no_double_phrases(read)
        self.problems.raise_if_any()
        words = {str(short): str(full) for short, full in spelling.items()}
        return Lexicon(tuple(e for _, e in read), self.groups, words, modifiers, openers)

    def _mapping(self, raw: Any, path: str) -> Mapping[Any, Any]:
        """`raw` if it is a mapping or nothing at all; anything else is noted."""
        if isinstance(raw, Mapping) or raw is None:
            return raw or {}
        self.problems.add(path, "expected a mapping, like name: [phrases]")
        return {}

    def _list(self, raw: Any, path: str) -> list[Any] | tuple[Any, ...]:
        if isinstance(raw, list | tuple):
            return raw
        self.problems.add(path, "expected a list, like [a, b]")
        return ()

    def _groups(self, data: Mapping[str, Any]) -> dict[str, tuple[Phrase, ...]]:
        self.groups = dict.fromkeys(data, ())
        return {name: self._phrases(lines, f"groups.yml: {name}") for name, lines in data.items()}

    def _file(self, stem: str, data: Any) -> Iterator[Entry]:
        for kind, ids in data.items():
            if kind not in get_args(EntryKind):
                self.problems.not_allowed(f"{stem}.yml", kind, get_args(EntryKind))
                continue
            for id_, raw in self._mapping(ids, f"{stem}.yml: {kind}").items():
                path = f"{stem}.yml: {kind}.{id_}"
                if str(id_) not in self.ids[kind]:
                    self.problems.not_allowed(path, id_, self.ids[kind])
                yield self._entry(kind, str(id_), raw, path)

    def _entry(self, kind: EntryKind, id_: str, raw: Any, path: str) -> Entry:
        parts = raw if isinstance(raw, Mapping) else {"phrases": raw}
        for key in parts:
            if key not in _KEYS or (key == "findings" and kind != "red_flag"):
                self.problems.not_allowed(f"{path}.{key}", key, _KEYS)
        findings = self._list(parts.get("findings", ()), f"{path}.findings")
        for number, finding in enumerate(findings):
            if finding not in self.ids["finding"]:
                where = f"{path}.findings[{number}]"
                self.problems.not_allowed(where, finding, self.ids["finding"])
        return Entry(
            kind,
            id_,
            self.finding_groups.get(id_, "") if kind == "finding" else "",
            self._phrases(parts.get("phrases", ()), f"{path}.phrases"),
            self._phrases(parts.get("weak", ()), f"{path}.weak"),
            self._phrases(parts.get("absent", ()), f"{path}.absent"),
            self._phrases(parts.get("not", ()), f"{path}.not"),
            tuple(findings),
        )

    def _phrases(self, lines: Any, path: str) -> tuple[Phrase, ...]:
        if not isinstance(lines, list | tuple) or not all(isinstance(x, str | int) for x in lines):
            self.problems.add(path, "expected a list of phrases")
            return ()
        found = (self._phrase(str(line), f"{path}[{n}]") for n, line in enumerate(lines))
        return tuple(phrase for phrase in found if phrase)

    def _phrase(self, line: str, path: str) -> Phrase | None:
        try:
            parsed = parse_phrase(line)
        except PhraseError as error:
            self.problems.add(path, f"{line!r}: {error}")
            return None
        known = _BUILT_IN | set(self.groups)
        for name in groups_in(parsed) - known:
            self.problems.not_allowed(path, name, known)
        return Phrase(line, parsed)

    def _assertion(
        self, data: Mapping[str, Any]
    ) -> tuple[tuple[ModifierRule, ...], frozenset[str]]:
        rules = tuple(
            rule
            for number, raw in enumerate(self._list(data.get("rules", ()), "assertion.yml: rules"))
            if (rule := self._modifier(raw, f"assertion.yml: rules[{number}]"))
        )
        openers = self._list(data.get("clause_openers", ()), "assertion.yml: clause_openers")
        return rules, frozenset(map(str, openers))

    def _modifier(self, raw: Any, path: str) -> ModifierRule | None:
        raw = self._mapping(raw, path)
        direction: Any = raw.get("direction")
        category: Any = raw.get("category")
        if direction not in get_args(Direction):
            self.problems.not_allowed(f"{path}.direction", direction, get_args(Direction))
            return None
        if category not in get_args(Modifier) and direction not in ("terminate", "pseudo"):
            self.problems.not_allowed(f"{path}.category", category, get_args(Modifier))
            return None
        phrases = self._phrases(raw.get("phrases", ()), f"{path}.phrases")
        reach = raw.get("reach")
        wrong = None if reach is None else number_problem(reach, REACH)
        if wrong:
            self.problems.add(f"{path}.reach", wrong)
        return ModifierRule(category, direction, phrases, reach)

    def _no_double_phrases(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """The same words under two ids that exclude each other would be a coin toss.

        Findings of different groups may share words ("after my run" is a time and a
        trigger), and so may signs, red flags and topics.
        """
        owner: dict[tuple[str, str, tuple[str, ...]], str] = {}
        for stem, entry in entries:
            if entry.kind in _MAY_SHARE or entry.group in _MAY_SHARE:
                continue
            for key in ("phrases", "weak"):
                for number, phrase in enumerate(getattr(entry, key)):
                    path = f"{stem}.yml: {entry.kind}.{entry.id}.{key}[{number}]"
                    self._claim(entry, phrase, path, owner)

    def _claim(
        self,
        entry: Entry,
        phrase: Phrase,
        path: str,
        owner: dict[tuple[str, str, tuple[str, ...]], str],
    ) -> None:
        for words in variants(phrase.parsed, _COMPARED):
            first = owner.setdefault((entry.kind, entry.group, words), entry.id)
            if first != entry.id:
                shown = " ".join(words)
                self.problems.add(path, f"{phrase.text!r}: {shown!r} also stands under {first}")
                return
