"""Who may sign in: users and roles on the store's tables, and the rules of a session."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Response, abort, request, session
from flask_login import current_user, user_logged_out
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    logout_user,
    user_authenticated,
)
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy.orm import relationship, scoped_session

from bot.settings import Settings
from bot.store.audit import record_audit
from bot.store.database import Database
from bot.store.models import Base
from bot.store.staff import roles, user_roles, users

IDLE_SECONDS = 15 * 60
LONGEST_SESSION = timedelta(hours=12)
LOGIN_TRIES: RateLimitItem = parse("10 per 5 minutes")


class Role(Base, RoleMixin):  # type: ignore[misc]
    """viewer, reviewer, clinician or admin."""

    __table__ = roles


class User(Base, UserMixin):  # type: ignore[misc]
    """A staff login."""

    __table__ = users
    roles = relationship(Role, secondary=user_roles, lazy="joined")


def protect(app: Flask, settings: Settings, database: Database) -> SQLAlchemySessionUserDatastore:
    """Put login, session limits and the login throttle on `app`. Returns the user store."""
    sessions = scoped_session(database.session_factory)
    app.config.update(_config(settings))
    datastore = SQLAlchemySessionUserDatastore(sessions, User, Role)
    Security(app, datastore)
    app.teardown_appcontext(lambda _: sessions.remove())
    app.before_request(_end_idle_session)
    _throttle_login(app)
    _audit_logins(app, database)
    return datastore


def _config(settings: Settings) -> dict[str, Any]:
    loopback = settings.console_host in ("127.0.0.1", "localhost", "::1")
    return {
        "SECRET_KEY": settings.secret_key,
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_TRACKABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SESSION_COOKIE_NAME": "console",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not loopback,
        "PERMANENT_SESSION_LIFETIME": LONGEST_SESSION,
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 256 * 1024,
    }


def _audit_logins(app: Flask, database: Database) -> None:
    def note(action: str) -> Callable[..., None]:
        def write(_: Flask, user: User, **__: Any) -> None:
            with database.begin() as opened:
                record_audit(opened, user.email, action, user.email)

        return write

    def start(_: Flask, **__: Any) -> None:
        session["began"] = session["seen"] = time.time()

    user_authenticated.connect(start, app, weak=False)
    user_authenticated.connect(note("staff.login"), app, weak=False)
    user_logged_out.connect(note("staff.logout"), app, weak=False)


def _end_idle_session() -> None:
    if not current_user.is_authenticated:
        return
    now = time.time()
    idle = now - session.get("seen", 0) > IDLE_SECONDS
    old = now - session.get("began", 0) > LONGEST_SESSION.total_seconds()
    if idle or old:
        logout_user()
        return
    session["seen"] = now


def _throttle_login(app: Flask) -> None:
    """At most ten tries in five minutes for one email from one address.

    Counted for the pair, so that a stranger cannot lock a colleague out.
    """
    storage = MemoryStorage()
    limiter = FixedWindowRateLimiter(storage)
    app.extensions["login_tries"] = storage  # the limiter itself holds it weakly

    def refuse_too_many() -> Response | None:
        if request.endpoint == "security.login" and request.method == "POST":
            email = request.form.get("email", "").strip().casefold()
            if not limiter.hit(LOGIN_TRIES, request.remote_addr or "", email):
                abort(429)
        return None

    app.before_request(refuse_too_many)
