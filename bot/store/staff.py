"""Tables of staff and of what they did.

The console maps its own user and role classes onto `users`, `roles` and `user_roles`
(it alone knows the web frame); columns and types are those Flask-Security-Too expects.
Its times are naive UTC, as that package writes them.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
)
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.types import TypeDecorator

from bot.store.models import Base, PlainJSON, UtcDateTime


class TextList(TypeDecorator):
    """A list of texts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: list[str] | None, dialect: Any) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Any) -> list[str] | None:
        return None if value is None else list(json.loads(value))


users = Table(
    "users",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(255), unique=True, nullable=False),
    Column("username", String(255), unique=True),
    Column("name", String(255)),
    Column("password", String(255)),
    Column("active", Boolean, nullable=False),
    Column("fs_uniquifier", String(64), unique=True, nullable=False),
    Column("confirmed_at", DateTime),
    Column("last_login_at", DateTime),
    Column("current_login_at", DateTime),
    Column("last_login_ip", String(64)),
    Column("current_login_ip", String(64)),
    Column("login_count", Integer),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", String(255)),
    Column("tf_phone_number", String(128)),
    Column("mf_recovery_codes", MutableList.as_mutable(TextList())),
    Column("failed_login_count", Integer, nullable=False, default=0, server_default="0"),
    Column("last_failed_login_at", DateTime),
    Column("locked_until", DateTime),
    Column("create_datetime", DateTime, nullable=False, server_default=func.now()),
    Column(
        "update_datetime", DateTime, nullable=False, server_default=func.now(), onupdate=func.now()
    ),
)

roles = Table(
    "roles",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(80), unique=True, nullable=False),
    Column("description", String(255)),
    Column("permissions", MutableList.as_mutable(TextList())),
    Column(
        "update_datetime", DateTime, nullable=False, server_default=func.now(), onupdate=func.now()
    ),
)

user_roles = Table(
    "user_roles",
    Base.metadata,
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Integer, ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True),
)


class AuditEvent(Base):
    """One act of staff or patient, append-only. `hash` covers the row and `prev_hash`."""

    __tablename__ = "audit_events"

    seq = Column(Integer, primary_key=True, autoincrement=False)
    at = Column(UtcDateTime, nullable=False)
    actor = Column(String(255), nullable=False)
    action = Column(String(60), nullable=False)
    target = Column(String(255), nullable=False)
    detail = Column(PlainJSON, nullable=False)
    prev_hash = Column(String(64), nullable=False)
    hash = Column(String(64), nullable=False)


class AuditHead(Base):
    """The one row that says where the chain of audit events ends; locked while it grows."""

    __tablename__ = "audit_head"

    id = Column(Integer, primary_key=True, autoincrement=False)
    seq = Column(Integer, nullable=False)
    hash = Column(String(64), nullable=False)


class StaffSession(Base):
    """One signed-in browser. The cookie holds a random value, this row its hash."""

    __tablename__ = "staff_sessions"
    __table_args__ = (Index(None, "user_id"),)

    id = Column(String(64), primary_key=True)
    user_id = Column(Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False)
    began_at = Column(UtcDateTime, nullable=False)
    seen_at = Column(UtcDateTime, nullable=False)
