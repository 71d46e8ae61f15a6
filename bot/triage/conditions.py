"""Conditions on an intake, and what decided them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from bot.triage.assessment import Reason
from bot.triage.content import Condition, Knowledge
from bot.triage.facts import Facts
from bot.triage.index import AGE_60_PLUS, FIELDS
from bot.triage.intake import Intake
from bot.triage.truth import truth

ReasonKind = Literal[
    "rule", "finding", "location", "side", "frequency", "episode_length", "course",
    "duration", "severity", "age",
]  # fmt: skip
Status = Literal["present", "absent", "unknown"]
_STATUS: Mapping[bool | None, Status] = {True: "present", False: "absent", None: "unknown"}
_KINDS: Mapping[str, ReasonKind] = {
    "location": "location",
    "only_location": "location",
    "side": "side",
    "frequency": "frequency",
    "episode_length": "episode_length",
    "course": "course",
    "duration_days": "duration",
    "severity": "severity",
    "age": "age",
}


@dataclass(frozen=True)
class Verdict:
    """The value of a condition: True, False or None (unknown), and what decided it.

    For an unknown value the reasons are what is missing.
    """

    holds: bool | None
    reasons: tuple[Reason, ...] = ()


def evaluate(condition: Condition, intake: Intake, knowledge: Knowledge) -> Verdict:
    """Test a condition on an intake."""
    return judge(condition, Facts(intake, knowledge))


def judge(condition: Condition, facts: Facts) -> Verdict:
    """Test a condition on facts that were prepared once for many conditions."""
    holds = truth(condition, facts)
    reasons = {(r.kind, r.id): r for r in _reasons(condition, facts, holds)}
    return Verdict(holds, tuple(reasons.values()))


def _reasons(condition: Condition, facts: Facts, holds: bool | None) -> Iterable[Reason]:
    explain = _EXPLAINED.get(condition.op, _field_reasons)
    return explain(condition, facts, holds)


def _finding_reasons(condition: Condition, facts: Facts, holds: bool | None) -> Iterable[Reason]:
    (name,) = condition.ids
    flag = facts.knowledge.red_flags.get(name)
    if flag and flag.when and name not in facts.signs and holds is not None:
        return _reasons(flag.when, facts, holds)
    answer = facts.intake.findings.get(name)
    words = answer.words if answer else ""
    if name == AGE_60_PLUS and not words:
        words = facts.intake.words.get("age", "")
    return [Reason(name, "finding", words=words, status=_STATUS[holds])]


def _group_reasons(condition: Condition, facts: Facts, holds: bool | None) -> Iterable[Reason]:
    """The parts that decided: those whose own value has the deciding truth value."""
    values = [(part, truth(part, facts)) for part in condition.parts]
    if condition.op == "unless" and holds:
        return []  # what was not told is no reason to show
    denies = condition.op in ("none", "unless") and holds is not None
    wanted = (not holds) if denies else holds
    return [r for part, value in values if value is wanted for r in _reasons(part, facts, value)]


def _flag_reasons(condition: Condition, facts: Facts, holds: bool | None) -> Iterable[Reason]:
    return [
        Reason(flag.id, "finding", words=_words(facts, flag.id))
        for flag in facts.present_flags()
        if facts.level(flag) in condition.ids
    ]


def _place_reasons(condition: Condition, facts: Facts, holds: bool | None) -> Iterable[Reason]:
    words = facts.intake.words.get("locations", "")
    inside = list(zip(facts.intake.locations, facts.place(condition.ids), strict=True))
    if not inside:
        return [Reason("location", "location", status="unknown")]
    return [
        Reason(name, "location", words=words)
        for name, lies_in in inside
        if holds is False or lies_in is holds
    ]


def _field_reasons(condition: Condition, facts: Facts, holds: bool | None) -> Iterable[Reason]:
    name, kind = FIELDS[condition.op], _KINDS[condition.op]
    value = facts.fields.get(name)
    if value is not None:
        return [Reason(str(value), kind, words=facts.intake.words.get(name, ""))]
    if name == "age" and AGE_60_PLUS in facts.signs:
        return _finding_reasons(
            Condition("finding", (AGE_60_PLUS,)), facts, facts.signs[AGE_60_PLUS]
        )
    return [Reason(kind, kind, status="unknown")] if holds is None else []


def _words(facts: Facts, name: str) -> str:
    answer = facts.intake.findings.get(name)
    return answer.words if answer else ""


_Explain = Callable[[Condition, Facts, "bool | None"], Iterable[Reason]]
_EXPLAINED: Mapping[str, _Explain] = {
    "finding": _finding_reasons,
    "location": _place_reasons,
    "only_location": _place_reasons,
    "all": _group_reasons,
    "any": _group_reasons,
    "none": _group_reasons,
    "unless": _group_reasons,
    "at_least": _group_reasons,
    "red_flags": _flag_reasons,
}
