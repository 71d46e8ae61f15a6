"""Tries on real bots whether what is promised under faults, attacks and load holds."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit

from bench.measure import _processor as processor
from bench.page import BEGIN, END
from bench.torture import crashes, faults, inputs, leaks, load, race
from bench.torture.bots import OFF, POSTGRES, REDIS, Bots, can_cluster, postgres_database, running
from bench.torture.patients import Journal, Patient, browser
from bench.torture.report import Trial, say, table
from bench.torture.wire import Wire
from bot.settings import ROOT

PAGE = ROOT / "docs" / "torture.md"
KINDS = ("race", "crashes", "inputs", "faults", "load")


@dataclass(frozen=True)
class Plan:
    """How much of each."""

    conversations: int = 300
    kills: int = 100
    inputs: int = 20_000
    rounds: int = 10
    minutes: float = 30.0
    flood_seconds: float = 60.0


QUICK = Plan(conversations=30, kills=6, inputs=600, rounds=2, minutes=0.5, flood_seconds=8.0)


def main() -> int:
    """Run the trials; 1 when any promise is broken."""
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes; writes no page")
    parser.add_argument("--only", choices=KINDS, nargs="+", default=KINDS, help="some trials")
    parser.add_argument("--minutes", type=float, help="of patients at human pace (default 30)")
    parser.add_argument("--seed", type=int, default=7, help="of the generated inputs")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "torture")
    options = parser.parse_args()
    plan = QUICK if options.quick else Plan()
    if options.minutes:
        plan = Plan(**asdict(plan) | {"minutes": options.minutes})
    options.folder.mkdir(parents=True, exist_ok=True)
    trials = asyncio.run(_all(plan, options.only, options.seed))
    found = _about() + "\n\n" + table(trials)
    print("\n" + found)
    name = "quick" if options.quick else "-".join(options.only)
    rows = [asdict(trial) for trial in trials]
    (options.folder / f"{name}.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    if not options.quick and tuple(options.only) == KINDS:
        _write(found)
    return 0 if all(trial.holds for trial in trials) else 1


async def _all(plan: Plan, kinds: Sequence[str], seed: int) -> list[Trial]:
    trials: list[Trial] = []
    if {"crashes", "inputs", "load"} & set(kinds):
        async with _one_bot(OFF) as bots:
            trials += await _with_one(bots, plan, kinds, seed)
    if "load" in kinds:
        async with _one_bot({}) as bots:
            trials.append(await load.flood(bots, 500, 20, plan.flood_seconds))
    if "faults" in kinds:
        trials += await _faults_of_one(plan)
    if not can_cluster():
        say("PostgreSQL or Redis does not answer: the trials of two bots are left out")
    elif {"race", "crashes", "faults"} & set(kinds):
        trials += await _with_cluster(plan, kinds)
    return trials


async def _with_one(bots: Bots, plan: Plan, kinds: Sequence[str], seed: int) -> list[Trial]:
    trials: list[Trial] = []
    if "inputs" in kinds:
        trials.append(await inputs.trial(bots, plan.inputs, seed))
        journal = Journal()
        async with browser() as http:
            last = await Patient(http, bots.urls, journal).begin()
        words = [inputs.CANARY]
        trials.append(leaks.trial("bad inputs", bots, [journal], words, last.conversation_id))
    if "load" in kinds:
        trials.append(await load.all_at_once(bots, 300))
        trials.append(await load.human_pace(bots, 100, 8.0, 60 * plan.minutes))
    if "crashes" in kinds:
        trials.append(await crashes.trial(bots, plan.kills))
    return trials


async def _faults_of_one(plan: Plan) -> list[Trial]:
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        disk = Path(name) / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(disk)]
        small = subprocess.run(mount, capture_output=True, check=False).returncode == 0
        try:
            bots = Bots(Path(name), f"sqlite:///{disk}/triage.db")
            with running(bots):
                found = faults.of_one_bot(bots, disk if small else None)
                return await _each_fault("one bot", bots, found, plan)
        finally:
            if small:
                subprocess.run(["umount", str(disk)], check=True)


async def _with_cluster(plan: Plan, kinds: Sequence[str]) -> list[Trial]:
    trials: list[Trial] = []
    if {"race", "crashes"} & set(kinds):
        with postgres_database() as url:
            async with _cluster(url, REDIS, OFF) as bots:
                if "race" in kinds:
                    trials.append(await race.trial(bots, plan.conversations))
                if "crashes" in kinds:
                    trials.append(await crashes.trial(bots, plan.kills))
    if "faults" in kinds:
        with postgres_database() as url:
            trials += await _faults_of_cluster(plan, url)
    return trials


async def _faults_of_cluster(plan: Plan, url: str) -> list[Trial]:
    base = Wire(urlsplit(url).port or 5432)
    lock = Wire(urlsplit(REDIS).port or 6379)
    try:
        ways = [_through(url, await base.open()), _through(REDIS, await lock.open())]
        async with _cluster(ways[0], ways[1], {}) as bots:
            found = faults.of_a_cluster(bots, url, POSTGRES, base, lock)
            return await _each_fault("two bots", bots, found, plan, url)
    finally:
        await base.close()
        await lock.close()


async def _each_fault(
    name: str, bots: Bots, found: dict[str, faults.Fault], plan: Plan, url: str = ""
) -> list[Trial]:
    canaries: list[str] = []
    journal = Journal()
    trials = [
        await faults.trial(each, fault, bots, plan.rounds, canaries, journal)
        for each, fault in found.items()
    ]
    async with browser() as http:
        last = await Patient(http, bots.urls, journal).begin()
    known = last.conversation_id
    trials.append(
        await asyncio.to_thread(leaks.trial, f"faults, {name}", bots, [journal], canaries, known)
    )
    return trials


@asynccontextmanager
async def _one_bot(settings: dict[str, str]) -> AsyncIterator[Bots]:
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        bots = Bots(Path(name), f"sqlite:///{name}/triage.db", settings=settings)
        with running(bots):
            yield bots


@asynccontextmanager
async def _cluster(url: str, redis: str, settings: dict[str, str]) -> AsyncIterator[Bots]:
    """Wires run in this loop, so what waits for the bots must wait in a thread."""
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        bots = Bots(Path(name), url, redis, count=2, settings=settings)
        try:
            await asyncio.to_thread(bots.open)
            yield bots
        finally:
            await asyncio.to_thread(bots.close)


def _through(url: str, port: int) -> str:
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    return parts._replace(netloc=f"{user}127.0.0.1:{port}").geturl()


def _about() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return (
        f"Tried on {datetime.now(timezone.utc):%Y-%m-%d} at commit {asked.stdout.strip()} on "
        f"{os.cpu_count()} cores ({processor()}), which other work shared (load average "
        f"{os.getloadavg()[1]:.1f}); the patients ran on the same machine."
    )


def _write(found: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{found}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
