"""Facts outrank small talk; wishes stay wishes."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.content_intent import ContentIntent, meant_intent


@pytest.mark.parametrize(
    ("intent", "kinds", "better"),
    [
        ("greet", ["location", "finding"], "inform"),
        ("thank", ["side"], "inform"),
        ("nlu_fallback", ["frequency"], "inform"),
        ("deny", ["finding", "reply"], "inform"),
        ("deny", ["reply"], "deny"),
        ("greet", ["person"], "greet"),
        ("greet", [], "greet"),
        ("book", ["location"], "book"),
        ("start_over", ["finding"], "start_over"),
        ("correct", ["side"], "correct"),
        ("out_of_scope", ["topic", "finding"], "inform"),
        ("nlu_fallback", [], "nlu_fallback"),
    ],
)
def test_the_content_may_correct_the_intent(intent: str, kinds: list[str], better: str) -> None:
    message = Message({INTENT: {"name": intent, "confidence": 0.5}})
    message.set(ENTITIES, [{"entity": kind, "value": "x"} for kind in kinds])
    (done,) = ContentIntent().process([message])
    assert done.get(INTENT) == {"name": better, "confidence": 0.5}


@pytest.mark.parametrize(
    ("replies", "better"),
    [
        (["yes"], "affirm"),
        (["no", "none"], "deny"),
        (["unsure"], "unsure"),
        (["yes", "no"], "nlu_fallback"),
        (["first"], "nlu_fallback"),
    ],
)
def test_a_reply_that_the_reader_knows_places_a_message(replies: list[str], better: str) -> None:
    message = Message({INTENT: {"name": "nlu_fallback", "confidence": 0.2}})
    message.set(ENTITIES, [{"entity": "reply", "value": value} for value in replies])
    (done,) = ContentIntent().process([message])
    assert done.get(INTENT)["name"] == better


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("actually my arm is a bit numb too", "inform"),
        ("oh and it is also in the foot", "inform"),
        ("actually it is the other leg", "correct"),
    ],
)
def test_adding_is_not_correcting(text: str, better: str) -> None:
    message = Message({"text": text, INTENT: {"name": "correct", "confidence": 0.9}})
    message.set(ENTITIES, [{"entity": "location", "value": "x"}])
    (done,) = ContentIntent().process([message])
    assert done.get(INTENT)["name"] == better


@pytest.mark.parametrize("intent", ["ask_topic", "out_of_scope", "nlu_fallback"])
@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("what about advil", True),
        ("tell me of sciatica", True),
        ("massage?", True),
        ("does heat help", True),
        ("advil", False),
        ("just advil and a multivitamin", False),
    ],
)
def test_a_bare_name_is_an_answer_and_no_question(intent: str, text: str, asks: bool) -> None:
    message = Message({INTENT: {"name": intent, "confidence": 0.5}, "text": text})
    message.set(ENTITIES, [{"entity": "topic", "value": "nonprescription_medications"}])
    (done,) = ContentIntent().process([message])
    assert (done.get(INTENT)["name"] == "ask_topic") is asks


WISH = "enough buttons, put a living soul from the front desk on the line"
"""Fresh words: none of them stands in what classifier or encoder learnt."""


@pytest.mark.parametrize(
    ("intent", "kinds", "text", "better"),
    [
        ("nlu_fallback", [], WISH, "want_person"),
        ("inform", ["finding"], WISH, None),  # trouble that was told is not dropped
        ("start_over", [], WISH, None),
        ("want_person", [], WISH, None),  # the same
        ("nlu_fallback", [], "/start_over", None),
        ("nlu_fallback", [], "", None),
    ],
)
def test_what_the_encoder_is_sure_of_goes_first(
    intent: str, kinds: list[str], text: str, better: str | None
) -> None:
    entities = [{"entity": kind} for kind in kinds]
    meant = meant_intent(intent, entities, text)
    assert (meant and meant[0]) == better
