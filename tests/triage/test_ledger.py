"""The ledger: what became of each danger sign that the place calls for."""

from __future__ import annotations

import pytest

from bot.triage.answers import apply, give_up
from bot.triage.assess import assess
from bot.triage.assessment import LedgerEntry
from bot.triage.intake import Answer, Intake
from bot.triage.ledger import ledger
from bot.triage.reading import Mention, Reading
from tests.triage.small import SMALL

BACK = Intake(locations=("low_back",))
SCREEN = SMALL.questions["screen_back"]


def told(intake: Intake, *mentions: Mention) -> Intake:
    return apply(intake, None, Reading(mentions), SMALL).intake


def answered(intake: Intake, *mentions: Mention) -> Intake:
    return apply(intake, SCREEN, Reading(mentions), SMALL).intake


SIGN = Mention("finding", "saddle_numbness")


@pytest.mark.parametrize(
    ("intake", "entry"),
    [
        (BACK, LedgerEntry("rf_cord", "unknown", False)),
        (told(BACK, SIGN), LedgerEntry("rf_cord", "volunteered", False)),
        (told(BACK, Mention("red_flag", "rf_cord")), LedgerEntry("rf_cord", "volunteered", False)),
        (answered(BACK, SIGN), LedgerEntry("rf_cord", "asked", True)),
        (answered(BACK, Mention("reply", "no")), LedgerEntry("rf_cord", "denied", True)),
        (give_up(BACK, SCREEN), LedgerEntry("rf_cord", "unknown", True)),
    ],
    ids=["untouched", "told", "flag told", "asked and told", "denied", "not known"],
)
def test_each_sign_is_asked_volunteered_denied_or_unknown(
    intake: Intake, entry: LedgerEntry
) -> None:
    assert ledger(intake, SMALL) == (entry,)


def test_a_sign_counts_as_elicited_when_it_was_asked_told_or_denied() -> None:
    (untouched,) = ledger(BACK, SMALL)
    (given_up,) = ledger(give_up(BACK, SCREEN), SMALL)
    (volunteered,) = ledger(told(BACK, SIGN), SMALL)
    assert (untouched.is_elicited, given_up.is_elicited, volunteered.is_elicited) == (
        False,
        True,
        True,
    )


def test_a_place_without_mandatory_signs_has_an_empty_ledger() -> None:
    assert ledger(Intake(), SMALL) == ledger(Intake(locations=("neck",)), SMALL) == ()


def test_several_places_bring_the_signs_of_each_once() -> None:
    both = Intake(locations=("low_back", "calf"), findings={"calf_swollen": Answer("present")})
    assert [(e.sign, e.state) for e in ledger(both, SMALL)] == [
        ("rf_cord", "unknown"),
        ("rf_clot", "volunteered"),
    ]


def test_the_assessment_keeps_the_ledger_for_staff_and_not_for_the_website() -> None:
    assessment = assess(told(BACK, SIGN), SMALL)
    assert assessment.to_record()["ledger"] == [
        {"sign": "rf_cord", "state": "volunteered", "was_asked": False}
    ]
    assert "ledger" not in assessment.to_contract()
