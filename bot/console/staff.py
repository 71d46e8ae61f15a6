"""Staff logins, for the commands `python -m bot staff` and the first start."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import Flask
from flask_security import hash_password
from sqlalchemy import select

from bot.console.app import create_app, users
from bot.console.names import ROLES
from bot.console.security import User
from bot.store.audit import record_audit

FIRST_ADMIN = "admin@clinic.example"


class StaffError(Exception):
    """The login cannot be made or changed; the message says why."""


@dataclass(frozen=True)
class StaffLogin:
    """One staff login as `python -m bot staff` lists it."""

    email: str
    roles: tuple[str, ...]
    active: bool


def ensure_first_admin() -> str | None:
    """Make the first admin when nobody can sign in yet: "email  password", else None."""
    app = create_app()
    with app.app_context():
        if users(app).db.session.scalar(select(User.id).limit(1)) is not None:
            return None
        return f"{FIRST_ADMIN}  {_add(app, FIRST_ADMIN, 'admin')}"


def add_staff(email: str, role: str) -> str:
    """Make a login and return its password. Raises StaffError."""
    app = create_app()
    with app.app_context():
        return _add(app, email, role)


def set_password(email: str) -> str:
    """Give a login a new password and return it; open sessions end. Raises StaffError."""
    app = create_app()
    with app.app_context():
        store = users(app)
        user = store.find_user(email=email.strip().casefold())
        if user is None:
            raise StaffError(f"There is no login {email}: see `python -m bot staff`.")
        password = _new_password()
        user.password = hash_password(password)
        store.set_uniquifier(user)
        record_audit(store.db.session, "command line", "staff.changed", user.email, what="password")
        store.commit()
        return password


def list_staff() -> list[StaffLogin]:
    """All logins, by email."""
    app = create_app()
    with app.app_context():
        found = users(app).db.session.scalars(select(User).order_by(User.email)).unique()
        return [StaffLogin(u.email, tuple(role.name for role in u.roles), u.active) for u in found]


def _add(app: Flask, email: str, role: str) -> str:
    store, email = users(app), email.strip().casefold()
    if role not in ROLES:
        raise StaffError(f"{role!r} is not a role: choose one of {', '.join(ROLES)}.")
    if "@" not in email:
        raise StaffError(f"{email!r} is not an email address.")
    if store.find_user(email=email) is not None:
        raise StaffError(f"There is a login {email} already.")
    password = _new_password()
    wanted = store.find_or_create_role(name=role, description=ROLES[role])
    store.create_user(email=email, password=hash_password(password), roles=[wanted])
    record_audit(store.db.session, "command line", "staff.created", email, role=role)
    store.commit()
    return password


def _new_password() -> str:
    return "-".join(secrets.token_hex(3) for _ in range(3))
