"""The Rasa component that writes what a message says as entities.

Slash payloads never come here: Rasa reads them before the graph runs.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.reading import read, reader


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ClinicalReader(GraphComponent):
    """Adds one entity for each mention: findings, danger signs, places, times, replies."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ClinicalReader:
        """Load the lexicon now, so that the first message is as quick as the next."""
        reader()
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Write the mentions of each message; other extractors' entities stay."""
        for message in messages:
            found = [
                mention.to_entity() | {"extractor": type(self).__name__}
                for mention in read(message.get(TEXT) or "").mentions
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages

    def process_training_data(self, training_data: Any) -> Any:
        """Nothing is learnt; the training data passes unchanged."""
        return training_data
