"""The staff console as a Flask application."""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from flask import Flask, Response, redirect, render_template, request, url_for
from flask_login import current_user
from flask_security import SQLAlchemySessionUserDatastore
from flask_talisman import Talisman
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from gunicorn.app.base import BaseApplication
from werkzeug.exceptions import HTTPException

from bot.console import appointments, conversations
from bot.console.security import protect
from bot.settings import Settings, get_settings
from bot.store.database import Database, open_database

log = structlog.get_logger(__name__)

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data:",
}
NAVIGATION = (("conversations.page", "Conversations"), ("appointments.page", "Appointments"))
OPEN_ENDPOINTS = frozenset({"security.login", "static", "health"})
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
        session_cookie_secure=app.config["SESSION_COOKIE_SECURE"],
        content_security_policy=CONTENT_SECURITY_POLICY,
        referrer_policy="same-origin",
    )
    app.before_request(_ask_for_login)
    app.after_request(_forbid_caching)
    app.register_blueprint(conversations.blueprint)
    app.register_blueprint(appointments.blueprint)
    app.add_url_rule("/health", "health", lambda: _health(database))
    _handle_errors(app)
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
            "threads": 8,
            "worker_class": "gthread",
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
        }.items():
            if key in self.cfg.settings:
                self.cfg.set(key, value)

    def load(self) -> Flask:
        return self.application


def _ask_for_login() -> Any:
    if request.endpoint in OPEN_ENDPOINTS or current_user.is_authenticated:
        return None
    if request.endpoint is None:
        return redirect(url_for("security.login"))
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


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
