"""What the channel asks of the store. Every function blocks: call it in a thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import bindparam, func, select

from bot.channels.offers import Choice, accept
from bot.store.conversations import create_conversation, delete_conversation, transcript
from bot.store.database import Database
from bot.store.inbox import InProgress, New, Replay, fail, receive
from bot.store.models import InboxMessage, Message
from bot.store.queries import record_incident
from bot.store.record import Record, patient_record
from bot.store.turns import Turn

_WAITING = ("received", "failed")
_HERE = InboxMessage.conversation_id == bindparam("conversation")
_LEFT_BEHIND = (
    select(InboxMessage)
    .where(
        _HERE,
        InboxMessage.status.in_(_WAITING),
        InboxMessage.id
        > select(func.coalesce(func.max(InboxMessage.id), 0))
        .where(_HERE, InboxMessage.status == "answered")
        .scalar_subquery(),
    )
    .order_by(InboxMessage.id)
)
_LEFT_BEHIND_BEFORE = _LEFT_BEHIND.where(
    InboxMessage.id
    < select(func.max(InboxMessage.id))
    .where(_HERE, InboxMessage.message_id == bindparam("message"))
    .scalar_subquery()
)


@dataclass(frozen=True)
class Incoming:
    """A checked message: `body` is what the engine reads, `label` what the button showed."""

    id: str
    body: str
    kind: Literal["text", "payload"] = "text"
    label: str | None = None


@dataclass(frozen=True)
class Ledger:
    """The store, as one conversation on the website sees it.

    `alone`: this process is the only one that answers patients.
    """

    database: Database
    alone: bool = True

    def check(self) -> None:
        """Raises StoreError when nothing can be written now."""
        self.database.check()

    def begin(self, page: str | None, locale: str | None) -> str:
        """A new conversation; its id."""
        with self.database.begin() as session:
            return create_conversation(session, page=page, locale=locale)

    def keep(self, conversation_id: str, message: Incoming) -> New | Replay | InProgress:
        """Commit a message before the engine sees it. Raises StoreError."""
        return receive(
            self.database,
            conversation_id,
            message.id,
            message.body,
            kind=message.kind,
            label=message.label,
            alone=self.alone,
        )

    def kept(self, conversation_id: str, message_id: str) -> Incoming | None:
        """The message of this id as it was kept before, answered or not."""
        wanted = select(InboxMessage).where(
            InboxMessage.conversation_id == conversation_id,
            InboxMessage.message_id == message_id,
        )
        with self.database.begin() as session:
            row = session.execute(wanted).scalar_one_or_none()
            return _incoming(row) if row else None

    def choose(self, conversation_id: str, payload: object) -> Choice:
        """The choice behind a button. Raises PayloadNotOffered, StoreError."""
        with self.database.begin() as session:
            spoken = _last_patient_message(session, conversation_id)
            return accept(payload, transcript(session, conversation_id, after=spoken))

    def transcript(self, conversation_id: str, after: int) -> list[dict[str, Any]]:
        """The messages after `after`. Raises StoreError."""
        with self.database.begin() as session:
            return transcript(session, conversation_id, after)

    def record(self, conversation_id: str) -> Record:
        """All that is known of the conversation. Raises StoreError."""
        with self.database.begin() as session:
            return patient_record(session, conversation_id)

    def remove(self, conversation_id: str) -> None:
        """Delete the conversation for good. Raises StoreError."""
        with self.database.begin() as session:
            delete_conversation(session, conversation_id)

    def note_failure(self, kind: str, turn: Turn) -> None:
        """Mark the message to be tried again, and record an incident for staff."""
        with self.database.begin() as session:
            if turn.message_id:
                fail(session, turn)
            record_incident(
                session, kind, conversation_id=turn.conversation_id, event_id=turn.message_id
            )

    def left_behind(self, conversation_id: str, before: str | None) -> list[Incoming]:
        """Kept, never answered messages that still follow on what was answered, in order.

        `before`: only those that came in ahead of this message. A message that a later one
        has overtaken stays where it is: its words would be read as an answer to another
        question.
        """
        wanted = _LEFT_BEHIND if before is None else _LEFT_BEHIND_BEFORE
        keys = {"conversation": conversation_id, "message": before}
        with self.database.begin() as session:
            found: Iterable[Any] = session.execute(wanted, keys).scalars()
            return [_incoming(row) for row in found]

    def waiting_conversations(self) -> list[str]:
        """Conversations with kept, never answered messages, the oldest message first."""
        wanted = (
            select(InboxMessage.conversation_id)
            .where(InboxMessage.status.in_(_WAITING))
            .group_by(InboxMessage.conversation_id)
            .order_by(func.min(InboxMessage.id))
        )
        with self.database.begin() as session:
            return list(session.execute(wanted).scalars())


def _incoming(row: Any) -> Incoming:
    return Incoming(row.message_id, row.body or "", row.kind, row.label)


def _last_patient_message(session: Any, conversation_id: str) -> int:
    wanted = select(func.max(Message.seq)).where(
        Message.conversation_id == conversation_id, Message.sender == "patient"
    )
    return session.execute(wanted).scalar() or 0
