"""`kill -9` at any moment of a turn, while patients who send again go on chatting."""

from __future__ import annotations

import asyncio
import random
import time

from bench.torture.bots import Bots
from bench.torture.patients import Journal, Patient, browser
from bench.torture.report import Trial, say

PATIENTS = 8
_THINKS = 0.25


async def trial(bots: Bots, kills: int) -> Trial:
    """Kill and start bots in turn, `kills` times."""
    kind = "two bots, PostgreSQL" if bots.redis_url else "one bot, SQLite"
    trial, journal = Trial(f"kill -9 ({kind})"), Journal()
    say(f"{trial.name}: {kills} times")
    done = asyncio.Event()
    async with browser() as http:
        patients = [await Patient(http, bots.urls, journal).begin() for _ in range(PATIENTS)]
        chats = [asyncio.ensure_future(_chat(patient, done)) for patient in patients]
        outages = await _kill(bots, kills)
        done.set()
        await asyncio.gather(*chats)
        missing = sum([await patient.check() for patient in patients])
    said = sum(len(patient.answered) for patient in patients)
    trial.add("processes killed", kills)
    trial.add("messages answered while that went on", said)
    trial.add("patient messages missing", missing, "0", missing == 0)
    trial.none_wrong(journal)
    trial.add("tries that broke off with the process", journal.refusals.get(0, 0))
    slowest = max(patient.slowest for patient in patients)
    trial.add("longest wait for an answer, over several kills", f"{slowest:.1f} s")
    trial.add("longest outage of one bot", f"{max(outages):.1f} s")
    return trial


async def _kill(bots: Bots, kills: int) -> list[float]:
    outages = []
    for count in range(kills):
        number = count % bots.count
        await asyncio.sleep(0.15 + random.random() * 0.4)
        begin = time.perf_counter()
        await asyncio.to_thread(bots.kill, number)
        await asyncio.to_thread(bots.start, number)
        outages.append(time.perf_counter() - begin)
        if count % 20 == 19:
            say(f"{count + 1} of {kills}")
    return outages


async def _chat(patient: Patient, done: asyncio.Event) -> None:
    count = 0
    while not done.is_set():
        await patient.say(f"cramps, number {count}")
        count += 1
        await asyncio.sleep(random.random() * _THINKS)
