"""Levels that are neither too high nor too low: one story counts once, an ache is no cramp."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.triage.assess import assess, emergency
from bot.triage.intake import Answer, Intake
from bot.triage.questions import next_question
from tests.knowledge.patients import KNOWN, answered, rules_of, told

LONG = {"length": "hours"}


def said_once(*flags: str, words: str) -> Intake:
    """One stretch of words in which several danger signs were read."""
    findings = {name: Answer("present", words=words) for name in flags}
    return Intake(locations=("calf",), findings=findings)


# Two signs, or one sign read twice


def test_two_signs_read_from_the_same_words_are_one_sign() -> None:
    once = said_once("rf_dvt", "rf_heat_cramps_prolonged", words="swollen in the heat")
    assert emergency(once, KNOWN) is None
    assert assess(once, KNOWN).disposition == "urgent"


def test_two_signs_read_from_different_words_are_an_emergency() -> None:
    twice = replace(
        said_once("rf_dvt", words="one calf is bigger"),
        findings={
            "rf_dvt": Answer("present", words="one calf is bigger"),
            "rf_tetany": Answer("present", words="my hands lock"),
        },
    )
    fired = emergency(twice, KNOWN)
    assert fired is not None
    assert fired.rule == "E2"


def test_two_signs_that_rest_on_one_finding_are_one_sign() -> None:
    upset = told("vomiting_diarrhea", "heat_sweating", "too_weak_to_stand")
    flags = {"rf_heat_cramps_prolonged", "rf_severe_electrolyte"}
    assert flags <= rules_of(assess(upset, KNOWN))
    assert emergency(upset, KNOWN) is None


def test_an_illness_on_which_a_sign_rests_does_not_raise_it_again() -> None:
    older = replace(told("cancer", at="low_back", age=66))
    assert assess(older, KNOWN).disposition == "urgent"
    blood = replace(told("cancer", "lives_alone", "immunosuppressed", at="low_back"))
    assert assess(blood, KNOWN).disposition == "emergency"


# A cramp that does not let go, or something else that lasts


@pytest.mark.parametrize(
    "intake",
    [
        told("morning_stiffness", "joint_pain", **LONG),
        told("radiating_leg_below_knee", at="buttock_hip", **LONG),
        told("known_disc_on_mri", at="leg_unspecified", **LONG),
        replace(told(days=120, **LONG), frequency="daily"),
        replace(told(days=120, **LONG), frequency="weekly"),
    ],
    ids=["stiff joint", "pain along a nerve", "known disc", "old daily ache", "old weekly ache"],
)
def test_what_lasts_but_is_no_cramp_is_booked(intake: Intake) -> None:
    assert assess(intake, KNOWN).disposition == "book"


@pytest.mark.parametrize("days", [None, 0, 10])
def test_a_new_cramp_that_does_not_let_go_is_urgent(days: int | None) -> None:
    result = assess(told("exercise_intense", days=days, **LONG), KNOWN)
    assert result.disposition == "urgent"
    assert {one.id for one in result.contributors} == {"fatigue"}


# Heat, water pills, swelling, the cord


def test_ordinary_calf_cramps_after_sweating_are_not_urgent() -> None:
    sweaty = told("heat_sweating", "thirst", "low_fluids", days=3)
    assert assess(sweaty, KNOWN).disposition == "book"


@pytest.mark.parametrize("more", ["dizziness", "little_urine"])
def test_cramps_after_sweating_with_a_sign_of_great_loss_are_urgent(more: str) -> None:
    assert assess(told("heat_sweating", more, days=0), KNOWN).disposition == "urgent"


@pytest.mark.parametrize(("days", "level"), [(None, "urgent"), (3, "urgent"), (60, "book")])
def test_cramps_from_a_new_water_pill_are_urgent_unless_they_are_old(
    days: int | None, level: str
) -> None:
    pill = told("med_diuretic", "new_medicine_3_months", days=days)
    assert assess(pill, KNOWN).disposition == level


@pytest.mark.parametrize(
    ("more", "days", "level"),
    [
        ((), 3, "urgent"),
        (("leg_swelling_both",), 3, "book"),
        (("bruising",), 3, "book"),
        ((), 200, "book"),
    ],
)
def test_a_leg_that_swelled_of_late_may_be_a_clot(
    more: tuple[str, ...], days: int, level: str
) -> None:
    assert assess(told("leg_swelling", *more, days=days), KNOWN).disposition == level


def test_the_side_of_a_swelling_is_asked_when_it_is_not_known() -> None:
    swollen = told("leg_swelling")
    asked = []
    while (question := next_question(swollen, KNOWN)) is not None and len(asked) < 4:
        asked.append(question.id)
        swollen = replace(swollen, asked=(*swollen.asked, question.id))
    assert "swelling_side" in asked


def test_a_shock_down_one_leg_is_a_nerve_of_the_leg() -> None:
    shock = ("electric_shock_spine", "radiating_leg_below_knee")
    assert assess(told(*shock, at="buttock_hip"), KNOWN).disposition == "book"
    assert assess(told(*shock, "clumsy_hands", at="buttock_hip"), KNOWN).disposition == "urgent"
    assert assess(told("electric_shock_spine", at="neck"), KNOWN).disposition == "urgent"


# Age and modifiers


@pytest.mark.parametrize(
    ("age", "plus", "level"),
    [(72, None, "urgent"), (None, True, "urgent"), (61, True, "book"), (40, None, "book")],
)
def test_older_age_and_a_blood_thinner_raise_a_visit(
    age: int | None, plus: bool | None, level: str
) -> None:
    findings = answered(("med_anticoagulant", *(("age_60_plus",) if plus else ())))
    patient = Intake(locations=("calf",), frequency="daily", age=age, findings=findings)
    assert assess(patient, KNOWN).disposition == level


@pytest.mark.parametrize(("age", "level"), [(70, "emergency"), (40, "urgent")])
def test_a_neck_hurt_today_at_an_older_age_is_an_emergency(age: int, level: str) -> None:
    patient = told("car_accident", at="neck", days=0, age=age)
    assert assess(patient, KNOWN).disposition == level


def test_people_who_may_take_baclofen_are_asked_if_it_stopped() -> None:
    patient = told("ms")
    assert KNOWN.questions["baclofen"].must
    asked = []
    while (question := next_question(patient, KNOWN)) is not None and len(asked) < 5:
        asked.append(question.id)
        patient = replace(patient, asked=(*patient.asked, question.id))
    assert "baclofen" in asked


# What an urgent sign points to


def test_an_urgent_sign_names_only_what_it_points_to() -> None:
    locked = told("hands_draw_in", "mouth_tingling", "thyroid_surgery", at="hand_fingers")
    assert [c.id for c in assess(locked, KNOWN).contributors] == ["nutritional_mineral_deficiency"]
    clot = told("calf_swelling_one_side", "nocturnal", "exercise_intense")
    assert assess(clot, KNOWN).contributors == ()


# A caution that is heeded because nobody knows


def test_what_is_not_known_is_not_told_as_a_fact() -> None:
    nobody_asked = told("relief_stretch")
    (withheld,) = [w for w in assess(nobody_asked, KNOWN).withheld if w.id == "ibuprofen"]
    assert withheld.unknown
    assert KNOWN.cautions[withheld.because].text_unknown
    allergic = told("relief_stretch", "nsaid_allergy")
    (withheld,) = [w for w in assess(allergic, KNOWN).withheld if w.id == "ibuprofen"]
    assert (withheld.because, withheld.unknown) == ("ibuprofen_allergy", False)


def test_ibuprofen_waits_until_pregnancy_is_ruled_out() -> None:
    denied = ("nsaid_allergy", "liver_disease")
    reasons = {}
    for known in ("", "male", "pregnancy_postpartum"):
        findings = answered((known,) if known else (), denied)
        result = assess(Intake(locations=("calf",), findings=findings), KNOWN)
        reasons[known] = {(w.because, w.unknown) for w in result.withheld if w.id == "ibuprofen"}
    assert reasons == {
        "": {("ibuprofen_pregnancy", True)},
        "male": set(),
        "pregnancy_postpartum": {("ibuprofen_pregnancy", False)},
    }


def test_age_is_asked_before_pregnancy_where_either_could_raise_the_level() -> None:
    thinned = replace(
        told("med_anticoagulant", "nocturnal", "other_condition", days=60, length="under_10_min"),
        frequency="weekly",
        severity=4,
    )
    asked: list[str] = []
    while (question := next_question(thinned, KNOWN)) is not None:
        asked.append(question.id)
        denied = {name: Answer("absent", heard="asked") for name in question.findings}
        findings = {**denied, **thinned.findings}
        thinned = replace(thinned, findings=findings, asked=tuple(asked))
    assert "age" in asked
    assert "pregnancy" not in asked[: asked.index("age")]


@pytest.mark.parametrize(
    ("frequency", "severity", "is_emergency"),
    [("constant", 9, True), ("constant", 4, False), ("once", 9, False)],
)
def test_a_hard_limb_that_stays_hard_and_hurts_much_is_an_emergency(
    frequency: str, severity: int, is_emergency: bool
) -> None:
    hard = replace(told("limb_rock_hard", days=1), frequency=frequency, severity=severity)
    assert (emergency(hard, KNOWN) is not None) is is_emergency


def test_a_knock_on_the_head_is_followed_up() -> None:
    knocked = told("other_accident", "accident_within_72h", "hit_head", at="neck")
    question = next_question(knocked, KNOWN)
    asked = []
    while question is not None and len(asked) < 3:
        asked.append(question.id)
        knocked = replace(knocked, asked=tuple(asked))
        question = next_question(knocked, KNOWN)
    assert asked[:2] == ["screen_accident", "screen_head"]
    thinned = told("other_accident", "hit_head", "med_anticoagulant", at="neck")
    assert assess(thinned, KNOWN).disposition == "emergency"


def test_above_a_visit_nothing_is_asked_that_only_explains() -> None:
    swollen = told("calf_swelling_one_side", "nocturnal")
    asked: list[str] = []
    while (question := next_question(swollen, KNOWN)) is not None:
        asked.append(question.id)
        swollen = replace(swollen, asked=tuple(asked))
    assert not {"relief", "habits", "general_signs"} & set(asked)
