"""What the danger signs, rules and cautions do for described patients."""

from __future__ import annotations

import pytest

from bot.triage.assess import assess, emergency
from bot.triage.intake import Intake
from tests.knowledge.patients import (
    HISTORY,
    KNOWN,
    ORDINARY,
    answered,
    denied_by,
    rules_of,
    screens_of,
    settled,
    told,
)


@pytest.mark.parametrize("location", ORDINARY)
def test_an_ordinary_cramp_with_all_denied_is_fit_for_home_care(location: str) -> None:
    result = assess(settled(location), KNOWN)
    assert (result.disposition, result.unknown) == ("self_care", ())
    assert result.advice


@pytest.mark.parametrize("location", ORDINARY)
def test_an_unknown_danger_sign_of_the_place_books_and_never_sends_home(location: str) -> None:
    intake = settled(location)
    screened = {name for q in screens_of(location) for name in q.findings}
    screened -= set(denied_by(*HISTORY))
    findings = {k: v for k, v in intake.findings.items() if k not in screened}
    result = assess(Intake(**{**vars(intake), "findings": findings}), KNOWN)
    assert result.disposition == "book"
    assert result.unknown


@pytest.mark.parametrize("skipped", HISTORY[:-1])
def test_an_unanswered_condition_of_home_care_books(skipped: str) -> None:
    assert assess(settled("low_back", skip=skipped), KNOWN).disposition == "book"


@pytest.mark.parametrize(
    "intake",
    [
        told("nocturnal", "relief_stretch"),
        told("nocturnal", "limb_rock_hard", "soreness"),
        told("exercise_intense", "heat_sweating", at="hamstring"),
        told("dark_urine", "low_fluids", "exercise_intense"),
        told("palpitations", "tremor", "heat_intolerance", "weight_loss", at="thigh_front"),
        told("numbness", "burning", "diabetes", "balance_trouble", at="foot_toes"),
        told("leg_swelling_both"),
        told(
            "while_walking", "leg_numbness_both", "walking_relief_sitting_or_bending", at="low_back"
        ),
        told("skin_cool_discolored", "walking_relief_standing_still", "smoking"),
        told("hands_draw_in", at="hand_fingers"),
        told("cannot_turn_head", "awkward_sleep", at="neck"),
        told(
            "car_accident",
            "accident_over_72h",
            "tingling",
            "examined_after_accident",
            at="neck",
            days=10,
        ),
        told("pregnancy_postpartum", "nocturnal"),
        told("headache", "screen_posture", at="neck"),
        told("ms", "stiff_heavy_limbs", "balance_trouble", at="leg_unspecified"),
        told("raynaud", "limb_cold_white", at="hand_fingers"),
    ],
    ids=lambda i: "+".join(i.findings),
)
def test_it_is_no_emergency(intake: Intake) -> None:
    assert emergency(intake, KNOWN) is None
    assert assess(intake, KNOWN).disposition == "book"


EMERGENCY_CASES = [
    (told("saddle_numbness", at="low_back"), "rf_cauda_equina"),
    (told("urinary_retention", "bladder_bowel_change", at="low_back"), "rf_cauda_equina"),
    (told("both_legs_affected", at="low_back"), "rf_cauda_equina"),
    (told("weakness_both_legs", "both_legs_affected"), "rf_cauda_equina"),
    (
        told(
            "both_legs_affected", "walking_relief_sitting_or_bending", "new_deficit", at="low_back"
        ),
        "rf_cauda_equina",
    ),
    (told("weakness_worsening", "weakness_rapid"), "rf_progressive_weakness"),
    (told("clumsy_hands", "bladder_bowel_change", at="neck"), "rf_myelopathy"),
    (told("chest_pain", at="chest_wall"), "rf_cardiac"),
    (told("cold_sweat", at="upper_arm_forearm"), "rf_cardiac"),
    (told("short_of_breath", "calf_swelling_one_side"), "rf_pulmonary_embolism"),
    (told("limb_cold_white", at="foot_toes"), "rf_acute_limb_ischemia"),
    (told("limb_rock_hard", "crushed"), "rf_compartment_syndrome"),
    (told("cola_urine", "exercise_intense"), "rf_rhabdomyolysis"),
    (told("heat_sweating", "confusion"), "rf_heat_stroke"),
    (told("jaw_locked", at="jaw_face"), "rf_tetanus"),
    (
        told("neck_twisted_stuck", "med_antipsychotic_antiemetic", "throat_tight", at="neck"),
        "rf_acute_dystonia",
    ),
    (told("body_rigid", "fever", at="generalized"), "rf_nms_serotonin"),
    (told("hives", "short_of_breath"), "rf_anaphylaxis"),
    (told("palpitations", "vomiting_diarrhea", at="generalized"), "rf_severe_electrolyte"),
    (told("hands_draw_in", "mouth_tingling", "throat_tight", at="hand_fingers"), "rf_tetany"),
    (told("neck_stiffness_fever", at="neck"), "rf_meningitis"),
    (told("fever", "new_deficit", at="low_back"), "rf_spinal_infection"),
    (told("spine_procedure_recent", "vision_change", at="low_back"), "rf_post_procedure_neuro"),
    (
        told("car_accident", "accident_within_72h", "high_energy_accident", at="low_back"),
        "rf_major_trauma_fracture",
    ),
    (told("car_accident", "accident_within_72h", "tingling", at="neck"), "rf_neck_trauma_cspine"),
    (told("other_accident", "accident_within_72h", at="neck", age=70), "rf_neck_trauma_cspine"),
    (
        told("bike_accident", "accident_within_72h", "cannot_move_limb"),
        "rf_spinal_cord_injury_acute",
    ),
    (told("hit_head", "med_anticoagulant", at="neck"), "rf_head_injury"),
    (told("spinal_cord_injury", "flushed_sweating"), "rf_autonomic_dysreflexia"),
    (told("tearing_pain", at="mid_back"), "rf_aaa_dissection"),
    (told("pregnancy_postpartum", "face_hand_swelling"), "rf_pregnancy"),
    (told("black_stools", at="abdomen"), "rf_overdose"),
    (told("seizure", at="generalized"), "rf_seizure"),
]


@pytest.mark.parametrize(
    ("intake", "flag"), EMERGENCY_CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_it_is_an_emergency_at_once(intake: Intake, flag: str) -> None:
    fired = emergency(intake, KNOWN)
    assert fired is not None
    assert flag in fired.red_flags
    assert assess(intake, KNOWN).disposition == "emergency"


URGENT_CASES = [
    (told("calf_swelling_one_side"), "rf_dvt"),
    (told("recent_immobility"), "rf_dvt"),
    (told(length="over_10_min"), "rf_prolonged_cramp"),
    (told("heat_sweating", length="hours"), "rf_heat_cramps_prolonged"),
    (told("weakness_worsening", at="low_back"), "rf_progressive_weakness"),
    (told("clumsy_hands", at="neck"), "rf_myelopathy"),
    (told("fever", at="low_back"), "rf_spinal_infection"),
    (told("cancer", at="low_back"), "rf_cancer"),
    (told("osteoporosis_steroids", "sudden_back_pain", at="mid_back"), "rf_fragility_fracture"),
    (told("hands_draw_in", "mouth_tingling", at="hand_fingers"), "rf_tetany"),
    (told("cannot_keep_down"), "rf_severe_electrolyte"),
    (told(age=12), "rf_child"),
    (told("no_trigger", at="upper_arm_forearm", days=2), "U2"),
    (told("vomiting_diarrhea"), "U2"),
    (told("numbness", "new_deficit"), "U3"),
    (told("unbearable_pain"), "U4"),
    (
        Intake(
            locations=("neck",),
            findings=answered(
                ("car_accident", "accident_within_72h"), ("examined_after_accident",)
            ),
        ),
        "U5",
    ),
]


@pytest.mark.parametrize(
    ("intake", "rule"), URGENT_CASES, ids=lambda v: v if isinstance(v, str) else ""
)
def test_it_must_be_seen_the_same_day(intake: Intake, rule: str) -> None:
    result = assess(intake, KNOWN)
    assert result.disposition == "urgent"
    assert rule in rules_of(result)


BOOK_CASES = [
    ("B1", told("sleep_spoiled")),
    ("B2", Intake(locations=("calf",), frequency="daily")),
    ("B3", Intake(locations=("low_back",), severity=7)),
    ("B4", Intake(locations=("calf",), course="worsening")),
    ("B5", told("radiating_arm", at="neck")),
    ("B6", told("while_walking")),
    ("B7", told("leg_swelling_both")),
    ("B8", told("weakness", "old_deficit")),
    ("B9", told("thyroid_disease")),
    ("B10", told("new_medicine_3_months", "med_statin")),
    ("B11", told("pregnancy_postpartum")),
    ("B12", told("no_trigger", at="jaw_face")),
    ("B13", told("car_accident", "accident_over_72h", at="neck")),
    ("B14", told("morning_stiffness_long")),
    ("B15", settled("calf", "wants_appointment")),
]


@pytest.mark.parametrize(("rule", "intake"), BOOK_CASES, ids=[name for name, _ in BOOK_CASES])
def test_it_should_be_booked(rule: str, intake: Intake) -> None:
    result = assess(intake, KNOWN)
    assert result.disposition == "book"
    assert rule in rules_of(result)


@pytest.mark.parametrize(
    "more",
    [
        "pregnancy_postpartum",
        "immunosuppressed",
        "med_anticoagulant",
        "heart_failure",
        "dialysis kidney_failure",
    ],
)
def test_an_urgent_sign_with_a_grave_risk_is_an_emergency(more: str) -> None:
    fired = emergency(
        told("hands_draw_in", "mouth_tingling", *more.split(), at="hand_fingers"), KNOWN
    )
    assert fired is not None
    assert fired.rule == "E2"


def test_two_urgent_signs_are_an_emergency() -> None:
    fired = emergency(told("cancer", "weakness_worsening", at="low_back"), KNOWN)
    assert fired is not None
    assert fired.rule == "E2"


def test_one_swollen_leg_with_a_long_cramp_counts_as_one_urgent_sign() -> None:
    result = assess(told("calf_swelling_one_side", length="hours"), KNOWN)
    assert result.disposition == "urgent"


def test_two_risks_or_one_with_severe_pain_raise_a_visit_to_the_same_day() -> None:
    risks = told("radiating_leg_below_knee", "med_anticoagulant", "cancer")
    severe = Intake(locations=("calf",), severity=8, age=70, frequency="daily")
    for intake in (risks, severe):
        result = assess(intake, KNOWN)
        assert result.disposition == "urgent"
        assert "M_urgent" in rules_of(result)


# Advice


WITHHELD = [
    ("diabetes burning", "heat"), ("numbness old_deficit", "heat"), ("bruising", "heat"),
    ("fever", "heat"), ("vascular_disease", "heat"), ("vascular_disease", "cold"),
    ("raynaud", "cold"), ("numbness old_deficit", "cold"), ("heart_failure", "hydration"),
    ("kidney_disease heat_sweating", "electrolytes"), ("ace_arb heat_sweating", "electrolytes"),
    ("bruising", "stretching"), ("recent_bed_rest weakness old_deficit", "stretching"),
    ("heart_attack_recent", "exercise"), ("fever", "exercise"), ("nsaid_allergy", "ibuprofen"),
    ("heart_attack_recent", "ibuprofen"), ("liver_disease", "ibuprofen"),
    ("pregnancy_postpartum", "ibuprofen"), ("transplant", "ibuprofen"),
    ("chemotherapy", "acetaminophen"), ("new_deficit", "acetaminophen"),
]  # fmt: skip


@pytest.mark.parametrize(("has", "strategy"), WITHHELD)
def test_an_unsafe_strategy_is_withheld(has: str, strategy: str) -> None:
    intake = settled("calf", *has.split())
    offered = {item.id for item in assess(intake, KNOWN).advice}
    assert strategy not in offered


CHANGED = [
    ("diabetes", "heat", "heat_diabetes"), ("diabetes", "cold", "cold_diabetes"),
    ("pregnancy_postpartum", "heat", "heat_pregnancy"), ("pain_patch_cream", "heat", "heat_patch"),
    ("kidney_disease", "hydration", "hydration_kidney_liver"),
    ("blood_pressure_high heat_sweating", "electrolytes", "electrolytes_salt"),
    ("radiating_leg_below_knee", "stretching", "stretching_nerve_pain"),
    ("ulcer_bleed", "ibuprofen", "ibuprofen_bleeding"), ("ssri", "ibuprofen", "ibuprofen_bleeding"),
    ("age_60_plus", "ibuprofen", "ibuprofen_bleeding"),
    ("med_diuretic", "ibuprofen", "ibuprofen_heart_kidney"),
    ("asthma", "ibuprofen", "ibuprofen_asthma"),
    ("alcohol_daily", "acetaminophen", "acetaminophen_liver"),
    ("liver_disease", "acetaminophen", "acetaminophen_liver"),
    ("med_other_interacting", "acetaminophen", "pills_other_medicines"),
]  # fmt: skip


@pytest.mark.parametrize(("has", "strategy", "caution"), CHANGED)
def test_a_strategy_to_ask_about_first_carries_its_caution(
    has: str, strategy: str, caution: str
) -> None:
    advice = {i.id: i.cautions for i in assess(settled("calf", *has.split()), KNOWN).advice}
    assert caution in advice[strategy]


def test_without_a_medicine_history_ibuprofen_is_not_offered() -> None:
    result = assess(settled("calf", skip="medicines"), KNOWN)
    assert "ibuprofen" in {one.id for one in result.withheld}
