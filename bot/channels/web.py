"""The website channel: the contract's calls over Rasa's engine.

Mounted under /webhooks/web by `rasa run` (credentials.yml) and by bot/serve.py. The danger
check is handed in as a callable; credentials.yml may name another one by its dotted path:

    bot.channels.web.WebChannel:
      danger: bot.danger.emergency_response
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import ExitStack
from typing import Any

import structlog
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty, json

from bot import logs, metrics
from bot.channels.desk import Desk
from bot.channels.errors import ChannelError, ServiceDown
from bot.channels.headers import API_HEADERS, cors_headers
from bot.channels.office import open_desk
from bot.channels.output import CHANNEL_NAME
from bot.channels.readiness import PARTS, readiness
from bot.channels.requests import (
    client_address,
    read_after,
    read_message,
    read_session,
    words_of_refused,
)
from bot.channels.safety import Danger
from bot.settings import Settings, frame_workers, get_settings, quiet_frame
from bot.store.locks import refuse_unsafe

_log = structlog.get_logger(__name__)
DANGER_CHECK = "bot.danger.emergency_response"
RECORD_EXPORT = "bot.export.fhir.patient_bundle"
FHIR_JSON = "application/fhir+json"
_DRAIN_SECONDS = 10.0
Handler = Callable[[Request], Coroutine[Any, Any, HTTPResponse]]


class WebChannel(InputChannel):  # type: ignore[misc]
    """Rasa's view of the website. `danger`: text -> name of an emergency response or None."""

    def __init__(self, danger: Danger, settings: Settings | None = None) -> None:
        self.danger = danger
        self.settings = settings or get_settings()
        self._desk: Desk | None = None
        self._looking: asyncio.Future[list[str]] | None = None
        self._watch = ExitStack()

    @classmethod
    def name(cls) -> str:
        """The channel's place below /webhooks/."""
        return CHANNEL_NAME

    @classmethod
    def from_credentials(cls, credentials: Mapping[str, Any] | None) -> WebChannel:
        """The channel as credentials.yml describes it, for `rasa run`.

        The frame's own logs show patients' words, so ours take their place; its telemetry is
        on unless told otherwise. Raises UnsafeSetup.
        """
        quiet_frame()
        logs.configure()
        refuse_unsafe(get_settings(), frame_workers())
        return cls(_named(str((credentials or {}).get("danger") or DANGER_CHECK)))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. `on_new_message` is not used: the desk must see the commit itself."""
        blueprint = Blueprint("website")
        for method, path, handler in (
            ("POST", "/sessions", self._begin),
            ("POST", "/messages", self._answer),
            ("GET", "/messages", self._transcript),
            ("GET", "/record", self._record),
            ("DELETE", "/session", self._remove),
            ("GET", "/health", self._look),
            ("GET", "/health/ready", self._look),
            ("GET", "/health/live", self._live),
        ):
            name = f"{method.lower()}_{path[1:].replace('/', '_')}"
            blueprint.add_route(self._guarded(handler), path, methods=[method], name=name)
        for path in ("/sessions", "/messages", "/record", "/session"):
            name = f"preflight_{path[1:]}"
            blueprint.add_route(
                self._guarded(self._preflight), path, methods=["OPTIONS"], name=name
            )
        blueprint.listener("after_server_start")(self._open)
        blueprint.listener("before_server_stop")(self._close)
        return blueprint

    async def _begin(self, request: Request) -> HTTPResponse:
        visit = read_session(request)
        return json(await self.desk.begin(self._address(request), visit), status=201)

    async def _answer(self, request: Request) -> HTTPResponse:
        address = self._address(request)
        try:
            conversation_id = self._conversation(request)
            said = read_message(request)
        except ChannelError as error:  # a token runs out; a danger sign is answered all the same
            if self._desk and (words := words_of_refused(request)):
                error.messages = await self._desk.safety(address, words)
            raise
        return json(await self.desk.answer(conversation_id, address, said))

    async def _transcript(self, request: Request) -> HTTPResponse:
        conversation_id, address = self._conversation(request), self._address(request)
        return json(await self.desk.transcript(conversation_id, address, read_after(request)))

    async def _record(self, request: Request) -> HTTPResponse:
        """The patient's own record, in the form that other programs read."""
        conversation_id, address = self._conversation(request), self._address(request)
        record = await self.desk.record(conversation_id, address)
        return json(_named(RECORD_EXPORT)(record), content_type=FHIR_JSON)

    async def _remove(self, request: Request) -> HTTPResponse:
        await self.desk.remove(self._conversation(request), self._address(request))
        return empty()

    def health_pages(self) -> dict[str, Handler]:
        """Handlers of /health and its two kinds, also for the root of our own server.

        `ready`: 200, or 503 with what is down: would a patient be answered? `live`: 200 while
        the program runs at all; only when this fails does a restart help.
        """
        ready, live = self._guarded(self._look), self._guarded(self._live)
        return {"/health": ready, "/health/ready": ready, "/health/live": live}

    async def _live(self, _request: Request) -> HTTPResponse:
        return json({"status": "ok"})

    async def _parts_down(self) -> list[str]:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(readiness(self._desk))
        return await asyncio.shield(self._looking)  # all who ask now share one look

    async def _look(self, _request: Request) -> HTTPResponse:
        down = await self._parts_down()
        body = {"status": "down" if down else "ok", "down": down}
        headers = {"Retry-After": "5"} if down else {}
        return json(body, status=503 if down else 200, headers=headers)

    async def _preflight(self, _request: Request) -> HTTPResponse:
        return empty()

    def _address(self, request: Request) -> str:
        return client_address(request, self.settings.trusted_proxies)

    def _conversation(self, request: Request) -> str:
        return self.desk.tokens.read(request.headers.get("Authorization"))

    @property
    def desk(self) -> Desk:
        """The open desk. Raises ServiceDown while the engine is not ready."""
        if self._desk is None:
            raise ServiceDown(retry_after=5)
        return self._desk

    def _guarded(self, handler: Handler) -> Handler:
        """The handler with every error as the contract's JSON, and the headers on all."""

        async def guarded(request: Request) -> HTTPResponse:
            try:
                response = await handler(request)
            except ChannelError as error:
                response = error_response(error)
            except Exception as error:  # the edge: nothing of a request may leak out
                _log.error("web.raised", error=type(error).__name__, exc_info=error)
                response = error_response(ServiceDown(retry_after=5))
            response.headers.update(self._headers(request))
            return response

        return guarded

    def _headers(self, request: Request) -> dict[str, str]:
        origin = request.headers.get("Origin")
        return API_HEADERS | cors_headers(origin, self.settings.allowed_origins)

    async def _open(self, app: Sanic, _loop: object) -> None:
        self._desk = open_desk(lambda: app.ctx.agent, self.danger, self.settings)
        self._desk.recover()
        if self.settings.metrics_port:
            self._watch.callback(
                metrics.serve_metrics(self.settings.metrics_host, self.settings.metrics_port)
            )
            watchers = (metrics.watch_lag("web"), metrics.watch_parts(PARTS, self._parts_down))
            for watcher in watchers:
                self._watch.callback(asyncio.ensure_future(watcher).cancel)
            self._watch.callback(self._desk.engine.start(metrics.watch_lag("engine")).cancel)
        logs.seal()

    async def _close(self, _app: Sanic, _loop: object) -> None:
        self._watch.close()
        if self._desk is not None:
            await self._desk.drain(_DRAIN_SECONDS)


def _named(path: str) -> Callable[..., Any]:
    """The function at a dotted path: rooms that the channel must not know are named in words."""
    module, _, function = path.rpartition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def error_response(error: ChannelError) -> HTTPResponse:
    """An error as the contract's JSON; with safety texts if it carries any."""
    body: dict[str, Any] = {"error": error.code, "message": error.message}
    if error.messages:
        body["messages"] = error.messages
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return json(body, status=error.status, headers=headers)
