"""The triage form takes everything a message says, and never asks what it was told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.triage_form import FORM, MOST_ATTEMPTS, ValidateTriageForm
from bot.knowledge import knowledge
from bot.triage.intake import Answer, Intake
from tests.actions.turns import Done, heard, run

CALF = Intake(locations=("calf",))


def validate(**turn: Any) -> Done:
    return run(ValidateTriageForm(), **({"form": FORM} | turn))


def test_the_opening_message_fills_every_slot_that_it_answers() -> None:
    told = [
        heard("location", "calf", words="calf", side="left"),
        heard("frequency", "weekly", words="twice a week"),
        heard("finding", "nocturnal", words="at night"),
    ]
    done = validate(intent="report_symptoms", entities=told, opening=True)
    assert done.slots["location"] == ["calf"]
    assert done.slots["frequency"] == "weekly"
    assert done.slots["triggers"] == ["nocturnal"]
    assert done.slots["requested_slot"] == "details"
    assert done.slots["question"] == "screen_leg"
    assert done.responses == ["utter_noted"]


def test_an_opening_without_facts_asks_for_the_location() -> None:
    done = validate(intent="report_symptoms", opening=True)
    assert done.slots["requested_slot"] == "location"
    assert done.responses == []


def test_a_plain_no_to_the_danger_signs_denies_them_all_and_goes_on() -> None:
    done = validate(
        intent="deny",
        entities=[heard("reply", "none")],
        question="screen_leg",
        intake=CALF.to_dict(),
        requested_slot="details",
    )
    known = Intake.from_dict(done.slots["intake"])
    asked = knowledge().questions["screen_leg"].findings
    assert {known.status(name) for name in asked} == {"absent"}
    assert done.slots["question"] not in (None, "screen_leg")


def test_a_correction_changes_the_value_and_says_so() -> None:
    before = Intake(locations=("calf",), frequency="weekly")
    done = validate(
        intent="correct",
        entities=[heard("frequency", "daily", words="every night")],
        question="triggers",
        intake=before.to_dict(),
        requested_slot="triggers",
    )
    assert done.slots["frequency"] == "daily"
    assert "utter_corrected" in done.responses
    assert done.slots["question"] == "screen_leg"  # not asked yet, and it comes first


def test_what_was_not_understood_is_asked_again_in_other_words() -> None:
    done = validate(intent="nlu_fallback", question="frequency", intake=CALF.to_dict())
    assert done.slots["question"] == "frequency"
    assert done.slots["attempts"] == 1
    assert done.responses == ["utter_not_understood"]


def test_after_the_last_wording_the_answer_is_put_down_as_not_known() -> None:
    done = validate(
        intent="nlu_fallback",
        question="screen_leg",
        attempts=MOST_ATTEMPTS - 1,
        intake=CALF.to_dict(),
    )
    known = Intake.from_dict(done.slots["intake"])
    assert known.status("calf_swelling_one_side") == "unknown"
    assert done.slots["question"] != "screen_leg"
    assert done.slots["attempts"] == 0
    assert done.responses == ["utter_moving_on"]


def test_not_knowing_is_an_answer() -> None:
    done = validate(
        intent="unsure",
        entities=[heard("reply", "unsure")],
        question="frequency",
        intake=CALF.to_dict(),
    )
    assert "frequency" in Intake.from_dict(done.slots["intake"]).unsure
    assert done.slots["question"] != "frequency"


@pytest.mark.parametrize(
    "intent",
    ["ask_topic", "ask_why", "show_understanding", "want_person", "book", "bot_challenge", "greet"],
)
def test_a_wish_makes_the_form_step_aside_with_its_question_kept(intent: str) -> None:
    done = validate(intent=intent, question="frequency", intake=CALF.to_dict())
    assert done.has("action_execution_rejected")
    assert done.slots["question"] == "frequency"
    assert "requested_slot" not in done.slots
    assert done.responses == []


def test_words_that_come_a_second_time_are_no_wish() -> None:
    words = "when somebody touches me"
    done = validate(
        text=words,
        intent="want_person",
        events=[{"event": "user", "text": words}],
        question="frequency",
        intake=CALF.to_dict(),
    )
    assert not done.has("action_execution_rejected")
    assert done.responses == ["utter_not_understood"]
    assert done.slots["attempts"] == 1


def test_facts_beside_a_wish_are_kept() -> None:
    done = validate(
        intent="ask_topic",
        entities=[heard("topic", "sciatica"), heard("frequency", "daily", words="every day")],
        question="frequency",
        intake=CALF.to_dict(),
    )
    assert done.has("action_execution_rejected")
    assert Intake.from_dict(done.slots["intake"]).frequency == "daily"
    assert done.slots["question"] is None


def test_an_answer_is_not_taken_for_small_talk() -> None:
    done = validate(
        intent="thank",
        entities=[heard("frequency", "weekly", words="weekly")],
        question="frequency",
        intake=CALF.to_dict(),
    )
    assert not done.has("action_execution_rejected")
    assert done.slots["frequency"] == "weekly"


def test_after_an_interruption_the_same_question_comes_back_in_the_same_words() -> None:
    aside = [{"event": "action_execution_rejected", "name": FORM}]
    done = validate(
        intent="ask_topic", question="frequency", attempts=1, intake=CALF.to_dict(), events=aside
    )
    assert done.slots["question"] == "frequency"
    assert done.slots["attempts"] == 1
    assert done.slots["requested_slot"] == "frequency"


def test_with_nothing_left_to_ask_the_form_ends() -> None:
    content = knowledge()
    answers = {name: Answer("absent", heard="asked") for name in content.findings}
    done_with = Intake(
        locations=("calf",), frequency="occasional", episode_length="seconds", duration_days=5,
        course="same", severity=3, age=40, findings=answers, asked=tuple(content.questions),
    )  # fmt: skip
    done = validate(
        intent="inform",
        intake=done_with.to_dict(),
        entities=[heard("severity", 2)],
        question="severity",
    )
    assert done.slots["requested_slot"] is None
    assert done.slots["question"] is None
    assert done.slots["details"] is True


def test_when_it_fails_the_patient_gets_words_and_the_form_stays_open() -> None:
    broken = {"findings": {"numbness": {"no_such_field": 1}}}
    done = validate(
        intent="inform", intake=broken, question="frequency", requested_slot="frequency"
    )
    assert done.responses == ["utter_technical_problem"]
    assert done.slots["requested_slot"] == "frequency"


def test_new_facts_that_do_not_answer_are_noted_and_use_up_no_wording() -> None:
    done = validate(
        intent="inform",
        entities=[heard("duration", 21, words="three weeks ago")],
        question="frequency",
        attempts=1,
        intake=CALF.to_dict() | {"asked": ["screen_leg"]},
    )
    assert done.responses == ["utter_noted"]
    assert Intake.from_dict(done.slots["intake"]).duration_days == 21


def test_the_danger_signs_of_a_new_place_come_before_the_question_that_waits() -> None:
    screened = {
        n: Answer("absent", heard="asked") for n in knowledge().questions["screen_leg"].findings
    }
    before = Intake(locations=("calf",), findings=screened, asked=("screen_leg",))
    done = validate(
        intent="correct",
        entities=[heard("location", "low_back", words="my back")],
        question="frequency",
        intake=before.to_dict(),
    )
    assert done.slots["question"] == "screen_spine"


def test_asked_to_say_it_in_other_words_the_bot_does_and_never_gives_up() -> None:
    done = validate(intent="rephrase", question="frequency", attempts=2, intake=CALF.to_dict())
    assert done.slots["question"] == "frequency"
    assert done.slots["attempts"] == MOST_ATTEMPTS - 1
    assert done.responses == []


def test_a_second_body_area_is_no_correction() -> None:
    told = [heard("location", "foot_toes", words="my foot")]
    done = validate(entities=told, question="frequency", intake=CALF.to_dict())
    assert done.slots["location"] == ["calf", "foot_toes"]
    assert "utter_corrected" not in done.responses


def test_what_do_you_mean_is_no_answer() -> None:
    done = validate(
        intent="rephrase",
        entities=[heard("reply", "unsure")],
        question="frequency",
        intake=CALF.to_dict(),
    )
    assert done.slots["question"] == "frequency"
    assert Intake.from_dict(done.slots["intake"]).unsure == ()


def test_a_bare_yes_to_a_list_asks_which_with_the_choices() -> None:
    done = validate(
        intent="affirm",
        entities=[heard("reply", "yes")],
        question="screen_leg",
        intake=CALF.to_dict(),
    )
    assert done.responses == ["utter_which_ones"]
    assert (done.slots["question"], done.slots["attempts"]) == ("screen_leg", MOST_ATTEMPTS - 1)


SWOLLEN = Intake(locations=("calf",), duration_days=1)
ONE_LEG = [heard("finding", "calf_swelling_one_side", words="my calf is swollen")]


def test_who_should_be_seen_today_is_told_in_the_same_turn() -> None:
    done = validate(entities=ONE_LEG, intake=SWOLLEN.to_dict(), question="frequency")
    assert done.responses[-1] == "utter_see_today"
    assert "my calf is swollen" in str(done.messages[-1]["why"])
    assert done.slots["question"] == "screen_leg"
    assert done.slots["warned_at"] == 0


def test_who_was_told_is_not_told_again_and_asked_few_things_more() -> None:
    swollen = Intake.from_dict(validate(entities=ONE_LEG, intake=SWOLLEN.to_dict()).slots["intake"])
    asked = ("screen_leg", "conditions", "pregnancy", "lives_alone")
    done = validate(
        entities=[heard("reply", "none")],
        intake=replace(swollen, asked=asked).to_dict(),
        question="medicines",
        warned_at=0,
    )
    assert "utter_see_today" not in done.responses
    assert done.slots["question"] is None


def test_a_child_gets_one_list_and_the_route_for_children() -> None:
    done = validate(entities=[heard("age", 15)], intake=CALF.to_dict(), question="screen_leg")
    assert done.responses[-1] == "utter_see_today_child"
    assert done.slots["question"] == "screen_child"


@pytest.mark.parametrize("replies", [("unsure",), ("yes", "no")])
def test_wavering_about_danger_signs_is_asked_once_more(replies: tuple[str, ...]) -> None:
    wavering = [heard("reply", reply) for reply in replies]
    first = validate(entities=wavering, intake=CALF.to_dict(), question="screen_leg")
    assert first.responses == ["utter_once_more"]
    assert first.slots["question"] == "screen_leg"
    again = validate(
        entities=wavering, intake=first.slots["intake"], question="screen_leg", attempts=1
    )
    assert again.slots["question"] != "screen_leg"
    assert Intake.from_dict(again.slots["intake"]).status("limb_cold_white") == "unknown"
