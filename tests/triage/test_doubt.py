"""A danger sign that a message only seems to tell is asked for by itself."""

from __future__ import annotations

from bot.knowledge import knowledge
from bot.triage.answers import apply, give_up
from bot.triage.assess import emergency
from bot.triage.doubt import question_of
from bot.triage.intake import Intake
from bot.triage.questions import next_question
from bot.triage.reading import MEANING, Mention, Reading
from tests.triage.small import reply

KNOWN = knowledge()


def seems(finding: str) -> Reading:
    return Reading((Mention("finding", finding, "uncertain", rule=MEANING),))


def after(reading: Reading, before: Intake | None = None) -> Intake:
    return apply(before or Intake(locations=("calf",)), None, reading, KNOWN).intake


def test_a_sign_in_doubt_is_asked_for_before_anything_else():
    told = after(seems("saddle_numbness"))
    assert emergency(told, KNOWN) is None
    asked = next_question(told, KNOWN)
    assert asked is not None
    assert asked.id == "saddle_numbness"
    assert KNOWN.findings["saddle_numbness"].label in asked.texts[0]
    assert asked == question_of("saddle_numbness", KNOWN)


def test_a_yes_makes_it_an_emergency_and_a_no_takes_it_away():
    told = after(seems("saddle_numbness"))
    asked = next_question(told, KNOWN)
    yes = apply(told, asked, reply("yes"), KNOWN)
    assert emergency(yes.intake, KNOWN) is not None
    no = apply(told, asked, reply("no"), KNOWN)
    assert no.answered
    assert no.intake.status("saddle_numbness") == "absent"
    assert emergency(no.intake, KNOWN) is None


def test_told_again_when_asked_it_is_present():
    told = after(seems("saddle_numbness"))
    again = apply(told, next_question(told, KNOWN), seems("saddle_numbness"), KNOWN)
    assert again.intake.status("saddle_numbness") == "present"


def test_without_an_answer_it_stays_unknown_and_is_not_asked_for_ever():
    told = after(seems("saddle_numbness"))
    asked = next_question(told, KNOWN)
    assert asked is not None
    left = give_up(told, asked)
    following = next_question(left, KNOWN)
    assert following is None or following.id != "saddle_numbness"


def test_a_doubt_that_would_change_nothing_is_not_asked_for():
    asked = next_question(after(seems("dizziness")), KNOWN)
    assert asked is None or asked.id != "dizziness"


def test_a_sign_that_was_denied_before_stays_denied():
    denied = Reading((Mention("finding", "saddle_numbness", "absent"),))
    told = after(seems("saddle_numbness"), after(denied))
    assert told.status("saddle_numbness") == "absent"
