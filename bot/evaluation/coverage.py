"""Which rules, danger signs, page items and cautions the played vignettes reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bot.evaluation.played import Played
from bot.triage.content import Knowledge

NOT_IN_RESULTS = frozenset({"underlying_medical_conditions"})
"""The page's heading over four causes: told of when asked about, never named in a result."""


def coverage(played: Sequence[Played], content: Knowledge) -> dict[str, Any]:
    """How often each was reached, and what never was."""
    rules = _counted(
        (name for p in played for name in p.rules),
        (*content.red_flags, *content.rules, *content.requirements),
    )
    items = _counted(
        (name for p in played for i in p.items for name in _in_one_line(i, content)),
        set(content.items) - NOT_IN_RESULTS,
    )
    heeded = _counted((c for p in played for c in p.heeded), content.cautions)
    kinds = {"rules": rules, "items": items, "cautions": heeded}
    return kinds | {"never": {kind: _never(counts) for kind, counts in kinds.items()}}


def _in_one_line(name: str, content: Knowledge) -> set[str]:
    """The item and those that are shown in one line with it."""
    return {name, *(one.id for one in content.items.values() if one.same_as == name)}


def _counted(names: Iterable[str], known: Iterable[str]) -> dict[str, int]:
    found = Counter(names)
    return {name: found[name] for name in sorted({*known, *found})}


def _never(counts: dict[str, int]) -> list[str]:
    return [name for name, times in counts.items() if not times]
