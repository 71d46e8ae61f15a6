"""Signed-in browsers: each has a row here, so that a session can be ended from outside."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import delete, select

from bot.store.staff import StaffSession

SEEN_EVERY = timedelta(seconds=20)
"""How exactly the last use is written down."""


@dataclass(frozen=True)
class SessionView:
    """One signed-in browser; `id` is a hash of what its cookie holds."""

    id: str
    began_at: datetime
    seen_at: datetime


def begin_session(session: Any, user_id: int) -> str:
    """A new session; returns the random value that belongs into the cookie."""
    value, now = secrets.token_urlsafe(32), datetime.now(timezone.utc)
    session.add(StaffSession(id=session_id(value), user_id=user_id, began_at=now, seen_at=now))
    session.flush()
    return value


def use_session(
    session: Any, value: str, user_id: int, *, idle: timedelta, longest: timedelta, quiet: bool
) -> bool:
    """Whether the session lives; then it counts as used now, unless `quiet`. A dead one ends."""
    row = session.get(StaffSession, session_id(value))
    now = datetime.now(timezone.utc)
    if row is None or row.user_id != user_id:
        return False
    if now - row.seen_at > idle or now - row.began_at > longest:
        session.delete(row)
        return False
    if not quiet and now - row.seen_at > SEEN_EVERY:
        row.seen_at = now
    return True


def end_session(session: Any, value: str) -> None:
    """Forget one session."""
    gone = delete(StaffSession).where(StaffSession.id == session_id(value))
    session.execute(gone.execution_options(synchronize_session=False))


def end_sessions(session: Any, user_id: int, but: str | None = None) -> None:
    """Forget all sessions of a login, `but` the one with this value."""
    gone = delete(StaffSession).where(StaffSession.user_id == user_id)
    if but:
        gone = gone.where(StaffSession.id != session_id(but))
    session.execute(gone.execution_options(synchronize_session=False))


def list_sessions(session: Any, user_id: int) -> list[SessionView]:
    """Sessions of a login, last used first."""
    wanted = select(StaffSession).where(StaffSession.user_id == user_id)
    rows = session.execute(wanted.order_by(StaffSession.seen_at.desc()).limit(50)).scalars()
    return [SessionView(row.id, row.began_at, row.seen_at) for row in rows]


def session_id(value: str) -> str:
    """What stands in the table for the value of a cookie."""
    return hashlib.sha256(value.encode()).hexdigest()
