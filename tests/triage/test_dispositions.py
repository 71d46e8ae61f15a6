"""Levels of care: red flags, then rules, then the conditions for care at home."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.knowledge import knowledge as clinic_knowledge
from bot.triage.answers import apply
from bot.triage.assess import assess, emergency, what_would_change
from bot.triage.dispositions import GENERAL_RESPONSE, NO_RULE, UNANSWERED
from bot.triage.intake import Answer, Intake
from bot.triage.reading import Mention, Reading
from tests.triage.small import SMALL, intake

WELL = {"locations": ("calf",), "frequency": "once"}
DENIED = ("calf_swollen", "numbness", "tingling")


@pytest.mark.parametrize(
    ("told", "level", "rule"),
    [
        (intake(absent=DENIED, **WELL), "self_care", "rare"),
        (intake("rf_heart", absent=DENIED, **WELL), "emergency", "rf_heart"),
        (intake("bladder_trouble", **WELL), "emergency", "rf_cord"),
        (intake("calf_swollen", **WELL), "urgent", "rf_clot"),
        (intake("calf_swollen", "fever", "wound", **WELL), "emergency", "E2"),
        (intake("calf_swollen", "rf_breath", **WELL), "emergency", "rf_clot"),
        (intake("feels_dying", **WELL), "emergency", "E3"),
        (intake(severity=10, absent=DENIED, **WELL), "urgent", "U_severe"),
        (intake("rf_twitch", absent=DENIED, **WELL), "book", "rf_twitch"),
        (intake("numbness", absent=("calf_swollen",), **WELL), "book", "B_numb"),
        (intake(absent=("calf_swollen", "numbness"), **WELL), "book", "no_nerve"),
        (intake(absent=("numbness", "tingling"), **WELL), "book", UNANSWERED),
        (Intake(), "book", "rare"),
    ],
)
def test_the_first_that_holds_decides(told: Intake, level: str, rule: str):
    assessment = assess(told, SMALL)
    assert (assessment.disposition, assessment.rules[0].id) == (level, rule)


def test_every_rule_that_fired_is_listed_most_urgent_first():
    told = intake("numbness", "calf_swollen", "rf_twitch", frequency="daily", severity=10)
    fired = [rule.id for rule in assess(told, SMALL).rules]
    assert fired == ["rf_clot", "U_severe", "rf_twitch", "B_often", "B_numb"]


def test_a_visit_is_due_as_soon_as_the_soonest_rule_says():
    told = intake("numbness", absent=("calf_swollen",), locations=("calf",), frequency="daily")
    assert assess(told, SMALL).within_days == 5
    assert assess(intake("rf_heart", "numbness"), SMALL).within_days is None


def test_care_at_home_is_never_the_result_while_a_mandatory_sign_is_unknown():
    unsure = replace(
        intake(absent=("numbness", "tingling"), **WELL),
        findings={
            "numbness": Answer("absent"),
            "tingling": Answer("absent"),
            "calf_swollen": Answer("unknown"),
        },
    )
    assessment = assess(unsure, SMALL)
    assert (assessment.disposition, assessment.unknown) == ("book", ("rf_clot",))


def test_a_mandatory_sign_of_a_part_is_asked_for_the_whole_too():
    told = intake(absent=("numbness", "tingling"), locations=("leg",), frequency="once")
    assert assess(told, SMALL).unknown == ("rf_clot",)


def test_without_conditions_for_care_at_home_everything_is_booked():
    bare = replace(SMALL, requirements={})
    assert assess(Intake(), bare).rules[0].id == NO_RULE


def test_the_rule_for_an_unmet_condition_says_what_is_missing():
    rule = assess(intake(absent=DENIED, locations=("calf",)), SMALL).rules[0]
    assert [(r.id, r.status) for r in rule.reasons] == [("frequency", "unknown")]


@pytest.mark.parametrize(
    ("told", "rule", "response", "flags"),
    [
        (intake("rf_heart"), "rf_heart", "utter_emergency_rf_heart", ("rf_heart",)),
        (
            intake("bladder_trouble", "rf_heart"),
            "rf_cord",
            "utter_emergency_rf_cord",
            ("rf_cord", "rf_heart"),
        ),
        (
            intake("calf_swollen", "fever", "wound"),
            "E2",
            "utter_emergency_rf_clot",
            ("rf_clot", "rf_infection"),
        ),
        (intake("feels_dying"), "E3", GENERAL_RESPONSE, ()),
    ],
)
def test_an_emergency_names_its_rule_response_and_flags(
    told: Intake, rule: str, response: str, flags: tuple[str, ...]
):
    fired = emergency(told, SMALL)
    assert fired is not None
    assert (fired.rule, fired.response, fired.red_flags) == (rule, response, flags)


def test_an_emergency_by_rule_names_the_findings_behind_it():
    fired = emergency(intake("feels_dying"), SMALL)
    assert fired is not None
    assert fired.findings == ("feels_dying",)


@pytest.mark.parametrize(
    "told",
    [Intake(), intake("calf_swollen"), intake("numbness"), intake(absent=("rf_heart",))],
)
def test_lesser_things_are_no_emergency(told: Intake):
    assert emergency(told, SMALL) is None


def test_what_would_change_names_single_signs_by_level():
    found = what_would_change(intake(absent=DENIED, **WELL), SMALL)
    changes = {level: names for names, level in found}
    assert changes["emergency"] == ("rf_cord", "rf_heart")
    assert changes["urgent"] == ("rf_clot", "rf_breath", "rf_infection")


def test_what_would_change_sees_that_a_second_urgent_sign_makes_an_emergency():
    changes = what_would_change(intake("calf_swollen", **WELL), SMALL)
    assert changes == ((("rf_cord", "rf_heart", "rf_breath", "rf_infection"), "emergency"),)
    assert what_would_change(intake("rf_heart"), SMALL) == ()


def test_a_danger_sign_told_as_old_and_unchanged_is_left_to_be_asked() -> None:
    words = "numb between my legs for 10 years"
    old = Mention("finding", "old_deficit", start=0, end=len(words), words=words)
    sign = Mention("finding", "saddle_numbness", start=0, end=17, words=words[:17])
    new = Mention("finding", "new_deficit", start=40, end=50)
    knowledge = clinic_knowledge()
    chronic = apply(Intake(), None, Reading((sign, old)), knowledge).intake
    assert emergency(chronic, knowledge) is None
    assert chronic.status("saddle_numbness") is None
    fresh = apply(Intake(), None, Reading((sign, old, new)), knowledge).intake
    assert emergency(fresh, knowledge) is not None
