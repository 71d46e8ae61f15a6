"""Lets clinical facts outrank small talk: "hi, my calf cramps at night" is not a greeting.

Runs after the intent classifier and the reader. A message that the classifier took for small
talk, or was not sure of, becomes `inform` when the reader found facts in it. One that it could
not place at all becomes `ask_topic` when it names something on the clinic's page, or the
intent of a plain reply. "my arm is numb too" adds to what was told and corrects nothing;
without words that take something back, no message corrects. And a question that tells of no
trouble of one's own asks: "magnesium gummies yes or no". What the encoder that hears by meaning
is sure of goes before the classifier, except where it would throw something away.
"""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.meaning import meaning_reader

INFORM = "inform"
CORRECT = "correct"
ASK_TOPIC = "ask_topic"
BOOK = "book"
TELLING = frozenset({"inform", "report_symptoms"})
GIVES_WAY = frozenset(
    {
        "greet", "thank", "goodbye", "affirm", "deny", "unsure", "answer", "bot_challenge",
        "out_of_scope", "nlu_fallback",
    }
)  # fmt: skip
"""Intents that a fact outranks. A wish (to book, to ask, to start over) stays a wish."""
REPLIES = {"yes": "affirm", "no": "deny", "none": "deny", "unsure": "unsure"}
UNPLACED = frozenset({"out_of_scope", "nlu_fallback"})
TOLD = "tell"
"""To the encoder, telling is one intent: only the conversation parts `inform` from a report."""
SURE = 0.8
"""Confidence of the encoder from which its intent counts; chosen on the development messages."""
TAKES_AWAY = frozenset({"start_over", "correct"})
"""What would be lost by these is worth more than the encoder's word."""


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


ASKING = _words(
    r"\?",
    r"\b(what|whats|how|why|which|when|is|are|does|do|can|could|should|would|will|tell|explain)\b",
    r"\b(describe|about|info|information|mean|means|meaning|define|learn|know|help|helps)\b",
    r"\b(work|works)\b",
)
"""A question or a request: a bare "advil" or "sciatica" is an answer."""
ADDING = _words(r"\b(too|also|as well|on top of)\b")
TAKING_BACK = _words(
    r"\b(typo|me[ae]nt to (say|type|put)|i (typed|misspoke|mistyped|lied|skipped one))\b",
    r"\b(scratch (that|the)|let me (fix|correct)|(take|took) (that|it) back)\b",
    r"\b(i should correct|i (said|told you) (\w+ ){1,4}but|exactly, more)\b",
    r"^\W*(oops|whoops|correction)\b",
)
"""Words that do nothing but take back what was told."""
CORRECTING = _words(
    TAKING_BACK.pattern,
    r"^\W*(ah|oh|so|ok|um|well|no)?\W*(sorry|actually|wait|hold on|rather|nope)\b",
    r"\b(i (actually )?me[ae]nt?|meant to|no wait|sorry,? (not|left|right|i))\b",
    r"\b((was|were|am|is|that'?s|got that|the|all) wrong|wrong (side|one|answer|leg|arm|word))\b",
    r"\b(correct(ion|ing| that| it| myself)|mistake|mis(understood|read|heard|clicked))\b",
    r"\b(changed? (that|it|my|to)|fix (that|it|this)|not quite|(isn'?t|not) right)\b",
    r"\b(take this back|rather \w+ than|forgot|should have said|make (that|it)|instead of)\b",
    r"\bi (did ?n'?t |never |just |already )?(said|say|told|wrote|put|clicked|picked|answered)\b",
    r"\b(i chose|forget (what|that|the)|more like)\b",
    r"^\W*(no|nope|not|never)\b[ ,]+(no\b|it'?s|it is|its|i'?m|im|i\b|the|that|my|every|more|\d)",
    r"^\W*not \w+ (minutes|seconds|hours|days|weeks|months|years)\b",
    r", ?(it'?s )?not\b",
    r"\bit (is|isn'?t|is not|isnt) (my|the) \w+ at all\b",
)
"""Words that take back, or set against, what was told before."""
QUESTION = _words(
    r"\?\s*$",
    r"^\W*((so|and|ok|but|hi|hello)\W+)?(what|whats|what'?s|how|why|which|is|are|does|do|can)\b",
    r"^\W*((so|and|ok|but|hi|hello)\W+)?(could|should|would|will|any point|suppose)\b",
    r"\b(yes or no|(is|are|does|would|can) \w+ \w+ (ok|okay|safe|allowed|dumb|bad|good|work))\b",
    r"\bis that (dumb|bad|ok|okay|safe|a (big deal|problem|deal breaker))\b",
)
WISHING = _words(
    r"\b(appo?int\w*|appt\w*|schedul\w*|visit|slot|opening|reserve|consult\w*|please|pls|plz)\b",
    r"\b(want|need|like|wanna|love|can|could|may|lets?|let me|just|go ahead|and|rather|ready)\W+"
    r"(\w+\W+){0,3}(book|see|come|get (me )?in|talk)\b",
    r"^\W*(\w+\W+){0,3}(book|call|see)\b(?!ed)",
    r"\b(book (me|a|an|it|now|in|online|with)|get (me )?booked|be booked|booked in)\b",
)
"""Words with which people ask for a visit; "when im fully booked" asks for none."""
TROUBLE = frozenset({"location", "duration", "episode_length", "severity", "course", "side"})
"""Kinds of facts with which a message tells of trouble of one's own, even if it asks as well."""
OWN_DANGER = frozenset({"present", "uncertain"})
NOT_FACTS = frozenset({"reply", "topic", "person", "number"})


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class ContentIntent(GraphComponent):
    """Sets the intent where the content of a message says more than its tone."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ContentIntent:
        """Nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Correct the intent of each message in place; its ranking stays for whoever reads it."""
        for message in messages:
            intent = message.get(INTENT) or {}
            told = message.get(TEXT) or ""
            entities = message.get(ENTITIES) or []
            better = better_intent(intent.get(INTENT_NAME_KEY), entities, told)
            meant = meant_intent(better or intent.get(INTENT_NAME_KEY), entities, told)
            confidence = intent.get(PREDICTED_CONFIDENCE_KEY, 0.0)
            if meant:
                better, confidence = meant
            if better:
                found = {INTENT_NAME_KEY: better, PREDICTED_CONFIDENCE_KEY: confidence}
                message.set(INTENT, found, add_to_output=True)
        return messages


def meant_intent(
    intent: str | None, entities: list[dict[str, Any]], text: str
) -> tuple[str, float] | None:
    """The intent that the encoder is sure of, with its confidence, where it differs."""
    asks = intent == ASK_TOPIC and ASKING.search(text)
    if not text or text.startswith("/") or intent in TAKES_AWAY or asks:
        return None
    heard = meaning_reader().hear(text).sure_of
    intents = ((sure, name) for (kind, name), sure in heard.items() if kind == INTENT)
    sure, name = max(intents, default=(0.0, TOLD))
    facts = {entity.get("entity") for entity in entities} - NOT_FACTS
    same = name == intent or (name == TOLD and intent in TELLING)
    told = facts and (intent in TELLING or name in GIVES_WAY)
    if sure < SURE or same or name in TAKES_AWAY or told:
        return None
    return (INFORM if name == TOLD else name), sure


def better_intent(intent: str | None, entities: list[dict[str, Any]], text: str) -> str | None:
    """The intent that the content calls for, or None when the classifier's stands."""
    kinds = {entity.get("entity") for entity in entities}
    if text.startswith("/"):
        return None
    if intent in TELLING | UNPLACED and TAKING_BACK.search(text):
        return CORRECT
    if intent in TELLING | UNPLACED | {CORRECT} and _only_asks(entities, text):
        return ASK_TOPIC
    if intent in GIVES_WAY and kinds - NOT_FACTS:
        return INFORM
    if intent == BOOK and text and kinds - NOT_FACTS and not WISHING.search(text):
        return INFORM
    if intent == ASK_TOPIC and not ASKING.search(text):
        return INFORM
    if intent == CORRECT and text and _adds(kinds, text):
        return INFORM
    return _placed(kinds, entities, text) if intent in UNPLACED else None


def _only_asks(entities: list[dict[str, Any]], text: str) -> bool:
    """A question about something, in which nobody's trouble is told."""
    if not QUESTION.search(text):
        return False
    tells = any(
        e.get("entity") in TROUBLE
        or (e.get("entity") == "red_flag" and e.get("assertion") in OWN_DANGER)
        for e in entities
    )
    return not tells and any(e.get("entity") in ("finding", "topic") for e in entities)


def _adds(kinds: set[Any], text: str) -> bool:
    return bool(ADDING.search(text) or (kinds - NOT_FACTS and not CORRECTING.search(text)))


def _placed(kinds: set[Any], entities: list[dict[str, Any]], text: str) -> str | None:
    if "topic" in kinds and ASKING.search(text):
        return ASK_TOPIC
    replies = {REPLIES.get(str(e.get("value"))) for e in entities if e.get("entity") == "reply"}
    return replies.pop() if len(replies) == 1 else None
