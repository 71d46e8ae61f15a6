"""Collects what the bot utters in one turn as messages of the website contract.

One utterance stays one message (stock channels split a text at every blank line, which
could tear a warning from what it warns about). `custom.question` and `custom.card` become
`question` and `card`; buttons `{"title", "payload"}` become `{"label", "payload"}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.store.conversations import message_json

CHANNEL_NAME = "web"
UNSAVED = 0
"""`seq` of a message that is not in the transcript: a safety text on a failed turn."""


class CollectingOutput(OutputChannel):  # type: ignore[misc]
    """The bot's messages of one turn, and whether the engine gave up in a loop."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.went_in_circles = False

    @classmethod
    def name(cls) -> str:
        """Name of the channel, as responses of the domain may ask for."""
        return CHANNEL_NAME

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Take one utterance; one that says nothing is left out."""
        if message.get("text") or message.get("custom"):
            self.messages.append(contract_message(message))


def contract_message(said: Mapping[str, Any]) -> dict[str, Any]:
    """One bot utterance, said now, in the shape of the contract."""
    custom = said.get("custom") or {}
    shown = said.get("buttons") or said.get("quick_replies") or []
    return message_json(
        {
            "seq": UNSAVED,
            "sender": "bot",
            "at": datetime.now(timezone.utc),
            "text": said.get("text") or "",
            "buttons": [{"label": b["title"], "payload": b["payload"]} for b in shown],
            "question": custom.get("question"),
            "card": custom.get("card"),
        }
    )
