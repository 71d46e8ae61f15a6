"""A bad line: a proxy between browser and bot that cuts connections."""

from __future__ import annotations

import random
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

_CUTS = ("before", "unanswered", "halfway")


class Line(socketserver.ThreadingTCPServer):
    """Forwards to the bot; while `chance` is above 0 it cuts calls of the channel off at random.

    before: the bot hears nothing; unanswered: it hears, and the answer is lost; halfway: the
    first half of the answer comes through.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, bot: str, seed: int) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        to = urlsplit(bot)
        self.bot = (str(to.hostname), int(to.port or 80))
        self.cuts: dict[str, int] = dict.fromkeys(_CUTS, 0)
        self.chance = 0.0
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def cut(self, request: bytes) -> str:
        """How to cut this call off; "" to let it pass."""
        with self._lock:
            if b"/webhooks/web/" not in request or self._random.random() >= self.chance:
                return ""
            way = self._random.choice(_CUTS)
            self.cuts[way] += 1
            return way


class _Call(socketserver.BaseRequestHandler):
    """One request a connection, so that each can be cut by itself."""

    server: Line

    def handle(self) -> None:
        with suppress(OSError):
            request = _whole(self.request.recv)
            way = self.server.cut(request)
            if not request or way == "before":
                return
            with socket.create_connection(self.server.bot) as bot:
                bot.sendall(request.replace(b"Connection: keep-alive", b"Connection: close"))
                answer = b"".join(iter(lambda: bot.recv(65536), b""))
            if way != "unanswered":
                self.request.sendall(answer[: len(answer) // 2] if way else answer)


def _whole(receive: Callable[[int], bytes]) -> bytes:
    """A request with its body."""
    got = b""
    while b"\r\n\r\n" not in got and (more := receive(65536)):
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    fields = (line.lower().split(b":") for line in head.split(b"\r\n")[1:])
    length = next((int(f[1]) for f in fields if f[0] == b"content-length"), 0)
    while len(body) < length and (more := receive(65536)):
        body += more
    return head + b"\r\n\r\n" + body if head else b""


@contextmanager
def bad_line(bot: str, seed: int) -> Iterator[Line]:
    """A line to the bot at an address of its own."""
    with Line(bot, seed) as line:
        thread = threading.Thread(target=line.serve_forever, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line.shutdown()
            thread.join()
