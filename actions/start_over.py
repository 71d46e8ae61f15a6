"""`action_start_over`: forgets the answers and begins again; the record keeps everything."""

from __future__ import annotations

from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.turn import Turn

FORGOTTEN = (
    "intake", "question", "attempts", "location", "frequency", "triggers", "details",
    "assessment", "offer", "visit_wanted", "warned_at", "requested_slot", "booking_screen",
    "booking_name", "booking_contact", "booking_when", "booking_consent", "booking_confirmed",
)  # fmt: skip
"""Every slot of a triage and a booking. An emergency and a request that was made stay."""


class ActionStartOver(SafeAction):
    """Clears the slots and closes any form."""

    def name(self) -> str:
        return "action_start_over"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        say.utter_message(response="utter_started_over")
        return [*(SlotSet(name, None) for name in FORGOTTEN), ActiveLoop(None)]
