"""Who may sign in: users and roles on the store's tables, second factor, life of a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, request, session
from flask_login import current_user, user_logged_out
from flask_security import (
    PasswordUtil,
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    logout_user,
    password_changed,
    tf_profile_changed,
    user_authenticated,
)
from sqlalchemy.orm import relationship, scoped_session

from bot.console.passwords import faults_of
from bot.console.throttle import throttle
from bot.settings import Settings
from bot.store.audit import record_audit
from bot.store.database import Database
from bot.store.models import Base
from bot.store.sessions import begin_session, end_session, end_sessions, use_session
from bot.store.staff import roles, user_roles, users

IDLE = timedelta(minutes=15)
LONGEST_SESSION = timedelta(hours=12)
QUIET = frozenset({"live.stream"})
"""Endpoints that do not keep a session alive."""


class Role(Base, RoleMixin):  # type: ignore[misc]
    """viewer, reviewer, clinician or admin."""

    __table__ = roles


class User(Base, UserMixin):  # type: ignore[misc]
    """A staff login."""

    __table__ = users
    roles = relationship(Role, secondary=user_roles, lazy="joined")


class StrongPasswords(PasswordUtil):  # type: ignore[misc]
    """The rules of bot/console/passwords.py for the forms of Flask-Security."""

    def validate(self, password: str, is_register: bool, **more: Any) -> tuple[Any, str]:
        """What is wrong (None: nothing), and the password."""
        email = getattr(more.get("user") or current_user, "email", "")
        plain = self.normalize(password)
        return faults_of(plain, email) or None, plain


def protect(app: Flask, settings: Settings, database: Database) -> SQLAlchemySessionUserDatastore:
    """Put login, session limits and the login throttle on `app`. Returns the user store."""
    sessions = scoped_session(database.session_factory)
    app.config.update(_config(settings))
    datastore = SQLAlchemySessionUserDatastore(sessions, User, Role)
    Security(app, datastore, password_util_cls=StrongPasswords)
    app.teardown_appcontext(lambda _: sessions.remove())
    app.before_request(lambda: _end_dead_session(database))
    throttle(app, database)
    _follow_logins(app, database)
    return datastore


def _config(settings: Settings) -> dict[str, Any]:
    loopback = settings.console_host in ("127.0.0.1", "localhost", "::1")
    keys = settings.field_encryption_keys
    return {
        "SECRET_KEY": settings.secret_key,
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
        "SECURITY_TRACKABLE": True,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_DEFAULT_REMEMBER_ME": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "SECURITY_POST_LOGIN_VIEW": "/",
        "SECURITY_POST_LOGOUT_VIEW": "/login",
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_POST_CHANGE_VIEW": "/account",
        "SECURITY_FRESHNESS": timedelta(hours=1),
        "SESSION_COOKIE_NAME": "console",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": not loopback,
        "PERMANENT_SESSION_LIFETIME": LONGEST_SESSION,
        "WTF_CSRF_TIME_LIMIT": None,
        "MAX_CONTENT_LENGTH": 256 * 1024,
    } | _second_factor(settings, keys)


def _second_factor(settings: Settings, keys: tuple[str, ...]) -> dict[str, Any]:
    """Secrets are encrypted with the field keys, so they are changed along with them."""
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": settings.console_totp == "required",
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "/account",
        "SECURITY_TOTP_SECRETS": {str(n): key for n, key in enumerate(reversed(keys), 1)},
        "SECURITY_TOTP_ISSUER": settings.clinic_name,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_KEYS": list(keys),
    }


def _follow_logins(app: Flask, database: Database) -> None:
    """Begin and end the session's row, and tell the audit."""

    def note(action: str, **detail: Any) -> Callable[..., None]:
        def write(_: Flask, user: User, **__: Any) -> None:
            with database.begin() as opened:
                record_audit(opened, user.email, action, user.email, **detail)

        return write

    def start(_: Flask, user: User, **__: Any) -> None:
        with database.begin() as opened:
            session["sid"] = begin_session(opened, user.id)

    def stop(_: Flask, **__: Any) -> None:
        if "sid" in session:
            with database.begin() as opened:
                end_session(opened, session.pop("sid"))

    def stop_others(_: Flask, user: User, **__: Any) -> None:
        with database.begin() as opened:
            end_sessions(opened, user.id, but=session.get("sid"))

    for signal, follow in (
        (user_authenticated, start),
        (user_authenticated, note("staff.login")),
        (user_logged_out, note("staff.logout")),
        (user_logged_out, stop),
        (password_changed, stop_others),
        (password_changed, note("staff.changed", what="password")),
        (tf_profile_changed, note("staff.changed", what="second factor")),
    ):
        signal.connect(follow, app, weak=False)


def _end_dead_session(database: Database) -> None:
    """Sign out whoever was idle or signed in for too long, or whose session was ended."""
    if request.endpoint in ("static", "health") or not current_user.is_authenticated:
        return
    with database.begin() as opened:
        lives = use_session(
            opened, session.get("sid", ""), current_user.id,
            idle=IDLE, longest=LONGEST_SESSION, quiet=request.endpoint in QUIET,
        )  # fmt: skip
    if not lives:
        logout_user()
        session.clear()
