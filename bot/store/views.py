"""Saved views: filters of the list under a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, or_, select

from bot.store.work import SavedView

MOST_VIEWS = 30


@dataclass(frozen=True)
class View:
    """A saved view; `query` is the list's own."""

    id: int
    owner: str
    name: str
    query: str
    shared: bool


def list_views(session: Any, owner: str) -> list[View]:
    """A person's own views and those that others share, by name."""
    mine = or_(SavedView.owner == owner, SavedView.shared.is_(True))
    wanted = select(SavedView).where(mine).order_by(SavedView.name, SavedView.id)
    return [
        View(row.id, row.owner, row.name, row.query, row.shared)
        for row in session.execute(wanted).scalars()
    ]


def save_view(session: Any, owner: str, name: str, query: str, shared: bool) -> bool:
    """Keep a view; one of the same name is replaced. False if there are too many."""
    remove_view(session, owner, name=name)
    if len([v for v in list_views(session, owner) if v.owner == owner]) >= MOST_VIEWS:
        return False
    session.add(SavedView(owner=owner, name=name, query=query, shared=shared))
    session.flush()
    return True


def remove_view(session: Any, owner: str, *, name: str = "", number: int | None = None) -> bool:
    """Forget a view of this owner; False if there is none."""
    which = SavedView.name == name if number is None else SavedView.id == number
    statement = delete(SavedView).where(SavedView.owner == owner, which)
    done = session.execute(statement.execution_options(synchronize_session=False))
    return bool(done.rowcount)
