"""`action_triage`: from the intake to the assessment, and the messages that tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.reasons import route_of
from actions.report import Report
from actions.turn import Turn
from bot.triage.assess import assess, emergency
from bot.triage.assessment import DISPOSITIONS, Assessment
from bot.triage.dispositions import FiredEmergency


class ActionTriage(SafeAction):
    """Assesses all that is known and tells it: how urgent first, then what, then what to do."""

    def name(self) -> str:
        return "action_triage"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        assessment = assess(turn.intake, turn.knowledge)
        found = SlotSet("assessment", recorded(assessment))
        fired = emergency(turn.intake, turn.knowledge)
        if fired:
            say.utter_message(response=fired.response)
            return [found, SlotSet("emergency", _standing(fired)), SlotSet("offer", None)]
        before = turn.slot("assessment")
        if before == recorded(assessment):
            say.utter_message(response="utter_assessment_unchanged")
        else:
            _tell_change(before, assessment, say)
            Report(assessment, turn.intake, turn.knowledge, say).tell()
        return [found, *_offered(assessment, turn, say)]


def recorded(assessment: Assessment) -> dict[str, Any]:
    """The slot `assessment`: the contract's object and what staff need beside it."""
    # As it comes back from the store, so that an unchanged result equals the one before.
    return dict(json.loads(json.dumps(assessment.to_record())))


def _tell_change(
    before: Mapping[str, Any] | None, now: Assessment, say: CollectingDispatcher
) -> None:
    if not before:
        return
    was, is_ = (DISPOSITIONS.index(d) for d in (before["disposition"], now.disposition))
    changed = "utter_assessment_changed_up" if is_ < was else "utter_assessment_changed_down"
    say.utter_message(response=changed if is_ != was else "utter_assessment_updated")


def _offered(assessment: Assessment, turn: Turn, say: CollectingDispatcher) -> Events:
    """Offer a visit where one is advised or wanted, and none was asked for yet."""
    calm = assessment.disposition == "self_care" and not turn.slot("visit_wanted")
    if calm or turn.slot("appointment") or route_of(assessment.rules, turn.knowledge):
        return [SlotSet("offer", None)]
    urgent = assessment.disposition == "urgent"
    say.utter_message(
        response="utter_offer_appointment_urgent" if urgent else "utter_offer_appointment"
    )
    return [SlotSet("offer", "booking")]


def _standing(fired: FiredEmergency) -> dict[str, Any]:
    """The slot `emergency`, as the safety policy writes it."""
    flags = list(fired.red_flags or fired.findings)
    return {"state": "heard", "red_flags": flags, "response": fired.response}
