"""The fourteen described patients of the evidence base, on the clinic's own knowledge."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from bot.knowledge import knowledge as clinic_knowledge
from bot.triage.answers import apply, give_up
from bot.triage.assess import assess
from bot.triage.assessment import Assessment
from bot.triage.intake import Intake
from bot.triage.questions import BUDGET, HOME_BUDGET, next_question, questions_left
from bot.triage.reading import Mention, Reading
from tests.triage.small import mention, reply, said

MOST_QUESTIONS = {"emergency": 0, "urgent": BUDGET, "book": BUDGET, "self_care": HOME_BUDGET}
SHORT = (mention("episode_length", "under_10_min"),)
Mentions = tuple[Mention, ...]


def places(*ids: str) -> Mentions:
    return tuple(mention("location", name) for name in ids)


@dataclass(frozen=True)
class Patient:
    """What a patient says at first and to a topic or question; anything else gets "no"."""

    opening: Mentions
    level: str
    named: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    answers: dict[str, Mentions] = field(default_factory=dict)


def lasting(days: int, severity: int, **more: Mentions) -> dict[str, Mentions]:
    return {
        "duration_days": (mention("duration", days),),
        "severity": (mention("severity", severity),),
        "episode_length": SHORT,
        **more,
    }


DAILY = (mention("frequency", "daily"),)
BACK_TO_FOOT = (
    *places("low_back"),
    *said("radiating_leg_below_knee", "shooting_pain", "cough_sneeze"),
    mention("age", 41),
)
PATIENTS = {
    "1 calf knots at night": Patient(
        (
            *places("calf"), *said("nocturnal", "relief_stretch"), mention("age", 58),
            mention("frequency", "occasional"),
        ),
        "self_care",
        ("benign_night_cramps",),
        answers=lasting(30, 4),
    ),
    "2 hamstring on a hot run": Patient(
        (
            *places("hamstring"), *said("exercise_intense", "during_exercise", "heat_sweating"),
            mention("frequency", "once"),
        ),
        "self_care",
        ("fatigue", "dehydration"),
        answers=lasting(0, 4),
    ),
    "3 calves after one block": Patient(
        (
            *places("calf"), *said("while_walking", "walking_relief_standing_still", "smoking"),
            mention("age", 66),
        ),
        "book",
        ("atherosclerosis",),
        ("B6",),
        lasting(90, 5, frequency=DAILY),
    ),
    "4 legs on the shopping cart": Patient(
        (
            *places("leg_unspecified"), *said("while_walking", "walking_relief_sitting_or_bending"),
            mention("side", "both"), mention("age", 72),
        ),
        "book",
        ("spinal_stenosis",),
        ("B6",),
        lasting(300, 5, frequency=DAILY),
    ),
    "5 neck after last week's crash": Patient(
        (
            *places("neck"), *said("car_accident", "accident_over_72h"),
            *said("tingling", assertion="absent"),
        ),
        "book",
        ("whiplash_car_accident", "muscle_strain_car_accident"),
        ("B13",),
        lasting(2, 5, frequency=DAILY, triggers=said("neck_turning")),
    ),
    "6 neck and fingers after today's crash": Patient(
        (*places("neck"), *said("car_accident", "accident_within_72h", "tingling")),
        "emergency",
        rules=("rf_neck_trauma_cspine",),
    ),
    "7 back spasm down to the foot": Patient(
        BACK_TO_FOOT,
        "book",
        ("lumbar_herniated_disc", "sciatica", "nerve_compression"),
        ("B5",),
        lasting(20, 6, frequency=DAILY),
    ),
    "8 the same and numb when wiping": Patient(
        (*BACK_TO_FOOT, *said("saddle_numbness")), "emergency", rules=("rf_cauda_equina",)
    ),
    "9 burning feet and diabetes": Patient(
        (*places("foot_toes"), *said("burning", "nocturnal", "diabetes")),
        "book",
        ("neuropathy",),
        ("B9",),
        lasting(400, 5, frequency=DAILY),
    ),
    "10 hands and calves with cirrhosis": Patient(
        (*places("hand_fingers", "calf"), *said("nocturnal", "liver_disease"), *DAILY),
        "book",
        ("cirrhosis", "nutritional_mineral_deficiency"),
        ("B1", "B9"),
        lasting(60, 5),
    ),
    "11 all over after vomiting": Patient(
        (*places("generalized"), *said("vomiting_diarrhea", "palpitations")),
        "emergency",
        rules=("rf_severe_electrolyte",),
    ),
    "12 one bigger calf since a flight": Patient(
        (*places("calf"), *said("calf_swelling_one_side", "recent_immobility")),
        "urgent",
        rules=("rf_dvt",),
        answers=lasting(3, 5, frequency=(mention("frequency", "constant"),)),
    ),
    "13 chest and left arm": Patient(
        (*places("chest_wall", "upper_arm_forearm"), *said("rf_cardiac")),
        "emergency",
        rules=("rf_cardiac",),
    ),
    "14 shoulders at the desk": Patient(
        (
            *places("shoulder", "neck"), *said("end_of_day", "prolonged_sitting", "desk_job"),
            *DAILY, mention("duration", 90),
        ),
        "book",
        ("poor_posture",),
        ("B4",),
        lasting(90, 4),
    ),
}  # fmt: skip


def play(patient: Patient) -> tuple[Assessment, list[str]]:
    """The assessment after every question was put, and the ids of the questions."""
    assessment, put = counted(patient)
    return assessment, list(put)


def counted(patient: Patient) -> tuple[Assessment, dict[str, int]]:
    """The same, with how many questions were said to be left at each."""
    knowledge = clinic_knowledge()
    told = apply(Intake(), None, Reading(patient.opening), knowledge).intake
    put: dict[str, int] = {}
    while (question := next_question(told, knowledge)) is not None:
        assert question.id not in put
        put[question.id] = questions_left(question, told, knowledge)
        mentions = patient.answers.get(question.id) or patient.answers.get(question.topic)
        heard = apply(told, question, Reading(mentions) if mentions else reply("no"), knowledge)
        told = heard.intake if heard.answered else give_up(heard.intake, question)
    return assess(told, knowledge), put


@pytest.mark.parametrize("name", [n for n, p in PATIENTS.items() if p.level == "book"])
def test_the_count_of_questions_left_is_about_right(name: str):
    _, put = counted(PATIENTS[name])
    for at, left in enumerate(put.values(), 1):
        assert abs(left - (len(put) - at)) <= 2, put


@pytest.mark.parametrize("name", PATIENTS)
def test_a_described_patient_gets_the_expected_level_and_contributors(name: str):
    patient = PATIENTS[name]
    assessment, put = play(patient)
    assert assessment.disposition == patient.level, assessment.rules
    fired = [rule.id for rule in assessment.rules]
    assert set(patient.rules) <= set(fired), fired
    named = [one.id for one in assessment.contributors]
    assert set(patient.named) <= set(named), named
    assert bool(named) is (patient.level in ("book", "self_care"))
    assert len(put) <= MOST_QUESTIONS[patient.level], put


@pytest.mark.parametrize("name", PATIENTS)
def test_a_described_patient_is_not_asked_what_the_opening_told(name: str):
    patient = PATIENTS[name]
    _, put = play(patient)
    kinds = {m.kind for m in patient.opening}
    assert not {k for k in ("location", "frequency") if k in kinds} & set(put)
    if any(m.value in ("car_accident", "bike_accident") for m in patient.opening):
        assert "accident" not in put


def test_cirrhosis_keeps_ibuprofen_out():
    assessment, _ = play(PATIENTS["10 hands and calves with cirrhosis"])
    assert "ibuprofen" in {one.id for one in assessment.withheld}
    assert "ibuprofen" not in {one.id for one in assessment.advice}


@pytest.mark.parametrize(
    "name", ["6 neck and fingers after today's crash", "13 chest and left arm"]
)
def test_an_emergency_comes_without_a_list_of_tips(name: str):
    assessment, _ = play(PATIENTS[name])
    assert (assessment.advice, assessment.treatments, assessment.contributors) == ((), (), ())


def test_a_patient_who_is_booked_anyway_is_asked_less():
    at_home = PATIENTS["1 calf knots at night"]
    often = (*at_home.opening, mention("frequency", "daily"))
    _, booked = play(replace(at_home, opening=often))
    _, all_of_it = play(at_home)
    assert len(booked) < len(all_of_it)


@pytest.mark.parametrize("sign", ["saddle_numbness", "bladder_bowel_change"])
def test_a_danger_sign_in_any_answer_ends_the_questions(sign: str):
    patient = PATIENTS["7 back spasm down to the foot"]
    knowledge = clinic_knowledge()
    told = apply(Intake(), None, Reading(patient.opening), knowledge).intake
    question = next_question(told, knowledge)
    heard = apply(told, question, Reading((mention("reply", "no"), *said(sign))), knowledge)
    assert next_question(heard.intake, knowledge) is None
    assert assess(heard.intake, knowledge).disposition == "emergency"
