"""Three-valued conditions and what decided them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.knowledge import knowledge
from bot.triage.assess import assess
from bot.triage.conditions import evaluate
from bot.triage.content import Condition
from bot.triage.facts import Facts
from bot.triage.intake import Answer, Intake
from bot.triage.truth import holds, holds_so_far
from tests.triage.small import SMALL, all_, any_, intake, is_, none_, often, where

NUMB = intake("numbness")
NOT_NUMB = intake(absent=("numbness",))
ADULT_OVER_65 = Condition("age", minimum=65)


@pytest.mark.parametrize(
    ("condition", "told", "expected"),
    [
        (is_("numbness"), NUMB, True),
        (is_("numbness"), NOT_NUMB, False),
        (is_("numbness"), Intake(), None),
        (is_("numbness"), Intake(findings={"numbness": Answer("unknown")}), None),
        (all_(is_("numbness"), is_("fever")), NUMB, None),
        (all_(is_("numbness"), is_("fever")), NOT_NUMB, False),
        (any_(is_("numbness"), is_("fever")), NUMB, True),
        (any_(is_("numbness"), is_("fever")), NOT_NUMB, None),
        (none_(is_("numbness"), is_("fever")), NUMB, False),
        (none_(is_("numbness"), is_("fever")), NOT_NUMB, None),
        (none_(is_("numbness")), NOT_NUMB, True),
        (Condition("at_least", minimum=2, parts=(is_("numbness"), is_("fever"))), NUMB, None),
        (Condition("at_least", minimum=2, parts=(is_("numbness"), is_("fever"))), NOT_NUMB, False),
        (often("daily"), intake(frequency="daily"), True),
        (often("daily"), intake(frequency="once"), False),
        (often("daily"), Intake(), None),
        (Condition("severity", minimum=8), intake(severity=8), True),
        (Condition("severity", minimum=8), intake(severity=7), False),
        (Condition("duration_days", maximum=3), Intake(), None),
        (Condition("red_flags", ("urgent",), 2), intake("rf_clot", "rf_infection"), True),
        (Condition("red_flags", ("urgent",), 2), intake("rf_clot"), False),
        (Condition("red_flags", ("urgent",), 2), intake("rf_clot", "rf_breath"), False),
    ],
)
def test_a_condition_is_true_false_or_unknown(
    condition: Condition, told: Intake, expected: bool | None
):
    assert evaluate(condition, told, SMALL).holds is expected


@pytest.mark.parametrize(
    ("condition", "places", "expected"),
    [
        (where("leg"), ("calf",), True),
        (where("calf"), ("leg",), None),
        (where("calf"), ("neck",), False),
        (where("calf"), (), None),
        (where("calf"), ("neck", "calf"), True),
        (Condition("only_location", ("leg",)), ("calf",), True),
        (Condition("only_location", ("leg",)), ("calf", "neck"), False),
        (Condition("only_location", ("calf",)), ("leg",), None),
        (Condition("only_location", ("calf",)), (), None),
    ],
)
def test_a_place_counts_with_the_area_it_is_part_of(
    condition: Condition, places: tuple[str, ...], expected: bool | None
):
    assert evaluate(condition, intake(locations=places), SMALL).holds is expected


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (intake(age=70), True),
        (intake(age=64), False),
        (Intake(), None),
        (intake("age_60_plus"), None),
        (intake(absent=("age_60_plus",)), False),
    ],
)
def test_an_age_that_was_not_told_is_bounded_by_the_answer_to_60_or_older(
    told: Intake, expected: bool | None
):
    assert evaluate(ADULT_OVER_65, told, SMALL).holds is expected


def test_patients_are_adults_unless_they_say_otherwise():
    assert evaluate(Condition("age", maximum=17), Intake(), SMALL).holds is False
    assert evaluate(Condition("age", maximum=17), intake(age=12), SMALL).holds is True


def test_reasons_are_the_parts_that_decided_with_the_patients_words():
    told = Intake(findings={"numbness": Answer("present", "my toes feel dead")})
    verdict = evaluate(any_(is_("numbness"), is_("fever")), told, SMALL)
    assert [(r.id, r.words, r.status) for r in verdict.reasons] == [
        ("numbness", "my toes feel dead", "present")
    ]


def test_reasons_of_an_unknown_condition_are_what_is_missing():
    verdict = evaluate(all_(is_("numbness"), is_("fever"), often("daily")), NUMB, SMALL)
    assert [(r.id, r.status) for r in verdict.reasons] == [
        ("fever", "unknown"),
        ("frequency", "unknown"),
    ]


def test_reasons_of_a_denial_are_marked_as_absent():
    (reason,) = evaluate(none_(is_("numbness")), NOT_NUMB, SMALL).reasons
    assert (reason.id, reason.status) == ("numbness", "absent")


def test_a_derived_red_flag_is_explained_by_its_ingredients():
    verdict = evaluate(is_("rf_cord"), intake("bladder_trouble"), SMALL)
    assert verdict.holds is True
    assert [r.id for r in verdict.reasons] == ["bladder_trouble"]


def test_a_red_flag_denied_in_passing_stays_open_but_one_denied_when_asked_does_not():
    passing = Intake(findings={"rf_cord": Answer("absent")})
    asked = Intake(findings={"rf_cord": Answer("absent", heard="asked")})
    assert evaluate(is_("rf_cord"), passing, SMALL).holds is None
    assert evaluate(is_("rf_cord"), asked, SMALL).holds is False


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (is_("fever"), False),
        (none_(is_("fever")), True),
        (all_(is_("numbness"), none_(is_("fever"))), True),
        (any_(is_("fever"), is_("numbness")), True),
        (Condition("at_least", minimum=2, parts=(is_("numbness"), is_("fever"))), False),
    ],
)
def test_what_is_not_known_yet_can_be_taken_as_not_so(condition: Condition, expected: bool):
    assert holds_so_far(condition, Facts(NUMB, SMALL)) is expected


@pytest.mark.parametrize("told", [NUMB, NOT_NUMB, Intake()])
def test_the_short_way_to_a_known_truth_agrees_with_the_long_one(told: Intake):
    parts = (is_("numbness"), is_("fever"))
    for condition in (all_(*parts), any_(*parts), none_(*parts), none_(parts[0])):
        facts = Facts(told, SMALL)
        assert holds(condition, facts) is (evaluate(condition, told, SMALL).holds is True)


@pytest.mark.parametrize(("told", "expected"), [(Intake(), True), (NOT_NUMB, True), (NUMB, False)])
def test_unless_takes_not_knowing_for_no_reassurance(told: Intake, expected: bool):
    condition = Condition("unless", parts=(Condition("finding", ("numbness",)),))
    assert evaluate(condition, told, SMALL).holds is expected


def test_an_accident_of_unknown_date_is_taken_for_a_fresh_one():
    told = Intake(locations=("neck",), findings={"car_accident": Answer("present")})
    assert assess(told, knowledge()).disposition == "urgent"
    old = replace(told, duration_days=400)
    assert assess(old, knowledge()).disposition == "book"
