"""Read the condition language of `when:` keys (docs/knowledge.md) into `Condition`s."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.knowledge.asking import CHOICES
from bot.knowledge.errors import Problems
from bot.knowledge.numbers import RANGES, number_problem
from bot.triage.assessment import DISPOSITIONS
from bot.triage.content import Condition, Location

_GROUPS = ("all", "any", "none", "unless")
_PLACES = ("location", "only_location", "region")
KEYS = (*CHOICES, *RANGES, *_GROUPS, *_PLACES, "at_least", "red_flags")
_NEVER = Condition("none")


class ConditionReader:
    """Reads conditions; ids are checked against the known findings, flags and locations.

    `levels`: level of urgency -> how many red flags can have it.
    """

    def __init__(
        self,
        problems: Problems,
        signs: frozenset[str],
        locations: Mapping[str, Location],
        levels: Mapping[str, int],
    ) -> None:
        self.problems = problems
        self.signs = signs
        self.locations = locations
        self.levels = levels
        self.used: set[str] = set()

    def read(self, raw: Any, path: str) -> Condition:
        """A condition from a finding id or a mapping with exactly one key."""
        if isinstance(raw, str):
            return self._finding(raw, path)
        if not isinstance(raw, Mapping) or len(raw) != 1:
            self.problems.add(path, "expected a finding id, or one key of: " + ", ".join(KEYS))
            return _NEVER
        key, value = next(iter(raw.items()))
        return self._keyed(key, value, f"{path}.{key}")

    def _keyed(self, key: str, value: Any, path: str) -> Condition:
        if key in _GROUPS:
            return Condition(key, parts=self._parts(value, path))  # type: ignore[arg-type]
        if key in CHOICES:
            return Condition(key, ids=self._ids(value, CHOICES[key], path))  # type: ignore[arg-type]
        if key in RANGES:
            return self._range(key, value, path)
        if key in _PLACES:
            return self._place(key, value, path)
        if key == "at_least":
            return self._at_least(value, path)
        if key == "red_flags":
            return self._red_flags(value, path)
        self.problems.not_allowed(path, key, KEYS)
        return _NEVER

    def _finding(self, name: str, path: str) -> Condition:
        if name not in self.signs:
            self.problems.not_allowed(path, name, self.signs)
        self.used.add(name)
        return Condition("finding", ids=(name,))

    def _parts(self, raw: Any, path: str) -> tuple[Condition, ...]:
        if not isinstance(raw, list) or not raw:
            self.problems.add(path, "expected a list of conditions")
            return ()
        return tuple(self.read(one, f"{path}[{n}]") for n, one in enumerate(raw))

    def _ids(self, raw: Any, allowed: tuple[str, ...], path: str) -> tuple[str, ...]:
        if not isinstance(raw, list) or not raw:
            self.problems.add(path, f"expected a list of: {', '.join(allowed)}")
            return ()
        for number, one in enumerate(raw):
            if one not in allowed:
                self.problems.not_allowed(f"{path}[{number}]", one, allowed)
        return tuple(raw)

    def _range(self, key: str, raw: Any, path: str) -> Condition:
        keys = set(raw) if isinstance(raw, Mapping) else set()
        if not keys or keys - {"min", "max"}:
            self.problems.add(path, "expected {min: number}, {max: number} or both")
            return _NEVER
        if not all(self._number(raw[name], RANGES[key], f"{path}.{name}") for name in raw):
            return _NEVER
        low, high = raw.get("min"), raw.get("max")
        if low is not None and high is not None and low > high:
            self.problems.add(path, f"min {low} is greater than max {high}: it would never hold")
        return Condition(key, minimum=low, maximum=high)  # type: ignore[arg-type]

    def _number(self, raw: Any, allowed: tuple[int, int], path: str) -> bool:
        wrong = number_problem(raw, allowed)
        if wrong:
            self.problems.add(path, wrong)
        return wrong is None

    def _place(self, key: str, raw: Any, path: str) -> Condition:
        if key == "region":
            regions = tuple(sorted({place.region for place in self.locations.values()}))
            wanted = self._ids(raw, regions, path)
            ids = tuple(p.id for p in self.locations.values() if p.region in wanted)
            return Condition("location", ids=ids)
        return Condition(key, ids=self._ids(raw, tuple(self.locations), path))  # type: ignore[arg-type]

    def _at_least(self, raw: Any, path: str) -> Condition:
        if not isinstance(raw, Mapping) or set(raw) != {"n", "of"}:
            self.problems.add(path, "expected {n: number, of: [conditions]}")
            return _NEVER
        parts = self._parts(raw["of"], f"{path}.of")
        self._number(raw["n"], (1, max(1, len(parts))), f"{path}.n")
        return Condition("at_least", minimum=raw["n"], parts=parts)

    def _red_flags(self, raw: Any, path: str) -> Condition:
        if not isinstance(raw, Mapping) or set(raw) != {"level", "min"}:
            self.problems.add(path, "expected {level: urgent, min: number}")
            return _NEVER
        level = raw["level"]
        if level not in DISPOSITIONS:
            self.problems.not_allowed(f"{path}.level", level, DISPOSITIONS)
            return _NEVER
        self._number(raw["min"], (1, max(1, self.levels.get(level, 0))), f"{path}.min")
        return Condition("red_flags", ids=(level,), minimum=raw["min"])
