"""`validate_triage_form`: takes everything a message says and chooses what to ask next.

Emergencies are not its business: the safety policy has spoken before the form runs.
"""

from __future__ import annotations

from dataclasses import dataclass

from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.turn import Turn
from actions.wording import changed_facts, in_line
from bot.triage.answers import Heard, give_up
from bot.triage.content import Knowledge, Question
from bot.triage.intake import Intake
from bot.triage.questions import next_question

FORM = "triage_form"
MOST_ATTEMPTS = 3
"""Wordings that are tried before the question is put down as not known."""
MOST_FACTS = 6
"""Facts that are read back in one line; the rest is taken in without a word."""
_WISHES = frozenset(
    {"ask_topic", "ask_why", "show_understanding", "want_person", "book", "bot_challenge"}
)
_SMALL_TALK = frozenset(
    {"greet", "thank", "goodbye", "out_of_scope", "other_language", "start_over"}
)
_SURE = 0.6
_SLOT_OF_TOPIC = {"location": "location", "frequency": "frequency", "triggers": "triggers"}


@dataclass(frozen=True)
class Step:
    """Where the triage stands after a message. `question` is None when nothing is left."""

    intake: Intake
    question: Question | None
    attempts: int = 0


class ValidateTriageForm(SafeAction):
    """One call fills every slot that the message answered."""

    def name(self) -> str:
        return "validate_triage_form"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        if turn.form_stepped_aside(FORM):
            return slots(_same_question(turn), turn.knowledge)
        heard = turn.heard()
        if not turn.opens(FORM) and wants_something_else(turn, heard):
            step = Step(heard.intake, None if heard.answered else turn.question, turn.attempts)
            return [*remembered(step), ActionExecutionRejected(FORM)]
        if turn.question and _asks_for_other_words(turn):
            return slots(_reworded(turn, turn.question), turn.knowledge)
        acknowledge(turn, heard, say)
        return slots(_next_step(turn, heard, say), turn.knowledge)

    def after_failure(self, turn: Turn) -> Events:
        """Keep the form open and its question pending; the next message tries again."""
        requested = turn.slot("requested_slot") or "details"
        return [SlotSet("attempts", turn.attempts), SlotSet("requested_slot", requested)]


def wants_something_else(turn: Turn, heard: Heard) -> bool:
    """True when the message is (also) a request that a rule answers before the form goes on.

    What it says about the symptoms is kept either way. Small talk gives way to any fact.
    """
    if turn.intent in _SMALL_TALK:
        return turn.is_button or not heard.understood
    if turn.intent not in _WISHES:
        return False
    return not heard.answered or turn.is_button or turn.confidence >= _SURE


def acknowledge(turn: Turn, heard: Heard, say: CollectingDispatcher) -> None:
    """Say what was changed, or what a message told beyond the question; else say nothing."""
    fixed = [name for name in heard.corrected if not _only_added(name, turn.intake, heard.intake)]
    if fixed:
        facts = changed_facts(fixed, heard.intake, turn.knowledge)
        say.utter_message(response="utter_corrected", facts=in_line(facts[:MOST_FACTS]))
        return
    told = [name for name in heard.changed if _was_said(name, turn, heard.intake)]
    facts = changed_facts(told, heard.intake, turn.knowledge)
    if facts and not heard.answered and not turn.slot("assessment"):
        say.utter_message(response="utter_noted", facts=in_line(facts[:MOST_FACTS]))


def _only_added(name: str, before: Intake, after: Intake) -> bool:
    """True when a second body area came beside the first: that corrects nothing."""
    return name == "locations" and set(before.locations) <= set(after.locations)


def _was_said(name: str, turn: Turn, after: Intake) -> bool:
    """True for fields and for findings in the message itself, not for what follows from them."""
    return after.status(name) is None or any(m.value == name for m in turn.reading.mentions)


def _next_step(turn: Turn, heard: Heard, say: CollectingDispatcher) -> Step:
    """The next question, or the same one in other words when it got no answer.

    New facts may call for another question first, like the danger signs of a new place; the
    one that waits then comes again in its turn, and its wording is not used up.
    """
    if turn.question is None or heard.answered:
        return Step(heard.intake, next_question(heard.intake, turn.knowledge))
    if heard.changed:
        following = next_question(heard.intake, turn.knowledge)
        return Step(heard.intake, following, turn.attempts if following == turn.question else 0)
    attempts = turn.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        return _give_up(turn, heard.intake, turn.question, say)
    if turn.replied("yes", "some") and turn.question.kind == "multiple":
        say.utter_message(response="utter_which_ones")
        return Step(heard.intake, turn.question, MOST_ATTEMPTS - 1)
    say.utter_message(response="utter_not_understood")
    return Step(heard.intake, turn.question, attempts)


def _asks_for_other_words(turn: Turn) -> bool:
    """ "What do you mean?" is no "I don't know", and says nothing of the symptoms."""
    return turn.intent == "rephrase" and all(m.kind == "reply" for m in turn.reading.mentions)


def _reworded(turn: Turn, question: Question) -> Step:
    """The next wording; asking for it never ends in giving up."""
    return Step(turn.intake, question, min(turn.attempts + 1, MOST_ATTEMPTS - 1))


def _give_up(turn: Turn, intake: Intake, question: Question, say: CollectingDispatcher) -> Step:
    say.utter_message(response="utter_moving_on")
    left = give_up(intake, question)
    return Step(left, next_question(left, turn.knowledge))


def _same_question(turn: Turn) -> Step:
    """After an interruption: the question that waits, or the next if it was answered too."""
    if turn.question:
        return Step(turn.intake, turn.question, turn.attempts)
    return Step(turn.intake, next_question(turn.intake, turn.knowledge))


def remembered(step: Step) -> Events:
    """The slots that carry the triage from one message to the next."""
    return [
        SlotSet("intake", step.intake.to_dict()),
        SlotSet("question", step.question.id if step.question else None),
        SlotSet("attempts", step.attempts),
    ]


def slots(step: Step, knowledge: Knowledge) -> Events:
    """All slots after a step, with plain mirrors of the intake for people who know Rasa."""
    return [
        *remembered(step),
        SlotSet("location", list(step.intake.locations) or None),
        SlotSet("frequency", step.intake.frequency),
        SlotSet("triggers", _triggers(step.intake, knowledge) or None),
        SlotSet("details", True if step.question is None else None),
        SlotSet("offer", None),
        SlotSet("requested_slot", _requested(step.question)),
    ]


def _triggers(intake: Intake, knowledge: Knowledge) -> list[str]:
    return [
        name
        for name, answer in intake.findings.items()
        if answer.status == "present"
        and name in knowledge.findings
        and knowledge.findings[name].group in ("timing", "trigger")
    ]


def _requested(question: Question | None) -> str | None:
    return _SLOT_OF_TOPIC.get(question.topic, "details") if question else None
