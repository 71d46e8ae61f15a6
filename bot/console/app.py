"""The staff console as a Flask application."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from flask import Flask, Response, render_template, request
from flask_security import SQLAlchemySessionUserDatastore
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from gunicorn.app.base import BaseApplication
from werkzeug.exceptions import HTTPException

from bot.console import (
    account,
    appointments,
    audit,
    conversations,
    dashboard,
    exports,
    incidents,
    live,
    people,
    proposals,
    reviews,
    views,
)
from bot.console.filters import add_filters
from bot.console.rights import guard
from bot.console.security import protect
from bot.proxies import visitor
from bot.settings import Settings, get_settings
from bot.store.database import Database, open_database

log = structlog.get_logger(__name__)

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "connect-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data:",
}
NAVIGATION = (
    ("conversations.page", "Conversations"),
    ("appointments.page", "Appointments"),
    ("proposals.page", "Inbox"),
    ("dashboard.page", "Dashboard"),
    ("incidents.page", "Incidents"),
    ("people.page", "Staff"),
    ("audit.page", "Audit"),
)
PAGES = (
    account, appointments, audit, conversations, dashboard, exports, incidents, live, people,
    proposals, reviews, views,
)  # fmt: skip
SENTENCES = {
    400: "This request cannot be read. Go back, load the page again and try once more.",
    403: "Your role does not allow this. Ask an administrator if you need it.",
    404: "There is nothing here, or it was removed.",
    405: "This page cannot be used in that way.",
    413: "That was too large.",
    429: "Too many tries. Wait five minutes and try again.",
    500: "Something went wrong here. It was noted; try again in a moment.",
}


def create_app(settings: Settings | None = None, database: Database | None = None) -> Flask:
    """The console on `database` (default: the one of the settings). Raises StoreError."""
    settings = settings or get_settings()
    database = database or open_database(settings.database_url)
    app = Flask(__name__)
    app.extensions["database"] = database
    app.extensions["datastore"] = protect(app, settings, database)
    CSRFProtect(app)
    Talisman(
        app,
        force_https=False,
        frame_options="DENY",
        session_cookie_secure=app.config["SESSION_COOKIE_SECURE"],
        content_security_policy=CONTENT_SECURITY_POLICY,
        referrer_policy="same-origin",
    )
    guard(app)
    app.wsgi_app = _seen_through(app.wsgi_app, settings.trusted_proxies)  # type: ignore[method-assign]
    app.after_request(_forbid_caching)
    for page in PAGES:
        app.register_blueprint(page.blueprint)
    app.add_url_rule("/health", "health", lambda: _health(database))
    _handle_errors(app)
    add_filters(app)
    app.config["CLINIC_NAME"] = settings.clinic_name
    app.config["CLINIC_TIME_ZONE"] = settings.clinic_time_zone
    app.context_processor(lambda: {"clinic_name": settings.clinic_name, "navigation": NAVIGATION})
    return app


def users(app: Flask) -> SQLAlchemySessionUserDatastore:
    """The user store of `app`."""
    return app.extensions["datastore"]


def serve() -> None:
    """Run the console until it is stopped (gunicorn, one process with threads)."""
    settings = get_settings()
    _Server(create_app(settings), f"{settings.console_host}:{settings.console_port}").run()


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn without its command line."""

    def __init__(self, app: Flask, address: str) -> None:
        self.application = app
        self.address = address
        super().__init__()

    def load_config(self) -> None:
        for key, value in {
            "bind": self.address,
            "workers": 1,
            "threads": 32,
            "worker_class": "gthread",
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            if key in self.cfg.settings:
                self.cfg.set(key, value)

    def load(self) -> Flask:
        return self.application


def _seen_through(application: Any, trusted: Sequence[str]) -> Callable[..., Any]:
    """The application, told the address of the visitor behind a proxy: limits count by it."""

    def answer(environ: dict[str, Any], start_response: Any) -> Any:
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", "")
        environ["REMOTE_ADDR"] = visitor(peer, forwarded, trusted)
        return application(environ, start_response)

    return answer


def _forbid_caching(response: Response) -> Response:
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _health(database: Database) -> Any:
    database.check()
    return {"status": "ok"}


def _handle_errors(app: Flask) -> None:
    def page(code: int) -> tuple[str, int]:
        sentence = SENTENCES.get(code, SENTENCES[500] if code >= 500 else SENTENCES[400])
        return render_template("error.html", code=code, sentence=sentence), code

    def refused(error: HTTPException) -> Any:
        if error.code and error.code < 400:
            return error
        return page(error.code or 500)

    def failed(error: Exception) -> tuple[str, int]:
        # The last resort: an id for the log, and never what was being worked on.
        log.error("console.failed", event_id=uuid.uuid4().hex, error=type(error).__name__)
        return page(500)

    app.register_error_handler(CSRFError, lambda _: page(400))
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, failed)
