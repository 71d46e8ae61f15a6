"""`action_show_understanding`: reads back what the bot has taken in."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.turn import Turn
from actions.wording import absent_facts, in_line, in_list, known_facts, unknown_facts


class ActionShowUnderstanding(SafeAction):
    """What is so, what is not, and what is not known, for the patient to correct."""

    def name(self) -> str:
        return "action_show_understanding"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        known = in_line(known_facts(turn.intake, turn.knowledge))
        absent = in_list(absent_facts(turn.intake, turn.knowledge))
        unknown = in_list(unknown_facts(turn.intake, turn.knowledge))
        if not (known or absent or unknown):
            say.utter_message(response="utter_understanding_nothing")
            return []
        if known:
            say.utter_message(response="utter_understanding", facts=known)
        if absent:
            say.utter_message(response="utter_understanding_absent", facts=absent)
        if unknown:
            say.utter_message(response="utter_understanding_unknown", facts=unknown)
        say.utter_message(response="utter_understanding_correct_me")
        return []
