"""One fault after the other, each ten times: danger signs are answered, nothing gets lost."""

from __future__ import annotations

import asyncio
import json
import random
import resource
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp
import psycopg2

from bench.torture.bots import Bots
from bench.torture.patients import Journal, Patient, browser
from bench.torture.report import Trial, say
from bench.torture.wire import Mode, Wire
from bot.evaluation.vignettes import load_vignettes
from bot.knowledge import knowledge
from bot.nlu.reading import read
from bot.settings import ROOT
from bot.triage.answers import apply
from bot.triage.dispositions import emergency
from bot.triage.intake import Intake

OTHERS = 5
"""Patients without a danger sign in each round; each says a canary word."""
Fault = Callable[[], AbstractAsyncContextManager[None]]


@dataclass
class Seen:
    """Under one fault. `emergencies`: whether the emergency text came, and after how long."""

    emergencies: list[tuple[bool, float]] = field(default_factory=list)
    false_saves: int = 0
    refused: int = 0
    recoveries: list[float] = field(default_factory=list)
    missing: int = 0


def phrasings(amount: int) -> list[str]:
    """What patients in danger type, as far as it gets the emergency text in quiet times."""
    scenarios = ROOT / "tests" / "scenarios"
    files = sorted((scenarios / "development").glob("*.yml"))
    texts = [v.opening for v in load_vignettes(files) if v.gold.level == "emergency"]
    for file in sorted((scenarios / "messages").glob("danger_*.jsonl")):
        texts += [json.loads(line)["text"] for line in file.read_text().splitlines()]
    known = knowledge()
    heard = [
        text
        for text in dict.fromkeys(texts)
        if emergency(apply(Intake(), None, read(text), known).intake, known)
    ]
    return [heard[number % len(heard)] for number in range(amount)]


async def trial(
    name: str, fault: Fault, bots: Bots, rounds: int, canaries: list[str], journal: Journal
) -> Trial:
    """The fault comes and goes `rounds` times."""
    trial, seen, before = Trial(f"fault: {name}"), Seen(), len(journal.wrongs)
    say(f"{trial.name}, {rounds} times")
    texts = phrasings(20 * rounds)
    for number in range(rounds):
        async with browser() as http:
            with suppress(TimeoutError):  # noted in the journal
                await _round(http, bots, fault, texts[20 * number :][:20], seen, canaries, journal)
    came = sum(there for there, _ in seen.emergencies)
    total = len(seen.emergencies)
    trial.add("emergency text", f"{came} of {total}", "all", came == total)
    trial.times("emergency text", [seconds for _, seconds in seen.emergencies], 0.99, 1.0)
    trial.add("other messages refused meanwhile", seen.refused)
    trial.add("acknowledged and not stored", seen.missing, "0", seen.missing == 0)
    slowest = max(seen.recoveries, default=0.0)
    trial.add("all answered after the end of the fault", f"{slowest:.1f} s", "< 30 s", slowest < 30)
    own = Journal(wrongs=journal.wrongs[before:])
    trial.none_wrong(own)
    return trial


async def _round(
    http: aiohttp.ClientSession, bots: Bots, fault: Fault, texts: Sequence[str], seen: Seen,
    canaries: list[str], journal: Journal,
) -> None:  # fmt: skip
    begun = (Patient(http, bots.urls, journal).begin() for _ in range(len(texts) + OTHERS))
    patients = list(await asyncio.gather(*begun))
    urgent, others = patients[: len(texts)], patients[len(texts) :]
    async with fault():
        await asyncio.sleep(random.random() * 0.2)
        heard = [_urgent(patient, text) for patient, text in zip(urgent, texts, strict=True)]
        said = [_other(patient, canaries) for patient in others]
        results, *statuses = await asyncio.gather(asyncio.gather(*heard), *said)
    seen.emergencies += results
    seen.refused += sum(status != 200 for status in statuses)
    begin = time.perf_counter()
    await asyncio.gather(*(patient.settle(60) for patient in patients))
    seen.recoveries.append(time.perf_counter() - begin)
    seen.missing += sum(await asyncio.gather(*(patient.check() for patient in patients)))


async def _urgent(patient: Patient, text: str) -> tuple[bool, float]:
    """The emergency text, or not, in two tries at most: a bot may be dead, the next is not."""
    begin = time.perf_counter()
    reply = await patient.attempt(text, url=patient._urls[0])
    if reply.status == 0 and len(patient._urls) > 1:
        (id_, _) = patient.waiting.pop()
        reply = await patient.attempt(text, id_, patient._urls[1])
    return reply.is_emergency, time.perf_counter() - begin


async def _other(patient: Patient, canaries: list[str]) -> int:
    canaries.append(f"canary{secrets.token_hex(6)}")
    reply = await patient.attempt(f"cramp in my calf {canaries[-1]}")
    return reply.status


@asynccontextmanager
async def locked_file(path: Path) -> AsyncIterator[None]:
    """Another program holds the SQLite file."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as thief:
        thief.execute("PRAGMA busy_timeout=3000")
        await asyncio.to_thread(thief.execute, "BEGIN IMMEDIATE")
        yield


@asynccontextmanager
async def full_disk(folder: Path) -> AsyncIterator[None]:
    """No byte is left where the database lies."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


@asynccontextmanager
async def no_files(bots: Bots) -> AsyncIterator[None]:
    """The process may open nothing more."""
    pid = bots.pids[0]
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    used = max(int(file.name) for file in Path(f"/proc/{pid}/fd").iterdir()) + 1
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (used, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)


@asynccontextmanager
async def wire_is(wire: Wire, mode: Mode) -> AsyncIterator[None]:
    """The way to a service is cut, held or slow."""
    wire.be(mode)
    try:
        yield
    finally:
        wire.be("sound")


@asynccontextmanager
async def locked_tables(url: str) -> AsyncIterator[None]:
    """Somebody locks the tables of a PostgreSQL database."""
    with closing(psycopg2.connect(url)) as thief:
        cursor = thief.cursor()
        await asyncio.to_thread(
            cursor.execute, "LOCK TABLE inbox, messages IN ACCESS EXCLUSIVE MODE"
        )
        yield
        thief.rollback()


@asynccontextmanager
async def killed_backends(url: str, admin_url: str) -> AsyncIterator[None]:
    """The administrator ends every connection of the bots, again and again."""
    kill = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND pid <> pg_backend_pid()"
    )
    with closing(psycopg2.connect(admin_url)) as admin:
        admin.autocommit = True
        done = asyncio.Event()

        async def go_on() -> None:
            while not done.is_set():
                admin.cursor().execute(kill, (url.rpartition("/")[2],))
                await asyncio.sleep(0.05)

        task = asyncio.ensure_future(go_on())
        try:
            yield
        finally:
            done.set()
            await task


@asynccontextmanager
async def killed_bot(bots: Bots) -> AsyncIterator[None]:
    """One of two processes is dead."""
    await asyncio.to_thread(bots.kill, 0)
    try:
        yield
    finally:
        await asyncio.to_thread(bots.start, 0)


def of_one_bot(bots: Bots, disk: Path | None) -> dict[str, Fault]:
    """What can befall one bot with a SQLite file. `disk`: a small disk of its own, or None."""
    path = Path(bots.database_url.removeprefix("sqlite:///"))
    faults: dict[str, Fault] = {
        "database file locked": partial(locked_file, path),
        "no file descriptors left": partial(no_files, bots),
    }
    return faults | ({"disk full": partial(full_disk, disk)} if disk else {})


def of_a_cluster(bots: Bots, url: str, admin: str, base: Wire, lock: Wire) -> dict[str, Fault]:
    """What can befall two bots with PostgreSQL and Redis. `url`: the database without a wire."""
    return {
        "PostgreSQL gone": partial(wire_is, base, "cut"),
        "PostgreSQL hangs": partial(wire_is, base, "held"),
        "PostgreSQL slow": partial(wire_is, base, "slow"),
        "PostgreSQL connections killed": partial(killed_backends, url, admin),
        "PostgreSQL tables locked": partial(locked_tables, url),
        "Redis gone": partial(wire_is, lock, "cut"),
        "Redis hangs": partial(wire_is, lock, "held"),
        "Redis slow": partial(wire_is, lock, "slow"),
        "one of two bots killed": partial(killed_bot, bots),
    }
