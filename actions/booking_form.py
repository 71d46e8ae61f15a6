"""`validate_booking_form`: name, contact, good times, consent, and the read-back.

While an emergency stands this form never runs: the safety policy answers every message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk.events import ActionExecutionRejected, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.contact import (
    names_time,
    read_contact,
    read_name,
    read_named,
    read_other_times,
    read_when,
)
from actions.report import Report
from actions.triage import recorded
from actions.turn import Turn
from bot.triage.assess import assess
from bot.triage.intake import Intake
from bot.triage.questions import next_question

FORM = "booking_form"
FIELDS = ("booking_name", "booking_contact", "booking_when")
ORDER = (*FIELDS, "booking_consent", "booking_confirmed")
Slots = dict[str, Any]

_WISHES = frozenset(
    {
        "ask_topic",
        "ask_why",
        "show_understanding",
        "want_person",
        "bot_challenge",
        "start_over",
    }
)
_NO_NAMES = frozenset({"greet", "thank", "goodbye", "affirm", "unsure", "out_of_scope", "book"})
_SURE = 0.6
MOST_ATTEMPTS = 3
"""Answers to one field that cannot be read before the patient is sent to the phone."""
_SENTENCE = 4  # words; names are shorter, and "Ann Foot" names no body part
_READERS: Mapping[str, Callable[[str], str | None]] = {
    "booking_name": read_name,
    "booking_contact": read_contact,
    "booking_when": read_when,
}
_UNCLEAR = {
    "booking_name": "utter_booking_name_unclear",
    "booking_contact": "utter_booking_contact_unclear",
    "booking_when": "utter_booking_when_unclear",
    "booking_consent": "utter_booking_answer_unclear",
    "booking_confirmed": "utter_booking_answer_unclear",
}


class ValidateBookingForm(SafeAction):
    """Takes the answer to the field that was asked, and corrections of any field."""

    def name(self) -> str:
        return "validate_booking_form"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        if turn.opens(FORM):
            return _open(turn, say) if _can_book_now(turn) else _triage_first(turn, say)
        if turn.form_stepped_aside(FORM):
            return _request(_known(turn), turn.question is not None)
        if turn.question:
            return _screened(turn, say)
        if _wants_something_else(turn):
            return [ActionExecutionRejected(FORM)]
        if _tells_symptoms(turn):
            return _open(turn, say)
        return _left(turn.attempts) if _gives_up(turn) else _take(turn, say)

    def after_failure(self, turn: Turn) -> Events:
        """Keep what was asked; the next message tries again."""
        requested = turn.slot("requested_slot") or FIELDS[0]
        return [
            SlotSet("booking_confirmed", turn.slot("booking_confirmed")),
            SlotSet("requested_slot", requested),
        ]


def _open(turn: Turn, say: CollectingDispatcher) -> Events:
    """Begin; the danger signs of the place come first when they were not asked yet."""
    known = _known(turn) | {"booking_consent": None, "booking_confirmed": None}
    heard = turn.heard()
    warned = _warned(turn, heard.intake, say)
    screen = next_question(heard.intake, turn.knowledge)
    if screen is None or screen.topic != "screen":
        return [*warned, *_kept(heard.intake.to_dict(), None), *_request(known, False)]
    say.utter_message(response="utter_booking_screen_first")
    return [*warned, *_kept(heard.intake.to_dict(), screen.id), *_request(known, True)]


def _can_book_now(turn: Turn) -> bool:
    """False for a wish that comes with the first symptoms: they say how soon a visit is needed.

    Asked again, in the middle of the questions or without new symptoms, the booking starts.
    """
    begun = turn.slot("assessment") or turn.slot("visit_wanted") or turn.intake.locations
    return bool(begun) or turn.is_button or not turn.tells_symptoms


def _triage_first(turn: Turn, say: CollectingDispatcher) -> Events:
    """End this form; the triage runs in the same turn and ends in the offer of a visit."""
    say.utter_message(response="utter_booking_after_questions")
    return [
        SlotSet("visit_wanted", True),
        SlotSet("requested_slot", None),
        FollowupAction("triage_form"),
    ]


def _warned(turn: Turn, intake: Intake, say: CollectingDispatcher) -> Events:
    """Say "be seen today" at once when it has become that urgent: a booking must not bury it."""
    if not _became_urgent(turn, intake):
        return []
    result = assess(intake, turn.knowledge)
    Report(result, intake, turn.knowledge, say).tell()
    return [SlotSet("assessment", recorded(result))]


def _became_urgent(turn: Turn, intake: Intake) -> bool:
    told = (turn.slot("assessment") or {}).get("disposition")
    return told != "urgent" and assess(intake, turn.knowledge).disposition == "urgent"


def _screened(turn: Turn, say: CollectingDispatcher) -> Events:
    """The answer to the safety question; it is put twice at most, then the booking goes on."""
    heard = turn.heard()
    if turn.question and not heard.answered and turn.attempts == 0:
        again = _kept(heard.intake.to_dict(), turn.question.id)
        return [*again, SlotSet("attempts", 1), *_request(_known(turn), True)]
    warned = _warned(turn, heard.intake, say)
    return [*warned, *_kept(heard.intake.to_dict(), None), *_request(_known(turn), False)]


def _kept(intake: Mapping[str, Any], question: str | None) -> Events:
    return [
        SlotSet("intake", dict(intake)),
        SlotSet("question", question),
        SlotSet("attempts", 0),
        SlotSet("offer", None),
    ]


def _take(turn: Turn, say: CollectingDispatcher) -> Events:
    asked = turn.slot("requested_slot") or FIELDS[0]
    known = _known(turn)
    found = _corrections(turn) if asked == "booking_confirmed" else _answer(asked, turn)
    if found:
        return [SlotSet("attempts", 0), *_request(known | found, False)]
    attempts = turn.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        return _left(attempts)
    says_no = asked == "booking_confirmed" and _denies(turn)
    say.utter_message(response="utter_booking_what_to_change" if says_no else _UNCLEAR[asked])
    return [SlotSet("attempts", attempts), *_request(known, False)]


def _left(attempts: int) -> Events:
    """The end of the form without a request. `attempts` tells why: given up, or not read.

    Rasa takes a form that sets no slot for one that declined the message.
    """
    return [
        SlotSet("attempts", attempts),
        SlotSet("booking_confirmed", None),
        SlotSet("requested_slot", None),
    ]


def _answer(asked: str, turn: Turn) -> Slots:
    """What the message gives for the field that was asked; {} when it gives nothing."""
    if asked == "booking_consent":
        return {asked: True} if turn.intent == "affirm" or turn.replied("yes") else {}
    contact = read_contact(turn.text) if asked != "booking_when" else None
    text = _before_contact(turn.text) if asked == "booking_name" and contact else turn.text
    value = None if turn.is_button or _is_no_name(asked, turn) else _READERS[asked](text)
    found = {asked: value} if value else {}
    return found | ({"booking_contact": contact} if contact else {})


def _is_no_name(asked: str, turn: Turn) -> bool:
    """True for "thanks" or "not sure" where a name was asked."""
    return asked == "booking_name" and turn.intent in _NO_NAMES and turn.confidence >= _SURE


def _before_contact(text: str) -> str:
    """The part of "Ann Lee, 512 555 0100" before the digits or the address."""
    words = text.split()
    first = next((i for i, w in enumerate(words) if "@" in w or any(map(str.isdigit, w))), 0)
    return " ".join(words[:first]).rstrip(",;:- (")


def _corrections(turn: Turn) -> Slots:
    """At read-back: yes, a field to change, or what is right said outright."""
    chosen = [e["value"] for e in turn.entities if e["entity"] == "booking_field"]
    if chosen:
        return {name: None for name in chosen if name in FIELDS}
    if turn.is_button:
        return {"booking_confirmed": True} if turn.intent == "affirm" else {}
    contact, name = read_contact(turn.text), read_named(turn.text)
    when = None if contact or name else read_other_times(turn.text)
    said = {"booking_contact": contact, "booking_name": name, "booking_when": when}
    right = {name: value for name, value in said.items() if value}
    if right or _denies(turn):
        return right
    return {"booking_confirmed": True} if turn.intent == "affirm" or turn.replied("yes") else {}


def _gives_up(turn: Turn) -> bool:
    """A "no" ends the booking, unless it brings what was asked or says that something is wrong."""
    asked = turn.slot("requested_slot")
    if turn.is_button:
        return turn.intent == "deny"
    if asked == "booking_confirmed":
        return _denies(turn) and turn.attempts > 0 and not _corrections(turn)
    brings = names_time(turn.text) if asked == "booking_when" else read_contact(turn.text)
    return _denies(turn) and not brings


def _denies(turn: Turn) -> bool:
    """True for a "no" in words."""
    return (turn.intent == "deny" and turn.confidence >= _SURE) or turn.replied("no", "none")


def _tells_symptoms(turn: Turn) -> bool:
    """True for a sentence with facts where a name or contact was asked, and none was given.

    A sign that someone should see today counts wherever it is said.
    """
    if _became_urgent(turn, turn.heard().intake):
        return True
    if turn.slot("requested_slot") not in FIELDS[:2] or len(turn.text.split()) < _SENTENCE:
        return False
    return bool(turn.heard().changed) and read_contact(turn.text) is None


def _wants_something_else(turn: Turn) -> bool:
    """A request that a rule answers before the booking goes on; names are never taken for one."""
    free = turn.slot("requested_slot") in FIELDS
    sure = turn.is_button or not free or turn.confidence >= _SURE
    return sure and turn.intent in _WISHES


def _known(turn: Turn) -> Slots:
    return {name: turn.slot(name) for name in ORDER}


def _request(known: Slots, screening: bool) -> Events:
    """The slots, and the first of them that is still empty as the next to ask."""
    missing = next((name for name in ORDER if not known[name]), None)
    return [
        SlotSet("booking_screen", None if screening else True),
        *(SlotSet(name, value) for name, value in known.items()),
        SlotSet("requested_slot", "booking_screen" if screening else missing),
    ]
