"""Figures from played vignettes. Pure: played cases in, a JSON-ready report out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

from bot.evaluation.vignettes import Vignette
from bot.triage.assessment import DISPOSITIONS, Disposition

KINDS = ("location", "frequency", "trigger")


@dataclass(frozen=True)
class Played:
    """What the bot made of one vignette. `level` is None when it reached no result.

    `topics`: topic of each question put, in order. `repeats`: questions put again because
    the answer was not understood. `turns`: messages the patient sent.
    """

    vignette: Vignette
    level: Disposition | None
    rules: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    frequency: str | None = None
    triggers: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    repeats: int = 0
    turns: int = 0
    transcript: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def is_exact(self) -> bool:
        return self.level == self.vignette.gold.level

    @property
    def is_acceptable(self) -> bool:
        return self.level in self.vignette.gold.acceptable_levels

    @property
    def is_under(self) -> bool:
        """Less urgent than every acceptable level; no result at all counts as that."""
        return _rank(self.level) > max(map(_rank, self.vignette.gold.acceptable_levels))

    @property
    def is_over(self) -> bool:
        """More urgent than every acceptable level."""
        return _rank(self.level) < min(map(_rank, self.vignette.gold.acceptable_levels))


def report(played: Sequence[Played]) -> dict[str, Any]:
    """All metrics of the played vignettes, and each case with its trail."""
    return {
        "vignettes": len(played),
        "triage": _triage(played),
        "emergency": _emergency(played),
        "contributors": _contributors(played),
        "extraction": _extraction([p for p in played if not _was_cut_short(p)]),
        "dialogue": _dialogue(played),
        "confusion": _confusion(played),
        "cases": [_case(p) for p in played],
    }


def clopper_pearson_lower(hits: int, of: int, confidence: float = 0.95) -> float:
    """One-sided lower bound of a share (Clopper and Pearson 1934); 0.0 when nothing was tried."""
    from scipy.stats import beta

    return float(beta.ppf(1 - confidence, hits, of - hits + 1)) if hits else 0.0


def _rank(level: Disposition | None) -> int:
    return len(DISPOSITIONS) if level is None else DISPOSITIONS.index(level)


def _triage(played: Sequence[Played]) -> dict[str, Any]:
    return {
        "exact": _share(played, lambda p: p.is_exact),
        "within_acceptable": _share(played, lambda p: p.is_acceptable),
        "under_triage": _share(played, lambda p: p.is_under),
        "over_triage": _share(played, lambda p: p.is_over),
        "no_result": _share(played, lambda p: p.level is None),
    }


def _emergency(played: Sequence[Played]) -> dict[str, Any]:
    real = [p for p in played if p.vignette.gold.level == "emergency"]
    others = [p for p in played if "emergency" not in p.vignette.gold.acceptable_levels]
    sensitivity = _share(real, lambda p: p.level == "emergency")
    bound = clopper_pearson_lower(sensitivity["count"], sensitivity["of"])
    return {
        "sensitivity": sensitivity | {"lower_bound_95": round(bound, 4)},
        "false_alarms": _share(others, lambda p: p.level == "emergency"),
    }


def _contributors(played: Sequence[Played]) -> dict[str, Any]:
    first = [p for p in played if p.vignette.gold.rank1_ok]
    three = [p for p in played if p.vignette.gold.top3_must]
    return {"top1": _share(first, _has_right_first), "top3": _share(three, _has_right_three)}


def _has_right_first(played: Played) -> bool:
    return bool(played.contributors) and played.contributors[0] in played.vignette.gold.rank1_ok


def _has_right_three(played: Played) -> bool:
    shown = set(played.contributors[:3])
    return all(shown & set(entry) for entry in played.vignette.gold.top3_must)


def _was_cut_short(played: Played) -> bool:
    """True for an emergency that was rightly heard: it ends before the rest is asked.

    A false alarm stays in, and what it left unasked counts as missed.
    """
    return played.level == "emergency" and played.is_acceptable


def _extraction(played: Sequence[Played]) -> dict[str, Any]:
    """Final intake against gold."""
    pairs = {
        "location": [(p.locations, p.vignette.gold.locations) for p in played],
        "frequency": [(_one(p.frequency), _one(p.vignette.gold.frequency)) for p in played],
        "trigger": [(p.triggers, p.vignette.gold.triggers) for p in played],
    }
    return {kind: _precision_recall(pairs[kind]) for kind in KINDS}


def _one(value: str | None) -> tuple[str, ...] | None:
    return (value,) if value else None


def _precision_recall(
    pairs: Iterable[tuple[tuple[str, ...] | None, tuple[str, ...] | None]],
) -> dict[str, Any]:
    right = extra = missed = 0
    for got, gold in pairs:
        if gold is None:
            continue
        right += len(set(got or ()) & set(gold))
        extra += len(set(got or ()) - set(gold))
        missed += len(set(gold) - set(got or ()))
    return {
        "precision": _ratio(right, right + extra),
        "recall": _ratio(right, right + missed),
        "right": right,
        "extra": extra,
        "missed": missed,
    }


def _dialogue(played: Sequence[Played]) -> dict[str, Any]:
    finished = [p for p in played if p.level is not None]
    calm = [len(p.topics) for p in finished if p.level != "emergency"]
    alarmed = [len(p.topics) for p in finished if p.level == "emergency"]
    asked = sum(len(p.topics) for p in played)
    return {
        "questions_median": median(calm) if calm else None,
        "questions_to_emergency_median": median(alarmed) if alarmed else None,
        "answered_share": _share(played, lambda p: p.level is not None),
        "understood_share": _ratio(asked - sum(p.repeats for p in played), asked),
        "turns_mean": round(mean(p.turns for p in played), 2) if played else None,
        "turns_median": median(p.turns for p in played) if played else None,
    }


def _confusion(played: Sequence[Played]) -> dict[str, dict[str, int]]:
    counts = Counter((p.vignette.gold.level, p.level or "no_result") for p in played)
    return {
        gold: {got: counts[gold, got] for got in (*DISPOSITIONS, "no_result")}
        for gold in DISPOSITIONS
    }


def _case(played: Played) -> dict[str, Any]:
    gold = played.vignette.gold
    return {
        "id": played.vignette.id,
        "file": played.vignette.file,
        "gold_level": gold.level,
        "acceptable_levels": list(gold.acceptable_levels),
        "level": played.level,
        "exact": played.is_exact,
        "acceptable": played.is_acceptable,
        "rules": list(played.rules),
        "contributors": list(played.contributors),
        "top1": _has_right_first(played) if gold.rank1_ok else None,
        "top3": _has_right_three(played) if gold.top3_must else None,
        "locations": list(played.locations),
        "frequency": played.frequency,
        "triggers": list(played.triggers),
        "questions": list(played.topics),
        "turns": played.turns,
        "transcript": [{"from": who, "text": text} for who, text in played.transcript],
    }


def _share(played: Sequence[Played], is_hit: Callable[[Played], bool]) -> dict[str, Any]:
    count = sum(map(is_hit, played))
    return {"share": _ratio(count, len(played)), "count": count, "of": len(played)}


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
