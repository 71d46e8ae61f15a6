"""Many patients: at the pace of people, all at once, and beside a flood."""

from __future__ import annotations

import asyncio
import random
import time

import aiohttp

from bench.torture.bots import Bots
from bench.torture.patients import Journal, Patient, browser
from bench.torture.report import Trial, say

_TEXTS = ("cramp in my calf at night", "for two weeks", "twice a week", "after running", "no",
          "none", "no", "no", "thank you")  # fmt: skip


async def human_pace(bots: Bots, patients: int, think: float, seconds: float) -> Trial:
    """`patients` at once, each thinking `think` seconds on average between two messages."""
    trial, journal, waits = Trial("patients at human pace"), Journal(), list[float]()
    say(f"{patients} patients, {think:g} s to think, {seconds:.0f} s")
    end = time.monotonic() + seconds
    async with browser() as http:
        coming = (_visitor(http, bots, journal, think, end, waits) for _ in range(patients))
        answered = sum(await asyncio.gather(*coming))
    trial.add("patients at once, seconds to think, seconds", f"{patients}, {think:g}, {seconds:g}")
    trial.add("messages answered", answered)
    trial.times("an answer", waits, 0.95, 1.0)
    errors = sum(journal.refusals.values())
    trial.add("errors and refusals", errors, "0", errors == 0)
    trial.none_wrong(journal)
    return trial


async def _visitor(
    http: aiohttp.ClientSession, bots: Bots, journal: Journal, think: float, end: float,
    waits: list[float],
) -> int:  # fmt: skip
    """One after the other in the same seat, until the end; how many messages they sent."""
    count = 0
    await asyncio.sleep(random.random() * think)
    while time.monotonic() < end:
        patient = await Patient(http, bots.urls, journal).begin()
        for text in _TEXTS:
            begin = time.perf_counter()
            await patient.say(text)
            waits.append(time.perf_counter() - begin)
            count += 1
            if time.monotonic() > end:
                break
            await asyncio.sleep(random.uniform(0.5, 1.5) * think)
        await patient.check()
    return count


async def all_at_once(bots: Bots, patients: int) -> Trial:
    """All begin and say something in the same moment."""
    trial, journal, waits = Trial(f"{patients} patients at once"), Journal(), list[float]()
    say(trial.name)

    async def one() -> None:
        begin = time.perf_counter()
        patient = await Patient(http, bots.urls, journal).begin(120)
        await patient.say(_TEXTS[0], 120)
        waits.append(time.perf_counter() - begin)
        await patient.check()

    async with browser() as http:
        await asyncio.gather(*(one() for _ in range(patients)))
    trial.add("answered", f"{len(waits)} of {patients}", "all", len(waits) == patients)
    trial.add("told to come again", sum(journal.refusals.values()))
    trial.add("the last had its answer after", f"{max(waits):.1f} s")
    trial.none_wrong(journal)
    return trial


async def flood(bots: Bots, rate: int, honest: int, seconds: float) -> Trial:
    """One address sends `rate` requests a second; `honest` patients chat meanwhile."""
    trial, journal, waits = Trial("flood from one address"), Journal(), list[float]()
    say(f"{rate} requests a second for {seconds:.0f} s, {honest} honest patients")
    attack, statuses = Journal(), dict[int, int]()
    async with browser() as http:
        attacker = await Patient(http, bots.urls, attack, "203.0.113.66").begin()
        end = time.monotonic() + seconds
        storm = asyncio.ensure_future(_storm(attacker, rate, end, statuses))
        chats = (_visitor(http, bots, journal, 2.0, end, waits) for _ in range(honest))
        answered = sum(await asyncio.gather(*chats))
        await storm
    sent = sum(statuses.values())
    trial.add("requests of the flood", f"{sent:,} ({sent / seconds:.0f} a second)")
    refused = statuses.get(429, 0)
    trial.add("of them refused with 429", f"{refused:,}", "most", refused > sent / 2)
    trial.add("messages of honest patients", answered)
    trial.times("an honest patient's answer", waits, 0.95, 2.0)
    trial.none_wrong(journal)
    return trial


async def _storm(attacker: Patient, rate: int, end: float, statuses: dict[int, int]) -> None:
    open_: set[asyncio.Task[None]] = set()

    async def one() -> None:
        reply = await attacker.attempt("cramp in my calf")
        statuses[reply.status] = statuses.get(reply.status, 0) + 1

    begin, sent = time.monotonic(), 0
    while time.monotonic() < end:
        due = int((time.monotonic() - begin) * rate)
        while sent < due and len(open_) < 500:
            task = asyncio.ensure_future(one())
            open_.add(task)
            task.add_done_callback(open_.discard)
            sent += 1
        await asyncio.sleep(0.01)
    await asyncio.gather(*open_)
