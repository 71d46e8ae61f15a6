"""What all actions share: the view of a turn, and the last resort when one fails."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn

_log = structlog.get_logger(__name__)
Events = list[dict[str, Any]]
"""Rasa events as JSON, as the SDK's event functions make them."""


class SafeAction(Action, ABC):  # type: ignore[misc]
    """An action that never leaves the patient in silence.

    Rasa goes on without events when an action raises. Here whatever is raised is logged with
    an event id (never its text, which may hold the patient's words), what was half said is
    dropped, and the patient gets the technical-problem response.
    """

    @abstractmethod
    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        """Do the job: utter responses through `say`, return events."""

    def after_failure(self, turn: Turn) -> Events:
        """Events that leave the conversation in a state that can go on."""
        return []

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> Events:
        """Rasa's entry: `handle`, with the last resort around it."""
        turn = Turn(tracker)
        try:
            return self.handle(turn, dispatcher)
        except Exception as error:  # the edge: the patient still gets a safe answer
            _log.error(
                "action.failed",
                action=self.name(),
                conversation_id=tracker.sender_id,
                event_id=uuid.uuid4().hex,
                error=type(error).__name__,
            )
            dispatcher.messages.clear()
            dispatcher.utter_message(response="utter_technical_problem")
            return self.after_failure(turn)
