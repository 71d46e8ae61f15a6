"""How urgent it is: red flags first, then rules, then the conditions for care at home."""

from __future__ import annotations

from dataclasses import dataclass

from bot.triage.assessment import Disposition, FiredRule, Reason
from bot.triage.conditions import judge
from bot.triage.content import Knowledge, RedFlag, Rule
from bot.triage.facts import Facts
from bot.triage.intake import Intake
from bot.triage.truth import holds

UNANSWERED = "unanswered_danger_signs"
"""Id of the rule that books because a danger sign of the reported area is not settled."""
NO_RULE = "no_requirements"
"""Id of the rule that books when the knowledge names no condition for care at home."""
GENERAL_RESPONSE = "utter_emergency_general"
_BY_URGENCY: tuple[Disposition, ...] = ("emergency", "urgent", "book")


@dataclass(frozen=True)
class FiredEmergency:
    """An emergency: the red flag or rule that made it, and the response to utter.

    `red_flags`: those that are present at that level; for a combination of lesser flags,
    the urgent ones. `findings`: what else made a rule hold.
    """

    rule: str
    response: str
    red_flags: tuple[str, ...]
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decision:
    """The level, every rule that fired (deciding one first), and what is not settled.

    `within_days`: the soonest booking target of the rules that fired, for level `book`.
    """

    level: Disposition
    rules: tuple[FiredRule, ...]
    unknown: tuple[str, ...] = ()
    within_days: int | None = None


def decide(facts: Facts) -> Decision:
    """The level of care (evidence.md, E). Never self-care with a mandatory sign unknown."""
    unknown = tuple(flag.id for flag in facts.unanswered())
    rules = _fired(facts) or _lacking(facts, unknown) or _home(facts)
    return Decision(rules[0].level, rules, unknown, _within_days(rules, facts.knowledge))


def emergency(intake: Intake, knowledge: Knowledge) -> FiredEmergency | None:
    """The emergency that holds for this intake, if any."""
    return emergency_of(Facts(intake, knowledge))


def emergency_of(facts: Facts) -> FiredEmergency | None:
    """Like `emergency`, on facts that are already prepared."""
    present = facts.present_flags()
    worst = [flag for flag in present if facts.level(flag) == "emergency"]
    if worst:
        return FiredEmergency(worst[0].id, worst[0].response, tuple(f.id for f in worst))
    rule = next((r for r in _rules(facts, "emergency") if holds(r.when, facts)), None)
    return _combined(rule, present, facts) if rule else None


def _combined(rule: Rule, present: tuple[RedFlag, ...], facts: Facts) -> FiredEmergency:
    urgent = [flag for flag in present if facts.level(flag) == "urgent"]
    findings = tuple(
        reason.id
        for reason in judge(rule.when, facts).reasons
        if reason.kind == "finding" and reason.id in facts.knowledge.findings
    )
    general = urgent[0].response if urgent else GENERAL_RESPONSE
    response = rule.response or general
    return FiredEmergency(rule.id, response, tuple(f.id for f in urgent), findings)


def _fired(facts: Facts) -> tuple[FiredRule, ...]:
    """Red flags, then rules, most urgent level first, each in the order of its file."""
    present = facts.present_flags()
    fired: list[FiredRule] = []
    for level in _BY_URGENCY:
        fired += [_flag_rule(flag, facts) for flag in present if facts.level(flag) == level]
        fired += [
            FiredRule(rule.id, level, judge(rule.when, facts).reasons)
            for rule in _rules(facts, level)
            if holds(rule.when, facts)
        ]
    return tuple(fired)


def _rules(facts: Facts, level: Disposition) -> list[Rule]:
    return [rule for rule in facts.knowledge.rules.values() if rule.level == level]


def _flag_rule(flag: RedFlag, facts: Facts) -> FiredRule:
    answer = facts.intake.findings.get(flag.id)
    if answer and answer.status == "present":
        said = Reason(flag.id, "finding", words=answer.words)
        return FiredRule(flag.id, facts.level(flag), (said,))
    derived = judge(flag.when, facts).reasons if flag.when else ()
    return FiredRule(flag.id, facts.level(flag), derived)


def _lacking(facts: Facts, unknown: tuple[str, ...]) -> tuple[FiredRule, ...]:
    """What stands against care at home: signs never settled, conditions not known to hold."""
    open_signs = tuple(Reason(name, "finding", status="unknown") for name in unknown)
    unanswered = (FiredRule(UNANSWERED, "book", open_signs),) if unknown else ()
    failing = (
        FiredRule(one.id, "book", judge(one.when, facts).reasons)
        for one in facts.knowledge.requirements.values()
        if not holds(one.when, facts)
    )
    return (*unanswered, *failing)


def _home(facts: Facts) -> tuple[FiredRule, ...]:
    """The conditions for care at home, when all of them hold."""
    return tuple(
        FiredRule(one.id, "self_care", judge(one.when, facts).reasons)
        for one in facts.knowledge.requirements.values()
    ) or (FiredRule(NO_RULE, "book"),)


def _within_days(rules: tuple[FiredRule, ...], knowledge: Knowledge) -> int | None:
    if rules[0].level != "book":
        return None
    known = (knowledge.rules.get(rule.id) for rule in rules)
    return min((r.within_days for r in known if r and r.within_days), default=None)
