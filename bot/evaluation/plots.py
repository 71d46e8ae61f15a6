"""Coordinates of the report's plots; `templates/plots.html` draws them as plain SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.evaluation.metrics import clopper_pearson_lower, clopper_pearson_upper

WIDTH = 560.0
"""Units from 0 % to 100 %."""
STATES = ("asked", "volunteered", "denied", "unknown")


@dataclass(frozen=True)
class Bar:
    """A share with its 95 % interval, all in units from the left edge of the plot."""

    label: str
    text: str
    length: float
    low: float
    high: float
    target: float | None = None


@dataclass(frozen=True)
class Column:
    """How often a number occurred. `height` 0-1 of the tallest."""

    label: str
    count: int
    height: float


@dataclass(frozen=True)
class Part:
    """A piece of a stacked bar: where it begins, and how long it is."""

    state: str
    start: float
    length: float
    count: int


@dataclass(frozen=True)
class Stack:
    """One stacked bar of counts."""

    label: str
    text: str
    parts: tuple[Part, ...]


def share_bars(rows: Sequence[tuple[str, Mapping[str, Any], float | None]]) -> list[Bar]:
    """Bars of (label, share, target as a share); rows without a share are left out."""
    return [_bar(label, share, target) for label, share, target in rows if share["of"]]


def columns(histogram: Mapping[str, int]) -> list[Column]:
    """One column for each number."""
    tallest = max(histogram.values(), default=0) or 1
    return [Column(n, count, count / tallest) for n, count in histogram.items()]


def stacks(signs: Mapping[str, Mapping[str, Any]]) -> list[Stack]:
    """One stacked bar for each danger sign of the ledger, least elicited first."""
    by_share = sorted(signs.items(), key=lambda one: (one[1]["share"], one[0]))
    return [_stack(name, of) for name, of in by_share if of["of"]]


def _bar(label: str, share: Mapping[str, Any], target: float | None) -> Bar:
    count, of = share["count"], share["of"]
    return Bar(
        label,
        f"{count / of:.1%} ({count} of {of})",
        WIDTH * count / of,
        WIDTH * clopper_pearson_lower(count, of, 0.975),
        WIDTH * clopper_pearson_upper(count, of, 0.975),
        None if target is None else WIDTH * target,
    )


def _stack(name: str, of: Mapping[str, Any]) -> Stack:
    parts: list[Part] = []
    start = 0.0
    for state in STATES:
        length = WIDTH * of[state] / of["of"]
        parts.append(Part(state, start, length, of[state]))
        start += length
    return Stack(name, f"{of['count']} of {of['of']}", tuple(parts))
