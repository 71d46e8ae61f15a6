"""Care at home: what fits, what is withheld and why."""

from __future__ import annotations

import pytest

from bot.triage.assess import assess
from bot.triage.intake import Intake
from tests.triage.small import SMALL, intake


def offered(told: Intake) -> dict[str, tuple[str, ...]]:
    return {item.id: item.cautions for item in assess(told, SMALL).advice}


def test_a_cautious_caution_holds_until_it_is_ruled_out():
    assert offered(Intake())["pill"] == ("pill_thinner",)
    assert offered(intake("thinner"))["pill"] == ("pill_thinner",)
    assert offered(intake(absent=("thinner",)))["pill"] == ()


def test_what_is_heeded_only_for_want_of_knowledge_is_marked():
    pill = {
        told: next(i for i in assess(given, SMALL).advice if i.id == "pill").unknown
        for told, given in (("", Intake()), ("yes", intake("thinner")))
    }
    assert pill == {"": ("pill_thinner",), "yes": ()}


def test_a_withheld_strategy_is_named_with_its_caution():
    assessment = assess(intake("spine_surgery", "car_accident"), SMALL)
    assert {(w.id, w.because) for w in assessment.withheld} == {
        ("pill", "pill_surgery"),
        ("stretch", "no_stretch"),
    }
    assert "pill" not in {item.id for item in assessment.advice}


def test_a_plain_caution_needs_to_be_known():
    assert "stretch" in offered(Intake())


@pytest.mark.parametrize(("told", "expected"), [((), False), (("exercise_intense",), True)])
def test_a_strategy_for_some_is_offered_only_to_them(told: tuple[str, ...], expected: bool):
    assert ("salts" in offered(intake(*told))) is expected


def test_what_the_contributors_point_to_comes_first():
    assert next(iter(offered(Intake()))) == "drink"
    assert next(iter(offered(intake("sedentary")))) == "stretch"


@pytest.mark.parametrize("sign", ["rf_heart", "calf_swollen"])
def test_above_a_booking_there_is_no_list(sign: str):
    assessment = assess(intake(sign, "spine_surgery"), SMALL)
    assert (assessment.advice, assessment.withheld) == ((), ())
