"""One triage: from what a patient told to the level of care, with every reason."""

from __future__ import annotations

from bot.triage.advice import Advice, advise
from bot.triage.assessment import (
    DISPOSITIONS,
    Assessment,
    Disposition,
    RankedContributor,
)
from bot.triage.content import Knowledge, Question
from bot.triage.contributors import contributors
from bot.triage.dispositions import Decision, FiredEmergency, decide, emergency
from bot.triage.facts import Facts
from bot.triage.intake import Intake
from bot.triage.ledger import ledger_of
from bot.triage.lists import is_danger_list
from bot.triage.outlook import Outlook
from bot.triage.same_day import with_implied
from bot.triage.truth import holds

__all__ = ["FiredEmergency", "assess", "emergency", "what_would_change"]


def assess(intake: Intake, knowledge: Knowledge) -> Assessment:
    """The assessment of this intake. Pure: the same intake gives the same assessment."""
    facts = Facts(intake, knowledge)
    decision = decide(facts)
    ranked = _named(facts, decision)
    calm = decision.level in ("book", "self_care")
    advice = advise(facts, ranked) if calm else Advice()
    return Assessment(
        disposition=decision.level,
        rules=decision.rules,
        contributors=ranked,
        advice=advice.offered,
        withheld=advice.withheld,
        diagnostics=_diagnostics(ranked, knowledge) if calm else (),
        treatments=_treatments(knowledge) if calm else (),
        unknown=decision.unknown,
        within_days=decision.within_days,
        ledger=ledger_of(facts),
        knowledge_version=knowledge.version,
    )


def what_would_change(
    intake: Intake, knowledge: Knowledge
) -> tuple[tuple[tuple[str, ...], Disposition], ...]:
    """The single signs that would make it more urgent, by level, most urgent first.

    Computed: each choice of the lists of danger signs that the reported areas call for, then
    each red flag that demands emergency or same-day care, is supposed present by itself.
    """
    outlook = Outlook(Facts(intake, knowledge))
    now = DISPOSITIONS.index(outlook.level)
    found: dict[Disposition, list[str]] = {level: [] for level in DISPOSITIONS[:now]}
    for name in _signs_to_watch(outlook.facts):
        level = outlook.supposing(with_implied(name, outlook.facts.index, outlook.facts.signs))
        if level in found:
            found[level].append(name)
    return tuple((tuple(names), level) for level, names in found.items() if names)


def _signs_to_watch(facts: Facts) -> tuple[str, ...]:
    """What the lists name, as they name it; then the red flags that rest on none of that."""
    listed = dict.fromkeys(
        option.sets[0]
        for question in facts.knowledge.questions.values()
        if _lists_signs(question, facts)
        for option in question.options
        if option.sets
    )
    sites = facts.index.sites
    mandatory = [flag.id for place in facts.intake.locations for flag in sites.get(place, ())]
    grave = [
        flag.id
        for flag in facts.knowledge.red_flags.values()
        if any(urgency.level in ("emergency", "urgent") for urgency in flag.urgencies)
    ]
    others = [n for n in (*mandatory, *grave) if facts.index.ingredients[n].isdisjoint(listed)]
    return tuple(n for n in dict.fromkeys((*listed, *others)) if not facts.sign(n))


def _lists_signs(question: Question, facts: Facts) -> bool:
    """Whether it is a list of danger signs that the place (or a pregnancy, a child) calls for."""
    if not is_danger_list(question, facts.index) or question.kind != "multiple":
        return False
    return question.when is not None and holds(question.when, facts)


def _named(facts: Facts, decision: Decision) -> tuple[RankedContributor, ...]:
    """Contributors; none in an emergency, and only what an urgent danger sign itself points to."""
    if decision.level == "emergency":
        return ()
    ranked = contributors(facts)
    urgent = [flag for flag in facts.present_flags() if facts.level(flag) == "urgent"]
    return tuple(one for one in ranked if all(one.id in flag.points_to for flag in urgent))


def _diagnostics(ranked: tuple[RankedContributor, ...], knowledge: Knowledge) -> tuple[str, ...]:
    named = [name for one in ranked for name in knowledge.items[one.id].diagnostics]
    return tuple(dict.fromkeys(named))


def _treatments(knowledge: Knowledge) -> tuple[str, ...]:
    return tuple(item.id for item in knowledge.items.values() if item.kind == "treatment")
