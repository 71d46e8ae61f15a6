"""The bot in this process, spoken to through the website channel's own desk.

Everything is as for a patient on the website (cleaning, danger check, inbox, engine,
commit) but the sockets, the tokens and the rate limits.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, TypeVar

from bot import logs
from bot.channels.desk import Desk
from bot.channels.errors import ChannelError
from bot.channels.office import open_desk
from bot.channels.requests import Said, Visit
from bot.channels.text import clean_text
from bot.danger import emergency_response
from bot.evaluation.errors import EvaluationError
from bot.inprocess import InProcessActions
from bot.serve import load_engine
from bot.settings import get_settings
from bot.store.database import open_database, upgrade
from bot.triage.intake import Intake

T = TypeVar("T")
_ADDRESS = "127.0.0.1"


class Bench:
    """An engine over an empty database of the active settings, for one `with` block."""

    def __init__(self) -> None:
        logs.configure(logging.ERROR)
        logs.seal()
        self._settings = get_settings()
        upgrade(self._settings.database_url)
        self._agent = load_engine(self._settings)
        self._loop = asyncio.new_event_loop()
        self._desk: Desk | None = None
        self._broken: str | None = None

    def __enter__(self) -> Bench:
        self._desk = self._run(self._open())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self.desk.drain(10))
        self.desk.engine.stop()
        self._loop.close()
        open_database(self._settings.database_url).close()

    @property
    def desk(self) -> Desk:
        """The channel's desk, open inside the `with` block."""
        assert self._desk is not None, "use Bench in a with statement"
        return self._desk

    def converse(self) -> Talk:
        """Begin a conversation: the greeting has been said."""
        begun = self._run(self.desk.begin(_ADDRESS, Visit(None, None)))
        return Talk(self, begun["conversation_id"])

    def actions(self) -> tuple[str, ...]:
        """Names of the project's own custom actions."""
        return tuple(sorted(n for n, run in self._handlers().items() if _is_ours(run)))

    @contextmanager
    def failing(self, action: str) -> Iterator[None]:
        """Every call of this action raises, for one `with` block. A turn may then fail too."""
        handlers = self._handlers()
        kept, self._broken = handlers[action], action
        handlers[action] = _fail
        try:
            yield
        finally:
            handlers[action], self._broken = kept, None

    def _handlers(self) -> dict[str, Any]:
        endpoint = self._agent.action_endpoint
        assert isinstance(endpoint, InProcessActions)
        return endpoint.executor.actions

    async def _open(self) -> Desk:
        # A vignette types faster than a person may.
        free = replace(self._settings, rate_conversation=(), rate_address=(), rate_sessions=())
        return open_desk(lambda: self._agent, emergency_response, free)

    def answer(self, conversation_id: str, text: str) -> dict[str, Any]:
        """The channel's answer to a typed text. Raises EvaluationError when a turn fails."""
        said = Said(str(uuid.uuid4()), text=clean_text(text))
        try:
            return self._run(self.desk.answer(conversation_id, _ADDRESS, said))
        except ChannelError as error:
            if self._broken or any(message["card"] for message in error.messages or ()):
                # The engine was late or broken, and the patient got the channel's own text.
                return {"messages": error.messages, "assessment": None}
            raise EvaluationError(
                f"A turn failed ({error.code}): the lines above say where."
            ) from error

    def intake(self, conversation_id: str) -> Intake:
        """What the bot has understood in this conversation so far."""
        tracker = self._run(self._agent.tracker_store.retrieve(conversation_id))
        return Intake.from_dict(tracker.get_slot("intake") if tracker else None)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)


def _is_ours(run: Any) -> bool:
    return type(run.__self__).__module__.startswith("actions.")


def _fail(*_: Any) -> None:
    raise RuntimeError("this action is made to fail")


class Talk:
    """One conversation of a Bench."""

    def __init__(self, bench: Bench, conversation_id: str) -> None:
        self._bench = bench
        self._id = conversation_id

    @property
    def id(self) -> str:
        """The conversation's id."""
        return self._id

    def say(self, text: str) -> dict[str, Any]:
        """The channel's answer to a typed text."""
        return self._bench.answer(self._id, text)

    def intake(self) -> Intake:
        """What the bot has understood so far."""
        return self._bench.intake(self._id)
