"""Danger signs, rules, questions and cautions: complete, readable and safe."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
import textstat
from ruamel.yaml import YAML

from bot.knowledge.loader import FOLDER
from bot.triage.assess import emergency
from bot.triage.conditions import evaluate
from bot.triage.content import Question, RedFlag
from bot.triage.intake import Intake
from tests.knowledge.patients import KNOWN, screens_of, told


def words(text: str) -> list[str]:
    return text.split()


LEVELS = {  # evidence table C: red flag -> its levels there
    "rf_cauda_equina": "E", "rf_progressive_weakness": "EU", "rf_myelopathy": "EU",
    "rf_ascending_weakness": "E", "rf_stroke": "E", "rf_cardiac": "E", "rf_breathing": "E",
    "rf_pulmonary_embolism": "E", "rf_dvt": "EU", "rf_acute_limb_ischemia": "E",
    "rf_compartment_syndrome": "E", "rf_rhabdomyolysis": "E", "rf_heat_stroke": "E",
    "rf_heat_cramps_prolonged": "U", "rf_tetanus": "E", "rf_acute_dystonia": "EU",
    "rf_nms_serotonin": "E", "rf_baclofen_withdrawal": "E", "rf_anaphylaxis": "E",
    "rf_seizure": "E", "rf_severe_electrolyte": "EU", "rf_tetany": "EU", "rf_meningitis": "E",
    "rf_spinal_infection": "EU", "rf_post_procedure_neuro": "E", "rf_cancer": "U",
    "rf_major_trauma_fracture": "E", "rf_neck_trauma_cspine": "E",
    "rf_spinal_cord_injury_acute": "E", "rf_fragility_fracture": "U", "rf_head_injury": "E",
    "rf_shoulder_dislocation": "E", "rf_autonomic_dysreflexia": "E", "rf_aaa_dissection": "E",
    "rf_pregnancy": "EU", "rf_child": "U", "rf_poisoning": "E", "rf_overdose": "E",
    "rf_self_harm": "E", "rf_abuse": "EU", "rf_prolonged_cramp": "U",
    "rf_motor_neuron_features": "UB",
}  # fmt: skip
LETTERS = {"emergency": "E", "urgent": "U", "book": "B"}

LOCATIONS = words("""
    calf foot_toes thigh_front hamstring leg_unspecified buttock_hip low_back mid_back
    upper_back neck shoulder upper_arm_forearm hand_fingers abdomen chest_wall jaw_face
    generalized""")
FINDINGS = words("""
    nocturnal morning end_of_day at_rest during_exercise after_exercise while_walking
    after_sitting exercise_intense exercise_unaccustomed heat_sweating low_fluids
    vomiting_diarrhea alcohol prolonged_sitting prolonged_standing screen_posture awkward_sleep
    walking_relief_standing_still walking_relief_sitting_or_bending bending_lifting_twisting
    neck_turning cough_sneeze cold stress light_touch relief_stretch relief_heat
    relief_position_change numbness tingling burning weakness radiating_arm
    radiating_leg_below_knee joint_swelling leg_swelling morning_stiffness
    morning_stiffness_short morning_stiffness_long clumsy_hands balance_trouble twitching wasting
    fatigue_general weight_gain weight_loss cold_intolerance heat_intolerance tremor palpitations
    jaundice itching abdominal_swelling thirst dark_urine dizziness headache bruising fever
    skin_cool_discolored slow_healing_sores vision_change bladder_bowel_change saddle_numbness
    car_accident bike_accident other_accident delayed_after_accident spine_surgery
    spine_procedure_recent thyroid_disease ms liver_disease vascular_disease smoking diabetes
    kidney_disease dialysis heart_failure cancer osteoporosis_steroids immunosuppressed
    iv_drug_use known_disc_on_mri arthritis spinal_cord_injury pregnancy_postpartum sedentary
    desk_job manual_work med_diuretic med_statin med_beta_agonist med_ppi
    med_antipsychotic_antiemetic med_anticoagulant implant_pump_or_stimulator""")
RULES = [*words("E2 E3 E4 U2 U3 U4 U5 M_emergency M_urgent"), *(f"B{n}" for n in range(1, 16))]
VOLUNTEERED = set(
    words("""yes_to_danger_list only_at_night end_of_day at_rest during_exercise
    after_exercise after_sitting overuse alcohol caffeine_stimulants light_touch
    sudden_movement infection stairs_hills
    relief_hand_on_head
    shooting_pain joint_hot morning_stiffness limited_motion soreness tension limb_draws_up
    dry_skin constipation poor_sleep little_urine pale_urine headache bruising
    weak_nail_hair_growth erectile_trouble poor_concentration unstable_feeling
    delayed_after_accident old_injury persists_after_surgery thyroid_surgery high_cholesterol
    iv_drug_use known_disc_on_mri known_sciatica scoliosis overweight low_body_weight
    restricted_diet malabsorption_bariatric eating_disorder b12_lack recent_bed_rest
    known_epilepsy male med_opioid pain_patch_cream
    old_walking_only weakness_rapid vision_loss_sudden usual_seizure
    light_sensitivity rash_not_fading pain_spreads_arm_jaw limb_rock_hard pain_moving_toes
    cast_tight painkillers_no_help muscle_swelling crushed missed_dialysis back_arching
    recent_wound neck_twisted_stuck shaking_sweating hives wound_leaking
    implant_site_hot night_pain_constant night_sweats sudden_back_pain
    flushed_sweating in_danger_now safe_now
    feels_dying sleep_spoiled unbearable_pain cannot_stand
    cannot_sleep_tonight wants_appointment uneasy_at_home cannot_describe""")
)
"""Findings that no question asks for; they count when the patient brings them up."""


# Completeness


def test_every_red_flag_of_the_evidence_is_there() -> None:
    assert set(KNOWN.red_flags) >= set(LEVELS)


@pytest.mark.parametrize("name", LEVELS)
def test_a_red_flag_can_reach_each_level_of_the_evidence_and_says_something(name: str) -> None:
    flag = KNOWN.red_flags[name]
    assert {LETTERS[u.level] for u in flag.urgencies} >= set(LEVELS[name])
    assert flag.response in RESPONSES


@pytest.mark.parametrize("name", [n for n, levels in LEVELS.items() if levels == "E"])
def test_in_doubt_an_emergency_sign_is_an_emergency(name: str) -> None:
    assert KNOWN.red_flags[name].urgencies[-1].level == "emergency"
    fired = emergency(told(name), KNOWN)
    assert fired is not None
    assert name in fired.red_flags


def test_every_finding_and_location_of_the_evidence_is_there() -> None:
    assert set(FINDINGS) <= set(KNOWN.findings)
    assert set(LOCATIONS) <= set(KNOWN.locations)


def test_every_rule_of_the_evidence_is_there() -> None:
    assert set(KNOWN.rules) >= set(RULES)


def test_a_visit_has_a_target_of_five_or_fourteen_days() -> None:
    days = {r.id: r.within_days for r in KNOWN.rules.values() if r.level == "book"}
    assert {name for name, n in days.items() if n == 5} == {"B5", "B6"}
    assert set(days.values()) == {5, 14}


def test_every_finding_of_the_evidence_is_asked_for_or_listed_as_volunteered() -> None:
    asked = {name for q in KNOWN.questions.values() for name in q.findings}
    asked |= {name for q in KNOWN.questions.values() for o in q.options for name in o.sets}
    assert VOLUNTEERED.isdisjoint(asked)
    assert set(FINDINGS) - asked <= VOLUNTEERED


@pytest.mark.parametrize("location", LOCATIONS)
def test_every_place_has_one_or_two_danger_sign_questions(location: str) -> None:
    screens = screens_of(location)
    assert 1 <= len(screens) <= 2
    assert all(q.must for q in screens)


# Questions

QUESTIONS = pytest.mark.parametrize("question", KNOWN.questions.values(), ids=lambda q: q.id)
SCREENS = [q for q in KNOWN.questions.values() if q.topic == "screen"]
REVERSED = re.compile(
    r"\b(can you|are you able|as usual|do you still|(is|are) .* (fine|normal))\b", re.I
)


@QUESTIONS
def test_a_question_has_three_different_wordings_and_a_reason(question: Question) -> None:
    assert len(set(question.texts)) == 3
    assert question.why.endswith(".")
    assert len({option.id for option in question.options}) == len(question.options)


@QUESTIONS
def test_the_third_wording_lists_the_choices(question: Question) -> None:
    assert re.match(r"Please pick", question.texts[2])
    assert len(question.options) >= 2


@pytest.mark.parametrize("question", [q for q in SCREENS if not q.template], ids=lambda q: q.id)
def test_no_to_a_danger_sign_question_always_means_the_sign_is_not_there(
    question: Question,
) -> None:
    assert not any(REVERSED.search(text) for text in question.texts)
    none = next(option for option in question.options if option.id == "none")
    assert none.sets == ()
    assert all(
        set(o.sets) <= set(question.findings) | {"leg_swelling_both"} for o in question.options
    )


@pytest.mark.parametrize(
    "flag", [f for f in KNOWN.red_flags.values() if f.sites], ids=lambda f: f.id
)
def test_a_mandatory_sign_is_asked_by_a_question_that_its_places_call_for(flag: RedFlag) -> None:
    for site in flag.sites:
        question = KNOWN.questions[flag.question]
        place = Intake(locations=(site,))
        assert question.when is None or evaluate(question.when, place, KNOWN).holds


# What patients read


def _responses() -> dict[str, str]:
    raw = YAML(typ="safe").load(FOLDER.parent / "domain.yml")["responses"]
    return {name: texts[0]["text"] for name, texts in raw.items() if "text" in texts[0]}


RESPONSES = _responses()
EMERGENCIES = {flag.response for flag in KNOWN.red_flags.values()}
NAMES = re.compile(
    r"ibuprofen|acetaminophen|magnesium|potassium|pharmacist|baclofen|stimulator", re.I
)


def texts() -> Iterable[tuple[str, str]]:
    for question in KNOWN.questions.values():
        yield from ((f"{question.id}[{n}]", text) for n, text in enumerate(question.texts))
        yield f"{question.id}.why", question.why
    for rule in (*KNOWN.rules.values(), *KNOWN.requirements.values()):
        yield rule.id, f"We say so because {rule.why}."
    for one in (*KNOWN.cautions.values(), *KNOWN.strategies.values()):
        yield one.id, one.text
    for caution in KNOWN.cautions.values():
        if caution.text_unknown:
            yield f"{caution.id} unknown", caution.text_unknown


def grade(text: str) -> float:
    """Reading grade from letters, words and sentences; a line of a list is a sentence.

    The syllable grades fetch a dictionary from the internet. Names are left out.
    """
    lines = re.sub(r"\n- ([^\n]+)", lambda m: f" {m[1].capitalize()}.", text)
    plain = re.sub(r"\{[a-z_]+\}", "911", NAMES.sub("it", lines))
    return float(textstat.automated_readability_index(plain))


@pytest.mark.parametrize(("name", "text"), texts(), ids=lambda v: v if " " not in v else "")
def test_a_text_reads_at_grade_8_or_lower(name: str, text: str) -> None:
    assert grade(text) <= 8


@pytest.mark.parametrize("name", sorted(EMERGENCIES))
def test_an_emergency_text_says_first_what_to_do_and_never_soothes(name: str) -> None:
    text = RESPONSES[name]
    assert grade(text) <= 6
    first = re.split(r"(?<=[.!?])\s", text)[0]
    assert re.search(r"\{(emergency|crisis)_number\}", first)
    assert "cannot watch over you" in text
    assert "\n\n" not in text
    assert not re.search(r"don't worry|probably|you have a |most likely|diagnos", text, re.I)


@pytest.mark.parametrize("name", sorted(EMERGENCIES - {"utter_emergency_self_harm"}))
def test_an_emergency_text_warns_against_driving_or_keeps_the_person_where_they_are(
    name: str,
) -> None:
    assert re.search(
        r"not drive|safe place|stay|Do not stand|cool place|tell|this chat is made",
        RESPONSES[name],
        re.I,
    )


def test_no_advice_names_a_dose() -> None:
    for name, text in texts():
        assert not re.search(r"\d\s*(mg|gram|tablet|pill)", text), name
