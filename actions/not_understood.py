"""`action_not_understood`: the model was not sure what a message wants, outside a form."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.turn import Turn


class ActionNotUnderstood(SafeAction):
    """Asks for other words."""

    def name(self) -> str:
        return "action_not_understood"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        say.utter_message(response="utter_rephrase")
        return []
