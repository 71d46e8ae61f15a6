"""The real server in a thread of this process: for the terminal chat and for tests."""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rasa.core.agent import Agent
from sanic import Sanic

from bot.channels.safety import Danger
from bot.danger import emergency_response
from bot.serve import build_app, load_engine
from bot.settings import Settings

_numbers = itertools.count(1)
_START_SECONDS = 60


class NotStarted(RuntimeError):
    """The server did not come up."""


@contextmanager
def serving(
    settings: Settings, agent: Agent | None = None, danger: Danger = emergency_response
) -> Iterator[str]:
    """Serve on a free port of this machine; yields the address, stops at the end."""
    Sanic.test_mode = True  # without it Sanic rewrites its own classes once, for one app only
    name = f"spasm_triage_{next(_numbers)}"
    app = build_app(settings, agent or load_engine(settings), danger, name)
    server = _Server(app)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


class _Server:
    def __init__(self, app: Sanic) -> None:
        self._app = app
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="web", daemon=True)

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def start(self) -> None:
        """Returns once requests are served. Raises NotStarted."""
        self._thread.start()
        self._ready.wait(_START_SECONDS)
        if self._error or not self._ready.is_set():
            raise NotStarted("The bot's server did not start.") from self._error

    def stop(self) -> None:
        """Finish open turns and end the thread."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._begin())
        except BaseException as error:  # handed over to start()
            self._error = error
            self._ready.set()
            return
        self._ready.set()
        self._loop.run_forever()

    async def _begin(self) -> None:
        server = await self._app.create_server(
            sock=self._socket, return_asyncio_server=True, access_log=False
        )
        assert server is not None
        self._server = server
        await self._server.startup()
        await self._server.before_start()
        await self._server.start_serving()
        await self._server.after_start()

    async def _end(self) -> None:
        await self._server.before_stop()
        self._server.close()
        await self._server.after_stop()
