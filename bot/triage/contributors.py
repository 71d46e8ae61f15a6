"""What may be linked to the spasms: summed log-odds of the evidence for each item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.triage.assessment import Likelihood, RankedContributor, Reason
from bot.triage.conditions import judge
from bot.triage.content import LOG_ODDS, Evidence, Item
from bot.triage.facts import Facts
from bot.triage.truth import holds

MORE_LIKELY = 2.5
POSSIBLE = 1.5
"""Scores from which an item is shown (evidence.md, B5: "about +1.5")."""
_CLEAR_RISK = LOG_ODDS["M+"]
_MARGIN = 1.0
"""How far a more specific item may fall behind the general one and still stand for it."""
_PLACES = (("cause",), ("condition", "injury"), ("other",))
_AT_MOST = {"cause": 3, "condition": 3, "injury": 3, "other": 2}
_REASONS_FOR = 5


@dataclass(frozen=True)
class Scored:
    """An item with its score and the evidence that holds."""

    item: Item
    score: float
    evidence: tuple[Evidence, ...]


def contributors(facts: Facts) -> tuple[RankedContributor, ...]:
    """The supported items, likeliest first; empty when nothing is clear."""
    ranked = rank(facts)
    supported = _most_specific([one for one in ranked if one.score >= POSSIBLE], facts)
    if not supported:
        return ()
    doubted = [one for one in ranked if one.score < 0 and _was_mentioned(one)]
    shown = [one for kinds in _PLACES for one in _places(kinds, supported, doubted)]
    return tuple(_ranked(one, facts) for one in sorted(shown, key=_shown_order))


def rank(facts: Facts) -> list[Scored]:
    """Every item that some evidence touches and whose gate is open, best score first."""
    known = set(facts.known())
    names = {name for key in known for name in facts.index.items_by_key.get(key, ())}
    items = (facts.knowledge.items[name] for name in names)
    scored = [score(i, facts, known) for i in items if i.gate is None or holds(i.gate, facts)]
    return sorted(scored, key=_order)


def score(item: Item, facts: Facts, known: set[str]) -> Scored:
    """Sum over the columns of: strongest plus half of the next, for and against apart.

    `known`: the keys about which something is known; other evidence cannot hold.
    """
    holding = tuple(
        evidence
        for evidence, needed in facts.index.evidence_keys[item.id]
        if not needed.isdisjoint(known) and holds(evidence.when, facts)
    )
    columns: dict[tuple[str, bool], list[float]] = {}
    for evidence in holding:
        value = LOG_ODDS[evidence.strength]
        columns.setdefault((evidence.column, value > 0), []).append(value)
    return Scored(item, round(sum(map(_capped, columns.values())), 3), holding)


def _capped(values: list[float]) -> float:
    strongest = sorted(values, key=abs, reverse=True)
    return strongest[0] + (strongest[1] / 2 if len(strongest) > 1 else 0.0)


def _order(one: Scored) -> tuple[float, bool, str]:
    """Best first; of a pair shown in one line, the one that the other refers to."""
    return (-one.score, one.item.same_as is not None, one.item.id)


def _shown_order(one: Scored) -> tuple[bool, float, bool, str]:
    """The page's items stand before outcomes that the page lacks."""
    return (one.item.kind == "other", *_order(one))


def _most_specific(supported: list[Scored], facts: Facts) -> list[Scored]:
    """Leave out an item whose more specific form is as well supported, and the weaker of a pair.

    A specific form that is far behind gives way to the general item: its pattern does not fit.
    A parent of another kind stays: a cause (a pinched nerve) explains a condition
    (sciatica), it does not repeat it. It then ranks below that condition.
    """
    parents = _ancestors(supported, facts)
    kept: list[Scored] = []
    given_way: set[str] = set()
    for one in supported:
        all_below = parents.get(one.item.id, [])
        below = [child for child in all_below if child.score >= one.score - _MARGIN]
        if one.item.id in given_way:
            continue
        if any(child.item.kind == one.item.kind for child in below):
            continue
        given_way.update(c.item.id for c in all_below if c.item.kind == one.item.kind)
        if any(_same(one.item, other.item) for other in kept):
            continue
        cap = max((child.score for child in below), default=one.score)
        kept.append(replace(one, score=min(one.score, round(cap - 0.001, 3))) if below else one)
    return kept


def _ancestors(supported: list[Scored], facts: Facts) -> dict[str, list[Scored]]:
    """Item id -> the supported items below it."""
    below: dict[str, list[Scored]] = {}
    for one in supported:
        seen: set[str] = set()
        at = one.item.parent
        while at is not None and at not in seen:
            seen.add(at)
            below.setdefault(at, []).append(one)
            at = facts.knowledge.items[at].parent
    return below


def _same(one: Item, other: Item) -> bool:
    return other.id in (one.same_as, one.id) or one.id == other.same_as


def _was_mentioned(one: Scored) -> bool:
    """Whether the patient told of the illness itself or of a clear risk for it."""
    return any(e.column == "history" and LOG_ODDS[e.strength] >= _CLEAR_RISK for e in one.evidence)


def _places(kinds: tuple[str, ...], supported: list[Scored], doubted: list[Scored]) -> list[Scored]:
    """The best of these kinds; one that is less likely only where a place is left."""
    limit = _AT_MOST[kinds[0]]
    best = [one for one in supported if one.item.kind in kinds][:limit]
    rest = [one for one in doubted if one.item.kind in kinds][:1]
    return (best + rest)[:limit] if best else best


def _ranked(one: Scored, facts: Facts) -> RankedContributor:
    return RankedContributor(
        id=one.item.id,
        kind=one.item.kind,  # type: ignore[arg-type]
        likelihood=_likelihood(one.score),
        score=one.score,
        reasons=(*_in_favour(one, facts), *_against(one, facts)),
    )


def _likelihood(value: float) -> Likelihood:
    if value >= MORE_LIKELY:
        return "more"
    return "possible" if value >= 0 else "less"


def _in_favour(one: Scored, facts: Facts) -> tuple[Reason, ...]:
    return _told((e for e in one.evidence if LOG_ODDS[e.strength] > 0), facts)[:_REASONS_FOR]


def _against(one: Scored, facts: Facts) -> tuple[Reason, ...]:
    """The strongest thing that speaks against it."""
    found = _told((e for e in one.evidence if LOG_ODDS[e.strength] < 0), facts)[:1]
    return tuple(replace(reason, speaks="against") for reason in found)


def _told(evidence: Iterable[Evidence], facts: Facts) -> tuple[Reason, ...]:
    strongest = sorted(evidence, key=lambda e: -abs(LOG_ODDS[e.strength]))
    found = (reason for one in strongest for reason in judge(one.when, facts).reasons)
    return tuple(dict.fromkeys(found))
