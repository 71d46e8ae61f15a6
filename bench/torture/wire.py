"""A wire between the bots and a service, which can be cut, held or made slow."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Literal

Mode = Literal["sound", "cut", "held", "slow"]
SLOW_SECONDS = 0.15


class Wire:
    """Listens on a port of its own and passes on to `port`, as `mode` allows."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._mode: Mode = "sound"
        self._flows = asyncio.Event()
        self._flows.set()
        self._ends: set[asyncio.StreamWriter] = set()
        self._server: asyncio.AbstractServer | None = None

    async def open(self) -> int:
        """Begin to listen; on which port."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def be(self, mode: Mode) -> None:
        """From now on: sound; cut (no connection lives); held (nothing moves); slow."""
        self._mode = mode
        if mode == "held":
            self._flows.clear()
        else:
            self._flows.set()
        if mode == "cut":
            for end in list(self._ends):
                end.transport.abort()

    async def close(self) -> None:
        """No more."""
        self.be("cut")
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    async def _connect(self, near: asyncio.StreamReader, to_near: asyncio.StreamWriter) -> None:
        if self._mode == "cut":
            to_near.transport.abort()
            return
        far, to_far = await asyncio.open_connection("127.0.0.1", self._target)
        self._ends |= {to_near, to_far}
        await asyncio.gather(self._pass(near, to_far), self._pass(far, to_near))
        self._ends -= {to_near, to_far}

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while data := await source.read(65536):
                await self._flows.wait()
                if self._mode == "slow":
                    await asyncio.sleep(SLOW_SECONDS)
                target.write(data)
                await target.drain()
        with suppress(OSError, RuntimeError):
            target.close()
