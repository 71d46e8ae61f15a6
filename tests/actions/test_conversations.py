"""Whole conversations against the trained model, as patients type them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent

from actions import triage_form
from tests.actions.dialogue import Dialogue, load_agent

pytestmark = pytest.mark.model

OPENING = "been getting awful calf cramps at night, couple times a week, no numbness or anything"
ANSWERS = {
    "location": "my left calf",
    "frequency": "twice a week",
    "triggers": "nothing I know of",
    "duration": "a minute or two, for three weeks now",
    "severity": "6 out of 10",
}
MOST_TURNS = 20


@pytest.fixture(scope="module")
def agent(model_path: Path) -> Iterator[Agent]:
    yield load_agent(model_path)


@pytest.fixture()
def talk(agent: Agent, request: pytest.FixtureRequest) -> Dialogue:
    return Dialogue(agent, sender=request.node.name)


def to_the_result(talk: Dialogue, opening: str) -> tuple[list[dict[str, Any]], list[str]]:
    """Answer every question by its topic; the messages of the result and the ids asked."""
    messages = talk.say(opening)
    asked: list[str] = []
    for _ in range(MOST_TURNS):
        if any((m["card"] or {}).get("type") == "assessment" for m in messages):
            return messages, asked
        question = messages[-1]["question"]
        assert question is not None, "silence, or no question and no result"
        asked.append(question["id"])
        messages = talk.say(ANSWERS.get(question["topic"], "no"))
    raise AssertionError(f"no result after {MOST_TURNS} turns: {asked}")


def test_a_triage_ends_in_a_result_with_reasons_and_never_asks_what_it_was_told(
    talk: Dialogue,
) -> None:
    messages, asked = to_the_result(talk, OPENING)
    assert not {"location", "frequency"} & set(asked)
    assert all(len(list(same)) == 1 for _, same in itertools.groupby(asked))
    assert asked[0] == "screen_leg"
    assert talk.slot("assessment")["disposition"] == "book"
    text = "\n".join(m["text"] for m in messages)
    assert "couple times a week" in text
    assert messages[-1]["question"]["id"] == "offer"


def test_a_booking_after_the_result_is_stored_with_consent(talk: Dialogue) -> None:
    to_the_result(talk, OPENING)
    for text in ("yes", "Ann Lee", "512 555 0142", "monday mornings", "yes"):
        (asked,) = talk.say(text)
        assert asked["question"]["topic"] == "booking"
    (done,) = talk.say("yes")
    request = talk.slot("appointment")
    assert request["consent"] is True
    assert (request["name"], request["contact"]) == ("Ann Lee", "(512) 555-0142")
    assert request["reference"] in done["text"]


def test_the_buttons_of_the_read_back_change_their_field(talk: Dialogue) -> None:
    for text in ("book a visit", "Ann Lee", "512 555 0142", "monday mornings"):
        talk.say(text)
    (read_back,) = talk.say("yes")
    changes = [b["payload"] for b in read_back["buttons"] if b["label"].startswith("Change")]
    assert len(changes) == 3
    for payload, right in zip(changes, ("Bo Lee", "bo@example.com", "fridays"), strict=True):
        assert talk.say(payload)[-1]["question"]["kind"] == "text"
        assert talk.say(right)[-1]["question"]["id"] == "booking_confirmed"
    assert [talk.slot(f"booking_{name}") for name in ("name", "contact", "when")] == [
        "Bo Lee",
        "bo@example.com",
        "fridays",
    ]


@pytest.mark.parametrize("answers", [0, 1, 2, 3])
def test_a_no_in_a_booking_leaves_it_and_offers_to_go_on(talk: Dialogue, answers: int) -> None:
    talk.say("book a visit")
    for text in ("Ann Lee", "512 555 0142", "monday mornings")[:answers]:
        talk.say(text)
    left = talk.say("no")
    assert left[-1]["question"]["id"] == "offer"
    assert talk.tracker.active_loop_name is None
    assert talk.slot("appointment") is None


def test_a_wish_to_book_with_the_first_symptoms_goes_through_the_triage(talk: Dialogue) -> None:
    opening = "toe cramp yesterday for a few seconds, after hiking. can you just book me in"
    messages, _ = to_the_result(talk, opening)
    assert messages[-1]["question"]["id"] == "offer"


def test_who_insists_on_a_visit_gets_one_safety_question_and_the_booking(talk: Dialogue) -> None:
    talk.say("my calf cramps at night")
    assert talk.say("just book me in please")[-1]["question"]["id"] == "screen_leg"
    assert talk.say("none of these")[-1]["question"]["id"] == "booking_name"


def test_a_question_about_the_page_is_answered_and_the_form_comes_back(talk: Dialogue) -> None:
    before = talk.say("my calf cramps at night")[-1]["question"]["id"]
    answer, again = talk.say("what is sciatica?")
    assert answer["card"] == {"type": "topic", "id": "sciatica", "kind": "condition"}
    assert again["question"]["id"] == before


def test_why_is_answered_and_the_form_comes_back(talk: Dialogue) -> None:
    before = talk.say("my calf cramps at night")[-1]["question"]["id"]
    reason, again = talk.say("why do you ask")
    assert reason["question"] is None
    assert again["question"]["id"] == before


def test_a_correction_in_the_middle_asks_for_the_danger_signs_of_the_new_place(
    talk: Dialogue,
) -> None:
    talk.say("my calf cramps at night")
    talk.say("none of these")
    messages = talk.say("sorry, not my calf, it's my lower back")
    assert talk.slot("location") == ["low_back"]
    assert messages[-1]["question"]["id"] == "screen_spine"


def test_nonsense_is_put_in_three_wordings_then_left_unknown(talk: Dialogue) -> None:
    first = talk.say("my calf cramps at night")[-1]
    said = [talk.say(text)[-1] for text in ("qwrtz", "plmk vbx", "zzzz")]
    assert len({first["text"], said[0]["text"], said[1]["text"]}) == 3
    assert said[1]["buttons"]
    assert said[2]["question"]["id"] != first["question"]["id"]


def test_a_new_danger_sign_after_the_result_raises_the_urgency_and_says_so(
    talk: Dialogue,
) -> None:
    to_the_result(talk, OPENING)
    talk.say("and since yesterday my left calf is swollen, red and warm")
    for _ in range(MOST_TURNS):
        if talk.slot("assessment")["disposition"] != "book":
            break
        talk.say("no")
    assert talk.slot("assessment")["disposition"] == "urgent"
    assert "utter_assessment_changed_up" in talk.said()
    assert "utter_advice" not in talk.said()


def test_starting_over_forgets_the_answers(talk: Dialogue) -> None:
    talk.say("my calf cramps at night")
    talk.say("start over")
    assert talk.slot("intake") is None
    assert talk.tracker.active_loop_name is None
    assert talk.say("my neck is stiff")[-1]["question"]["id"] == "screen_neck"


def test_small_talk_in_the_middle_keeps_the_question(talk: Dialogue) -> None:
    before = talk.say("my calf cramps at night")[-1]["question"]["id"]
    for text in ("thanks", "are you a robot", "can I talk to a person", "hello"):
        assert talk.say(text)[-1]["question"]["id"] == before, text


def test_every_message_gets_an_answer(talk: Dialogue) -> None:
    texts = [
        "hi",
        "yes",
        "no",
        "not sure",
        "?",
        "ok",
        "bye",
        "what",
        "the first one",
        "7",
        "/affirm",
    ]
    for text in texts:
        assert talk.say(text), text


def test_an_action_that_raises_is_answered_and_the_next_message_goes_on(
    talk: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.say("my calf cramps at night")

    def broken(*_: object) -> None:
        raise RuntimeError("a secret of the patient")

    with monkeypatch.context() as patched:
        patched.setattr(triage_form, "next_question", broken)
        assert "call the clinic at" in talk.say("none of these")[0]["text"]
    assert talk.tracker.active_loop_name == "triage_form"
    assert talk.say("none of these")[-1]["question"]["id"] != "screen_leg"


def test_a_question_that_comes_with_symptoms_is_answered_and_the_triage_goes_on(
    talk: Dialogue,
) -> None:
    messages = talk.say("what about massage for my calf cramps at night?")
    assert talk.said()[0] == "action_answer_topic"
    assert messages[0]["card"]["type"] == "topic"
    assert messages[-1]["question"]["topic"] == "screen"
    assert talk.slot("intake")["locations"] == ["calf"]
