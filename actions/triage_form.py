"""`validate_triage_form`: takes everything a message says and chooses what to ask next.

Emergencies are not its business: the safety policy has spoken before the form runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rasa_sdk.events import ActionExecutionRejected, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.reasons import route_of, rule_lines
from actions.turn import Turn
from actions.wording import changed_facts, in_line
from bot.triage.answers import Heard, give_up
from bot.triage.assessment import Disposition
from bot.triage.content import Knowledge, Question
from bot.triage.dispositions import decide
from bot.triage.facts import Facts
from bot.triage.index import index_of
from bot.triage.intake import Intake
from bot.triage.lists import is_danger_list
from bot.triage.questions import is_for_today, next_question

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
    """Where the triage stands after a message. `question` is None when nothing is left.

    `warned_at`: see `Turn.warned_at`.
    """

    intake: Intake
    question: Question | None
    attempts: int = 0
    warned_at: int | None = None


class ValidateTriageForm(SafeAction):
    """One call fills every slot that the message answered."""

    def name(self) -> str:
        return "validate_triage_form"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        if turn.form_stepped_aside(FORM):
            return slots(_same_question(turn), turn.knowledge)
        heard = turn.heard()
        if not turn.opens(FORM) and wants_something_else(turn, heard):
            waiting = None if heard.answered else turn.question
            step = Step(heard.intake, waiting, turn.attempts, turn.warned_at)
            return [*remembered(step), ActionExecutionRejected(FORM)]
        if turn.question and _asks_for_other_words(turn):
            return slots(_reworded(turn, turn.question), turn.knowledge)
        acknowledge(turn, heard, say)
        step = _next_step(turn, heard, say)
        warn(turn, step, say)
        return slots(step, turn.knowledge)

    def after_failure(self, turn: Turn) -> Events:
        """Keep the form open and its question pending; the next message tries again."""
        requested = turn.slot("requested_slot") or "details"
        return [SlotSet("attempts", turn.attempts), SlotSet("requested_slot", requested)]


def wants_something_else(turn: Turn, heard: Heard) -> bool:
    """True when the message is (also) a request that a rule answers before the form goes on.

    What it says about the symptoms is kept either way. Small talk gives way to any fact. Words
    that come a second time were no such request: what they got did not help.
    """
    if turn.is_repeated and not turn.is_button:
        return False
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


def warn(turn: Turn, step: Step, say: CollectingDispatcher) -> None:
    """Say that it should be seen today as soon as that is plain; the result says it anyway."""
    if step.question is None or turn.warned_at is not None:
        return
    decision = decide(Facts(step.intake, turn.knowledge))
    if step.warned_at is not None:
        why = in_line(rule_lines(decision.level, decision.rules, step.intake, turn.knowledge))
        route = route_of(decision.rules, turn.knowledge)
        say.utter_message(response=f"utter_see_today{route}", why=why)
    elif decision.level == "urgent" and _level_before(turn) not in ("urgent", "emergency"):
        say.utter_message(response="utter_maybe_today")


def _level_before(turn: Turn) -> Disposition:
    return decide(Facts(turn.intake, turn.knowledge)).level


def _following(turn: Turn, intake: Intake, attempts: int = 0) -> Step:
    """The question that follows, with the note that the patient is told to be seen today."""
    warned_at = turn.warned_at if turn.warned_at is not None else len(intake.asked)
    if not is_for_today(intake, turn.knowledge):
        return Step(intake, next_question(intake, turn.knowledge), attempts)
    following = next_question(intake, turn.knowledge, warned_at)
    return Step(intake, following, attempts, warned_at)


def _next_step(turn: Turn, heard: Heard, say: CollectingDispatcher) -> Step:
    """The next question, or the same one in other words when it got no answer.

    New facts may call for another question first, like the danger signs of a new place; the
    one that waits then comes again in its turn, and its wording is not used up.
    """
    if turn.question and _leaves_danger_open(turn.question, turn, heard):
        say.utter_message(response="utter_once_more")
        open_again = replace(heard.intake, asked=turn.intake.asked)
        return Step(open_again, turn.question, 1, turn.warned_at)
    if turn.question is None or heard.answered:
        return _following(turn, heard.intake)
    if heard.changed:
        step = _following(turn, heard.intake)
        same = step.question is not None and step.question.id == turn.question.id
        return replace(step, attempts=turn.attempts) if same else step
    attempts = turn.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        return _give_up(turn, heard.intake, turn.question, say)
    affirms = turn.replied("yes", "some") and not turn.replied("no", "none", "unsure")
    if affirms and turn.question.kind == "multiple":
        say.utter_message(response="utter_which_ones")
        return Step(heard.intake, turn.question, MOST_ATTEMPTS - 1, turn.warned_at)
    say.utter_message(response="utter_not_understood")
    return Step(heard.intake, turn.question, attempts, turn.warned_at)


def _leaves_danger_open(question: Question, turn: Turn, heard: Heard) -> bool:
    """Whether the answer to a list of danger signs was neither yes nor no, for the first time."""
    if not heard.answered or not is_danger_list(question, index_of(turn.knowledge)):
        return False
    before, after = (
        [name for name in question.findings if known.status(name) == "unknown"]
        for known in (turn.intake, heard.intake)
    )
    told = any(heard.intake.status(name) == "present" for name in question.findings)
    return bool(after) and not before and not told


def _asks_for_other_words(turn: Turn) -> bool:
    """ "What do you mean?" is no "I don't know", and says nothing of the symptoms."""
    return turn.intent == "rephrase" and all(m.kind == "reply" for m in turn.reading.mentions)


def _reworded(turn: Turn, question: Question) -> Step:
    """The next wording; asking for it never ends in giving up."""
    attempts = min(turn.attempts + 1, MOST_ATTEMPTS - 1)
    return Step(turn.intake, question, attempts, turn.warned_at)


def _give_up(turn: Turn, intake: Intake, question: Question, say: CollectingDispatcher) -> Step:
    say.utter_message(response="utter_moving_on")
    return _following(turn, give_up(intake, question))


def _same_question(turn: Turn) -> Step:
    """After an interruption: the question that waits, or the next if it was answered too."""
    if turn.question:
        return Step(turn.intake, turn.question, turn.attempts, turn.warned_at)
    return _following(turn, turn.intake)


def remembered(step: Step) -> Events:
    """The slots that carry the triage from one message to the next."""
    return [
        SlotSet("intake", step.intake.to_dict()),
        SlotSet("question", step.question.id if step.question else None),
        SlotSet("attempts", step.attempts),
        SlotSet("warned_at", step.warned_at),
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
