"""What one message says: mentions with their assertion status.

A `Mention` is one fact heard in one message, read without knowing what was asked.
`bot.triage.answers` then reads the mentions in the light of the pending question.
In Rasa the same mention travels as an entity; `to_entity` and `from_entity` convert.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Assertion = Literal["present", "absent", "past", "other_person", "hypothetical", "uncertain"]
"""Status of a mention. `other_person`: said of somebody else than the one being triaged."""

MentionKind = Literal[
    "finding",  # value: finding id
    "red_flag",  # value: red-flag id, heard by the sentinel
    "location",  # value: location id; `side` where the words say it
    "side",  # value: left | right | both | alternating
    "frequency",  # value: once | occasional | weekly | daily | constant
    "episode_length",  # value: seconds | under_10_min | over_10_min | hours
    "duration",  # value: days as int (how long ago it began)
    "course",  # value: improving | same | worsening
    "severity",  # value: 0-10 as int
    "age",  # value: years as int
    "number",  # value: int, a bare number; what it counts follows from the question
    "reply",  # value: yes | no | unsure | none | all | some | first | second | third | last | other
    "topic",  # value: id of one of the page's items that the message asks about or names
    "person",  # value: self | other_adult | child: who the trouble belongs to
]


MEANING = "meaning"
"""`rule` of a mention that was heard by meaning; `uncertain` then says how sure the reader is."""


@dataclass(frozen=True)
class Mention:
    """One fact in one message. `start` and `end` are character offsets in the text."""

    kind: MentionKind
    value: str | int
    assertion: Assertion = "present"
    start: int = 0
    end: int = 0
    rule: str = ""
    words: str = ""
    side: str | None = None

    def to_entity(self) -> dict[str, Any]:
        """The mention as a Rasa entity (JSON-ready)."""
        entity: dict[str, Any] = {
            "entity": self.kind,
            "value": self.value,
            "start": self.start,
            "end": self.end,
            "assertion": self.assertion,
            "rule": self.rule,
            "words": self.words,
        }
        return entity | ({"side": self.side} if self.side else {})

    @classmethod
    def from_entity(cls, entity: Mapping[str, Any]) -> Mention:
        """Read a Rasa entity; a button's payload carries only `entity` and `value`."""
        return cls(
            kind=entity["entity"],
            value=entity["value"],
            assertion=entity.get("assertion", "present"),
            start=entity.get("start", 0),
            end=entity.get("end", 0),
            rule=entity.get("rule", "payload"),
            words=entity.get("words", ""),
            side=entity.get("side"),
        )


KINDS: frozenset[str] = frozenset(MentionKind.__args__)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Reading:
    """All mentions of one message, in the order of the text."""

    mentions: tuple[Mention, ...] = ()

    @classmethod
    def from_entities(cls, entities: Iterable[Mapping[str, Any]]) -> Reading:
        """Read Rasa's entities; kinds that are not ours (booking details) are left out."""
        return cls(tuple(Mention.from_entity(e) for e in entities if e["entity"] in KINDS))

    def of(self, kind: MentionKind, *assertions: Assertion) -> tuple[Mention, ...]:
        """Mentions of one kind, of the given assertions (all when none is given)."""
        return tuple(
            m
            for m in self.mentions
            if m.kind == kind and (not assertions or m.assertion in assertions)
        )
