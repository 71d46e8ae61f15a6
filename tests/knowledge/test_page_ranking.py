"""The evidence of the page ranks as a clinician expects (vignettes of the evidence base)."""

from __future__ import annotations

from typing import Any

import pytest

from bot.knowledge import knowledge
from bot.triage.contributors import contributors
from bot.triage.facts import Facts
from bot.triage.intake import Answer, Intake

NERVES = ("numbness", "tingling", "weakness")
ILLNESSES = ("diabetes", "thyroid_disease", "liver_disease", "ms", "vascular_disease", "dialysis")
ACCIDENTS = ("car_accident", "bike_accident", "other_accident", "spine_surgery")
NOTHING = (*NERVES, *ILLNESSES, *ACCIDENTS)


def names(told: tuple[str, ...], denied: tuple[str, ...], **fields: Any) -> list[str]:
    """Ids of the contributors that are likely or possible, best first."""
    findings = {name: Answer("absent") for name in denied}
    findings |= {name: Answer("present") for name in told}
    ranked = contributors(Facts(Intake(findings=findings, **fields), knowledge()))
    likely = [one for one in ranked if one.likelihood != "less"]
    return [one.id for one in sorted(likely, key=lambda one: -one.score)]


CASES = {
    "calf knots at 3 am, a stretch ends it": (
        {"benign_night_cramps"},
        ("nocturnal", "relief_stretch"),
        (*NOTHING, "while_walking"),
        {"locations": ("calf",), "frequency": "occasional", "age": 58},
    ),
    "hamstring locked near mile 20 on a hot day": (
        {"fatigue", "dehydration"},
        ("exercise_intense", "during_exercise", "heat_sweating"),
        NOTHING,
        {"locations": ("hamstring",), "frequency": "once", "duration_days": 0},
    ),
    "calves cramp after one block and stop when he stands, smoker": (
        {"atherosclerosis"},
        ("while_walking", "walking_relief_standing_still", "smoking", "age_60_plus"),
        (*NERVES, *ACCIDENTS),
        {"locations": ("calf",), "side": "both", "frequency": "daily", "age": 66},
    ),
    "both legs cramp walking, must sit or lean": (
        {"spinal_stenosis"},
        ("while_walking", "walking_relief_sitting_or_bending", "age_60_plus"),
        NOTHING,
        {"locations": ("leg_unspecified",), "side": "both", "frequency": "daily", "age": 72},
    ),
    "back spasm shoots to the foot, worse with a sneeze": (
        {"lumbar_herniated_disc", "sciatica", "nerve_compression"},
        ("radiating_leg_below_knee", "shooting_pain", "cough_sneeze"),
        (*ILLNESSES, *ACCIDENTS),
        {"locations": ("low_back",), "frequency": "daily", "duration_days": 7, "age": 41},
    ),
    "feet burn and cramp at night, diabetic": (
        {"neuropathy"},
        ("burning", "nocturnal", "diabetes"),
        ("weakness", *ACCIDENTS),
        {"locations": ("foot_toes",), "side": "both", "frequency": "daily"},
    ),
    "hands and calves cramp nightly, cirrhosis": (
        {"cirrhosis"},
        ("nocturnal", "liver_disease"),
        (*NERVES, *ACCIDENTS),
        {"locations": ("hand_fingers", "calf"), "frequency": "daily"},
    ),
    "shoulders and neck tighten at the desk every afternoon": (
        {"poor_posture"},
        ("end_of_day", "prolonged_sitting", "desk_job"),
        (*NOTHING, "radiating_arm"),
        {"locations": ("shoulder", "neck"), "frequency": "daily", "duration_days": 90},
    ),
    "neck to arm, tingling, worse on turning the head": (
        {"cervical_radiculopathy", "cervical_herniated_disc"},
        ("tingling", "radiating_arm", "neck_turning"),
        ("weakness", *ILLNESSES, *ACCIDENTS),
        {"locations": ("neck", "upper_arm_forearm"), "side": "left", "frequency": "daily"},
    ),
    "pain stayed after spine surgery": (
        {"failed_back_surgical_syndrome"},
        ("spine_surgery", "persists_after_surgery", "radiating_leg_below_knee"),
        ("car_accident", "bike_accident", "other_accident"),
        {"locations": ("low_back",), "frequency": "daily", "duration_days": 400},
    ),
    "sore stiff joint with known arthritis": (
        {"arthritis_pain"},
        ("joint_pain", "stiffness", "arthritis", "age_60_plus"),
        NOTHING,
        {"locations": ("leg_unspecified",), "frequency": "daily", "duration_days": 400},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_the_expected_items_stand_first(case: tuple[Any, ...]) -> None:
    expected, told, denied, fields = case
    assert set(names(told, denied, **fields)[: len(expected)]) == expected


def test_a_crash_brings_up_the_injuries_of_that_site_only() -> None:
    fields = {"locations": ("neck",), "frequency": "daily", "duration_days": 5}
    found = names(("car_accident", "delayed_after_accident"), (*NERVES, *ILLNESSES), **fields)
    assert found[0] == "whiplash_car_accident"
    assert "neck_sprain_car_accident" not in found
    assert "muscle_strain_car_accident" in found
    assert not {"back_injury_car_accident", "leg_injury_accident"} & set(found)


def test_no_injury_is_named_without_an_accident() -> None:
    found = names(("neck_turning", "stiffness"), NERVES, locations=("neck",), frequency="daily")
    injuries = {i.id for i in knowledge().items.values() if i.kind == "injury"}
    assert not injuries & set(found)


def test_liver_disease_is_not_named_for_a_night_cramp_when_it_is_denied() -> None:
    fields = {"locations": ("calf",), "frequency": "daily"}
    assert "cirrhosis" not in names(("nocturnal",), ("liver_disease",), **fields)


def test_nerve_damage_is_not_named_for_foot_cramps_without_numbness_or_tingling() -> None:
    fields = {"locations": ("foot_toes",), "frequency": "weekly"}
    assert "neuropathy" not in names(("nocturnal",), NERVES, **fields)


def test_site_and_time_alone_never_name_an_illness() -> None:
    fields = {"frequency": "weekly", "duration_days": 120}
    for place in knowledge().locations:
        found = names(("nocturnal", "at_rest"), (), locations=(place,), **fields)
        assert not {"thyroid_disease", "multiple_sclerosis", "atherosclerosis", "cirrhosis"} & {
            *found
        }


def test_outcomes_that_the_page_lacks_stand_after_its_items() -> None:
    told = {"nocturnal": Answer("present"), "relief_stretch": Answer("present")}
    intake = Intake(locations=("calf",), frequency="occasional", findings=told)
    kinds = [one.kind for one in contributors(Facts(intake, knowledge()))]
    assert "other" in kinds
    assert kinds == sorted(kinds, key=lambda kind: kind == "other")


def test_spine_and_the_limb_it_serves_are_no_lack_of_minerals() -> None:
    fields = {"locations": ("neck", "upper_arm_forearm"), "frequency": "daily"}
    assert "nutritional_mineral_deficiency" not in names(("tingling",), (), **fields)


def test_frequency_alone_names_no_lack_of_minerals() -> None:
    for place in ("calf", "foot_toes", "hand_fingers", "neck"):
        found = names((), (), locations=(place,), frequency="daily")
        assert "nutritional_mineral_deficiency" not in found


@pytest.mark.parametrize("sign", ["burning", "tingling", "numbness", "weakness", "leg_swelling"])
def test_a_night_cramp_with_another_sign_is_no_simple_one(sign: str) -> None:
    fields = {"locations": ("foot_toes",), "frequency": "weekly"}
    assert "benign_night_cramps" not in names(("nocturnal", sign), (), **fields)


@pytest.mark.parametrize("place", ["hand_fingers", "foot_toes"])
def test_hands_or_feet_alone_name_no_nerve_damage(place: str) -> None:
    found = names(("nocturnal",), (), locations=(place,), duration_days=90)
    assert "neuropathy" not in found


def test_right_after_a_crash_posture_and_stress_are_not_named() -> None:
    told = ("car_accident", "accident_within_72h", "tension", "end_of_day")
    found = names(told, (), locations=("neck",), duration_days=0)
    assert found
    assert not {"poor_posture", "stress_stimulants"} & set(found)


def test_a_stretch_that_ends_a_cramp_in_bed_is_no_sign_of_effort() -> None:
    told = ("nocturnal", "relief_stretch")
    assert "fatigue" not in names(told, NERVES, locations=("calf",), frequency="occasional")
    effort = names((*told, "exercise_intense"), NERVES, locations=("calf",), frequency="once")
    assert effort[0] == "fatigue"


def test_spasms_that_go_on_after_spine_surgery_are_named_so() -> None:
    told = ("spine_surgery", "radiating_leg_below_knee", "prolonged_sitting", "burning")
    fields = {"locations": ("low_back", "leg_unspecified"), "frequency": "daily"}
    assert names(told, (), **fields)[0] == "failed_back_surgical_syndrome"


def test_walking_on_a_hurt_leg_is_the_injury_and_not_the_arteries() -> None:
    told = ("other_accident", "accident_over_72h", "while_walking", "bruising")
    found = names(told, (), locations=("calf",), frequency="daily", duration_days=14)
    assert found[0] == "leg_injury_accident"


def test_a_specific_form_far_behind_gives_way_to_the_general_one() -> None:
    told = ("car_accident", "tingling", "neck_turning", "radiating_arm")
    fields = {"locations": ("neck", "upper_arm_forearm"), "frequency": "weekly"}
    found = names(told, (), duration_days=730, **fields)
    assert "neck_injury_car_accident" in found
    assert "whiplash_car_accident" not in found


def test_a_back_without_a_leg_in_it_is_no_sciatica() -> None:
    told = ("shooting_pain", "known_sciatica", "numbness")
    found = names(told, ("radiating_leg_below_knee",), locations=("mid_back",))
    assert "sciatica" not in found
    assert "nerve_compression" in found
