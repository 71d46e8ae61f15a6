"""Topics, reasons, read-back, questions, starting over, and the last resort."""

from __future__ import annotations

import json

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.explain import ActionExplainQuestion
from actions.not_understood import ActionNotUnderstood
from actions.questions import AskBookingScreen, AskFrequency, AskQuestion, payload, put
from actions.start_over import FORGOTTEN, ActionStartOver
from actions.topic import ActionAnswerTopic
from actions.turn import Turn
from actions.understanding import ActionShowUnderstanding
from bot.channels.offers import accept
from bot.knowledge import knowledge
from bot.triage.answers import apply
from bot.triage.content import Question
from bot.triage.intake import Answer, Intake
from bot.triage.reading import Reading
from tests.actions.turns import heard, run

QUESTIONS = list(knowledge().questions.values())


def test_a_topic_of_the_page_is_answered_from_the_content() -> None:
    (message,) = run(ActionAnswerTopic(), entities=[heard("topic", "sciatica")]).messages
    item = knowledge().items["sciatica"]
    assert (message["name"], message["summary"]) == (item.name, item.summary)
    assert message["custom"]["card"]["id"] == "sciatica"


def test_a_topic_that_the_page_lacks_is_not_made_up() -> None:
    assert run(ActionAnswerTopic()).responses == ["utter_topic_unknown"]


def test_a_home_strategy_comes_with_the_cautions_of_this_person() -> None:
    numb = Intake(findings={"numbness": Answer("present")}).to_dict()
    done = run(ActionAnswerTopic(), entities=[heard("topic", "hot_cold_therapy")], intake=numb)
    assert done.responses == ["utter_topic", "utter_topic_caution"]
    assert knowledge().cautions["heat_numb_skin"].text in done.messages[1]["cautions"]


def test_why_gives_the_reason_of_the_pending_question() -> None:
    (message,) = run(ActionExplainQuestion(), question="screen_leg").messages
    assert message["why"] == knowledge().questions["screen_leg"].why


def test_why_without_a_question_says_what_all_questions_are_for() -> None:
    assert run(ActionExplainQuestion()).responses == ["utter_explain_nothing_asked"]
    assert run(ActionExplainQuestion(), form="booking_form").responses == ["utter_explain_booking"]


def test_read_back_tells_what_is_so_what_is_not_and_what_is_not_known() -> None:
    told = Intake(
        locations=("calf",),
        frequency="weekly",
        findings={
            "nocturnal": Answer("present"),
            "numbness": Answer("absent"),
            "fever": Answer("unknown"),
        },
    )
    done = run(ActionShowUnderstanding(), intake=told.to_dict())
    assert done.responses == [
        "utter_understanding",
        "utter_understanding_absent",
        "utter_understanding_unknown",
        "utter_understanding_correct_me",
    ]
    content = knowledge()
    assert content.findings["nocturnal"].label in done.messages[0]["facts"]
    assert content.findings["numbness"].label in done.messages[1]["facts"]
    assert content.findings["fever"].label in done.messages[2]["facts"]


def test_read_back_of_nothing_asks_for_the_story() -> None:
    assert run(ActionShowUnderstanding()).responses == ["utter_understanding_nothing"]


def test_a_question_has_the_contract_of_the_channel() -> None:
    (message,) = run(AskFrequency(), question="frequency", attempts=0).messages
    question = knowledge().questions["frequency"]
    assert message["wording"] == question.texts[0]
    assert message["custom"]["question"]["topic"] == "frequency"
    assert message["custom"]["question"]["kind"] == "single"
    assert [b["title"] for b in message["buttons"]] == [o.label for o in question.options]


def test_a_question_says_how_many_may_follow_and_the_screen_of_a_booking_does_not() -> None:
    told = Intake(locations=("calf",)).to_dict()
    for action, tells in ((AskQuestion(), True), (AskBookingScreen(), False)):
        (message,) = run(action, question="screen_leg", attempts=0, intake=told).messages
        assert ("left" in message["custom"]["question"]) is tells


def test_each_attempt_has_its_own_wording_and_the_last_the_choices() -> None:
    said = [run(AskQuestion(), question="screen_leg", attempts=n).messages[0] for n in (0, 1, 2, 5)]
    question = knowledge().questions["screen_leg"]
    starts = [text.split("\n")[0] for text in (*question.texts, question.texts[-1])]
    assert [m["wording"].split("\n")[0] for m in said] == starts
    assert all(option.label in m["wording"] for m in said for option in question.options)
    assert [bool(m["buttons"]) for m in said] == [False, False, True, True]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_every_choice_of_every_question_is_an_answer_to_it(question: Question) -> None:
    content = knowledge()
    for option in question.options:
        sent = json.loads(payload(question, option).removeprefix("/answer"))
        pairs = ((k, v) for k, vs in sent.items() for v in (vs if isinstance(vs, list) else [vs]))
        reading = Reading.from_entities([{"entity": k, "value": v} for k, v in pairs])
        assert apply(Intake(), question, reading, content).answered, option.id


def test_a_question_without_choices_has_no_buttons() -> None:
    say = CollectingDispatcher()
    free = Question("x", "other", "text", ("Tell me.",), "why", ("GCK",))
    put(free, 3, Intake(), say)
    assert say.messages[0]["buttons"] == []


def test_starting_over_forgets_all_but_an_emergency_and_a_request() -> None:
    done = run(ActionStartOver(), intake={"locations": ["calf"]})
    assert set(done.slots) == set(FORGOTTEN)
    assert set(done.slots.values()) == {None}
    assert not {"emergency", "appointment"} & set(FORGOTTEN)
    assert done.has("active_loop")


def test_what_was_not_understood_is_asked_for_in_other_words() -> None:
    assert run(ActionNotUnderstood()).responses == ["utter_rephrase"]


class Broken(SafeAction):
    def name(self) -> str:
        return "action_broken_on_purpose"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        say.utter_message(response="utter_thanks")
        raise ValueError("the words of a patient")


def test_an_action_that_raises_leaves_a_safe_answer_and_no_words_in_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = run(Broken())
    assert done.responses == ["utter_technical_problem"]
    assert done.events == []
    printed = capsys.readouterr()
    assert "the words of a patient" not in printed.out + printed.err


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_the_channel_accepts_every_choice_and_all_of_several(question: Question) -> None:
    say = CollectingDispatcher()
    put(question, len(question.texts), Intake(), say)
    message = {"question": say.messages[0]["custom"]["question"]}
    offered = [payload(question, option) for option in question.options]
    for choice, option in zip(offered, question.options, strict=True):
        assert accept(choice, [message]).label == option.label
    if question.kind == "multiple":
        together = [name for option in question.options for name in option.sets]
        assert accept("/answer" + json.dumps({"finding": together}), [message])
