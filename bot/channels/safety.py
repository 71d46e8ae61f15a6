"""What a patient sees when the engine cannot answer, and what turns /health red.

The danger check runs on every message before lock, model and store; its texts are plain
responses of the domain, made ready at the start, so they need nothing that can be down.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

import structlog

TECHNICAL_PROBLEM = "utter_technical_problem"
SELF_TEST = "I have crushing chest pain and I can't breathe"
"""A message that the danger check must hear, or it is broken."""
EMERGENCY_DEADLINE = 0.8
"""Seconds that the engine gets when a danger sign was heard; then the safety text goes out."""
RED_SECONDS = 300.0
Danger = Callable[[str], "str | None"]
"""A patient's text -> name of the emergency response for the danger sign in it, or None."""
Say = Callable[[str], list[dict[str, Any]]]
"""Name of a response of the domain -> contract messages."""
_log = structlog.get_logger(__name__)


class SafetyNet:
    """Hears danger by itself, and has the words ready."""

    def __init__(self, danger: Danger, say: Say, responses: Iterable[str]) -> None:
        self._danger = danger
        self._texts: Mapping[str, list[dict[str, Any]]] = {name: say(name) for name in responses}

    def hear(self, text: str) -> str | None:
        """The response that the text calls for. Never raises: a broken ear is an incident."""
        try:
            return self._danger(text)
        except Exception as error:  # the edge: the message must still be answered
            _log.error("sentinel.failed", error=type(error).__name__)
            return None

    def messages(self, danger: str | None) -> list[dict[str, Any]]:
        """Emergency text if danger was heard, else how to reach the clinic."""
        found = self._texts.get(danger or TECHNICAL_PROBLEM) or self._texts[TECHNICAL_PROBLEM]
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        card = {"type": "emergency"} if danger else None
        return [{**message, "at": now, "card": message["card"] or card} for message in found]


class Health:
    """Whether turns succeed. Red from a failed turn until the next good one, or RED_SECONDS.

    Without an end, a bot that a load balancer leaves out while it is red would stay out.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: tuple[str, float] | None = None

    @property
    def reason(self) -> str | None:
        """Why the last turn failed; None while all is well."""
        failed = self._failed  # one read: turns end in other threads
        if failed is None or self._clock() - failed[1] > RED_SECONDS:
            return None
        return failed[0]

    def turn_failed(self, reason: str) -> None:
        """A patient got a safety text instead of an answer."""
        self._failed = reason, self._clock()

    def turn_done(self) -> None:
        """A turn was committed."""
        self._failed = None
