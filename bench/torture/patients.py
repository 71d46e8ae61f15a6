"""Patients who send again, with the same id, what got no answer; and what they then find."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

_addresses = itertools.count(1)
_AGAIN = (409, 429, 503)
_TRIES_APART = 0.15


@dataclass
class Journal:
    """All that went wrong, and every body that was not an answer."""

    wrongs: list[str] = field(default_factory=list)
    refusals: dict[int, int] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)

    def wrong(self, what: str) -> None:
        """Note a broken promise; only names, figures and ids."""
        self.wrongs.append(what)

    def count(self, status: int, body: bytes) -> None:
        """Note a refusal; status 0 is a connection that broke."""
        self.refusals[status] = self.refusals.get(status, 0) + 1
        self.bodies.append(body)


@dataclass(frozen=True)
class Reply:
    """What came back for one try. `status` 0: the connection broke."""

    status: int
    body: dict[str, Any]
    seconds: float

    @property
    def texts(self) -> list[str]:
        """What the patient reads."""
        return [message["text"] for message in self.body.get("messages") or ()]

    @property
    def is_emergency(self) -> bool:
        """Whether the patient reads the emergency text."""
        messages = self.body.get("messages") or ()
        return any((message.get("card") or {}).get("type") == "emergency" for message in messages)


class Patient:
    """One conversation, from an address of its own, through any of the bots."""

    def __init__(
        self, http: aiohttp.ClientSession, urls: Sequence[str], journal: Journal, address: str = ""
    ) -> None:
        self._http, self._urls, self._journal = http, urls, journal
        number = next(_addresses)
        address = address or f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.headers = {"X-Forwarded-For": address}
        self.answered: list[tuple[str, list[str]]] = []
        """Text and answer of each message, in order of the answers."""
        self.waiting: list[tuple[str, str]] = []
        """Id and text of messages without an answer yet."""
        self.slowest = 0.0
        self.conversation_id = ""

    async def begin(self, seconds: float = 60.0) -> Patient:
        """Open the conversation."""
        session = await self._until("sessions", {}, seconds)
        self.headers["Authorization"] = f"Bearer {session.body['token']}"
        self.conversation_id = session.body["conversation_id"]
        return self

    async def say(self, text: str, seconds: float = 60.0, id_: str | None = None) -> Reply:
        """The committed answer, however many tries it takes. Raises TimeoutError."""
        begin = time.perf_counter()
        reply = await self._until(
            "messages", {"id": id_ or str(uuid.uuid4()), "text": text}, seconds
        )
        self.answered.append((text, reply.texts))
        self.slowest = max(self.slowest, time.perf_counter() - begin)
        return reply

    async def attempt(self, text: str, id_: str | None = None, url: str | None = None) -> Reply:
        """One try; without an answer the message goes to `waiting`."""
        id_ = id_ or str(uuid.uuid4())
        reply = await self.post("messages", {"id": id_, "text": text}, url)
        if reply.status == 200:
            self.answered.append((text, reply.texts))
        else:
            self.waiting.append((id_, text))
        return reply

    async def settle(self, seconds: float) -> float:
        """Send again what waits, in order, until answered; seconds that took."""
        begin = time.perf_counter()
        for id_, text in self.waiting:
            await self.say(text, seconds, id_)
        self.waiting.clear()
        return time.perf_counter() - begin

    async def post(self, path: str, body: Any, url: str | None = None) -> Reply:
        """One request to `url`, or to any bot."""
        begin = time.perf_counter()
        address = f"{url or random.choice(self._urls)}/{path}"
        try:
            async with self._http.post(address, json=body, headers=self.headers) as answer:
                raw = await answer.read()
                found = await answer.json() if raw else {}
                reply = Reply(answer.status, found, time.perf_counter() - begin)
        except (aiohttp.ClientError, asyncio.TimeoutError):
            reply, raw = Reply(0, {}, time.perf_counter() - begin), b""
        self._look_at(path, reply, raw)
        return reply

    async def transcript(self) -> list[dict[str, Any]]:
        """All messages that are stored."""
        for _ in range(100):
            try:
                async with self._http.get(
                    f"{random.choice(self._urls)}/messages", headers=self.headers
                ) as answer:
                    if answer.status == 200:
                        messages: list[dict[str, Any]] = (await answer.json())["messages"]
                        return messages
            except (aiohttp.ClientError, asyncio.TimeoutError):
                pass
            await asyncio.sleep(_TRIES_APART)
        raise TimeoutError("transcript")

    async def check(self, *, in_order: bool = True) -> int:
        """Compare what was answered with what is stored; how many messages were missing."""
        stored = turns_of(await self.transcript())
        told = [(text, answer) for text, answer in self.answered]
        missing = [text for text, _ in told if text not in [said for said, _ in stored]]
        if missing:
            self._journal.wrong(f"{len(missing)} acknowledged messages are not stored")
        if len(stored) > len(told):
            self._journal.wrong(f"{len(stored) - len(told)} messages are stored twice or unasked")
        if (told if in_order else sorted(told)) != (stored if in_order else sorted(stored)):
            self._journal.wrong("stored turns differ from the answers that were given")
        return len(missing)

    async def _until(self, path: str, body: Any, seconds: float) -> Reply:
        limit = time.monotonic() + seconds
        while True:
            reply = await self.post(path, body)
            if reply.status in (200, 201):
                return reply
            if time.monotonic() > limit:
                self._journal.wrong(f"no answer in {seconds:.0f} s, status {reply.status}")
                raise TimeoutError(path)
            await asyncio.sleep(_TRIES_APART)

    def _look_at(self, path: str, reply: Reply, raw: bytes) -> None:
        if reply.status not in (200, 201):
            self._journal.count(reply.status, raw)
        if reply.status in (200, 201) and not all(reply.texts or [""]):
            self._journal.wrong("an empty answer")
        elif reply.status == 503 and path == "messages" and not reply.texts:
            self._journal.wrong("a failure without a safety text")
        elif reply.status not in (0, 200, 201, *_AGAIN):
            self._journal.wrong(f"status {reply.status} for a sound request")


def turns_of(transcript: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Each stored message of the patient with the answers that stand below it."""
    turns: list[tuple[str, list[str]]] = []
    for message in transcript:
        if message["from"] == "patient":
            turns.append((message["text"], []))
        elif turns:
            turns[-1][1].append(message["text"])
    return turns


def browser(seconds: float = 30.0) -> aiohttp.ClientSession:
    """What all patients of a trial share."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=seconds),
        connector=aiohttp.TCPConnector(limit=0),
        trust_env=False,
    )
