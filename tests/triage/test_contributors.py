"""What may be linked: caps per column, gates, hierarchy, likelihood and reasons."""

from __future__ import annotations

import pytest

from bot.triage.assess import assess
from bot.triage.assessment import RankedContributor
from bot.triage.intake import Answer, Intake
from tests.triage.small import SMALL, intake


def shown(told: Intake) -> dict[str, RankedContributor]:
    return {one.id: one for one in assess(told, SMALL).contributors}


def test_a_column_counts_its_strongest_and_half_of_the_next():
    assert shown(intake("exercise_intense", "relief_stretch"))["tired"].score == 1.8 + 0.5


def test_columns_add_up_and_set_the_likelihood():
    told = intake("sedentary", "prolonged_sitting", locations=("calf",))
    found = shown(told)["exercise_lack"]
    assert (found.score, found.likelihood) == (pytest.approx(1.8 + 1.0 + 0.4), "more")
    assert shown(intake("exercise_intense"))["tired"].likelihood == "possible"


def test_what_is_unknown_or_too_weak_is_not_named():
    assert shown(intake("prolonged_sitting", locations=("calf",))) == {}
    assert shown(Intake(findings={"sedentary": Answer("unknown")})) == {}
    assert shown(Intake()) == {}


@pytest.mark.parametrize("accident", [(), ("car_accident",)])
def test_an_injury_is_offered_only_after_an_accident(accident: tuple[str, ...]):
    assert ("whiplash" in shown(intake(*accident, locations=("neck",)))) is bool(accident)


def test_two_names_of_one_thing_take_one_line():
    assert set(shown(intake("car_accident", locations=("neck",)))) == {"whiplash"}


def test_the_most_specific_item_replaces_the_general_one_of_its_kind():
    found = shown(
        intake("numbness", locations=("low_back",), absent=("saddle_numbness", "bladder_trouble"))
    )
    assert "radiculopathy" not in found
    assert found["sciatica"].score > found["nerve"].score


def test_the_general_item_is_named_when_the_place_is_unclear():
    assert set(shown(intake("numbness"))) == {"radiculopathy", "nerve"}


def test_reasons_for_come_with_the_words_and_the_strongest_against_comes_last():
    findings = {
        "prolonged_sitting": Answer("present"),
        "sedentary": Answer("present", "never move much"),
        "trains": Answer("present", "gym on sundays"),
    }
    told = Intake(findings=findings, locations=("calf",))
    reasons = shown(told)["exercise_lack"].reasons
    assert reasons[0].words == "never move much"
    assert [r.id for r in reasons if r.speaks == "for"] == [
        "sedentary",
        "prolonged_sitting",
        "calf",
    ]
    assert [(r.id, r.speaks) for r in reasons][-1] == ("trains", "against")


@pytest.mark.parametrize("sign", ["rf_heart", "calf_swollen", "feels_dying"])
def test_nothing_is_named_while_a_danger_sign_must_be_examined(sign: str):
    assert shown(intake(sign, "exercise_intense", "relief_stretch")) == {}


def test_items_that_point_to_a_step_bring_it_along():
    assessment = assess(intake("sedentary", locations=("calf",)), SMALL)
    assert assessment.diagnostics == ("exam",)
    assert assessment.treatments == ("physio",)
    assert assess(intake("rf_heart"), SMALL).treatments == ()
