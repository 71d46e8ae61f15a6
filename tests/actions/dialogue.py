"""A whole conversation against a trained model, with the actions in this process."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.trackers import DialogueStateTracker

from bot.channels.output import CollectingOutput
from bot.channels.responses import ClinicResponses
from bot.inprocess import InProcessActions
from bot.settings import Settings

SETTINGS = Settings(secret_key="s" * 32, field_encryption_key="k" * 44, clinic_phone="555 0100")


class Dialogue:
    """One patient talking to the bot. `actions=False`: every custom action fails."""

    def __init__(self, agent: Agent, actions: bool = True, sender: str = "one") -> None:
        self.agent = agent
        self.sender = sender
        self.agent.processor.action_endpoint = InProcessActions() if actions else None

    def say(self, text: str) -> list[dict[str, Any]]:
        """Send a message or a payload; the bot's messages in the website's shape."""
        output = CollectingOutput()
        asyncio.run(self.agent.handle_message(UserMessage(text, output, self.sender)))
        return output.messages

    @property
    def tracker(self) -> DialogueStateTracker:
        return asyncio.run(self.agent.tracker_store.retrieve(self.sender))

    def slot(self, name: str) -> Any:
        return self.tracker.get_slot(name)

    def said(self) -> list[str]:
        """Responses uttered and actions run since the patient's last message."""
        done: list[str] = []
        for event in reversed(list(self.tracker.events)):
            if event.type_name == "user":
                break
            if event.type_name == "action" and not str(event.action_name).startswith("utter_"):
                done.append(str(event.action_name))
            if event.type_name == "bot" and event.metadata.get("utter_action"):
                done.append(event.metadata["utter_action"])
        return list(reversed(done))


def load_agent(model: Path) -> Agent:
    """The model with stores in memory and the clinic's words from fixed settings."""
    agent = Agent.load(str(model))
    agent.tracker_store = InMemoryTrackerStore(agent.domain)
    agent.lock_store = InMemoryLockStore()
    agent.nlg = ClinicResponses(domain=agent.domain, settings=SETTINGS)
    processor = agent.processor
    processor.tracker_store, processor.nlg = agent.tracker_store, agent.nlg
    processor.lock_store = agent.lock_store
    return agent
