"""Where a checked request becomes an answer: safe text first, then inbox, turn and commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import structlog

from bot import metrics
from bot.channels.errors import (
    ChannelError,
    PayloadNotOffered,
    ServiceDown,
    TooManyRequests,
    TurnFailed,
    TurnInProgress,
)
from bot.channels.errors import UnknownConversation as NoSuchConversation
from bot.channels.ledger import Incoming, Ledger
from bot.channels.limits import Rates
from bot.channels.requests import Said, Visit
from bot.channels.safety import EMERGENCY_DEADLINE, Health, SafetyNet
from bot.channels.thread import EngineThread
from bot.channels.tokens import Tokens
from bot.channels.turns import LOCK_WAIT, TURN_LIMIT, Turns
from bot.store.errors import UnknownConversation
from bot.store.inbox import LEASE, InProgress, New, Replay
from bot.store.record import Record

Answer = dict[str, Any]
Message = dict[str, Any]
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
    _ears: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "ear"))
    _gate: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "gate"))
    _open: set[asyncio.Future[Any]] = field(default_factory=set)
    _recovery: asyncio.Future[None] | None = None

    @metrics.counted_turn
    async def answer(self, conversation_id: str, address: str, said: Said) -> Answer:
        """The committed answer to a message.

        Raises ChannelError; whenever a danger sign was heard, it carries the emergency text.
        """
        begin = time.monotonic()
        refused = await self._refusal(
            self.rates.check_message, address, conversation_id, len(said.words)
        )
        if refused:
            refused.messages = await self.safety(address, said.words)
            raise refused
        with metrics.stage("hear"):
            danger = await self._hear(said.words)
        limit = EMERGENCY_DEADLINE - (time.monotonic() - begin) if danger else _OVERALL_LIMIT
        try:
            return await self._in_time(self._answer(conversation_id, said), limit)
        except ChannelError as error:
            if danger or isinstance(error, ServiceDown):
                error.messages = self.net.messages(danger)
            raise

    async def safety(self, address: str, words: str) -> list[Message]:
        """What goes with a refusal: emergency text if danger is heard in `words`.

        An address that goes on over its rate is not listened to any more: each refusal then
        says how to reach the clinic and the emergency number.
        """
        if await self._refusal(self.rates.check_spare, address):
            return self.net.messages(None)
        danger = await self._hear(words)
        return self.net.messages(danger) if danger else []

    async def begin(self, address: str, visit: Visit) -> Answer:
        """A new conversation with its token and greeting. Raises ChannelError."""
        await self._admit(self.rates.check_session, address)
        try:
            return await self._in_time(self._begin(visit), _OVERALL_LIMIT)
        except ServiceDown as error:
            error.messages = self.net.messages(None)
            raise

    async def transcript(self, conversation_id: str, address: str, after: int) -> Answer:
        """The conversation's messages above `after`. Raises ChannelError."""
        await self._admit(self.rates.check_read, address)
        question = self._ask(self.ledger.transcript, conversation_id, after)
        messages = await self._in_time(question, _OVERALL_LIMIT)
        return {"conversation_id": conversation_id, "messages": messages}

    async def record(self, conversation_id: str, address: str) -> Record:
        """All that is known of the conversation, for its patient. Raises ChannelError."""
        await self._admit(self.rates.check_read, address)
        question = self._ask(self.ledger.record, conversation_id)
        return await self._in_time(question, _OVERALL_LIMIT)

    async def remove(self, conversation_id: str, address: str) -> None:
        """Delete the conversation. Raises ChannelError."""
        await self._admit(self.rates.check_read, address)
        await self._in_time(self._ask(self.ledger.remove, conversation_id), _OVERALL_LIMIT)

    def recover(self) -> None:
        """Answer in the background what a crash left unanswered."""
        self._recovery = self.engine.start(self._recover())

    async def drain(self, seconds: float) -> None:
        """Wait for open turns, also for those whose patient has got a safety text."""
        if self._open:
            await asyncio.wait(set(self._open), timeout=seconds)

    async def _answer(self, conversation_id: str, said: Said) -> Answer:
        begin = time.monotonic()
        with metrics.stage("keep"):
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
        message = Incoming(said.id, said.text or "")
        if said.payload is not None:
            message = self._chosen(conversation_id, said.id, said.payload)
        return self.ledger.keep(conversation_id, message), message

    def _chosen(self, conversation_id: str, message_id: str, payload: str) -> Incoming:
        """The message behind a button; one that was kept before was on offer then."""
        try:
            choice = self.ledger.choose(conversation_id, payload)
        except PayloadNotOffered:
            kept = self.ledger.kept(conversation_id, message_id)
            if kept is None:
                raise
            return kept
        return Incoming(message_id, choice.payload, "payload", choice.label)

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
            result = await self.engine.start(metrics.queued(turn))
        except TurnFailed as failure:
            raise self._down(failure.reason) from None
        except ChannelError:
            raise
        except Exception as error:  # the edge: the patient gets a safety text, whatever it is
            _log.error("turn.raised", reason="turns", exc_info=error)
            raise self._down(f"turns.{type(error).__name__}") from None
        self.health.turn_done()
        return result

    async def _hear(self, words: str) -> str | None:
        """The emergency response that `words` call for; in a thread: a long text takes 0.3 s."""
        hearing = asyncio.get_running_loop().run_in_executor(self._ears, self.net.hear, words)
        try:
            return await asyncio.wait_for(hearing, EMERGENCY_DEADLINE)
        except asyncio.TimeoutError:
            _log.error("sentinel.overdue", seconds=EMERGENCY_DEADLINE)
            return None

    async def _admit(self, check: Callable[..., None], *words: Any) -> None:
        """Ask the rates, in a thread if another machine counts. Raises TooManyRequests."""
        if self.rates.counter.blocks:
            await asyncio.get_running_loop().run_in_executor(self._gate, check, *words)
        else:
            check(*words)

    async def _refusal(self, check: Callable[..., None], *words: Any) -> TooManyRequests | None:
        try:
            await self._admit(check, *words)
        except TooManyRequests as refused:
            return refused
        return None

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

    async def _in_time(self, work: Coroutine[Any, Any, T], seconds: float) -> T:
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
        metrics.FAILURES.labels(reason).inc()
        self.health.turn_failed(reason)
        return ServiceDown(retry_after=RETRY_AFTER)

    async def _recover(self) -> None:
        try:
            count = await self.turns.recover()
            if not self.ledger.alone:  # what a process that died was answering is free by then
                await asyncio.sleep(LEASE.total_seconds())
                count += await self.turns.recover()
            if count:
                _log.info("inbox.recovered", count=count)
        except Exception as error:  # the edge: nobody waits for this
            _log.error("inbox.not_recovered", error=type(error).__name__, exc_info=error)
