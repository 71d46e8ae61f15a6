"""Lets clinical facts outrank small talk: "hi, my calf cramps at night" is not a greeting.

Runs after the intent classifier and the reader. A message that the classifier took for small
talk, or was not sure of, becomes `inform` when the reader found facts in it. One that it could
not place at all becomes `ask_topic` when it names something on the clinic's page, or the
intent of a plain reply. And "my arm is numb too" adds to what was told; it corrects nothing.
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

INFORM = "inform"
ASK_TOPIC = "ask_topic"
GIVES_WAY = frozenset(
    {
        "greet", "thank", "goodbye", "affirm", "deny", "unsure", "answer", "bot_challenge",
        "out_of_scope", "nlu_fallback",
    }
)  # fmt: skip
"""Intents that a fact outranks. A wish (to book, to ask, to start over) stays a wish."""
REPLIES = {"yes": "affirm", "no": "deny", "none": "deny", "unsure": "unsure"}
UNPLACED = frozenset({"out_of_scope", "nlu_fallback"})
ASKING = re.compile(
    r"\?|\b(what|whats|how|why|which|when|is|are|does|do|can|could|should|would|will|tell|explain|"
    r"describe|about|info|information|mean|means|meaning|define|learn|know|help|helps|work|works)\b",
    re.IGNORECASE,
)
"""A question or a request: a bare "advil" or "sciatica" is an answer."""
ADDING = re.compile(r"\b(too|also|as well|on top of)\b", re.IGNORECASE)
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
            better = _better(intent.get(INTENT_NAME_KEY), message.get(ENTITIES) or [], told)
            if better:
                confidence = intent.get(PREDICTED_CONFIDENCE_KEY, 0.0)
                found = {INTENT_NAME_KEY: better, PREDICTED_CONFIDENCE_KEY: confidence}
                message.set(INTENT, found, add_to_output=True)
        return messages


def _better(intent: str | None, entities: list[dict[str, Any]], text: str) -> str | None:
    """The intent that the content calls for, or None when the classifier's stands."""
    kinds = {entity.get("entity") for entity in entities}
    if intent in GIVES_WAY and kinds - NOT_FACTS:
        return INFORM
    if intent == ASK_TOPIC and not ASKING.search(text) and not text.startswith("/"):
        return INFORM
    if intent == "correct" and ADDING.search(text):
        return INFORM
    if intent not in UNPLACED:
        return None
    if "topic" in kinds and ASKING.search(text):
        return ASK_TOPIC
    replies = {REPLIES.get(str(e.get("value"))) for e in entities if e.get("entity") == "reply"}
    return replies.pop() if len(replies) == 1 else None
