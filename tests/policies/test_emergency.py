"""What is said next in an emergency, as a table of moves."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.knowledge import knowledge
from bot.policies.emergency import (
    CHECK,
    CLEARED,
    REMINDER,
    Move,
    Plain,
    Standing,
    next_move,
    plain_reply,
)
from bot.triage.assess import emergency
from bot.triage.dispositions import FiredEmergency
from bot.triage.intake import Answer, Intake
from bot.triage.reading import Mention, Reading

SPINE = Standing("heard", ("rf_cauda_equina",), "utter_emergency_spine")
HARM = Standing("checking", ("rf_self_harm",), "utter_emergency_self_harm")
SPINE_CHECKED = Standing("checking", ("rf_cauda_equina",), "utter_emergency_spine")
RESPONSES = ("utter_emergency_self_harm_check", "utter_emergency_self_harm_reminder")


def found(intake: Intake) -> FiredEmergency | None:
    return emergency(intake, knowledge())


def with_signs(*present: str) -> Intake:
    return Intake(findings={name: Answer("present") for name in present})


def move(
    standing: Standing | None,
    intake: Intake,
    plain: Plain | None = None,
    search: Callable[[Intake], FiredEmergency | None] = found,
) -> Move | None:
    return next_move(standing, intake, plain, search, RESPONSES)


def test_without_a_danger_sign_the_dialogue_goes_on() -> None:
    assert move(None, Intake(locations=("calf",))) is None


def test_the_first_danger_sign_gets_its_own_response() -> None:
    done = move(None, with_signs("rf_cauda_equina"))
    assert done is not None
    assert done.response == "utter_emergency_spine"
    assert done.standing == SPINE


def test_a_combination_without_a_red_flag_stands_on_its_findings() -> None:
    done = move(None, with_signs("feels_dying"))
    assert done is not None and done.standing is not None
    assert done.standing.red_flags == ("feels_dying",)


def test_another_danger_sign_gets_its_response_and_both_stand() -> None:
    done = move(SPINE_CHECKED, with_signs("rf_cauda_equina", "rf_stroke"))
    assert done is not None and done.standing is not None
    assert done.response == found(with_signs("rf_cauda_equina", "rf_stroke")).response  # type: ignore[union-attr]
    assert set(done.standing.red_flags) == {"rf_cauda_equina", "rf_stroke"}
    assert done.standing.state == "heard"


@pytest.mark.parametrize("plain", [None, "yes", "no"])
def test_the_next_message_gets_one_explicit_safety_question(plain: Plain | None) -> None:
    done = move(SPINE, with_signs("rf_cauda_equina"), plain)
    assert done is not None and done.standing is not None
    assert (done.response, done.standing.state) == (CHECK, "checking")


@pytest.mark.parametrize("plain", [None, "yes"])
def test_anything_but_a_plain_no_keeps_the_emergency(plain: Plain | None) -> None:
    done = move(SPINE_CHECKED, with_signs("rf_cauda_equina"), plain)
    assert done is not None
    assert (done.response, done.standing) == (REMINDER, SPINE_CHECKED)


def test_a_plain_no_to_the_safety_question_clears_it_and_sets_the_sign_absent() -> None:
    done = move(SPINE_CHECKED, with_signs("rf_cauda_equina", "saddle_numbness"), "no")
    assert done is not None
    assert (done.response, done.standing) == (CLEARED, None)
    assert done.intake.status("rf_cauda_equina") == "absent"
    assert found(done.intake) is None


def test_what_only_raised_the_risk_stays_true_when_the_danger_is_taken_back() -> None:
    pregnant = with_signs("rf_dvt", "pregnancy_postpartum")
    first = move(None, pregnant)
    assert first is not None and first.standing is not None
    checked = Standing("checking", first.standing.red_flags, first.response)
    done = move(checked, first.intake, "no")
    assert done is not None
    assert done.response == CLEARED
    assert done.intake.status("pregnancy_postpartum") == "present"


def test_a_no_that_leaves_another_emergency_does_not_clear() -> None:
    always = FiredEmergency("E3", "utter_emergency_general", ("rf_cauda_equina",))
    done = move(SPINE_CHECKED, with_signs("rf_cauda_equina"), "no", lambda _: always)
    assert done is not None and done.response == REMINDER


def test_self_harm_has_its_own_words_for_the_reminder() -> None:
    done = move(HARM, with_signs("rf_self_harm"))
    assert done is not None
    assert done.response == "utter_emergency_self_harm_reminder"


def reading(*mentions: Mention) -> Reading:
    return Reading(mentions)


@pytest.mark.parametrize(
    ("intent", "text", "mentions", "meant"),
    [
        ("deny", "/deny", (), "no"),
        ("affirm", "/affirm", (), "yes"),
        ("book", "/book", (), None),
        ("deny", "no", (Mention("reply", "no"),), "no"),
        ("deny", "no, none of that", (Mention("reply", "none"),), "no"),
        ("deny", "nothing new", (Mention("reply", "none"),), None),
        ("deny", "just the cramp", (Mention("reply", "none"),), None),
        ("deny", "no i feel it fine", (Mention("finding", "numbness", "absent"),), "no"),
        ("deny", "no it got worse", (Mention("course", "worsening"),), None),
        ("deny", "no idea", (Mention("reply", "unsure"),), None),
        ("deny", "no but my chest hurts", (Mention("red_flag", "rf_cardiac"),), None),
        ("affirm", "yes", (Mention("reply", "yes"),), "yes"),
        ("affirm", "ok no", (Mention("reply", "no"),), None),
        ("thank", "thanks", (), None),
        ("inform", "No, I am safe", (Mention("reply", "no"),), "no"),
        ("inform", "no chest pain", (Mention("red_flag", "rf_cardiac", "absent"),), "no"),
        ("inform", "no fever", (Mention("red_flag", "rf_meningitis", "absent"),), None),
    ],
)
def test_only_a_bare_reply_is_a_plain_yes_or_no(
    intent: str, text: str, mentions: tuple[Mention, ...], meant: Plain | None
) -> None:
    assert plain_reply(intent, reading(*mentions), text, ("rf_cardiac",)) == meant


def test_the_slot_keeps_all_of_a_standing_emergency() -> None:
    assert Standing.from_slot(SPINE.to_slot()) == SPINE
    assert Standing.from_slot(None) is None
