"""Patients for the tests: what was told, what was asked and denied."""

from __future__ import annotations

from collections.abc import Iterable

from bot.knowledge import knowledge
from bot.triage.assessment import Assessment
from bot.triage.conditions import evaluate
from bot.triage.content import Question
from bot.triage.intake import Answer, Intake

KNOWN = knowledge()
ORDINARY = {  # place -> the plain trigger that makes it an ordinary one
    "calf": "nocturnal", "foot_toes": "nocturnal", "thigh_front": "exercise_intense",
    "hamstring": "exercise_intense", "leg_unspecified": "nocturnal", "neck": "awkward_sleep",
    "shoulder": "screen_posture", "upper_back": "screen_posture", "mid_back": "prolonged_sitting",
    "low_back": "bending_lifting_twisting",
}  # fmt: skip
HISTORY = ("associated", "accident", "surgery", "conditions", "medicines", "pregnancy", "age")


def screens_of(location: str) -> tuple[Question, ...]:
    """The danger-sign questions that the place itself calls for."""
    place = Intake(locations=(location,))
    return tuple(
        q
        for q in KNOWN.questions.values()
        if q.topic == "screen" and q.when and evaluate(q.when, place, KNOWN).holds
    )


def answered(present: Iterable[str] = (), absent: Iterable[str] = ()) -> dict[str, Answer]:
    denied = {name: Answer("absent", heard="asked") for name in absent}
    return denied | {name: Answer("present") for name in present}


def denied_by(*questions: str) -> list[str]:
    return [name for one in questions for name in KNOWN.questions[one].findings]


def settled(location: str, *present: str, skip: str = "", severity: int = 5) -> Intake:
    """An occasional short cramp with everything asked and denied but what is `present`."""
    asked = [q.id for q in screens_of(location)] + [h for h in HISTORY if h != skip]
    return Intake(
        locations=(location,),
        frequency="occasional",
        episode_length="under_10_min",
        severity=severity,
        findings=answered((ORDINARY.get(location, "nocturnal"), *present), denied_by(*asked)),
    )


def told(
    *present: str,
    at: str = "calf",
    length: str | None = None,
    days: int | None = None,
    age: int | None = None,
) -> Intake:
    """What a patient told, nothing else known."""
    return Intake(
        locations=(at,),
        episode_length=length,  # type: ignore[arg-type]
        duration_days=days,
        age=age,
        findings=answered(present),
    )


def rules_of(assessment: Assessment) -> set[str]:
    return {rule.id for rule in assessment.rules}
