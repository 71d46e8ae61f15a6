"""What is asked next, and when to stop."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.triage.answers import apply, give_up
from bot.triage.intake import Intake
from bot.triage.questions import HOME_BUDGET, next_question
from bot.triage.reading import Mention, Reading
from tests.triage.small import SMALL, intake, reply

DENIED = ("calf_swollen",)


def asked_next(told: Intake) -> str | None:
    question = next_question(told, SMALL)
    return question.id if question else None


def conversation(told: Intake, answers: dict[str, Reading]) -> list[str]:
    """Ids of the questions put when every other one is answered with no."""
    put: list[str] = []
    while (question := next_question(told, SMALL)) is not None and len(put) < 30:
        put.append(question.id)
        heard = apply(told, question, answers.get(question.id, reply("no")), SMALL)
        told = heard.intake if heard.answered else give_up(heard.intake, question)
    return put


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (Intake(), "location"),
        (intake(locations=("calf",)), "screen_leg"),
        (intake(locations=("low_back",)), "screen_back"),
        (intake("car_accident", locations=("neck",)), "accident_when"),
        (intake(locations=("calf",), absent=DENIED), "frequency"),
        (intake(locations=("calf",), absent=DENIED, frequency="weekly"), "triggers"),
    ],
)
def test_place_then_danger_signs_then_frequency_and_triggers(told: Intake, expected: str):
    assert asked_next(told) == expected


def test_what_was_told_is_not_asked():
    told = intake("nocturnal", locations=("calf",), absent=DENIED, frequency="weekly")
    assert asked_next(told) not in {"location", "screen_leg", "frequency", "triggers"}


def test_what_the_patient_could_not_tell_is_not_asked_again():
    told = replace(intake(locations=("calf",), absent=DENIED), unsure=("frequency",))
    assert asked_next(told) == "triggers"


def test_a_follow_up_waits_until_there_is_something_to_follow():
    assert "accident_when" not in conversation(Intake(), {})


@pytest.mark.parametrize("sign", ["rf_heart", "bladder_trouble", "feels_dying"])
def test_in_an_emergency_nothing_more_is_asked(sign: str):
    assert asked_next(intake(sign)) is None


def test_what_decides_about_care_at_home_comes_before_what_only_explains():
    told = intake("nocturnal", locations=("calf",), absent=DENIED, frequency="once")
    assert asked_next(told) == "associated"


def test_a_danger_sign_is_asked_even_when_the_budget_is_spent():
    many = tuple(f"q{n}" for n in range(HOME_BUDGET))
    told = replace(intake(locations=("calf",), frequency="daily"), asked=many)
    assert asked_next(told) == "screen_leg"


def test_nothing_else_is_asked_when_the_budget_is_spent():
    told = intake("nocturnal", locations=("calf",), absent=DENIED, frequency="once")
    assert asked_next(told) is not None
    assert asked_next(replace(told, asked=tuple(f"q{n}" for n in range(HOME_BUDGET)))) is None


def test_a_conversation_ends_and_puts_no_question_twice():
    put = conversation(Intake(), {"location": Reading((Mention("location", "calf"),))})
    assert put[:2] == ["location", "screen_leg"]
    assert {"frequency", "triggers"} <= set(put)
    assert len(put) == len(set(put)) <= HOME_BUDGET


def test_the_conversation_stops_when_no_answer_can_change_the_result():
    told = intake(
        "numbness", "nocturnal", locations=("calf",), frequency="daily", severity=3, age=40,
        absent=(*DENIED, "tingling", "fever", "thinner", "statin"),
    )  # fmt: skip
    assert asked_next(told) is None
