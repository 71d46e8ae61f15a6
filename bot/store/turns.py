"""The turn that is being answered: what the tracker store commits beside the events.

The channel opens a turn around the engine; the tracker store finds it in the context,
and in the one transaction of `save` makes the answer out of the rows that were drawn from
the turn's events. So the reply, the stored reply and the transcript cannot differ.

    with received.turn.running():
        await agent.handle_message(UserMessage(text, sender_id=turn.conversation_id,
                                               message_id=turn.message_id, ...))
    return json(received.turn.answer)
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from bot.store.errors import EmptyTurn

INTERNAL = "internal"
LABEL = "label"
ASSESSMENT_KEYS = (
    "disposition", "rules", "contributors", "advice", "withheld", "treatments",
    "knowledge_version",
)  # fmt: skip
"""Keys of the contract's `assessment` object; the slot may hold more."""

_current: ContextVar[Turn | None] = ContextVar("turn", default=None)


@dataclass
class Turn:
    """One message of a patient on its way. `message_id` None: the turn that greets.

    `answer` is None until the turn is committed, then the contract's answer:
    {"id", "messages": [bot messages], "assessment": {...} | None}.
    """

    conversation_id: str
    message_id: str | None = None
    answer: dict[str, Any] | None = field(default=None, repr=False)

    @contextmanager
    def running(self) -> Iterator[Turn]:
        """Make this the turn that the tracker store commits, in this task and its children."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)
            RUNNING.end(self.conversation_id, self.message_id)


def current_turn(conversation_id: str) -> Turn | None:
    """The open, not yet answered turn of this conversation."""
    turn = _current.get()
    if turn is None or turn.conversation_id != conversation_id or turn.answer is not None:
        return None
    return turn


def make_answer(
    turn: Turn, messages: list[dict[str, Any]], assessment: dict[str, Any] | None
) -> dict[str, Any]:
    """The contract's answer from the turn's new messages. Raises EmptyTurn if the bot is silent."""
    said = [message for message in messages if message["from"] == "bot"]
    if not said:
        raise EmptyTurn(f"No answer in conversation {turn.conversation_id}.")
    answer = {"id": turn.message_id, "messages": said, "assessment": contract_part(assessment)}
    return dict(json.loads(json.dumps(answer)))


def contract_part(assessment: dict[str, Any] | None) -> dict[str, Any] | None:
    """An assessment with the contract's keys only."""
    if assessment is None:
        return None
    return {key: assessment[key] for key in ASSESSMENT_KEYS if key in assessment}


def turn_metadata(*, label: str | None = None, internal: bool = False) -> dict[str, Any]:
    """`UserMessage.metadata` that the projection understands.

    label: words of the button that was pressed (shown in the transcript instead of the
    payload). internal: the message is not the patient's (such as the one that greets), so
    it makes no row.
    """
    given: dict[str, Any] = {LABEL: label} if label else {}
    return given | {INTERNAL: True} if internal else given


class Running:
    """Ids of messages that this process is answering now."""

    def __init__(self) -> None:
        self._keys: set[tuple[str, str | None]] = set()
        self._guard = threading.Lock()

    def start(self, conversation_id: str, message_id: str | None) -> bool:
        """False if it was running already."""
        with self._guard:
            key = (conversation_id, message_id)
            fresh = key not in self._keys
            self._keys.add(key)
            return fresh

    def end(self, conversation_id: str, message_id: str | None) -> None:
        """Forget it; nothing happens if it is not running."""
        with self._guard:
            self._keys.discard((conversation_id, message_id))


RUNNING = Running()
