"""The clinic page's 53 items, and the outcomes it lacks."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
import textstat
from ruamel.yaml import YAML

from bot.knowledge.loader import FOLDER
from bot.triage.content import LOG_ODDS

IDS = {
    "cause": """lack_of_exercise fatigue dehydration poor_posture nerve_compression
        nutritional_mineral_deficiency underlying_medical_conditions thyroid_disease
        multiple_sclerosis atherosclerosis cirrhosis""",
    "condition": """arthritis_pain cervical_radiculopathy degenerative_disc_disease
        failed_back_surgical_syndrome lumbar_herniated_disc neuropathy cervical_herniated_disc
        spinal_stenosis disc_herniation radiculopathy sciatica""",
    "injury": """whiplash_car_accident back_injury_car_accident neck_injury_car_accident
        spinal_cord_injury_car_accident muscle_strain_car_accident neck_sprain_car_accident
        leg_injury_accident shoulder_injury_bike_accident""",
    "diagnostic": """physical_exam_symptom_history blood_tests_electrolyte_nutrient
        electromyography_emg exercise_movement_assessment""",
    "home": """hot_cold_therapy hydration stretching_low_impact_exercise
        nonprescription_medications""",
    "treatment": """mindfulness_meditation massage acupuncture chiropractic_care physical_therapy
        medication_therapy trigger_point_injections joint_injections epidural_steroid_injection
        nerve_block peripheral_nerve_stimulation spinal_cord_stimulation radiofrequency_ablation
        intracept sacroiliac_joint_fusion""",
    "other": "benign_night_cramps medicine_related_cramps pregnancy_cramps stress_stimulants",
}
UMBRELLA = "underlying_medical_conditions"
_OF_THE_PAGE = {name for names in IDS.values() for name in names.split()}
FILES = ("causes", "conditions", "injuries", "diagnostics", "home", "treatments", "other")


def read_items() -> list[dict[str, Any]]:
    yaml = YAML(typ="safe")
    return [item for name in FILES for item in yaml.load(FOLDER / "page" / f"{name}.yml")["items"]]


ITEMS = {item["id"]: item for item in read_items()}
SCORED = [item for item in ITEMS.values() if item.get("scored", True)]


def named(items: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("item", items, ids=[item["id"] for item in items])


def findings_in(condition: Any) -> set[str]:
    """Every finding that a condition names, at any depth."""
    if isinstance(condition, str):
        return {condition}
    ((key, value),) = condition.items()
    if key == "at_least":
        value = value["of"]
    if key not in ("all", "any", "none", "at_least"):
        return set()
    return set().union(*map(findings_in, value))


@pytest.mark.parametrize("kind", IDS)
def test_every_item_of_the_evidence_table_is_there_under_its_kind(kind: str) -> None:
    assert {i["id"] for i in ITEMS.values() if i["kind"] == kind} >= set(IDS[kind].split())


def test_the_page_has_53_items() -> None:
    of_the_page = [ITEMS[name] for kind in IDS if kind != "other" for name in IDS[kind].split()]
    count = Counter(item["kind"] for item in of_the_page)
    under = [i for i in of_the_page if i["kind"] == "cause" and i.get("parent") == UMBRELLA]
    assert len(under) == 4
    assert (count["cause"] - len(under), count["condition"], count["injury"]) == (7, 11, 8)
    assert (count["diagnostic"], count["home"], count["treatment"]) == (4, 4, 15)
    assert sum(count.values()) == 53


def test_only_causes_conditions_injuries_and_other_outcomes_are_scored() -> None:
    kinds = Counter(item["kind"] for item in SCORED)
    assert set(kinds) == {"cause", "condition", "injury", "other"}
    assert kinds["cause"] >= 10 and kinds["condition"] >= 11 and kinds["injury"] >= 8


@named(list(ITEMS.values()))
def test_an_item_has_a_source_and_a_state_of_review(item: dict[str, Any]) -> None:
    assert item["source"]
    assert item["review"] in ("draft", "signed")
    seed = [source for source in item["source"] if source.startswith("SEED L")]
    assert seed or item["kind"] == "other" or item["id"] not in _OF_THE_PAGE


@named(SCORED)
def test_a_scored_item_rests_on_two_columns_or_more(item: dict[str, Any]) -> None:
    speaking_for = {row["column"] for row in item["evidence"] if row["strength"].endswith("+")}
    assert len(speaking_for) >= 2
    assert all(row["source"] for row in item["evidence"])


@named(SCORED)
def test_the_column_against_holds_all_that_speaks_against(item: dict[str, Any]) -> None:
    for row in item["evidence"]:
        assert (LOG_ODDS[row["strength"]] < 0) == (row["column"] == "against"), row


@named([item for item in SCORED if item["kind"] == "injury"])
def test_no_injury_is_offered_without_its_accident(item: dict[str, Any]) -> None:
    accidents = {"car_accident", "bike_accident", "other_accident"}
    assert findings_in(item["gate"]) and findings_in(item["gate"]) <= accidents


def test_failed_surgery_is_not_offered_without_surgery() -> None:
    assert ITEMS["failed_back_surgical_syndrome"]["gate"] == "spine_surgery"


@pytest.mark.parametrize(
    ("item", "parent"),
    [
        ("radiculopathy", "nerve_compression"),
        ("cervical_radiculopathy", "radiculopathy"),
        ("sciatica", "radiculopathy"),
        ("lumbar_herniated_disc", "disc_herniation"),
        ("cervical_herniated_disc", "disc_herniation"),
        ("whiplash_car_accident", "neck_injury_car_accident"),
        ("neck_sprain_car_accident", "neck_injury_car_accident"),
    ],
)
def test_the_more_exact_item_replaces_its_parent(item: str, parent: str) -> None:
    assert ITEMS[item]["parent"] == parent


def test_whiplash_and_neck_sprain_are_one_line() -> None:
    assert ITEMS["neck_sprain_car_accident"]["same_as"] == "whiplash_car_accident"


@named([item for item in ITEMS.values() if item["kind"] == "treatment"])
def test_a_treatment_promises_nothing_and_points_to_nobody(item: dict[str, Any]) -> None:
    promises = ("cure", "heals", "proven", "will ", "relieves", "effective", "best", "works well")
    assert not [word for word in promises if word in item["summary"].lower()]
    assert not {"evidence", "gate", "home", "diagnostics"} & set(item)


@named([item for item in SCORED if item["kind"] != "other"])
def test_a_scored_item_names_the_exam_first(item: dict[str, Any]) -> None:
    assert item["diagnostics"][0] == "physical_exam_symptom_history"


@named([item for item in ITEMS.values() if item.get("codes")])
def test_no_code_stands_twice_and_billable_codes_are_verified(item: dict[str, Any]) -> None:
    codes = [(code["system"], code["code"]) for code in item["codes"]]
    assert len(codes) == len(set(codes))
    assert all(c["state"] == "verified" for c in item["codes"] if c["system"] == "icd10cm")


@named(list(ITEMS.values()))
def test_a_summary_reads_at_grade_8_or_lower(item: dict[str, Any]) -> None:
    # Counts letters, words and sentences: the syllable grades of textstat fetch a dictionary
    # from the internet. Names are left out, the patient meets them anyway.
    text = item["summary"].lower().replace(item["name"].lower(), "it")
    assert textstat.automated_readability_index(text) <= 8
