"""`action_request_appointment`: turns a confirmed booking form into an appointment request."""

from __future__ import annotations

import secrets
from datetime import datetime, timezone

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.booking_form import MOST_ATTEMPTS, ORDER
from actions.turn import Turn

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is mistaken for another on the phone
_REFERENCE_LENGTH = 8


class AskBookingConfirmed(SafeAction):
    """Reads the request back before it is sent."""

    def name(self) -> str:
        return "action_ask_booking_confirmed"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        say.utter_message(
            response="utter_booking_read_back",
            name=turn.slot("booking_name"),
            contact=turn.slot("booking_contact"),
            when=turn.slot("booking_when"),
        )
        return []


class ActionRequestAppointment(SafeAction):
    """Sends the request when it was confirmed, and offers to go on with the triage."""

    def name(self) -> str:
        return "action_request_appointment"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        sent = turn.slot("booking_confirmed") and turn.slot("booking_consent")
        events = _send(turn, say) if sent else _not_sent(turn, say)
        if turn.slot("assessment"):
            return [*events, *_forget(), SlotSet("offer", None)]
        say.utter_message(response="utter_offer_continue")
        return [*events, *_forget(), SlotSet("offer", "continue")]


def _send(turn: Turn, say: CollectingDispatcher) -> Events:
    reference = "".join(secrets.choice(_LETTERS) for _ in range(_REFERENCE_LENGTH))
    urgent = (turn.slot("assessment") or {}).get("disposition") == "urgent"
    say.utter_message(
        response="utter_appointment_requested_urgent" if urgent else "utter_appointment_requested",
        reference=reference,
        json_message={"card": {"type": "appointment", "reference": reference}},
    )
    request = {
        "reference": reference,
        "name": turn.slot("booking_name"),
        "contact": turn.slot("booking_contact"),
        "when": turn.slot("booking_when"),
        "consent": True,
        "created": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    return [SlotSet("appointment", request)]


def _not_sent(turn: Turn, say: CollectingDispatcher) -> Events:
    if turn.attempts >= MOST_ATTEMPTS:
        say.utter_message(response="utter_booking_not_read")
    elif turn.slot("booking_when") and not turn.slot("booking_consent"):
        say.utter_message(response="utter_booking_needs_consent")
    else:
        say.utter_message(response="utter_booking_declined")
    return []


def _forget() -> Events:
    """The booking's own slots; the request keeps what was sent."""
    return [SlotSet(name, None) for name in (*ORDER, "booking_screen", "attempts")]
