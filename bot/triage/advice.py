"""Care at home that is safe for this person: strategies, filtered by cautions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.triage.assessment import AdviceItem, RankedContributor, Withheld
from bot.triage.content import Caution, Strategy
from bot.triage.facts import Facts
from bot.triage.truth import holds, truth


@dataclass(frozen=True)
class Advice:
    """What to offer, and what was left out with the caution that withheld it."""

    offered: tuple[AdviceItem, ...] = ()
    withheld: tuple[Withheld, ...] = ()


def advise(facts: Facts, contributors: Iterable[RankedContributor]) -> Advice:
    """The strategies that fit, those that the contributors point to first.

    For the levels `book` and `self_care` only: above them there is no list (evidence.md, D).
    """
    holding = [c for c in facts.knowledge.cautions.values() if _heeded(c, facts)]
    doubted = {c.id for c in holding if truth(c.when, facts) is None}
    offered: list[AdviceItem] = []
    withheld: list[Withheld] = []
    for strategy in _by_relevance(facts, contributors):
        cautions = [caution for caution in holding if strategy.id in caution.strategies]
        cautions.sort(key=lambda caution: caution.id in doubted)  # what is known is told first
        stops = [caution for caution in cautions if caution.effect == "withhold"]
        if stops:
            known = [c for c in (*stops, *cautions) if c.id not in doubted]
            because = (known or stops)[0].id
            withheld.append(Withheld(strategy.id, because, because in doubted))
        else:
            notes = tuple(caution.id for caution in cautions)
            unknown = tuple(name for name in notes if name in doubted)
            offered.append(AdviceItem(strategy.id, strategy.item, notes, unknown))
    return Advice(tuple(offered), tuple(withheld))


def _by_relevance(facts: Facts, contributors: Iterable[RankedContributor]) -> list[Strategy]:
    items = facts.knowledge.items
    pointed = {home for one in contributors for home in items[one.id].home}
    fitting = [
        strategy
        for strategy in facts.knowledge.strategies.values()
        if strategy.offer_when is None or holds(strategy.offer_when, facts)
    ]
    return sorted(fitting, key=lambda strategy: strategy.item not in pointed)


def _heeded(caution: Caution, facts: Facts) -> bool:
    """Whether to heed the caution: when unknown, only if it is a cautious one."""
    holds = truth(caution.when, facts)
    return caution.cautious if holds is None else holds
