"""Turns of the engine: a patient's message in, a committed answer out, or TurnFailed.

A turn counts only when it is committed: the tracker store saves the events, the rows that
staff read and the stored answer in one transaction. A turn that raises, hangs, says nothing
or goes in circles is not saved.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import takewhile
from typing import Any

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import metrics
from bot.channels.errors import TurnFailed, TurnInProgress
from bot.channels.errors import UnknownConversation as NoSuchConversation
from bot.channels.ledger import Incoming, Ledger
from bot.channels.output import CHANNEL_NAME, CollectingOutput
from bot.store.errors import StoreError, UnknownConversation
from bot.store.inbox import New
from bot.store.turns import Turn, turn_metadata

LOCK_WAIT = 5.0
"""Seconds that a message waits for the turn before it in the same conversation."""
TURN_LIMIT = 8.0
"""Seconds that a turn may take."""
GREETING = "utter_greet"
_POLL = 0.03
_log = structlog.get_logger(__name__)


class Turns:
    """Runs turns of one agent. All its coroutines run in the engine's loop."""

    def __init__(self, agent: Callable[[], Agent], ledger: Ledger) -> None:
        self._agent = agent
        self._ledger = ledger

    async def answer(self, turn: Turn, message: Incoming) -> dict[str, Any]:
        """Answer a message that was just kept; earlier unanswered ones come first.

        Raises TurnInProgress or TurnFailed; then nothing of this turn was saved.
        """
        async with self._noting(turn), self._alone(turn.conversation_id):
            await self._catch_up(turn.conversation_id, before=message.id)
            return await self._within_limit(turn, self._take(turn, message))

    async def greet(self, conversation_id: str) -> list[dict[str, Any]]:
        """Begin the session of a new conversation; the messages that open it."""
        turn = Turn(conversation_id)
        async with self._noting(turn), self._alone(conversation_id):
            answer = await self._within_limit(turn, self._open(conversation_id))
            messages: list[dict[str, Any]] = answer["messages"]
            return messages

    async def recover(self) -> int:
        """Answer what a crash left unanswered, in order, each once; how many were answered."""
        done = 0
        for conversation_id in await asyncio.to_thread(self._ledger.waiting_conversations):
            try:
                async with self._alone(conversation_id):
                    done += await self._catch_up(conversation_id)
            except Exception as error:  # the edge: the next conversation waits for its answer too
                _log.error(
                    "inbox.not_recovered",
                    conversation_id=conversation_id,
                    error=type(error).__name__,
                )
        return done

    async def is_ready(self) -> bool:
        """Whether the engine's loop runs and a model is loaded."""
        return bool(self._agent().is_ready())

    async def can_lock(self, name: str) -> bool:
        """Whether a lock can be taken and given back."""
        async with self._alone(name):
            return True

    async def _catch_up(self, conversation_id: str, before: str | None = None) -> int:
        """Take the turns of messages left behind; one that fails again stays behind."""
        done = 0
        for message in await asyncio.to_thread(self._ledger.left_behind, conversation_id, before):
            kept = await asyncio.to_thread(self._ledger.keep, conversation_id, message)
            if not isinstance(kept, New):
                continue
            with suppress(TurnFailed):
                async with self._noting(kept.turn):
                    await self._within_limit(kept.turn, self._take(kept.turn, message))
                done += 1
        return done

    @asynccontextmanager
    async def _noting(self, turn: Turn) -> AsyncIterator[None]:
        """Run a turn; let out only TurnFailed and ChannelError. A failure leaves an incident.

        It is noted while the turn still counts as running: a retry with the same id comes later.
        """
        with turn.running():
            try:
                yield
            except UnknownConversation:  # the patient removed it meanwhile
                raise NoSuchConversation() from None
            except (TurnFailed, TurnInProgress) as failure:
                await self._note(getattr(failure, "reason", "turn.in_progress"), turn)
                raise
            except Exception as error:  # the edge: whatever is raised, the patient is told
                where = "store" if isinstance(error, StoreError) else "engine"
                reason = f"{where}.{type(error).__name__}"
                _log.error("turn.raised", reason=reason, exc_info=error)
                await self._note(reason, turn)
                raise TurnFailed(reason) from None

    async def _note(self, reason: str, turn: Turn) -> None:
        metrics.INCIDENTS.labels(reason).inc()
        try:
            await asyncio.to_thread(self._ledger.note_failure, reason, turn)
        except Exception as error:  # the edge: the failure itself must still be told
            _log.error("incident.not_stored", reason=reason, error=type(error).__name__)

    @asynccontextmanager
    async def _alone(self, conversation_id: str) -> AsyncIterator[None]:
        """One turn at a time in a conversation, over all processes. Raises TurnInProgress."""
        lock = self._agent().lock_store.lock(conversation_id, wait_time_in_seconds=_POLL)
        async with AsyncExitStack() as held:
            try:
                with metrics.stage("lock"):
                    await asyncio.wait_for(held.enter_async_context(lock), LOCK_WAIT)
            except asyncio.TimeoutError:
                raise TurnInProgress(retry_after=2) from None
            yield

    async def _within_limit(self, turn: Turn, work: Any) -> dict[str, Any]:
        try:
            await asyncio.wait_for(work, TURN_LIMIT)
        except asyncio.TimeoutError:
            raise TurnFailed("turn.timeout") from None
        if turn.answer is None:
            raise TurnFailed("turn.not_committed")
        return turn.answer

    async def _take(self, turn: Turn, message: Incoming) -> None:
        processor, output = self._processor(), CollectingOutput()
        said = _as_rasa(turn.conversation_id, message, output)
        with metrics.stage("understand"):
            tracker = await processor.log_message(said, should_save_tracker=False)
        with metrics.stage("decide"):
            tracker = await processor.run_action_extract_slots(output, tracker)
            await processor._run_prediction_loop(output, tracker)
        _check(output)
        with metrics.stage("save"):
            await processor.save_tracker(tracker)
        metrics.count_not_understood(_intent(tracker), _responses(tracker))

    async def _open(self, conversation_id: str) -> None:
        processor, output = self._processor(), CollectingOutput()
        tracker = await processor.fetch_tracker_and_update_session(conversation_id, output)
        for name in (GREETING, ACTION_LISTEN_NAME):
            prediction = PolicyPrediction.for_action_name(processor.domain, name)
            action = processor._get_action(name)
            await processor._run_action(action, tracker, output, processor.nlg, prediction)
        _check(output)
        await processor.save_tracker(tracker)

    def _processor(self) -> MessageProcessor:
        processor = self._agent().processor
        if processor is None:
            raise TurnFailed("engine.no_model")
        processor.on_circuit_break = _note_circle
        return processor


def _as_rasa(conversation_id: str, message: Incoming, output: CollectingOutput) -> UserMessage:
    return UserMessage(
        message.body,
        output,
        conversation_id,
        input_channel=CHANNEL_NAME,
        message_id=message.id,
        metadata=turn_metadata(label=message.label),
    )


def _intent(tracker: DialogueStateTracker) -> str:
    """Intent of the message that was just answered."""
    return str((tracker.latest_message.intent or {}).get("name", ""))


def _responses(tracker: DialogueStateTracker) -> list[str]:
    """Names of the responses that this turn uttered, the last first."""
    turn = takewhile(lambda event: not isinstance(event, UserUttered), reversed(tracker.events))
    return [e.metadata.get("utter_action", "") for e in turn if isinstance(e, BotUttered)]


def _note_circle(_tracker: object, output: CollectingOutput, _nlg: object) -> None:
    """Rasa calls this when it stops after too many predictions, and says nothing itself."""
    output.went_in_circles = True


def _check(output: CollectingOutput) -> None:
    """Raises TurnFailed for an outcome that no patient should get."""
    if output.went_in_circles:
        raise TurnFailed("turn.went_in_circles")
    if not output.messages:
        raise TurnFailed("turn.silent")
