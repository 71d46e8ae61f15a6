"""Whether one patient, told in several ways, gets one answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bot.evaluation.played import Played

NO_RESULT = "no_result"


def agreement(played: Iterable[Played]) -> dict[str, Any]:
    """Fleiss' kappa of the levels over the sets of wordings, and each set with its levels.

    `full`: sets in which every wording got the same level. `kappa` is None without sets,
    and 1.0 when all wordings of all sets got one and the same level.
    """
    sets: dict[str, list[Played]] = {}
    for one in played:
        if one.vignette.told_as:
            sets.setdefault(one.vignette.told_as, []).append(one)
    levels = {name: [p.level or NO_RESULT for p in ways] for name, ways in sets.items()}
    full = sum(len(set(got)) == 1 for got in levels.values())
    return {
        "sets": len(sets),
        "wordings": sum(map(len, sets.values())),
        "full": {"share": full / len(sets) if sets else None, "count": full, "of": len(sets)},
        "kappa": fleiss_kappa(list(levels.values())),
        "cases": [_set(name, ways) for name, ways in sets.items()],
    }


def fleiss_kappa(ratings: Sequence[Sequence[str]]) -> float | None:
    """Agreement beyond chance (Fleiss 1971); each row holds the ratings of one subject.

    Rows may differ in length and need two ratings or more.
    """
    rows = [Counter(row) for row in ratings if len(row) > 1]
    if not rows:
        return None
    observed = sum(map(_agreeing_pairs, rows)) / len(rows)
    total = Counter[str]()
    for row in rows:
        total.update(row)
    everything = sum(total.values())
    chance = sum((n / everything) ** 2 for n in total.values())
    return 1.0 if chance == 1 else round((observed - chance) / (1 - chance), 4)


def _agreeing_pairs(row: Counter[str]) -> float:
    """Share of the pairs of ratings that are the same."""
    n = sum(row.values())
    return sum(k * (k - 1) for k in row.values()) / (n * (n - 1))


def _set(name: str, ways: Sequence[Played]) -> dict[str, Any]:
    return {
        "id": name,
        "gold_level": ways[0].vignette.gold.level,
        "levels": [p.level or NO_RESULT for p in ways],
        "first": [p.contributors[0] if p.contributors else None for p in ways],
    }
