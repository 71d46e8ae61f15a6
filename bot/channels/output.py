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


def contract_message(
    said: Mapping[str, Any], *, seq: int = UNSAVED, at: datetime | None = None
) -> dict[str, Any]:
    """One bot utterance in the shape of the contract; `at` is now unless given."""
    custom = said.get("custom") or {}
    moment = at or datetime.now(timezone.utc)
    return {
        "seq": seq,
        "from": "bot",
        "at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "text": said.get("text") or "",
        "buttons": _buttons(said),
        "question": custom.get("question"),
        "card": custom.get("card"),
    }


def _buttons(said: Mapping[str, Any]) -> list[dict[str, str]]:
    shown = said.get("buttons") or said.get("quick_replies") or []
    return [{"label": b["title"], "payload": b["payload"]} for b in shown]
