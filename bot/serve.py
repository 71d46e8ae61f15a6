"""`python -m bot serve`: puts the rooms together and serves the website channel.

One process holds the web server, the dialogue engine in a thread of its own, and the
custom actions. Rasa's HTTP API is not mounted. The database must have been migrated.
"""

from __future__ import annotations

import gc

import structlog
from rasa.core.agent import Agent
from rasa.core.channels.channel import register
from sanic import Sanic
from sanic.exceptions import MethodNotSupported, NotFound, PayloadTooLarge, SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import logs
from bot.channels.errors import (
    ChannelError,
    MalformedRequest,
    NoSuchPage,
    ServiceDown,
    TooLong,
    WrongMethod,
)
from bot.channels.headers import API_HEADERS
from bot.channels.requests import MAX_BODY
from bot.channels.safety import Danger
from bot.channels.site import site
from bot.channels.web import WebChannel, error_response
from bot.danger import emergency_response
from bot.engine import load_agent
from bot.settings import Settings, get_settings
from bot.store.locks import ClinicLockStore, refuse_unsafe
from bot.store.tracker_store import ClinicTrackerStore

PREFIX = "/webhooks/"
GRACE_SECONDS = 15.0
"""How long open turns may go on after SIGTERM."""
_log = structlog.get_logger(__name__)


def serve(*, plain: bool = False) -> None:
    """Serve until SIGTERM or Ctrl-C. `plain`: log for people, not as JSON lines.

    Raises SettingsError, StoreError, EngineError.
    """
    logs.configure(plain=plain)
    settings = get_settings()
    app = build_app(settings, load_engine(settings))
    settle()
    run(app, settings.bot_host, settings.bot_port)


def settle() -> None:
    """Take what was loaded out of garbage collection: shorter pauses, and a quick end."""
    gc.collect()
    gc.freeze()


def load_engine(settings: Settings) -> Agent:
    """The verified engine over the strict store. Raises StoreError, EngineError."""
    refuse_unsafe(settings)
    store = ClinicTrackerStore(None, url=settings.database_url)
    return load_agent(settings, store, ClinicLockStore())


def build_app(
    settings: Settings,
    agent: Agent,
    danger: Danger = emergency_response,
    name: str = "spasm_triage",
) -> Sanic:
    """The web application: channel, health, demo page. `danger`: the channel's own ear."""
    app = Sanic(name, configure_logging=False)
    app.ctx.agent = agent
    app.config.update(
        ACCESS_LOG=False,
        REQUEST_MAX_SIZE=MAX_BODY * 2,
        REQUEST_TIMEOUT=20,
        RESPONSE_TIMEOUT=30,
        KEEP_ALIVE_TIMEOUT=15,
        GRACEFUL_SHUTDOWN_TIMEOUT=GRACE_SECONDS,
        FALLBACK_ERROR_FORMAT="json",
    )
    channel = WebChannel(danger, settings)
    register([channel], app, route=PREFIX)
    app.blueprint(site(settings))
    for path, page in channel.health_pages().items():
        app.add_route(page, path, methods=["GET"], name=path[1:].replace("/", "_"))
    app.error_handler.add(Exception, _answer_error)
    app.register_listener(_announce, "after_server_start")
    return app


def run(app: Sanic, host: str, port: int) -> None:
    """Listen and serve until a signal ends it; open turns are finished."""
    app.run(host=host, port=port, workers=1, access_log=False, motd=False, debug=False)


def _answer_error(_request: Request, error: Exception) -> HTTPResponse:
    """Errors outside our routes, in the contract's form; nothing of the request in them."""
    kinds: tuple[tuple[type[Exception], type[ChannelError]], ...] = (
        (NotFound, NoSuchPage),
        (MethodNotSupported, WrongMethod),
        (PayloadTooLarge, TooLong),
    )
    known = next((ours() for kind, ours in kinds if isinstance(error, kind)), None)
    if known is None and isinstance(error, SanicException) and 400 <= error.status_code < 500:
        known = MalformedRequest()  # what was sent is wrong, not what serves it
    if known is None:
        _log.error("web.raised", error=type(error).__name__, exc_info=error)
    response = error_response(known or ServiceDown(retry_after=5))
    response.headers.update(API_HEADERS)
    return response


async def _announce(app: Sanic, _loop: object) -> None:
    model = app.ctx.agent.model_id
    _log.info("bot.ready", model=model, count=len(app.router.routes_all))
