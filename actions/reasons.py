"""Reasons of an assessment as labels of the clinical content and the patient's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from actions.wording import field_label, in_line, ingredients_told, place_label, sign_label
from bot.triage.assess import what_would_change
from bot.triage.assessment import Assessment, Disposition, FiredRule, RankedContributor, Reason
from bot.triage.content import Knowledge
from bot.triage.intake import Intake

_MOST_RULES = 3
_MOST_REASONS = 2
_MOST_SIGNS: Mapping[Disposition, int] = {"emergency": 6, "urgent": 3}
_MOST_FINDINGS = 3
_FIELD_OF_KIND = {"duration": "duration_days"}


def rule_lines(
    level: Disposition, rules: Iterable[FiredRule], intake: Intake, knowledge: Knowledge
) -> list[str]:
    """Why this level: each rule or danger sign of that level, with the words that fired it."""
    lines = (_rule_line(rule, intake, knowledge) for rule in rules if rule.level == level)
    return [line for line in lines if line][:_MOST_RULES]


def route_of(rules: Iterable[FiredRule], knowledge: Knowledge) -> str:
    """Ending of the responses for the same day, where the clinic is not the one to call."""
    flags = (knowledge.red_flags.get(rule.id) for rule in rules)
    route = next((flag.route for flag in flags if flag and flag.route), "")
    return f"_{route}" if route else ""


def _rule_line(rule: FiredRule, intake: Intake, knowledge: Knowledge) -> str:
    """The rule in words; for a condition of home care that is not met, what stands against it."""
    if rule.id in knowledge.requirements and rule.level != "self_care":
        told = [r for r in rule.reasons if r.status == "present"]
        return in_line(reason_label(reason, intake, knowledge) for reason in told[:_MOST_REASONS])
    known = knowledge.rules.get(rule.id) or knowledge.requirements.get(rule.id)
    text = known.why if known else _told_signs(rule, intake, knowledge)
    return in_brackets(text, _quotes(rule.reasons)) if text else ""


def _told_signs(rule: FiredRule, intake: Intake, knowledge: Knowledge) -> str:
    """What was told that raised a danger sign: the name of a syndrome would be a diagnosis."""
    told = [r.id for r in rule.reasons if r.kind == "finding" and r.status == "present"]
    findings = [name for name in told if name in knowledge.findings]
    findings = findings or ingredients_told(rule.id, intake, knowledge)
    return in_line(sign_label(name, knowledge) for name in findings[:_MOST_FINDINGS] or [rule.id])


def needed_lines(assessment: Assessment, knowledge: Knowledge) -> list[str]:
    """The conditions of care at home that nobody could tell, when they decided the level."""
    open_rules = (
        rule
        for rule in assessment.rules
        if rule.level != "self_care" and all(r.status == "unknown" for r in rule.reasons)
    )
    wanted = (knowledge.requirements.get(rule.id) for rule in open_rules)
    return [one.why for one in wanted if one]


def contributor_line(one: RankedContributor, intake: Intake, knowledge: Knowledge) -> str:
    """Name of a contributor and what the patient told that points to it."""
    speaking = [r for r in one.reasons if r.speaks == "for" and r.status != "unknown"]
    labels = [reason_label(reason, intake, knowledge) for reason in speaking]
    return in_brackets(knowledge.items[one.id].name, [x for x in labels if x][:_MOST_REASONS])


def reason_label(reason: Reason, intake: Intake, knowledge: Knowledge) -> str:
    """The patient's words for a reason, else the content's label of it."""
    if reason.words and reason.status == "present":
        return quoted(reason.words)
    if reason.kind == "location":
        return place_label(reason.id, knowledge)
    if reason.kind == "finding":
        return sign_label(reason.id, knowledge, absent=reason.status == "absent")
    return field_label(_FIELD_OF_KIND.get(reason.kind, reason.kind), intake, knowledge)


def come_back(level: Disposition, intake: Intake, knowledge: Knowledge) -> list[str]:
    """What to look out for that would raise it to this level, computed by the engine."""
    changes = what_would_change(intake, knowledge)
    signs = [sign for names, reached in changes if reached == level for sign in names]
    return [_to_watch(sign, knowledge) for sign in signs[: _MOST_SIGNS[level]]]


def _to_watch(sign: str, knowledge: Knowledge) -> str:
    """The findings that raise a danger sign by themselves: a patient can see those, not a
    syndrome. Where there is none, the label of the sign."""
    flag = knowledge.red_flags.get(sign)
    parts = flag.when.parts if flag and flag.when and flag.when.op == "any" else ()
    alone = [part.ids[0] for part in parts if part.op == "finding"][:_MOST_FINDINGS]
    return in_line(sign_label(name, knowledge) for name in alone) or sign_label(sign, knowledge)


def quoted(words: str) -> str:
    """The patient's words in quotation marks."""
    return f"“{words}”"


def in_brackets(text: str, labels: Iterable[str]) -> str:
    """`text (a, b)`, or `text` alone."""
    line = in_line(labels)
    return f"{text} ({line})" if line else text


def first_words(label: str, text: str) -> str:
    """A labelled line of a list."""
    return f"{label}: {text}"


def _quotes(reasons: Iterable[Reason]) -> list[str]:
    told = (r.words for r in reasons if r.words and r.status == "present")
    return [quoted(words) for words in told][:_MOST_REASONS]
