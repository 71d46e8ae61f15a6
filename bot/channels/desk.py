"""Where a checked request becomes an answer: safe text first, then inbox, turn and commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from bot.channels.errors import ChannelError, ServiceDown, TurnFailed, TurnInProgress
from bot.channels.errors import UnknownConversation as NoSuchConversation
from bot.channels.ledger import Incoming, Ledger
from bot.channels.limits import Rates
from bot.channels.requests import Said, Visit
from bot.channels.safety import EMERGENCY_DEADLINE, Health, SafetyNet
from bot.channels.thread import EngineThread
from bot.channels.tokens import Tokens
from bot.channels.turns import LOCK_WAIT, TURN_LIMIT, Turns
from bot.store.errors import UnknownConversation
from bot.store.inbox import InProgress, New, Replay

Answer = dict[str, Any]
T = TypeVar("T")
RETRY_AFTER = 2
_OVERALL_LIMIT = TURN_LIMIT + 0.5
_POLL = 0.1
_log = structlog.get_logger(__name__)


@dataclass
class Desk:
    """Serves the contract's calls. Lives in the web server's loop; turns run in `engine`."""

    tokens: Tokens
    rates: Rates
    ledger: Ledger
    net: SafetyNet
    turns: Turns
    engine: EngineThread = field(default_factory=EngineThread)
    health: Health = field(default_factory=Health)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8, "store"))
    _open: set[asyncio.Future[Any]] = field(default_factory=set)

    async def answer(self, conversation_id: str, address: str, said: Said) -> Answer:
        """The committed answer to a message.

        Raises ChannelError; whenever a danger sign was heard, it carries the emergency text.
        """
        danger = self.net.hear(said.words)
        limit = EMERGENCY_DEADLINE if danger else _OVERALL_LIMIT
        try:
            self.rates.check_message(address, conversation_id)
            return await self._in_time(self._answer(conversation_id, said), limit)
        except ChannelError as error:
            if danger or isinstance(error, ServiceDown):
                error.messages = self.net.messages(danger)
            raise

    async def begin(self, address: str, visit: Visit) -> Answer:
        """A new conversation with its token and greeting. Raises ChannelError."""
        self.rates.check_session(address)
        try:
            return await self._in_time(self._begin(visit), _OVERALL_LIMIT)
        except ServiceDown as error:
            error.messages = self.net.messages(None)
            raise

    async def transcript(self, conversation_id: str, address: str, after: int) -> Answer:
        """The conversation's messages above `after`. Raises ChannelError."""
        self.rates.check_read(address)
        messages = await self._ask(self.ledger.transcript, conversation_id, after)
        return {"conversation_id": conversation_id, "messages": messages}

    async def remove(self, conversation_id: str, address: str) -> None:
        """Delete the conversation. Raises ChannelError."""
        self.rates.check_read(address)
        await self._ask(self.ledger.remove, conversation_id)

    def recover(self) -> None:
        """Answer in the background what a crash left unanswered."""
        self._keep_open(self.engine.start(self._recover()))

    async def drain(self, seconds: float) -> None:
        """Wait for open turns, also for those whose patient has got a safety text."""
        if self._open:
            await asyncio.wait(set(self._open), timeout=seconds)

    async def _answer(self, conversation_id: str, said: Said) -> Answer:
        begin = time.monotonic()
        outcome, message = await self._ask(self._check_in, conversation_id, said)
        while isinstance(outcome, InProgress):
            if time.monotonic() - begin > LOCK_WAIT:
                raise TurnInProgress(retry_after=RETRY_AFTER)
            await asyncio.sleep(_POLL)
            outcome = await self._ask(self.ledger.keep, conversation_id, message)
        if isinstance(outcome, Replay):
            return outcome.answer | {"replayed": True}
        return await self._take(self.turns.answer(outcome.turn, message))

    def _check_in(
        self, conversation_id: str, said: Said
    ) -> tuple[New | Replay | InProgress, Incoming]:
        """Check a payload against what is on offer, and commit the message to the inbox."""
        if said.payload is None:
            message = Incoming(said.id, said.text or "")
            return self.ledger.keep(conversation_id, message), message
        stored = self.ledger.replay(conversation_id, said.id)
        if stored is not None:
            return Replay(stored), Incoming(said.id, "")
        choice = self.ledger.choose(conversation_id, said.payload)
        message = Incoming(said.id, choice.payload, "payload", choice.label)
        return self.ledger.keep(conversation_id, message), message

    async def _begin(self, visit: Visit) -> Answer:
        conversation_id = await self._ask(self.ledger.begin, visit.page, visit.locale)
        messages = await self._take(self.turns.greet(conversation_id))
        token, expires = self.tokens.issue(conversation_id)
        return {
            "conversation_id": conversation_id,
            "token": token,
            "expires_at": expires.isoformat(),
            "messages": messages,
        }

    async def _take(self, turn: Coroutine[Any, Any, T]) -> T:
        """Run a turn in the engine's thread and note how it went. Raises ServiceDown."""
        try:
            result = await self.engine.start(turn)
        except TurnFailed as failure:
            raise self._down(failure.reason) from None
        except ChannelError:
            raise
        except Exception as error:  # the edge: the patient gets a safety text, whatever it is
            _log.error("turn.raised", reason="turns", exc_info=error)
            raise self._down(f"turns.{type(error).__name__}") from None
        self.health.turn_done()
        return result

    async def _ask(self, question: Callable[..., T], *words: Any) -> T:
        """Ask the store in a thread. Raises NoSuchConversation, ServiceDown."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, question, *words)
        except UnknownConversation:
            raise NoSuchConversation() from None
        except ChannelError:
            raise
        except Exception as error:  # the edge: a store that fails in any way is down
            _log.error("store.failed", error=type(error).__name__, exc_info=error)
            raise self._down(f"store.{type(error).__name__}") from None

    async def _in_time(self, work: Coroutine[Any, Any, Answer], seconds: float) -> Answer:
        """The result of `work`, or ServiceDown when it takes too long.

        The work itself goes on: if it is committed after all, the same id gets its answer.
        """
        task = self._keep_open(asyncio.ensure_future(work))
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise self._down("turn.overdue")
        return task.result()

    def _keep_open(self, future: asyncio.Future[Any]) -> asyncio.Future[Any]:
        self._open.add(future)
        future.add_done_callback(self._close)
        return future

    def _close(self, future: asyncio.Future[Any]) -> None:
        self._open.discard(future)
        if not future.cancelled():
            future.exception()  # asked for, so that it is not reported as never retrieved

    def _down(self, reason: str) -> ServiceDown:
        _log.error("turn.failed", reason=reason)
        self.health.turn_failed(reason)
        return ServiceDown(retry_after=RETRY_AFTER)

    async def _recover(self) -> None:
        count = await self.turns.recover()
        if count:
            _log.info("inbox.recovered", count=count)
