"""Messages as they come in: kept before the engine runs, answered once, replayed after.

A message is known by the client's id. The row is committed before the turn, so that what a
patient said outlives a crash in the middle of it; the answer is committed with the events
of the turn by the tracker store. The same id again gets the same stored answer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database
from bot.store.errors import Conflict, UnknownConversation
from bot.store.models import Conversation, InboxMessage
from bot.store.turns import RUNNING, Turn

LEASE = timedelta(seconds=20)
"""After that another process may answer a message that its owner left unanswered."""
THIS_PROCESS = secrets.token_hex(8)


@dataclass(frozen=True)
class New:
    """Answer it: run the engine inside `turn.running()`; then `turn.answer` is the reply."""

    turn: Turn


@dataclass(frozen=True)
class Replay:
    """It was answered before; `answer` equals that answer, key by key, in the same order."""

    answer: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class InProgress:
    """It is being answered now."""


@dataclass(frozen=True)
class Unanswered:
    """A message that was kept and never answered."""

    conversation_id: str
    message_id: str
    kind: Literal["text", "payload"]
    body: str = field(repr=False)
    label: str | None = field(repr=False)
    received_at: datetime


def receive(
    database: Database,
    conversation_id: str,
    message_id: str,
    body: str,
    *,
    kind: Literal["text", "payload"] = "text",
    label: str | None = None,
    alone: bool = True,
) -> New | Replay | InProgress:
    """Keep a message, in a transaction of its own. Blocking: call it in a thread.

    `alone`: no other process answers patients, so a message that another one left
    unanswered is an orphan and is taken over at once. After New, `turn.running()` must be
    entered (also when nothing is done), or the id stays in progress in this process.
    Raises StoreError; UnknownConversation when it is not there or removed.
    """
    if not RUNNING.start(conversation_id, message_id):
        return InProgress()
    keep = _Keep(conversation_id, message_id, kind, body, label)
    outcome: New | Replay | InProgress = InProgress()
    try:
        outcome = _receive(database, keep, alone)
    finally:
        if not isinstance(outcome, New):
            RUNNING.end(conversation_id, message_id)
    return outcome


def answer(session: Any, turn: Turn, reply: dict[str, Any]) -> None:
    """Store the reply of a turn. The tracker store calls it inside its own transaction.

    A channel calls it for a reply made without the engine. Raises Conflict when somebody
    else has answered or taken over the message.
    """
    values = {"status": "answered", "answer": reply, "answered_at": datetime.now(timezone.utc)}
    if session.execute(_MINE, _key_of(turn) | values).rowcount != 1:
        raise Conflict(f"Message {turn.message_id} was answered by another process.")


def fail(session: Any, turn: Turn) -> None:
    """Say that the turn failed; the same id again is New. No error if it was answered."""
    session.execute(_MINE, _key_of(turn) | {"status": "failed"})


def unanswered(session: Any) -> list[Unanswered]:
    """Messages kept and not answered, oldest first: to answer again after a start."""
    rows = session.execute(
        select(InboxMessage).where(InboxMessage.status != "answered").order_by(InboxMessage.id)
    ).scalars()
    return [
        Unanswered(r.conversation_id, r.message_id, r.kind, r.body or "", r.label, r.received_at)
        for r in rows
    ]


@dataclass(frozen=True)
class _Keep:
    conversation_id: str
    message_id: str
    kind: str
    body: str = field(repr=False)
    label: str | None = field(repr=False)

    @property
    def new(self) -> New:
        return New(Turn(self.conversation_id, self.message_id))


def _receive(database: Database, keep: _Keep, alone: bool) -> New | Replay | InProgress:
    try:
        with database.begin() as session:
            _insert(session, keep)
            return keep.new
    except _Known:
        with database.begin() as session:
            return _again(session, keep, alone)


# Statements are built once: building them takes longer than running them.
_table = InboxMessage.__table__
_MINE = update(_table).where(
    _table.c.conversation_id == bindparam("this"),
    _table.c.message_id == bindparam("this_message"),
    _table.c.owner == bindparam("this_process"),
    _table.c.status == "received",
)
_INSERT = insert(_table)
_OPEN = (
    select(Conversation.__table__.c.id)
    .where(
        Conversation.__table__.c.id == bindparam("this"),
        Conversation.__table__.c.deleted_at.is_(None),
    )
    .with_for_update(read=True)
)


class _Known(Exception):
    """The id is there already, or the conversation is not."""


def _insert(session: Any, keep: _Keep) -> None:
    try:
        now = datetime.now(timezone.utc)
        row = {**vars(keep), **_lease(), "status": "received", "received_at": now}
        session.execute(_INSERT, row)
        _check_open(session, keep.conversation_id)
    except IntegrityError as error:
        raise _Known from error


def _check_open(session: Any, conversation_id: str) -> None:
    """Also holds off a removal until this transaction ends, so that no row outlives it."""
    if session.execute(_OPEN, {"this": conversation_id}).first() is None:
        raise UnknownConversation(conversation_id)


def _again(session: Any, keep: _Keep, alone: bool) -> New | Replay | InProgress:
    row = session.execute(_find(select(InboxMessage), keep)).scalar_one_or_none()
    if row is None:
        raise UnknownConversation(keep.conversation_id)
    if row.status == "answered":
        return Replay(row.answer)
    return keep.new if _take_over(session, keep, alone) else InProgress()


def _take_over(session: Any, keep: _Keep, alone: bool) -> bool:
    """Own the row, unless another living process does. The caller is not answering it."""
    statement = _find(update(_table), keep).where(InboxMessage.status != "answered")
    if not alone:
        now = datetime.now(timezone.utc)
        statement = statement.where(
            or_(
                InboxMessage.status == "failed",
                InboxMessage.owner == THIS_PROCESS,
                InboxMessage.lease_until < now,
                InboxMessage.lease_until > now + 2 * LEASE,  # the clock was put back
            )
        )
    statement = statement.values(status="received", **_lease())
    return bool(session.execute(statement).rowcount)


def _key_of(turn: Turn) -> dict[str, Any]:
    return {
        "this": turn.conversation_id,
        "this_message": turn.message_id,
        "this_process": THIS_PROCESS,
    }


def _find(statement: Any, key: _Keep | Turn) -> Any:
    return statement.where(
        InboxMessage.conversation_id == key.conversation_id,
        InboxMessage.message_id == key.message_id,
    )


def _lease() -> dict[str, Any]:
    return {"owner": THIS_PROCESS, "lease_until": datetime.now(timezone.utc) + LEASE}
