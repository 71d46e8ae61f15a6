"""`action_explain_question`: answers "why do you ask?"."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.turn import Turn


class ActionExplainQuestion(SafeAction):
    """The reason of the pending question, from the clinical content."""

    def name(self) -> str:
        return "action_explain_question"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        if turn.question:
            say.utter_message(response="utter_explain_question", why=turn.question.why)
        elif turn.form == "booking_form":
            say.utter_message(response="utter_explain_booking")
        else:
            say.utter_message(response="utter_explain_nothing_asked")
        return []
