"""Puts the pending question to the patient: the four `action_ask_...` of the triage form."""

from __future__ import annotations

import json
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.turn import Turn
from actions.wording import KIND_OF_FIELD, in_list, is_choice_question
from bot.triage.content import Option, Question
from bot.triage.intake import Intake
from bot.triage.lists import CHOICES, open_options
from bot.triage.questions import questions_left

Button = dict[str, str]


class AskQuestion(SafeAction):
    """Utters the pending question, worded anew each time it was not understood."""

    slot = "details"

    def name(self) -> str:
        return f"action_ask_{self.slot}"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        if turn.question:
            put(turn.question, turn.attempts, turn.intake, say, self.left(turn, turn.question))
        return []

    def left(self, turn: Turn, question: Question) -> int | None:
        """About how many questions follow this one; None where nobody can say."""
        return questions_left(question, turn.intake, turn.knowledge, turn.warned_at)


class AskLocation(AskQuestion):
    """Where it is."""

    slot = "location"


class AskFrequency(AskQuestion):
    """How often it comes."""

    slot = "frequency"


class AskTriggers(AskQuestion):
    """What sets it off."""

    slot = "triggers"


class AskBookingScreen(AskQuestion):
    """The safety question that comes before a booking."""

    slot = "booking_screen"

    def left(self, turn: Turn, question: Question) -> int | None:
        """The form goes on with other fields."""
        return None


def put(
    question: Question,
    attempts: int,
    intake: Intake,
    say: CollectingDispatcher,
    left: int | None = None,
) -> None:
    """Utter a question. `attempts`: 0 first wording, 1 second, 2 and more with the choices.

    `left`: about how many questions follow. What the intake has settled is not among the
    choices, nor in the text where it lists them.
    """
    last = len(question.texts) - 1
    shown = open_options(question, intake)
    options = [_option(question, option) for option in shown]
    with_buttons = is_choice_question(question) or attempts >= last
    listed = in_list(option.label for option in shown)
    say.utter_message(
        response="utter_question",
        wording=question.texts[min(attempts, last)].replace(CHOICES, listed),
        buttons=[_button(option) for option in options] if with_buttons else [],
        json_message={"question": _contract(question, options, left)},
    )


def payload(question: Question, option: Option) -> str:
    """What a choice's button sends: the findings it sets, the field's value, or a reply."""
    return "/answer" + json.dumps(_answer(question, option))


def _answer(question: Question, option: Option) -> dict[str, Any]:
    if option.sets:
        return {"finding": option.sets[0] if len(option.sets) == 1 else list(option.sets)}
    if question.field and option.value is not None:
        return {KIND_OF_FIELD.get(question.field, question.field): option.value}
    return {"reply": option.id}


def _option(question: Question, option: Option) -> Button:
    return {"id": option.id, "label": option.label, "payload": payload(question, option)}


def _button(option: Button) -> Button:
    return {"title": option["label"], "payload": option["payload"]}


def _contract(question: Question, options: list[Button], left: int | None) -> dict[str, Any]:
    """The `question` of the website channel's contract, with `left` where that is known."""
    said = {
        "id": question.id,
        "topic": question.topic,
        "kind": question.kind,
        "options": options,
    }
    return said if left is None else said | {"left": left}
