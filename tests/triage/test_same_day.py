"""What is asked once it is plain that somebody should see the patient today."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.knowledge import knowledge
from bot.triage.assess import assess, what_would_change
from bot.triage.intake import Answer, Intake
from bot.triage.lists import parts_of
from bot.triage.questions import is_for_today, next_question
from bot.triage.same_day import MOST_QUESTIONS

KNOWN = knowledge()


def told(*present: str, **fields: object) -> Intake:
    return Intake(findings={name: Answer("present") for name in present}, **fields)  # type: ignore[arg-type]


def asked_after_the_warning(patient: Intake) -> list[str]:
    """Ids of what is still asked when every answer is no."""
    begun = len(patient.asked)
    put: list[str] = []
    while (question := next_question(patient, KNOWN, begun)) is not None:
        put.append(question.id)
        denied = {name: Answer("absent", heard="asked") for name in question.findings}
        asked = (*patient.asked, *parts_of(question.id))
        patient = replace(patient, findings={**denied, **patient.findings}, asked=asked)
    return put


SWOLLEN = told("calf_swelling_one_side", locations=("calf",), duration_days=1)


@pytest.mark.parametrize(
    "patient",
    [
        SWOLLEN,
        told("vomiting_diarrhea", locations=("calf",)),
        told("cannot_sleep_tonight", locations=("low_back",)),
        told("weakness_worsening", "new_deficit", locations=("low_back",)),
    ],
    ids=["clot", "stomach bug", "no sleep", "weakness"],
)
def test_the_danger_signs_come_first_and_little_else(patient: Intake) -> None:
    assert is_for_today(patient, KNOWN)
    put = asked_after_the_warning(patient)
    assert put[0].startswith("screen_")
    assert len(put) <= MOST_QUESTIONS
    assert not {"frequency", "triggers", "severity", "relief", "episode_length"} & set(put)


def test_only_what_can_make_an_emergency_of_it_is_asked() -> None:
    patient = replace(SWOLLEN, asked=tuple(KNOWN.questions))
    assert next_question(patient, KNOWN, 0) is None


@pytest.mark.parametrize(
    ("patient", "settles"),
    [
        (told("other_accident", locations=("neck",)), "accident_recent"),
        (told(locations=("calf",), episode_length="hours"), "frequency"),
    ],
    ids=["accident", "long cramp"],
)
def test_what_is_urgent_only_in_doubt_is_settled_before_the_warning(
    patient: Intake, settles: str
) -> None:
    assert assess(patient, KNOWN).disposition == "urgent"
    assert not is_for_today(patient, KNOWN)
    screens = tuple(q.id for q in KNOWN.questions.values() if q.topic == "screen")
    question = next_question(replace(patient, asked=screens), KNOWN)
    assert question is not None
    assert question.id == settles


@pytest.mark.parametrize("place", ["calf", "low_back", "neck"])
def test_of_a_child_one_list_of_danger_signs_is_asked(place: str) -> None:
    child = Intake(locations=(place,), age=6, writes="carer")
    assert is_for_today(child, KNOWN)
    assert asked_after_the_warning(child) == ["screen_child"]


def test_a_sign_of_the_list_makes_an_emergency_of_a_child() -> None:
    for sign in ("fever", "cannot_walk", "calf_swelling_one_side", "weakness_worsening"):
        assert assess(told(sign, age=6), KNOWN).disposition == "emergency", sign


def test_a_swollen_calf_is_told_to_look_out_for_the_lungs() -> None:
    levels = {level: names for names, level in what_would_change(SWOLLEN, KNOWN)}
    assert {"short_of_breath", "chest_pain", "coughing_blood"} <= set(levels["emergency"][:6])
