"""Figures from played vignettes. Pure: played cases in, a JSON-ready report out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from statistics import mean, median
from typing import Any

from bot.evaluation.agreement import agreement
from bot.evaluation.elicitation import elicitation
from bot.evaluation.played import Played, rank
from bot.triage.assessment import DISPOSITIONS, Disposition

_BLIND_KEYS = (
    "id", "gold_level", "acceptable_levels", "level", "exact", "acceptable", "rules", "why_wrong",
    "top1", "top3", "turns",
)  # fmt: skip
KINDS = ("location", "frequency", "trigger")


def report(played: Sequence[Played]) -> dict[str, Any]:
    """All metrics of the played vignettes, and each case with its trail.

    A patient who is told in several ways counts in `agreement` only, so that nobody counts
    four times.
    """
    alone = [p for p in played if not p.vignette.told_as] or list(played)
    return _figures(alone) | {
        "agreement": agreement(played),
        "cases": [_case(p) for p in played],
    }


def without_texts(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures with ids, levels and rules of each case, and nothing that was said in it."""
    cases = [{key: case[key] for key in _BLIND_KEYS} for case in figures["cases"]]
    return {**figures, "cases": cases, "dialogues": None, "blind": True}


def _figures(played: Sequence[Played]) -> dict[str, Any]:
    return {
        "vignettes": len(played),
        "triage": _triage(played),
        "emergency": _emergency(played),
        "levels": {level: _level(played, level) for level in DISPOSITIONS},
        "contributors": _contributors(played),
        "extraction": _extraction([p for p in played if not p.was_cut_short]),
        "dialogue": _dialogue(played),
        "elicitation": elicitation(played),
        "confusion": _confusion(played),
    }


def clopper_pearson_lower(hits: int, of: int, confidence: float = 0.95) -> float:
    """One-sided lower bound of a share (Clopper and Pearson 1934); 0.0 when nothing was tried."""
    from scipy.stats import beta

    return float(beta.ppf(1 - confidence, hits, of - hits + 1)) if hits else 0.0


def clopper_pearson_upper(hits: int, of: int, confidence: float = 0.95) -> float:
    """One-sided upper bound of a share (Clopper and Pearson 1934); 1.0 when nothing was tried."""
    return 1 - clopper_pearson_lower(of - hits, of, confidence)


def _triage(played: Sequence[Played]) -> dict[str, Any]:
    return {
        "exact": _share(played, lambda p: p.is_exact),
        "within_acceptable": _share(played, lambda p: p.is_acceptable),
        "under_triage": _bounded_above(_share(played, lambda p: p.is_under)),
        "over_triage": _share(played, lambda p: p.is_over),
        "no_result": _share(played, lambda p: p.level is None),
    }


def _emergency(played: Sequence[Played]) -> dict[str, Any]:
    real = [p for p in played if p.vignette.gold.level == "emergency"]
    others = [p for p in played if "emergency" not in p.vignette.gold.acceptable_levels]
    return {
        "sensitivity": _bounded(_share(real, lambda p: p.level == "emergency")),
        "false_alarms": _share(others, lambda p: p.level == "emergency"),
    }


def _level(played: Sequence[Played], level: Disposition) -> dict[str, Any]:
    """Of the patients who need this level, those who got it; of those who got it, the right."""
    need = [p for p in played if p.vignette.gold.level == level]
    got = [p for p in played if p.level == level]
    return {
        "sensitivity": _bounded(_share(need, lambda p: p.level == level)),
        "acceptable": _share(need, lambda p: p.is_acceptable),
        "predictive_value": _share(got, lambda p: p.is_acceptable),
    }


def _bounded(share: dict[str, Any]) -> dict[str, Any]:
    return share | {"lower_bound_95": round(clopper_pearson_lower(share["count"], share["of"]), 4)}


def _bounded_above(share: dict[str, Any]) -> dict[str, Any]:
    return share | {"upper_bound_95": round(clopper_pearson_upper(share["count"], share["of"]), 4)}


def _contributors(played: Sequence[Played]) -> dict[str, Any]:
    first = [p for p in played if p.vignette.gold.rank1_ok]
    three = [p for p in played if p.vignette.gold.top3_must]
    return {"top1": _share(first, _has_right_first), "top3": _share(three, _has_right_three)}


def _has_right_first(played: Played) -> bool:
    return bool(played.contributors) and played.contributors[0] in played.vignette.gold.rank1_ok


def _has_right_three(played: Played) -> bool:
    shown = set(played.contributors[:3])
    return all(shown & set(entry) for entry in played.vignette.gold.top3_must)


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
        "questions_asked": _histogram(calm),
        "questions_to_emergency": _histogram(alarmed),
        "answered_share": _share(played, lambda p: p.level is not None),
        "understood_share": _ratio(asked - sum(p.repeats for p in played), asked),
        "turns_mean": round(mean(p.turns for p in played), 2) if played else None,
        "turns_median": median(p.turns for p in played) if played else None,
    }


def _histogram(counts: Sequence[int]) -> dict[str, int]:
    found = Counter(counts)
    return {str(n): found[n] for n in range(max(counts) + 1)} if counts else {}


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
        "why_wrong": why_wrong(played) if not played.is_exact else "",
        "rules": list(played.rules),
        "contributors": list(played.contributors),
        "top1": _has_right_first(played) if gold.rank1_ok else None,
        "top3": _has_right_three(played) if gold.top3_must else None,
        "locations": list(played.locations),
        "frequency": played.frequency,
        "triggers": list(played.triggers),
        "read": [asdict(one) for one in played.read],
        "ledger": [asdict(entry) for entry in played.ledger],
        "questions": list(played.topics),
        "turns": played.turns,
        "transcript": [{"from": who, "text": text} for who, text in played.transcript],
    }


def why_wrong(played: Played) -> str:
    """What kept the expected level from coming out, told without the patient's words."""
    gold = played.vignette.gold
    if played.level is None:
        return "no result within the limit of turns"
    misread = [kind for kind in KINDS if _is_misread(kind, played)]
    also = f"; misread: {', '.join(misread)}" if misread else ""
    if rank(played.level) > rank(gold.level):
        return f"nothing that calls for {gold.level} was heard{also}"
    return f"{', '.join(played.rules[:3]) or 'no rule'} called for {played.level}{also}"


def _is_misread(kind: str, played: Played) -> bool:
    gold = played.vignette.gold
    got, expected = {
        "location": (played.locations, gold.locations),
        "frequency": (_one(played.frequency), _one(gold.frequency)),
        "trigger": (played.triggers, gold.triggers),
    }[kind]
    return bool(set(expected or ()) - set(got or ()))


def _share(played: Sequence[Played], is_hit: Callable[[Played], bool]) -> dict[str, Any]:
    count = sum(map(is_hit, played))
    return {"share": _ratio(count, len(played)), "count": count, "of": len(played)}


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
