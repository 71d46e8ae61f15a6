"""What every view needs: the database, who is signed in, and the end of a page in an address."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from datetime import timezone as fixed
from typing import Any
from zoneinfo import ZoneInfo

from flask import abort, current_app
from flask_login import current_user

from bot.store.database import Database
from bot.store.lists import Key

PAGE_SIZE = 50


def database() -> Database:
    """The database of this application."""
    opened: Database = current_app.extensions["database"]
    return opened


def zone() -> tzinfo:
    """Whose days and times are shown: the clinic's, if it says which, else UTC."""
    name = current_app.config["CLINIC_TIME_ZONE"]
    return ZoneInfo(name) if name else fixed.utc


def actor() -> str:
    """The address of who is signed in, for the audit."""
    return str(current_user.email)


def has_role(roles: Sequence[str] | frozenset[str]) -> bool:
    """Whether who is signed in has one of these roles."""
    return any(current_user.has_role(role) for role in roles)


def write_key(key: Key | None) -> str | None:
    """The end of a page, for an address."""
    if key is None:
        return None
    return "~".join(one.isoformat() if isinstance(one, datetime) else str(one) for one in key)


def read_key(text: str | None, readers: Sequence[Callable[[str], Any]]) -> Key | None:
    """The end of the page before, from an address; 404 when it is not one."""
    if not text:
        return None
    parts = text.split("~")
    if len(parts) != len(readers) or not parts[-1]:
        abort(404)
    try:
        return tuple(read(part) for read, part in zip(readers, parts, strict=True))
    except ValueError:
        abort(404)


def read_moment(text: str) -> datetime:
    """A moment with its zone. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
