"""Bad inputs: hostile texts in every place of a request, and requests that are none."""

from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from collections.abc import Callable
from typing import Any

import aiohttp

from bench.measure import percentile
from bench.torture.bots import Bots
from bench.torture.patients import Journal, Patient, browser
from bench.torture.report import Trial, say

CANARY = "zebrafinch"
"""Stands in hostile texts and in no other; must not come out again anywhere."""
_SENDERS = 2
_STALL = 0.5
_LOOK_EVERY = 0.05

TEXTS = (
    "", " ", "\0", "\0\0cramp", "\ud800", "cramp \udfff", "\ufffe\uffff", "\u202ecramp\u202c",
    "\u2066" * 50, "z\u0301\u0302\u0303\u0304\u0305" * 300, "a" + "\u0300" * 3900,
    "\U0001f9e8" * 2000,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 300, "ﷺ" * 1000, "İ" * 2000, "ß" * 4000,
    "\u200b" * 4000,
    "a" * 3999, "a" * 4000, "a" * 4001, "a" * 60000, "cramp " * 660, "no " * 1300, "not " * 990,
    "pain and " * 440, "1 " * 1990, "9" * 4000, "1/2/3/" * 600, "." * 4000, "?" * 4000, "'" * 4000,
    "(" * 4000, "(()" * 1300, "[[" * 2000, "a,b;" * 990, "\n" * 4000, "x\n" * 1990, "\t" * 3000,
    "\r\nSet-Cookie: a=b\r\n\r\n", "%s%n%x%d", "%00", "{{7*7}}", "${7*7}", "{0.__class__}", "{",
    "}",
    "#{7*7}", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "--",
    ";--",
    "'; DROP TABLE messages; --", "1 OR 1=1", "\\", "\\x00", "\\u0000", "/restart",
    "/session_start",
    "/back", "/inform{}", '/inform{"location": "calf"}', '/a{"b": ', "/" * 500, "@" * 500, "=1+1",
    "+1", "-1", "null", "true", "NaN", "Infinity", "undefined", "None", "../../etc/passwd",
    "file:///etc/passwd", "http://127.0.0.1:6379/", "() { :; };", "$(id)", "`id`", "; id", "| id",
    "(a+)+$" * 300, "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!" * 130, "a b" * 1300, "my my " * 660,
    "ano " * 990,
    "since " * 660, "for 3 days " * 360, "pain in my " * 360, "my mother's " * 330, "if " * 1300,
    "Ａ" * 3000, "𝕔𝕣𝕒𝕞𝕡" * 700, "сrаmр " * 600, "痙攣" * 1900, "تشنج " * 700, "🇺🇸" * 900,
    f"cramp {CANARY}\0", f'/x{{"{CANARY}": ', f"{{{{{CANARY}}}}} %s", f"{CANARY} " * 380,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 1e308, 10**400, [], {}, [[]], ["cramp"], {"a": 1}, [None] * 1000,
    {"text": "cramp"}, "x" * 300, 1.5,
)  # fmt: skip


def curated() -> list[bytes]:
    """Every hostile text and value in each place of a message: bodies of requests."""
    bodies = [_body(text=text) for text in TEXTS] + [_body(text=value) for value in VALUES]
    for place in ("payload", "label", "id"):
        for value in (*TEXTS, *VALUES):
            bodies.append(_body(**{"payload": "/yes", place: value}))
    deep = "[" * 20_000 + "]" * 20_000
    objects = '{"a":' * 10_000 + "1" + "}" * 10_000
    raw = ("", " ", "null", "[]", '"cramp"', "{", '{"id"', deep, objects, "{}{}", "\ufeff{}",
           '{"id": NaN}', '{"text": "cramp", "text": 1}', "a=b&c=d", "<xml/>")  # fmt: skip
    bytes_ = (b"\xff\xfe", b"\x80" * 1000, b"\0" * 1000, b'{"id": "\xc3\x28"}', b"PK\x03\x04",
              b"\x1f\x8b\x08", b"x" * 70_000, b"x" * 10_000_000)  # fmt: skip
    return [*bodies, *(each.encode() for each in raw), *bytes_]


def generated(dice: random.Random) -> bytes:
    """A body nobody thought of."""
    return dice.choice(_WAYS)(dice)


def _any_text(dice: random.Random) -> bytes:
    ranges = ((0, 0x7F), (0x80, 0x24F), (0x300, 0x36F), (0x590, 0x6FF), (0x2000, 0x206F),
              (0x4E00, 0x9FFF), (0xD800, 0xDFFF), (0xFE00, 0xFFFF), (0x1F300, 0x1FAFF),
              (0x10000, 0x10FFFF))  # fmt: skip
    chosen = dice.sample(ranges, dice.randint(1, 3))
    length = int(dice.paretovariate(0.6)) % 4100
    return _body(text="".join(chr(dice.randint(*dice.choice(chosen))) for _ in range(length)))


def _mixed(dice: random.Random) -> bytes:
    """Patients' words with hostile ones between."""
    words = (
        "cramp spasm calf neck back no not since yesterday after pain chest my mother if".split()
    )
    parts = [dice.choice(words) if dice.random() < 0.8 else dice.choice(TEXTS)[:40]
             for _ in range(dice.randint(1, 60))]  # fmt: skip
    return _body(text=dice.choice((" ", "", ", ", "\n", "/")).join(parts)[:4000])


def _repeated(dice: random.Random) -> bytes:
    part = "".join(chr(dice.randint(32, 126)) for _ in range(dice.randint(1, 12)))
    return _body(text=(part * 4000)[: dice.randint(1, 4000)])


def _wrong_shape(dice: random.Random) -> bytes:
    keys = dice.sample(("id", "text", "payload", "label", "metadata", "sender", "x"), 3)
    body = {key: dice.choice((*VALUES[:5], *TEXTS[:40])) for key in keys}
    return json.dumps(body | ({"id": str(uuid.uuid4())} if dice.random() < 0.7 else {})).encode()


def _broken(dice: random.Random) -> bytes:
    body = bytearray(_mixed(dice))
    for _ in range(dice.randint(1, 8)):
        body[dice.randrange(len(body))] = dice.randrange(256)
    return bytes(body[: dice.randint(1, len(body))])


def _any_bytes(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randint(0, 3000))


_WAYS: tuple[Callable[[random.Random], bytes], ...] = (
    _any_text, _any_text, _mixed, _mixed, _repeated, _wrong_shape, _broken, _any_bytes,
)  # fmt: skip


def _body(**fields: Any) -> bytes:
    return json.dumps({"id": str(uuid.uuid4()), **fields}).encode()


async def trial(bots: Bots, amount: int, seed: int) -> Trial:
    """All curated bodies, then `amount` generated ones, then strange requests."""
    trial, journal = Trial("bad inputs"), Journal()
    dice, known = random.Random(seed), curated()
    say(f"bad inputs: {len(known)} curated, {amount} generated (seed {seed})")
    statuses: dict[int, int] = {}
    times: list[float] = []
    looks: list[float] = []
    bodies = iter([*known, *(generated(dice) for _ in range(amount))])
    async with browser() as http:
        done = asyncio.Event()
        watch = asyncio.ensure_future(_watch(http, bots, done, looks))
        senders = (_send(http, bots, bodies, statuses, times, journal) for _ in range(_SENDERS))
        await asyncio.gather(*senders)
        await _strange(http, bots, statuses)
        done.set()
        await watch
        await _still_well(http, bots, journal)
    broken = sum(count for status, count in statuses.items() if status >= 500 or status == 0)
    trial.add("bodies sent", f"{len(times):,}")
    trial.add("answers by status", ", ".join(f"{s}: {n}" for s, n in sorted(statuses.items())))
    trial.add("5xx or broken connections", broken, "0", broken == 0)
    trial.add("processes that ended", int(not bots.lives()), "0", bots.lives())
    trial.times(f"one request of {_SENDERS} at a time", times, 0.99, _STALL)
    longest = max(looks)
    trial.add("longest wait of a bystander", f"{longest:.2f} s", "< 0.5 s", longest < _STALL)
    trial.add("median wait of a bystander", f"{1000 * percentile(looks, 0.5):.0f} ms")
    trial.none_wrong(journal)
    return trial


async def _send(
    http: aiohttp.ClientSession, bots: Bots, bodies: Any, statuses: dict[int, int],
    times: list[float], journal: Journal,
) -> None:  # fmt: skip
    patient = await Patient(http, bots.urls, journal).begin()
    for count, body in enumerate(bodies, 1):
        if count % 25 == 0:  # a conversation that a machine holds for ever is no patient's
            patient = await Patient(http, bots.urls, journal).begin()
        begin = time.perf_counter()
        status, said = await _post(http, patient, body)
        times.append(time.perf_counter() - begin)
        statuses[status] = statuses.get(status, 0) + 1
        if status == 200 and not json.loads(said)["messages"]:
            journal.wrong("an empty answer")
        if status >= 500 or status == 0:
            journal.wrong(f"status {status} for a body of {len(body)} bytes: {body[:60]!r}")
        if len(times) % 2000 == 0:
            say(f"{len(times):,} sent")


async def _post(http: aiohttp.ClientSession, patient: Patient, body: bytes) -> tuple[int, bytes]:
    address = f"{random.choice(patient._urls)}/messages"
    headers = patient.headers | {"Content-Type": "application/json"}
    try:
        async with http.post(address, data=body, headers=headers) as answer:
            return answer.status, await answer.read()
    except (aiohttp.ClientError, OSError):
        # A body over the limit is refused while it is still being sent.
        return (413 if len(body) > 64 * 1024 else 0), b""


async def _watch(
    http: aiohttp.ClientSession, bots: Bots, done: asyncio.Event, looks: list[float]
) -> None:
    """Somebody who wants only a sign of life, all the time."""
    while not done.is_set():
        for url in bots.urls:
            begin = time.perf_counter()
            async with http.get(f"{url}/health/live") as answer:
                await answer.read()
            looks.append(time.perf_counter() - begin)
        await asyncio.sleep(_LOOK_EVERY)


async def _strange(http: aiohttp.ClientSession, bots: Bots, statuses: dict[int, int]) -> None:
    """Methods, paths, tokens, headers and bytes on the wire that no browser sends."""
    tokens = ("", "Bearer", "Bearer x", "Basic YTpi", "Bearer " + "a." * 2000, f"Bearer {CANARY}")
    paths = ("messages", "sessions", "record", "session", "health", "..%2f..%2f", "%00", CANARY,
             f"messages?after={CANARY}", "messages?after=-1", "messages?after=" + "9" * 300,
             "a" * 3000, "%ff%fe", "sessions/;x=y")  # fmt: skip
    for url in bots.urls:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"):
            for path in paths:
                headers = {"Authorization": random.choice(tokens), "X-Forwarded-For": "x" * 300}
                try:
                    async with http.request(
                        method, f"{url}/{path}", headers=headers, data=b"{}"
                    ) as answer:
                        await answer.read()
                        statuses[answer.status] = statuses.get(answer.status, 0) + 1
                except (aiohttp.ClientError, OSError):
                    statuses[-1] = statuses.get(-1, 0) + 1  # not HTTP: hung up
        for raw in _NOT_HTTP:
            await _raw(int(url.split(":")[2].split("/")[0]), raw)


_NOT_HTTP = (
    b"\0" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"POST / HTTP/1.1\r\n" + b"a: b\r\n" * 5000,
    b"POST /webhooks/web/messages HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
    b"POST /webhooks/web/messages HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\nx",
    b"POST /webhooks/web/messages HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /webhooks/web/messages HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    b"\x16\x03\x01\x02\x00\x01", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /" + b"a" * 100_000,
)  # fmt: skip


async def _raw(port: int, data: bytes) -> None:
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        await asyncio.wait_for(reader.read(1000), 0.3)
        writer.close()
    except (OSError, asyncio.TimeoutError):
        return


async def _still_well(http: aiohttp.ClientSession, bots: Bots, journal: Journal) -> None:
    for url in bots.urls:
        patient = await Patient(http, [url], journal).begin()
        await patient.say("cramp in my calf at night")
        await patient.check()
