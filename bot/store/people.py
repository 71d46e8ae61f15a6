"""Staff as the rest of the store sees them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from bot.store.staff import users


def emails_in_use(session: Any) -> list[str]:
    """Addresses of all active logins."""
    wanted = select(users.c.email).where(users.c.active.is_(True)).order_by(users.c.email)
    return list(session.execute(wanted).scalars())
