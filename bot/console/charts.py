"""Geometry of the charts, which templates/charts.html draws as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720.0, 180.0
GAP = 0.2


@dataclass(frozen=True)
class Column:
    """A column of a stacked chart: from one day to another, with a count for each part."""

    first: str
    last: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Box:
    """One part of a column, in units of the drawing."""

    part: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """A stacked chart. `highest`: what the top line stands for."""

    columns: Sequence[tuple[Column, Sequence[Box]]]
    highest: int
    width: float = WIDTH
    height: float = HEIGHT


def columns(of: Sequence[Column]) -> Chart:
    """Place the parts of each column on top of each other."""
    highest = _round_up(max((column.total for column in of), default=0))
    slot = WIDTH / max(1, len(of))
    placed = []
    for number, column in enumerate(of):
        boxes, y = [], HEIGHT
        for part, count in column.counts.items():
            size = HEIGHT * count / highest
            y -= size
            if count:
                x = slot * (number + GAP / 2)
                boxes.append(Box(part, round(x, 2), round(y, 2), round(slot * (1 - GAP), 2),
                                 round(size, 2)))  # fmt: skip
        placed.append((column, boxes))
    return Chart(placed, highest)


def _round_up(number: int) -> int:
    """The next of 4, 6, 8, 12, 16, 20, 30, 40, 60 ...: the line at half is a whole number."""
    size = 1
    while True:
        for step in (4, 6, 8, 12, 16, 20, 30):
            if number <= step * size:
                return step * size
        size *= 10
