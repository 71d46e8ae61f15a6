"""How many patients at once some bots can serve: `python -m bench.capacity [FIGURES]`.

Plays patients in simulated time against bots that each answer one message after the other, each
taking as long as one measured turn of a lone patient. FIGURES: what `make bench` kept.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
from collections.abc import Sequence
from pathlib import Path

from bench.measure import percentile
from bot.settings import ROOT

BOTS = (1, 2, 4, 8)
THINK_SECONDS = 8.0
P95_SECONDS = 1.0
_SIMULATED_SECONDS = 900.0


def waits(turns: Sequence[float], bots: int, patients: int, seed: int = 7) -> list[float]:
    """Seconds until each answer; every patient thinks between answer and next message."""
    dice = random.Random(seed)
    free_at = [0.0] * bots
    due = [(dice.uniform(0, THINK_SECONDS), number) for number in range(patients)]
    heapq.heapify(due)
    found = []
    while due[0][0] < _SIMULATED_SECONDS:
        now, number = heapq.heappop(due)
        bot = min(range(bots), key=free_at.__getitem__)
        free_at[bot] = max(now, free_at[bot]) + dice.choice(turns)
        found.append(free_at[bot] - now)
        pause = dice.expovariate(1 / THINK_SECONDS)
        heapq.heappush(due, (free_at[bot] + pause, number))
    return found


def most_patients(turns: Sequence[float], bots: int) -> int:
    """Most patients at once with 95 of 100 answers within P95_SECONDS."""
    low, high = 1, int(4 * bots * THINK_SECONDS / (sum(turns) / len(turns))) + 2
    while high - low > max(1, low // 50):
        middle = (low + high) // 2
        if percentile(waits(turns, bots, middle), 0.95) <= P95_SECONDS:
            low = middle
        else:
            high = middle
    return low


def main() -> None:
    """Print the table of docs/scaling.md."""
    parser = argparse.ArgumentParser(prog="python -m bench.capacity", description=__doc__)
    parser.add_argument(
        "figures", type=Path, nargs="?", default=ROOT / "var" / "bench" / "figures.json"
    )
    turns = json.loads(parser.parse_args().figures.read_text())["systems"]["ours"]["turns"]["1"]
    print("| bots (one core each) | patients at once | turns a second |\n|---|---|---|")
    for bots in BOTS:
        patients = most_patients(turns, bots)
        rate = len(waits(turns, bots, patients)) / _SIMULATED_SECONDS
        print(f"| {bots} | {patients:,} | {rate:.0f} |")


if __name__ == "__main__":
    main()
