"""Writes what was measured into docs/performance.md and draws its plots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from statistics import mean
from typing import Any

from bench import plots
from bench.measure import STAGES, median_near, percentile
from bench.systems import KINDS

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
MARKS = (5, 50, 200, 400)
_NAMES = {"ours": "this bot", "stock": "stock Rasa", "floor": "floor"}


def write(found: Mapping[str, Any], page: Path, images: Path) -> None:
    """Put tables into the page between its marks, and the plots into `images`."""
    text = page.read_text(encoding="utf-8")
    block = f"{BEGIN}\n{tables(found)}\n{END}"
    pattern = re.compile(re.escape(BEGIN) + ".*" + re.escape(END), re.DOTALL)
    page.write_text(pattern.sub(lambda _: block, text), encoding="utf-8")
    for name, picture in pictures(found).items():
        (images / f"performance-{name}.svg").write_text(picture, encoding="utf-8")


def tables(found: Mapping[str, Any]) -> str:
    """All figures as Markdown."""
    about = found["about"]
    plan = about["plan"]
    head = (
        f"Measured on {about['date']} at commit {about['commit']} on {about['cores']} cores "
        f"({about['processor']}), which other work shared (load average "
        f"{about['load_average']:.1f}): ratios count, and processor time more than the clock. "
        f"{plan['rounds']} rounds in turn, {plan['seconds']:.0f} s of load each; "
        f"{about['same_result']} of {about['scripts']} conversations ended with the same words "
        "on both sides."
    )
    rows = [_row(*line) for line in _lines(found["systems"], plan["users"])]
    top = ["| | this bot | stock Rasa | ratio | floor |", "|---|---|---|---|---|"]
    return "\n".join([head, "", *top, *rows, "", *_stage_table(found["systems"]["ours"]["stages"])])


def pictures(found: Mapping[str, Any]) -> dict[str, str]:
    """Name -> SVG."""
    systems, users = found["systems"], found["about"]["plan"]["users"]
    latency = {
        f"{n} user{'s' * (n > 1)}, p{int(share * 100)}": {
            kind: 1000 * _turn(systems[kind], n, share) for kind in KINDS
        }
        for n in users
        for share in (0.5, 0.95)
    }
    talks = {
        kind: [
            (turn, 1000 * _smooth(systems[kind]["long_talk"], turn))
            for turn in _steps(kind, systems)
        ]
        for kind in KINDS
    }
    stages = {n: 1000 * s for n, s in systems["ours"]["stages"].items()}
    return {
        "turns": plots.bars("Time of one turn", latency, "ms"),
        "long": plots.lines("Time of a turn in a long conversation", talks, "ms", "turn"),
        "stages": plots.stack("Where a turn's time goes (one patient)", stages, "ms"),
    }


def _lines(
    systems: Mapping[str, Any], users: list[int]
) -> list[tuple[str, list[float | None], int]]:
    """(what, value of each system, digits)."""
    each = [systems[kind] for kind in KINDS]
    lines: list[tuple[str, list[float | None], int]] = []
    for n in users:
        plural = "s" * (n > 1)
        for share in (0.5, 0.95, 0.99):
            name = f"turn at {n} user{plural}, p{int(share * 100)} (ms)"
            lines.append((name, [1000 * _turn(s, n, share) for s in each], 1))
        lines.append(
            (f"turns a second at {n} user{plural}", [mean(_of(s["rates"], n)) for s in each], 1)
        )
        cpu: list[float | None] = [1000 * min(_of(s["cpu_a_turn"], n)) for s in each]
        lines.append((f"processor time a turn at {n} user{plural} (ms)", cpu, 1))
        lines.append(
            (f"failed turns at {n} user{plural}", [_of(s["failures"], n) for s in each], 0)
        )
    for turn in MARKS:
        near = [median_near(s["long_talk"], turn) for s in each]
        lines.append((f"turn {turn} of one conversation (ms)", [n and 1000 * n for n in near], 1))
    lines.append(("resident memory of all processes (MB)", [max(s["memory"]) for s in each], 0))
    lines.append(("cold start to first answer (s)", [min(s["cold_starts"]) for s in each], 1))
    lines.append(("cold start, processor time (s)", [min(s["cold_cpu"]) for s in each], 1))
    for name, key in (("training (s)", "seconds"), ("training, processor time (s)", "cpu")):
        lines.append((name, [s["training"].get(key) for s in each], 1))
    return lines


def _row(name: str, values: list[float | None], digits: int) -> str:
    ours, stock, floor = (_figure(value, digits) for value in values)
    ratio = _ratio(values[0], values[1]) if digits else ""
    return f"| {name} | {ours} | {stock} | {ratio} | {floor} |"


def _figure(value: float | None, digits: int) -> str:
    return "not reached" if value is None else f"{value:,.{digits}f}"


def _ratio(ours: float | None, stock: float | None) -> str:
    """Ours to stock as `1 / n` or `n x`."""
    if not ours or not stock:
        return ""
    return f"1 / {stock / ours:.1f}" if stock > ours else f"{ours / stock:.1f} x"


def _stage_table(stages: Mapping[str, float]) -> list[str]:
    if not stages:
        return []
    whole = sum(stages.values())
    rows = [f"| {n} | {1000 * stages[n]:.1f} | {stages[n] / whole:.0%} |" for n in STAGES]
    return ["| stage of a turn, one patient | ms | share |", "|---|---|---|", *rows]


def _turn(system: Mapping[str, Any], users: int, share: float) -> float:
    return percentile(_of(system["turns"], users), share)


def _of(table: Mapping[Any, Any], users: int) -> Any:
    """JSON turns the keys of a table into words."""
    return table[users] if users in table else table[str(users)]


def _steps(kind: str, systems: Mapping[str, Any]) -> range:
    return range(3, len(systems[kind]["long_talk"]) - 1, 5)


def _smooth(values: list[float], turn: int) -> float:
    return percentile(values[max(0, turn - 6) : turn + 5], 0.5)
