"""Makes the turns that an action sees, and runs an action on one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafeAction


@dataclass(frozen=True)
class Done:
    """What an action did: its events, and the messages it uttered."""

    events: list[dict[str, Any]]
    messages: list[dict[str, Any]]

    @property
    def slots(self) -> dict[str, Any]:
        return {e["name"]: e["value"] for e in self.events if e["event"] == "slot"}

    @property
    def responses(self) -> list[str]:
        return [m["response"] for m in self.messages]

    def has(self, event: str) -> bool:
        return any(e["event"] == event for e in self.events)


def run(
    action: SafeAction,
    text: str = "",
    intent: str = "inform",
    entities: list[dict[str, Any]] | None = None,
    *,
    confidence: float = 1.0,
    form: str | None = None,
    opening: bool = False,
    events: list[dict[str, Any]] | None = None,
    **slots: Any,
) -> Done:
    """Run one action after a message. `opening`: the message is just opening `form`."""
    message = {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": entities or [],
    }
    happened = [{"event": "user", "text": text}, *(events or [])]
    if opening:
        happened.append({"event": "active_loop", "name": form})
    loop = {"name": form} if form else {}
    tracker = Tracker("c1", dict(slots), message, happened, False, None, loop, "action_listen")
    say = CollectingDispatcher()
    return Done(action.run(say, tracker, {}), say.messages)


def heard(kind: str, value: Any, assertion: str = "present", **more: Any) -> dict[str, Any]:
    """An entity as the reader writes it."""
    return {"entity": kind, "value": value, "assertion": assertion, **more}
