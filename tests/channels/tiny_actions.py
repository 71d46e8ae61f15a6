"""Actions that misbehave on purpose."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from rasa_sdk import Action
from rasa_sdk.events import FollowupAction

NAP_SECONDS = 1.5
CANARY = "canary-in-an-error"


class Boom(Action):
    def name(self) -> str:
        return "action_boom"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise ValueError(f"{CANARY} {tracker.latest_message['text']}")


class Circle(Action):
    def name(self) -> str:
        return "action_circle"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return [FollowupAction("action_circle")]


class Silent(Action):
    def name(self) -> str:
        return "action_silent"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        return []


class Nap(Action):
    """Waits without blocking the loop."""

    def name(self) -> str:
        return "action_nap"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        await asyncio.sleep(NAP_SECONDS)
        return []


class Stall(Action):
    """Blocks the engine's whole thread."""

    def name(self) -> str:
        return "action_stall"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        time.sleep(NAP_SECONDS)
        return []
