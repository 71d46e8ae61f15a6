"""Two bots, two tabs of each patient, every message sent twice at the same time."""

from __future__ import annotations

import asyncio
import time
import uuid

from bench.torture.bots import Bots
from bench.torture.patients import Journal, Patient, browser, turns_of
from bench.torture.report import Trial, say

TABS = (("left", 3), ("right", 2))
"""Name and number of messages of each tab."""


async def race(bots: Bots, conversations: int) -> Trial:
    """All conversations, thirty at a time; every message goes to both bots at once."""
    trial, journal = Trial("race of two processes"), Journal()
    begin, waits, stored = time.perf_counter(), list[float](), 0
    gate = asyncio.Semaphore(30)

    async def one() -> None:
        nonlocal stored
        async with gate:
            patient = await Patient(http, bots.urls, journal).begin()
            await asyncio.gather(*(_tab(patient, tab, count) for tab, count in TABS))
            waits.append(patient.slowest)
            transcript = await patient.transcript()
            stored += _check(turns_of(transcript), patient, journal)

    async with browser() as http:
        await asyncio.gather(*(one() for _ in range(conversations)))
    wanted = conversations * sum(count for _, count in TABS)
    trial.add("messages stored, each once", f"{stored:,} of {wanted:,}", "all", stored == wanted)
    trial.none_wrong(journal)
    trial.add("requests that were told to come again", journal.refusals.get(409, 0))
    trial.add("seconds", f"{time.perf_counter() - begin:.0f}")
    return trial


async def _tab(patient: Patient, tab: str, count: int) -> None:
    for number in range(count):
        text, id_ = f"cramp in my calf, {tab} {number}", str(uuid.uuid4())
        replies = await asyncio.gather(*(patient.say(text, 60, id_) for _ in range(2)))
        if replies[0].texts != replies[1].texts:
            patient._journal.wrong("the same id got two different answers")


def _check(turns: list[tuple[str, list[str]]], patient: Patient, journal: Journal) -> int:
    texts = [text for text, _ in turns]
    for tab, count in TABS:
        own = [text for text in texts if f" {tab} " in text]
        if own != [f"cramp in my calf, {tab} {number}" for number in range(count)]:
            journal.wrong("messages of one tab are missing, doubled or out of order")
    if any(turn not in patient.answered for turn in turns):
        journal.wrong("a stored turn differs from the answer that was given")
    return len(set(texts))


async def trial(bots: Bots, conversations: int) -> Trial:
    """Short or long."""
    say(f"race: {conversations} conversations through {bots.count} bots")
    return await race(bots, conversations)
