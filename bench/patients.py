"""Patients of the benchmark: the same texts to every system, one after the other."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from bot.evaluation.vignettes import Vignette

Script = tuple[str, ...]
"""All that one patient types, in order."""
_PATIENCE = aiohttp.ClientTimeout(total=120)
_MOST_TURNS = 25


class NoAnswer(Exception):
    """The system was silent, refused or failed."""


class Talk(Protocol):
    """One conversation with a system."""

    async def begin(self) -> None:
        """Open it."""

    async def say(self, text: str) -> list[dict[str, Any]]:
        """The bot's messages. Raises NoAnswer."""


class OurTalk:
    """Over the website channel."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self._headers: dict[str, str] = {}
        self.result: dict[str, Any] | None = None

    async def begin(self) -> None:
        """See Talk."""
        session = await self._post("sessions", {}, 201)
        self._headers = {"Authorization": f"Bearer {session['token']}"}

    async def say(self, text: str) -> list[dict[str, Any]]:
        """See Talk."""
        answer = await self._post("messages", {"id": str(uuid.uuid4()), "text": text}, 200)
        self.result = answer["assessment"]
        messages: list[dict[str, Any]] = answer["messages"]
        return messages

    async def _post(self, path: str, body: Any, wanted: int) -> dict[str, Any]:
        async with self._http.post(
            f"{self._url}/{path}", json=body, headers=self._headers
        ) as answer:
            if answer.status != wanted:
                raise NoAnswer(str(answer.status))
            found: dict[str, Any] = await answer.json()
            return found


class RasaTalk:
    """Over Rasa's own REST channel."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, url
        self._sender = uuid.uuid4().hex

    async def begin(self) -> None:
        """The first message opens it."""

    async def say(self, text: str) -> list[dict[str, Any]]:
        """See Talk."""
        body = {"sender": self._sender, "message": text}
        async with self._http.post(f"{self._url}/webhook", json=body) as answer:
            messages: list[dict[str, Any]] = await answer.json() if answer.status == 200 else []
            if not messages:
                raise NoAnswer(str(answer.status))
            return messages


def talk(kind: str, http: aiohttp.ClientSession, url: str) -> Talk:
    """A new conversation with a system."""
    return OurTalk(http, url) if kind == "ours" else RasaTalk(http, url)


async def record(url: str, vignettes: Sequence[Vignette]) -> list[Script]:
    """What each described patient types until the result, found by talking to our bot."""
    scripts = []
    async with aiohttp.ClientSession(timeout=_PATIENCE) as http:
        for vignette in vignettes:
            scripts.append(await _record(OurTalk(http, url), vignette))
    return scripts


async def _record(conversation: OurTalk, vignette: Vignette) -> Script:
    await conversation.begin()
    texts, asked = [vignette.opening], dict[str, int]()
    while len(texts) < _MOST_TURNS:
        messages = await conversation.say(texts[-1])
        if conversation.result:
            break
        question = next((m["question"] for m in reversed(messages) if m["question"]), None)
        topic = question["topic"] if question else "other"
        texts.append(vignette.reply(topic, asked.get(topic, 0)))
        asked[topic] = asked.get(topic, 0) + 1
    return tuple(texts)


@dataclass
class Load:
    """What `users` patients at once saw: seconds of each turn, and how long it all took."""

    users: int
    seconds: float = 0.0
    turns: list[float] = field(default_factory=list)
    failures: int = 0


async def play(kind: str, url: str, scripts: Sequence[Script], users: int, seconds: float) -> Load:
    """Patients without a pause for thought, each beginning anew when a script is done."""
    load = Load(users)
    queue = itertools.cycle(scripts)
    begin = time.perf_counter()
    connector = aiohttp.TCPConnector(limit=users)
    async with aiohttp.ClientSession(timeout=_PATIENCE, connector=connector) as http:
        end = begin + seconds
        await asyncio.gather(*(_patient(kind, http, url, queue, end, load) for _ in range(users)))
    load.seconds = time.perf_counter() - begin
    return load


async def _patient(
    kind: str,
    http: aiohttp.ClientSession,
    url: str,
    queue: Iterator[Script],
    end: float,
    load: Load,
) -> None:
    while time.perf_counter() < end:
        conversation = talk(kind, http, url)
        try:
            await conversation.begin()
            for text in next(queue):
                if time.perf_counter() > end:
                    return
                load.turns.append(await _timed(conversation, text))
        except (NoAnswer, aiohttp.ClientError, asyncio.TimeoutError):
            load.failures += 1


async def long_talk(
    kind: str, url: str, scripts: Sequence[Script], turns: int, seconds: float
) -> list[float]:
    """Seconds of each answered turn of one conversation that does not end, as fit in the time."""
    texts = itertools.cycle(text for script in scripts for text in script)
    taken: list[float] = []
    end = time.perf_counter() + seconds
    async with aiohttp.ClientSession(timeout=_PATIENCE) as http:
        conversation = talk(kind, http, url)
        await conversation.begin()
        while len(taken) < turns and time.perf_counter() < end:
            with suppress(NoAnswer):  # the floor is silent at words it does not know
                taken.append(await _timed(conversation, next(texts)))
    return taken


async def last_words(kind: str, url: str, scripts: Sequence[Script]) -> list[str]:
    """The bot's last answer to each script, to see that two systems say the same."""
    said = []
    async with aiohttp.ClientSession(timeout=_PATIENCE) as http:
        for script in scripts:
            conversation = talk(kind, http, url)
            await conversation.begin()
            for text in script:
                messages = await conversation.say(text)
            said.append(messages[0]["text"])
    return said


async def first_answer(kind: str, url: str, seconds: float) -> float:
    """Seconds until a system that is starting answers a message. Raises NoAnswer."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds:
        try:
            async with aiohttp.ClientSession(timeout=_PATIENCE) as http:
                conversation = talk(kind, http, url)
                await conversation.begin()
                await conversation.say("hello")
                return time.perf_counter() - begin
        except (NoAnswer, aiohttp.ClientError, asyncio.TimeoutError):
            await asyncio.sleep(0.05)
    raise NoAnswer(f"{kind} did not come up")


async def _timed(conversation: Talk, text: str) -> float:
    begin = time.perf_counter()
    await conversation.say(text)
    return time.perf_counter() - begin
