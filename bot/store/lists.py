"""Lists for staff: conversations by urgency or time, their counts, requests, messages that match.

Lists page by key (`after=page.next`), so they stay fast and steady while new rows arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Generic, TypeVar

from sqlalchemy import and_, case, func, or_, select

from bot.store.filters import STATES, Filter, Sort, conditions, is_open
from bot.store.models import AppointmentRequest, Conversation, Message
from bot.store.queries import (
    AppointmentView,
    ConversationSummary,
    appointment,
    summaries,
    summary,
)
from bot.store.search import find_hits
from bot.store.work import Facet

Row = TypeVar("Row")
Key = tuple[Any, ...]
"""Where a page ends: the values that its last row is sorted by."""


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list; `next` is the `after` of the following page, None at the end."""

    rows: tuple[Row, ...]
    next: Key | None


_ORDERS: dict[Sort, tuple[tuple[str, bool], ...]] = {
    "urgency": (("urgency", True), ("waiting_since", True), ("id", True)),
    "newest": (("last_activity_at", False), ("id", False)),
    "oldest": (("last_activity_at", True), ("id", True)),
}
"""Sort -> columns, and whether they ascend."""


def find_conversations(
    session: Any,
    wanted: Filter = Filter(),  # noqa: B008 (frozen)
    *,
    sort: Sort = "urgency",
    after: Key | None = None,
    limit: int = 50,
) -> Page[ConversationSummary]:
    """A page of the conversations that `wanted` lets through."""
    order = _ORDERS[sort]
    rows = summaries().where(*conditions(session, wanted))
    rows = _page(rows, [(getattr(Conversation, name), up) for name, up in order], after, limit)
    found = [summary(*row) for row in session.execute(rows)]
    return _cut(found, limit, lambda row: tuple(getattr(row, name) for name, _ in order))


def count_states(session: Any) -> dict[str, int]:
    """How many conversations are in each state, and how many are `open`."""
    now = datetime.now(timezone.utc)
    sleeping = and_(Conversation.state == "snoozed", Conversation.snoozed_until <= now)
    state = case((sleeping, "needs_action"), else_=Conversation.state).label("state")
    rows = session.execute(select(state, func.count()).where(*_shown()).group_by(state))
    counts = dict.fromkeys(STATES, 0) | {row[0]: row[1] for row in rows}
    return counts | {"open": counts["unread"] + counts["needs_action"]}


def count_open_levels(session: Any) -> dict[str | None, int]:
    """How many conversations that wait for staff have each disposition."""
    now = datetime.now(timezone.utc)
    level = Conversation.disposition
    rows = session.execute(
        select(level, func.count()).where(*_shown(), is_open(now)).group_by(level)
    )
    return {row[0]: row[1] for row in rows}


def neighbours(
    session: Any, here: ConversationSummary, wanted: Filter
) -> tuple[str | None, str | None]:
    """Ids of the conversations before and after `here` in the queue of `wanted`."""
    place = (here.urgency, here.waiting_since, here.id)
    ids = []
    for forward in (False, True):
        order = [(getattr(Conversation, n), forward) for n in ("urgency", "waiting_since", "id")]
        rows = select(Conversation.id).where(*conditions(session, wanted))
        found = session.execute(_page(rows, order, place, 0)).scalars().first()
        ids.append(found)
    return ids[0], ids[1]


def find_matches(
    session: Any, query: str, ids: Sequence[str], most: int = 2
) -> dict[str, list[str]]:
    """Texts of the newest messages that match `query`, at most `most` of each conversation."""
    shown: dict[str, list[int]] = {each: [] for each in ids}
    for conversation_id, seq in find_hits(session, query):
        if conversation_id in shown and len(shown[conversation_id]) < most:
            shown[conversation_id].append(seq)
    if not any(shown.values()):
        return {}
    # Not pairs in one IN: SQLite would read the whole table for those.
    places = [
        and_(Message.conversation_id == each, Message.seq.in_(seqs))
        for each, seqs in shown.items()
        if seqs
    ]
    wanted = (
        select(Message.conversation_id, Message.text)
        .where(or_(*places))
        .order_by(Message.seq.desc())
    )
    texts: dict[str, list[str]] = {}
    for row in session.execute(wanted):
        texts.setdefault(row.conversation_id, []).append(row.text)
    return texts


def list_appointments(
    session: Any, *, after: Key | None = None, limit: int = 50, status: str | None = None
) -> Page[AppointmentView]:
    """Requests for an appointment: new ones by urgency, then by waiting; others newest first.

    A page of new ones ends with (urgency, time, reference), one of others with (time, reference).
    """
    table, urgency = AppointmentRequest, Conversation.urgency
    wanted = select(table, urgency).join(Conversation, Conversation.id == table.conversation_id)
    order = [(table.created_at, False), (table.reference, False)]
    if status == "new":
        order = [(urgency, True), (table.created_at, True), (table.reference, True)]
    if status is not None:
        wanted = wanted.where(table.status == status)
    rows = session.execute(_page(wanted, order, after, limit))
    found = [appointment(row, place) for row, place in rows]
    return _cut(
        found,
        limit,
        lambda r: (*((r.urgency,) if status == "new" else ()), r.created_at, r.reference),
    )


def count_appointments(session: Any) -> dict[str, int]:
    """How many requests have each status."""
    status = AppointmentRequest.status
    return {r[0]: r[1] for r in session.execute(select(status, func.count()).group_by(status))}


def values_in_use(session: Any, kind: str, limit: int = 200) -> list[str]:
    """The ids of a kind of facet that any conversation has."""
    wanted = select(Facet.value).where(Facet.kind == kind).distinct().order_by(Facet.value)
    return list(session.execute(wanted.limit(limit)).scalars())


def versions_in_use(session: Any) -> tuple[list[str], list[str]]:
    """Versions of models and of clinical content that any conversation has."""
    models, contents = (
        [v for v in session.execute(select(column).distinct().limit(50)).scalars() if v]
        for column in (Conversation.model_version, Conversation.knowledge_version)
    )
    return sorted(models), sorted(contents)


def _shown() -> tuple[Any, ...]:
    return Conversation.deleted_at.is_(None), Conversation.patient_message_count > 0


def _page(wanted: Any, order: Sequence[tuple[Any, bool]], after: Key | None, limit: int) -> Any:
    if after is not None:
        wanted = wanted.where(_beyond(order, after))
    sorting = (column.asc() if up else column.desc() for column, up in order)
    return wanted.order_by(*sorting).limit(limit + 1)


def _beyond(order: Sequence[tuple[Any, bool]], after: Key) -> Any:
    """Rows that come later: greater in the first column, or equal there and later in the rest."""
    (column, up), value = order[0], after[0]
    later = column > value if up else column < value
    if len(order) == 1:
        return later
    return or_(later, and_(column == value, _beyond(order[1:], after[1:])))


def _cut(found: list[Row], limit: int, key: Any) -> Page[Row]:
    rows = tuple(found[:limit])
    return Page(rows, key(rows[-1]) if len(found) > limit else None)
