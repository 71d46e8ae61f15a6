"""What is known of one patient, in the form that conditions are tested on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.triage.assessment import Disposition
from bot.triage.content import Knowledge, RedFlag
from bot.triage.index import ADULT_AGE, AGE_60_PLUS, FIELDS, OLDER_AGE, Index, index_of
from bot.triage.intake import Answer, Intake
from bot.triage.truth import holds, truth

_TRUTH: Mapping[str, bool | None] = {"present": True, "absent": False, "unknown": None}
_NAMES = tuple(dict.fromkeys(FIELDS.values()))
OLDEST = 130


class Facts:
    """One intake beside the knowledge, with the state of each red flag worked out when needed.

    `signs`: finding or red-flag id -> True (present), False (absent); unknown ones are left
    out. `fields`: the intake's fields that are known, by name. A red flag that was denied when
    asked for stays denied, whatever its `when` would derive; one denied in passing ("no
    numbness down there") is worked out from `when`, as its other signs are still open.
    """

    __slots__ = (
        "_present",
        "fields",
        "flags",
        "index",
        "intake",
        "knowledge",
        "levels",
        "signs",
    )

    def __init__(self, intake: Intake, knowledge: Knowledge) -> None:
        self.intake = intake
        self.knowledge = knowledge
        self.index: Index = index_of(knowledge)
        self.signs: dict[str, bool] = {
            name: answer.status == "present"
            for name, answer in intake.findings.items()
            if answer.status != "unknown" and not _in_passing(name, answer, knowledge)
        }
        self.fields: dict[str, Any] = {
            name: value
            for name in _NAMES
            if (value := getattr(intake, name)) is not None and value != ()
        }
        if intake.age is not None:
            self.signs[AGE_60_PLUS] = intake.age >= OLDER_AGE
        self.flags: dict[str, bool | None] = {}
        self.levels: dict[str, Disposition] = {}
        self._present: tuple[RedFlag, ...] | None = None

    def supposing(self, signs: Mapping[str, bool], fields: Mapping[str, Any]) -> Facts:
        """These facts and some more. Red flags that cannot change keep their state."""
        other: Facts = Facts.__new__(Facts)
        other.intake, other.knowledge, other.index = self.intake, self.knowledge, self.index
        other.signs = {**self.signs, **signs}
        other.fields = {**self.fields, **fields}
        near = {f.id: f for k in (*signs, *fields) for f in self.index.flags_by_key.get(k, ())}
        other.flags = {k: v for k, v in self.flags.items() if k not in near}
        other.levels = {k: v for k, v in self.levels.items() if k not in near}
        kept = [flag for flag in self.present_flags() if flag.id not in near]
        other._present = None
        other._present = other._in_order((*kept, *near.values()))
        return other

    def known(self) -> tuple[str, ...]:
        """The keys (see `bot.triage.index`) about which something is known.

        Age is never wholly unknown: patients are adults unless they say otherwise.
        """
        return (*self.signs, *self.fields, "age")

    def sign(self, name: str) -> bool | None:
        """Whether a finding or red flag is present; None when that is unknown."""
        value = self.signs.get(name)
        if value is None and (flag := self.knowledge.red_flags.get(name)):
            return self.flag(flag)
        return value

    def flag(self, flag: RedFlag) -> bool | None:
        """Whether a red flag is present: because it was said, or because its `when` holds."""
        if flag.id not in self.flags:
            said = self.signs.get(flag.id)
            # Stands while `when` is worked out, should flags ever refer to each other in a ring.
            self.flags[flag.id] = said
            if said is None and flag.when is not None:
                self.flags[flag.id] = truth(flag.when, self)
        return self.flags[flag.id]

    def level(self, flag: RedFlag) -> Disposition:
        """The urgency of a red flag that is present: the first that holds, else the last."""
        if flag.id not in self.levels:
            self.levels[flag.id] = flag.urgencies[-1].level
            self.levels[flag.id] = next(
                (u.level for u in flag.urgencies if u.when is None or holds(u.when, self)),
                flag.urgencies[-1].level,
            )
        return self.levels[flag.id]

    def present_flags(self) -> tuple[RedFlag, ...]:
        """Every red flag that is present, in the order of the file."""
        if self._present is None:
            at = self.index.flags_by_key
            near = {flag.id: flag for key in self.known() for flag in at.get(key, ())}
            self._present = self._in_order(near.values())
        return self._present

    def _in_order(self, flags: Iterable[RedFlag]) -> tuple[RedFlag, ...]:
        present = (flag for flag in flags if self.flag(flag))
        return tuple(sorted(present, key=lambda flag: self.index.flag_order[flag.id]))

    def unanswered(self) -> list[RedFlag]:
        """Red flags that must be asked for the reported locations and are still unknown."""
        flags = {f.id: f for p in self.intake.locations for f in self.index.sites.get(p, ())}
        return [flag for flag in flags.values() if self.flag(flag) is None]

    def place(self, ids: tuple[str, ...]) -> list[bool | None]:
        """For each reported location, whether it lies in `ids`; None when it only may."""
        return [self._lies_in(place, ids) for place in self.intake.locations]

    def _lies_in(self, place: str, ids: tuple[str, ...]) -> bool | None:
        if not self.index.wider.get(place, frozenset((place,))).isdisjoint(ids):
            return True
        return None if not self.index.narrower.get(place, frozenset()).isdisjoint(ids) else False

    def age_range(self) -> tuple[int, int]:
        """Lowest and highest age in years that fit what was said; adults unless told."""
        age = self.fields.get("age")
        if age is not None:
            return age, age
        older = self.signs.get(AGE_60_PLUS)
        low = OLDER_AGE if older else ADULT_AGE
        return low, OLDER_AGE - 1 if older is False else OLDEST


def _in_passing(name: str, answer: Answer, knowledge: Knowledge) -> bool:
    if answer.status != "absent" or answer.heard == "asked":
        return False
    flag = knowledge.red_flags.get(name)
    return flag is not None and flag.when is not None
