"""Vignettes: described patients with the result each should get, read from YAML."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import yaml

from bot.evaluation.errors import VignetteError
from bot.triage.assessment import DISPOSITIONS, Disposition

HISTORY_TOPICS = frozenset({"accident", "surgery", "conditions", "medicines", "pregnancy"})
"""A patient who does not mention these has nothing to tell about them."""
FREQUENCIES = {"single_episode": "once"} | {
    name: name for name in ("once", "occasional", "weekly", "daily", "constant")
}


@dataclass(frozen=True)
class Gold:
    """What should come out. None or empty: not scored."""

    level: Disposition
    acceptable_levels: tuple[Disposition, ...]
    locations: tuple[str, ...] | None = None
    frequency: str | None = None
    triggers: tuple[str, ...] | None = None
    rank1_ok: tuple[str, ...] = ()
    top3_must: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Vignette:
    """One described patient. `answers`: topic -> the successive replies to it.

    `told_as`: of a patient who is told in several ways (`openings`), the id they share.
    """

    id: str
    file: str
    opening: str
    gold: Gold
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told_as: str = ""

    def reply(self, topic: str, asked_before: int) -> str:
        """The reply to a question of `topic`; when replies run out the last is said again."""
        replies = self.answers.get(topic)
        if replies is None and topic not in HISTORY_TOPICS:
            replies = self.answers.get("other")
        return replies[min(asked_before, len(replies) - 1)] if replies else "no"


def load_vignettes(files: Iterable[Path]) -> list[Vignette]:
    """All vignettes of the files, in order. Raises VignetteError."""
    vignettes: list[Vignette] = []
    for file in files:
        for number, entry in enumerate(_entries(file), start=1):
            vignettes += _Reader(file, number, entry).vignettes()
    seen: dict[str, str] = {}
    for vignette in vignettes:
        if vignette.id in seen:
            raise VignetteError(
                f"{vignette.file}: vignette {vignette.id}: key id: already used in "
                f"{seen[vignette.id]}"
            )
        seen[vignette.id] = vignette.file
    return vignettes


def _entries(file: Path) -> list[object]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise VignetteError(f"{file}: cannot be read ({type(error).__name__})") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else "somewhere"
        raise VignetteError(f"{file}: is not valid YAML at {where}") from error
    if not isinstance(content, list) or not content:
        raise VignetteError(f"{file}: must be a list of vignettes, each starting with `- id:`")
    return content


class _Reader:
    """Reads one entry; every complaint names file, vignette and key."""

    KEYS = frozenset({"id", "who", "opening", "openings", "answers", "gold"})
    GOLD_KEYS = frozenset(
        {"locations", "frequency", "triggers", "level", "acceptable_levels", "rank1_ok",
         "top3_must"}
    )  # fmt: skip

    def __init__(self, file: Path, number: int, entry: object) -> None:
        self.file = str(file)
        self.name = f"number {number}"
        self.entry = self._mapping("", entry)
        self.name = self._text("id", self.entry.get("id"))

    def vignettes(self) -> list[Vignette]:
        """The one vignette, or one for each of its `openings`."""
        self._warn_of_unknown("", self.entry, self.KEYS)
        answers = self._mapping("answers", self.entry.get("answers") or {})
        one = Vignette(
            id=self.name,
            file=self.file,
            opening="",
            answers={t: self._replies(f"answers.{t}", said) for t, said in answers.items()},
            gold=self._gold(self._mapping("gold", self.entry.get("gold"))),
        )
        if "openings" not in self.entry:
            return [replace(one, opening=self._text("opening", self.entry.get("opening")))]
        ways = self._replies("openings", self.entry["openings"])
        return [
            replace(one, id=f"{one.id}/{number}", opening=said, told_as=one.id)
            for number, said in enumerate(ways, start=1)
        ]

    def _gold(self, gold: Mapping[str, Any]) -> Gold:
        self._warn_of_unknown("gold.", gold, self.GOLD_KEYS)
        level = self._level("gold.level", gold.get("level"))
        accepted = self._strings("gold.acceptable_levels", gold.get("acceptable_levels")) or ()
        levels = tuple(self._level("gold.acceptable_levels", each) for each in accepted)
        must = self._strings("gold.top3_must", gold.get("top3_must")) or ()
        return Gold(
            level=level,
            acceptable_levels=levels if level in levels else (level, *levels),
            locations=self._strings("gold.locations", gold.get("locations")),
            frequency=self._frequency(gold.get("frequency")),
            triggers=self._strings("gold.triggers", gold.get("triggers")),
            rank1_ok=self._strings("gold.rank1_ok", gold.get("rank1_ok")) or (),
            top3_must=tuple(tuple(i.strip() for i in entry.split("|")) for entry in must),
        )

    def _level(self, key: str, value: object) -> Disposition:
        if value not in DISPOSITIONS:
            raise self._wrong(key, f"must be one of {', '.join(DISPOSITIONS)}")
        return cast(Disposition, value)

    def _frequency(self, value: object) -> str | None:
        if value is None or value == "":
            return None
        if value not in FREQUENCIES:
            raise self._wrong("gold.frequency", f"must be one of {', '.join(FREQUENCIES)}")
        return FREQUENCIES[str(value)]

    def _replies(self, key: str, value: object) -> tuple[str, ...]:
        said = value if isinstance(value, list) else [value]
        if not said:
            raise self._wrong(key, "must be a text or a list of texts")
        return tuple(self._reply(key, each) for each in said)

    def _reply(self, key: str, value: object) -> str:
        if isinstance(value, bool):  # an unquoted yes or no in YAML
            return "yes" if value else "no"
        if isinstance(value, int | float):
            return str(value)
        return self._text(key, value)

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._wrong(key, "must be a text")
        return value

    def _strings(self, key: str, value: object) -> tuple[str, ...] | None:
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(key, "must be a list of texts, such as [calf]")
        return tuple(value)

    def _mapping(self, key: str, value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict) or not all(isinstance(k, str) for k in value):
            raise self._wrong(key or "id", "is missing, or what holds it is not `key: value` lines")
        return value

    def _wrong(self, key: str, why: str) -> VignetteError:
        return VignetteError(f"{self.file}: vignette {self.name}: key {key}: {why}")

    def _warn_of_unknown(
        self, prefix: str, found: Mapping[str, Any], known: frozenset[str]
    ) -> None:
        for key in sorted(found.keys() - known):
            sys.stderr.write(
                f"{self.file}: vignette {self.name}: key {prefix}{key} is not known and not used\n"
            )
