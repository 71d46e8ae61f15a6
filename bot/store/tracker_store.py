"""The engine's tracker store: one transaction a turn, and no way around it.

    endpoints.yml:  tracker_store: {type: bot.store.tracker_store.ClinicTrackerStore}

`save` writes the turn's events, every row drawn from them and the stored answer together,
or nothing. Calls to the database run in threads, so a database that is slow or locked
holds up one conversation and not the event loop.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import structlog
from rasa.core.tracker_store import AwaitableTrackerStore, FailSafeTrackerStore, TrackerStore
from rasa.shared.constants import ASSISTANT_ID_KEY
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.events import Event as EngineEvent
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import METADATA_MODEL_ID
from rasa.shared.utils.common import all_subclasses
from sqlalchemy import bindparam, insert, select, update

from bot.store import inbox
from bot.store.conversations import add_conversation, check_id, message_json
from bot.store.crypto import to_json
from bot.store.database import POOL_SIZE, Database, open_database
from bot.store.errors import (
    Conflict,
    SchemaError,
    StoreError,
    StoreUnavailable,
    UnknownConversation,
)
from bot.store.models import Conversation, Event
from bot.store.projection import Changes, State, event_time, project
from bot.store.rows import write
from bot.store.turns import Turn, current_turn, make_answer

log = structlog.get_logger(__name__)
Result = TypeVar("Result")

CACHED_TRACKERS = 256
DEADLINE = 10.0
"""Seconds after which a call counts as failed. It may still commit: a retry is then a replay."""


class ClinicTrackerStore(TrackerStore):
    """Trackers in the clinic's own tables. Raises StoreError; never falls back to memory."""

    def __init__(
        self,
        domain: Domain | None,
        event_broker: Any = None,
        url: str | None = None,
        host: str | None = None,
        **kwargs: Any,
    ) -> None:
        """`url` (the engine hands it in as `host`): default is setting DATABASE_URL."""
        super().__init__(domain, event_broker, **kwargs)
        self.database: Database = open_database(url or host)
        self._threads = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="store")
        self._cache = _Cache(CACHED_TRACKERS)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Commit what the tracker has and the database has not; fill in the open turn's answer.

        Raises Conflict when the conversation went on elsewhere since `retrieve`, EmptyTurn
        when the open turn has no answer, and other StoreErrors. Then nothing was saved.
        """
        new = await self._in_thread(self._save, tracker)
        if self.event_broker is not None and new:
            await self._publish(tracker.sender_id, new)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Tracker of the newest session, by sequence. The caller owns it: each call has its own."""
        return await self._in_thread(self._load, sender_id, False)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        """Tracker of all sessions."""
        return await self._in_thread(self._load, conversation_id, True)

    async def exists(self, conversation_id: str) -> bool:
        """Whether anything was ever saved there."""
        return await self._in_thread(self._exists, conversation_id)

    async def keys(self) -> Iterable[str]:
        """Ids of all conversations."""
        return await self._in_thread(self._keys)

    def init_tracker(self, sender_id: str) -> DialogueStateTracker:
        """An empty tracker that keeps every event."""
        return DialogueStateTracker(sender_id, self.domain.slots)

    @property
    def domain(self) -> Domain:
        """The domain whose slots new trackers get."""
        return self._domain

    @domain.setter
    def domain(self, domain: Domain | None) -> None:
        self._domain = domain or Domain.empty()
        self._cache.clear()

    async def _publish(self, conversation_id: str, events: list[EngineEvent]) -> None:
        """Tell the broker; the turn is committed, so a broker that is down cannot undo it."""
        try:
            await self._stream_new_events(self.event_broker, events, conversation_id)
        except Exception as error:
            log.error(
                "store.broker_failed", conversation_id=conversation_id, error=type(error).__name__
            )

    async def _in_thread(self, call: Callable[..., Result], *args: Any) -> Result:
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, copy_context().run, call, *args)
        try:
            return await asyncio.wait_for(work, DEADLINE)
        except asyncio.TimeoutError as error:
            raise StoreUnavailable("The database did not answer in time.") from error

    def _save(self, tracker: DialogueStateTracker) -> list[EngineEvent]:
        check_id(tracker.sender_id)
        stored = _stored(tracker)
        new = list(islice(tracker.events, stored.count, None))
        if new:
            _forget_words(new)
            dicts = [event.as_dict() for event in new]
            clean = [json.loads(to_json(event)) for event in dicts]
            self._commit(tracker.sender_id, stored.last, clean)
            _mark(tracker, stored.base, stored.count + len(new))
            if clean == dicts and not _begins_session(clean):
                self._cache.put(tracker.sender_id, stored.last + len(new), tracker)
        return new

    def _commit(self, conversation_id: str, last: int, events: list[dict[str, Any]]) -> None:
        turn = _answered_turn(conversation_id, events)
        with self.database.begin() as session:
            state = _reserve(session, conversation_id, last, len(events))
            changes = project(state, events)
            _insert_events(session, conversation_id, last, events)
            write(session, conversation_id, changes, state.facets)
            answer = _answer(turn, changes) if turn else None
            if turn and turn.message_id and answer:
                inbox.answer(session, turn, answer)
        if turn:
            turn.answer = answer
        log.debug("store.saved", conversation_id=conversation_id, events=len(events))

    def _load(self, conversation_id: str, everything: bool) -> DialogueStateTracker | None:
        check_id(conversation_id)
        with self.database.begin() as session:
            found = _head(session, conversation_id)
            if found is None or found.event_count == 0:
                return None
            known = None if everything else self._cache.take(conversation_id, found.event_count)
            if known is not None:
                return known
            first = 1 if everything else found.session_seq
            events = _read_events(session, conversation_id, first)
        tracker = DialogueStateTracker.from_events(conversation_id, events, self.domain.slots)
        return _mark(tracker, first - 1, len(events))

    def _exists(self, conversation_id: str) -> bool:
        check_id(conversation_id)
        with self.database.begin() as session:
            found = _head(session, conversation_id)
        return found is not None and found.event_count > 0

    def _keys(self) -> list[str]:
        with self.database.begin() as session:
            wanted = select(Conversation.id).where(Conversation.deleted_at.is_(None))
            return list(session.execute(wanted).scalars())


def strict(agent: Any) -> ClinicTrackerStore:
    """Take the engine's fallback to memory out of an agent; call it after each model load.

    Raises StoreError when the agent does not use our store (a mistyped type in
    endpoints.yml leaves the engine with a store in memory, and only a warning).
    """
    store = agent.tracker_store
    while isinstance(store, (FailSafeTrackerStore, AwaitableTrackerStore)):
        store = store._tracker_store
    if not isinstance(store, ClinicTrackerStore):
        raise StoreError(
            f"The engine took {type(store).__name__}, which loses conversations: in endpoints.yml "
            "the type of tracker_store must be bot.store.tracker_store.ClinicTrackerStore."
        )
    agent.tracker_store = store
    if agent.processor is not None:
        agent.processor.tracker_store = store
    return store


@dataclass(frozen=True)
class _Stored:
    """What of a tracker's events is in the database: `count` of them, after the first `base`."""

    base: int = 0
    count: int = 0

    @property
    def last(self) -> int:
        return self.base + self.count


def _stored(tracker: DialogueStateTracker) -> _Stored:
    return getattr(tracker, "_clinic_stored", _Stored())


def _mark(tracker: DialogueStateTracker, base: int, count: int) -> DialogueStateTracker:
    tracker._clinic_stored = _Stored(base, count)
    return tracker


class _Cache:
    """Trackers with the number of their last event. One that is taken out belongs to the taker."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._trackers: OrderedDict[str, tuple[int, DialogueStateTracker]] = OrderedDict()
        self._guard = threading.Lock()

    def put(self, conversation_id: str, last: int, tracker: DialogueStateTracker) -> None:
        with self._guard:
            self._trackers[conversation_id] = (last, tracker)
            self._trackers.move_to_end(conversation_id)
            if len(self._trackers) > self._size:
                self._trackers.popitem(last=False)

    def take(self, conversation_id: str, last: int) -> DialogueStateTracker | None:
        with self._guard:
            known, tracker = self._trackers.pop(conversation_id, (None, None))
        return tracker if known == last else None

    def clear(self) -> None:
        with self._guard:
            self._trackers.clear()


def _forget_words(events: list[EngineEvent]) -> None:
    """Drop what a response was filled with: a patient's words, which stand in its text already."""
    for event in events:
        if isinstance(event, BotUttered):
            event.metadata = {key: event.metadata[key] for key in _KEPT & event.metadata.keys()}


_KEPT = {"utter_action", METADATA_MODEL_ID, ASSISTANT_ID_KEY}

# Statements are built once: building them took a third of a save.
_table = Conversation.__table__
_RESERVE = (
    update(_table)
    .where(
        _table.c.id == bindparam("this"),
        _table.c.event_count == bindparam("last"),
        _table.c.deleted_at.is_(None),
    )
    .values(event_count=bindparam("next"))
)
_STATE = select(*(_table.c[f.name] for f in fields(State))).where(_table.c.id == bindparam("this"))
_HEAD = select(_table.c.event_count, _table.c.session_seq, _table.c.deleted_at).where(
    _table.c.id == bindparam("this")
)
_INSERT_EVENTS = insert(Event.__table__)


def _answered_turn(conversation_id: str, events: list[dict[str, Any]]) -> Turn | None:
    """The open turn, if these events hold its message (the one that greets has none)."""
    turn = current_turn(conversation_id)
    if turn is None or turn.message_id is None:
        return turn
    said = [event.get("message_id") for event in events if event["event"] == "user"]
    return turn if turn.message_id in said else None


def _answer(turn: Turn, changes: Changes) -> dict[str, Any]:
    assessment = changes.assessments[-1]["data"] if changes.assessments else None
    return make_answer(turn, [message_json(row) for row in changes.messages], assessment)


def _reserve(session: Any, conversation_id: str, last: int, adding: int) -> State:
    """Lock the conversation at event `last` and return its state there."""
    key = {"this": conversation_id, "last": last, "next": last + adding}
    if session.execute(_RESERVE, key).rowcount == 1:
        row = session.execute(_STATE, {"this": conversation_id}).one()
        return replace(State.of(row), event_count=last)
    return _first_state(session, conversation_id, last)


def _first_state(session: Any, conversation_id: str, last: int) -> State:
    found = _head(session, conversation_id)
    if found is not None or last > 0:
        raise Conflict(f"Conversation {conversation_id} was written by somebody else.")
    add_conversation(session, conversation_id)
    return State()


def _head(session: Any, conversation_id: str) -> Any:
    """Counts of a conversation, None if it is not there. Raises UnknownConversation if removed."""
    found = session.execute(_HEAD, {"this": conversation_id}).one_or_none()
    if found is not None and found.deleted_at is not None:
        raise UnknownConversation(conversation_id)
    return found


def _insert_events(
    session: Any, conversation_id: str, last: int, events: list[dict[str, Any]]
) -> None:
    rows = [
        {
            "conversation_id": conversation_id,
            "seq": seq,
            "type": event["event"][:40],
            "at": event_time(event),
            "data": event,
        }
        for seq, event in enumerate(events, last + 1)
    ]
    session.execute(_INSERT_EVENTS, rows)


def _read_events(session: Any, conversation_id: str, first: int) -> list[EngineEvent]:
    wanted = select(Event.data).where(Event.conversation_id == conversation_id, Event.seq >= first)
    return [_event(data) for data in session.execute(wanted.order_by(Event.seq)).scalars()]


def _event(data: dict[str, Any]) -> EngineEvent:
    kind = _event_types().get(data["event"])
    if kind is None:
        raise SchemaError(f"The engine does not know events of type {data['event']}.")
    return kind._from_parameters(data)


@lru_cache(maxsize=1)
def _event_types() -> dict[str, Any]:
    """Classes by name. The engine walks all classes for each event, which takes most of a load."""
    types: dict[str, Any] = {}
    for each in all_subclasses(EngineEvent):
        types.setdefault(each.type_name, each)
    return types


def _begins_session(events: list[dict[str, Any]]) -> bool:
    """The engine would cut such a tracker when it reads it, so it is not kept."""
    return any(event["event"] == "session_started" for event in events)
