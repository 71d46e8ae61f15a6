"""Writes the rows that staff read, as bot/store/projection.py draws them from the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, tuple_, update

from bot.store.errors import UnknownConversation
from bot.store.models import (
    AppointmentRequest,
    AssessmentRow,
    Conversation,
    Escalation,
    Event,
    Message,
)
from bot.store.projection import PROJECTION, Changes, State, project
from bot.store.search import add_entries
from bot.store.work import TAG, Alert, Facet, SearchEntry

_KEPT = ("status", "note", "booked_for", "handled_by", "handled_at")
"""Columns of a request that are staff's own."""
_DRAWN = (Message, AssessmentRow, Escalation, AppointmentRequest, Alert, SearchEntry)


def write(
    session: Any, conversation_id: str, changes: Changes, before: Mapping[str, Sequence[str]]
) -> None:
    """Add the rows and set the state, in the caller's transaction. `before`: the facets so far.

    A conversation that staff had put aside is unread again when there is an alert.
    """
    for table, rows in _tables(changes):
        if rows:
            keyed = [{"conversation_id": conversation_id, **row} for row in rows]
            session.execute(_INSERTS[table], keyed)
    _write_facets(session, conversation_id, before, changes.state.facets)
    add_entries(session, conversation_id, changes.messages)
    session.execute(_SET_STATE, {"this": conversation_id, **changes.state.to_row()})
    if changes.alerts:
        session.execute(_WAKE, {"this": conversation_id, "now": changes.alerts[-1]["at"]})


def rebuild(session: Any, conversation_id: str | None = None) -> int:
    """Draw all rows anew from the events, of one or of all conversations; returns how many.

    Staff's marks stay: state, reviews, tags, and what became of a request.
    Raises UnknownConversation.
    """
    ids = [conversation_id] if conversation_id else _all_ids(session)
    for each in ids:
        _rebuild(session, each)
    return len(ids)


def refresh(database: Any, batch: int = 50) -> int:
    """Draw anew what an older version of this program drew; returns how many conversations."""
    done = 0
    while True:
        with database.begin() as session:
            wanted = select(Conversation.id).where(
                Conversation.projection < PROJECTION,
                Conversation.event_count > 0,
                Conversation.deleted_at.is_(None),
            )
            ids = list(session.execute(wanted.limit(batch)).scalars())
            for conversation_id in ids:
                _rebuild(session, conversation_id)
        done += len(ids)
        if not ids:
            return done


def _tables(changes: Changes) -> Sequence[tuple[Any, list[dict[str, Any]]]]:
    return (
        (Message, changes.messages),
        (AssessmentRow, changes.assessments),
        (Escalation, changes.escalations),
        (AppointmentRequest, changes.appointments),
        (Alert, changes.alerts),
    )


_INSERTS = {
    table: insert(table.__table__)
    for table in (Message, AssessmentRow, Escalation, AppointmentRequest, Alert, Facet)
}
_table = Conversation.__table__
_SET_STATE = update(_table).where(_table.c.id == bindparam("this"))
_WAKE = (
    update(_table)
    .where(
        _table.c.id == bindparam("this"),
        _table.c.state.in_(("read", "reviewed", "snoozed", "archived")),
    )
    .values(state="unread", state_at=bindparam("now"), snoozed_until=None)
)


def _write_facets(
    session: Any,
    conversation_id: str,
    before: Mapping[str, Sequence[str]],
    after: Mapping[str, Sequence[str]],
) -> None:
    old, new = set(_pairs(before)), set(_pairs(after))
    if old - new:
        gone = tuple_(Facet.kind, Facet.value).in_(sorted(old - new))
        _run(session, delete(Facet).where(Facet.conversation_id == conversation_id, gone))
    if new - old:
        rows = [
            {"conversation_id": conversation_id, "kind": kind, "value": value}
            for kind, value in sorted(new - old)
        ]
        session.execute(_INSERTS[Facet], rows)


def _pairs(facets: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    return ((kind, value) for kind, values in facets.items() for value in values)


def _all_ids(session: Any) -> list[str]:
    wanted = select(Conversation.id).where(Conversation.deleted_at.is_(None))
    return list(session.execute(wanted.order_by(Conversation.id)).scalars())


def _rebuild(session: Any, conversation_id: str) -> None:
    row = session.get(Conversation, conversation_id, with_for_update=True)
    if row is None or row.deleted_at is not None:
        raise UnknownConversation(conversation_id)
    wanted = select(Event.data).where(Event.conversation_id == conversation_id)
    changes = project(State(), session.execute(wanted.order_by(Event.seq)).scalars())
    _keep_staffs_own(session, conversation_id, changes)
    for table in _DRAWN:
        _run(session, delete(table).where(table.conversation_id == conversation_id))
    drawn = (Facet.conversation_id == conversation_id, Facet.kind != TAG)
    _run(session, delete(Facet).where(*drawn))
    marks = {name: getattr(row, name) for name in ("state", "state_at", "snoozed_until")}
    write(session, conversation_id, changes, {})
    own = update(Conversation).where(Conversation.id == conversation_id).values(**marks)
    _run(session, own)
    session.expire(row)


def _keep_staffs_own(session: Any, conversation_id: str, changes: Changes) -> None:
    columns = [getattr(AppointmentRequest, name) for name in ("seq", *_KEPT)]
    known = select(*columns).where(AppointmentRequest.conversation_id == conversation_id)
    kept = {row.seq: row for row in session.execute(known)}
    for new in changes.appointments:
        for name in _KEPT:
            new[name] = getattr(kept.get(new["seq"]), name, new.get(name))


def _run(session: Any, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
