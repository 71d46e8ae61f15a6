"""One run of the benchmark: the systems in turn, never two at once, the same patients for all."""

from __future__ import annotations

import asyncio
import os
import platform
import re
import subprocess
import urllib.request
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from bench import patients
from bench.patients import Script
from bench.systems import KINDS, Running, Workshop
from bot.evaluation.vignettes import load_vignettes
from bot.settings import ROOT

SCENARIOS = ("self_care", "book_rules", "urgent")
PATIENTS_OF_EACH = 4
STAGES = ("hear", "keep", "queue", "lock", "understand", "decide", "save")
_START_SECONDS = 300.0


@dataclass(frozen=True)
class Plan:
    """How long and how often to measure."""

    rounds: int = 2
    users: tuple[int, ...] = (1, 8, 50)
    seconds: float = 20.0
    turns: int = 400
    long_seconds: float = 120.0
    train: bool = True


QUICK = Plan(rounds=1, users=(1, 8), seconds=6.0, turns=60, long_seconds=20.0, train=False)


@dataclass
class Measured:
    """What was seen of one system. Times in seconds, memory in MB."""

    turns: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    rates: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    cpu_a_turn: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    cold_starts: list[float] = field(default_factory=list)
    cold_cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    long_talk: list[float] = field(default_factory=list)
    training: dict[str, float] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)


def measure(plan: Plan, folder: Path) -> dict[str, Any]:
    """Train, start and load each system as the plan says; everything as plain JSON values."""
    workshop = Workshop(folder)
    seen = {kind: Measured() for kind in KINDS}
    for kind in KINDS:
        if plan.train or not list(workshop.model(kind).glob("*.tar.gz")):
            seen[kind].training = asdict(workshop.train(kind))
    scripts, ours = _scripts(workshop)
    agreement: list[str] = []
    for number in range(plan.rounds):
        for kind in KINDS:
            _say(f"round {number + 1} of {plan.rounds}: {kind}")
            with workshop.running(kind) as system:
                _start(system, seen[kind])
                if kind == "stock" and number == 0:
                    agreement = asyncio.run(patients.last_words(kind, system.url, scripts))
                _load(system, seen[kind], scripts, plan)
                if number == 0:
                    _talk_long(system, seen[kind], scripts, plan)
                seen[kind].memory.append(system.memory_mb())
    same = sum(_words(a) == _words(b) for a, b in zip(ours, agreement, strict=True))
    return {
        "about": _about(plan) | {"scripts": len(scripts), "same_result": same},
        "systems": {kind: vars(found) for kind, found in seen.items()},
    }


def _scripts(workshop: Workshop) -> tuple[list[Script], list[str]]:
    """What the patients type, and what our bot says at the end of each conversation."""
    chosen = []
    for name in SCENARIOS:
        file = ROOT / "tests" / "scenarios" / "development" / f"{name}.yml"
        chosen += load_vignettes([file])[:PATIENTS_OF_EACH]
    with workshop.running("ours") as system:
        asyncio.run(patients.first_answer("ours", system.url, _START_SECONDS))
        scripts = asyncio.run(patients.record(system.url, chosen))
        return scripts, asyncio.run(patients.last_words("ours", system.url, scripts))


def _start(system: Running, seen: Measured) -> None:
    answer = patients.first_answer(system.kind, system.url, _START_SECONDS)
    seen.cold_starts.append(asyncio.run(answer))
    seen.cold_cpu.append(system.cpu_seconds())


def _load(system: Running, seen: Measured, scripts: Sequence[Script], plan: Plan) -> None:
    asyncio.run(patients.play(system.kind, system.url, scripts, 1, min(3.0, plan.seconds)))
    for users in plan.users:
        before, cpu = _stages(system), system.cpu_seconds()
        load = asyncio.run(patients.play(system.kind, system.url, scripts, users, plan.seconds))
        turns = max(1, len(load.turns))
        seen.turns[users] += load.turns
        seen.rates[users].append(len(load.turns) / load.seconds)
        seen.cpu_a_turn[users].append((system.cpu_seconds() - cpu) / turns)
        seen.failures[users] += load.failures
        if users == 1 and not seen.stages:
            after = _stages(system)
            seen.stages = {name: (after[name] - before[name]) / turns for name in after}


def _talk_long(system: Running, seen: Measured, scripts: Sequence[Script], plan: Plan) -> None:
    talk = patients.long_talk(system.kind, system.url, scripts, plan.turns, plan.long_seconds)
    seen.long_talk = asyncio.run(talk)


def _stages(system: Running) -> dict[str, float]:
    """Seconds spent in each stage so far; {} for a system that does not tell."""
    if not system.metrics:
        return {}
    with urllib.request.urlopen(system.metrics, timeout=5) as page:
        text = page.read().decode()
    found = dict(re.findall(r'^spasm_stage_seconds_sum\{stage="(\w+)"\} (\S+)', text, re.MULTILINE))
    return {name: float(found.get(name, 0.0)) for name in STAGES}


def _words(text: str) -> str:
    """A text without the places that one system fills and the other leaves open."""
    return re.sub(r"\W+", " ", re.sub(r"\{\w+\}|\(?\d[\d() .-]+", "", text))[:60]


def _about(plan: Plan) -> dict[str, Any]:
    command = ["git", "rev-parse", "--short", "HEAD"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "commit": asked.stdout.strip(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[1],
        "plan": asdict(plan),
    }


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def _say(text: str) -> None:
    print(f"==> {text}", flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed; 0 when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def median_near(values: Sequence[float], turn: int) -> float | None:
    """Median of the five turns around `turn` (from 1); None when the talk did not get so far."""
    near = values[max(0, turn - 3) : turn + 2]
    return percentile(near, 0.5) if len(values) >= turn else None


def total(stages: Mapping[str, float]) -> float:
    """Seconds of all stages together."""
    return sum(stages.values())
