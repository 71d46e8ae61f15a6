"""Plain SVG plots of the measured figures, light enough to keep beside the page."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 300, 64, 44, 28
COLORS = {"stock": "#b3541e", "ours": "#1f6f8b", "floor": "#8a8f98"}
_STAGE_COLORS = ("#1f6f8b", "#4f9d69", "#c9a227", "#b3541e", "#6c5b7b", "#8a8f98", "#2f4858")
Points = Sequence[tuple[float, float]]


def bars(title: str, groups: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """Grouped bars on a logarithmic scale: group -> series -> value."""
    values = [v for group in groups.values() for v in group.values() if v > 0]
    scale = _Scale(min(values) / 2, max(values) * 1.5)
    parts = [*_frame(title, scale, unit)]
    room = (WIDTH - LEFT - 10) / max(1, len(groups))
    for place, (name, group) in enumerate(groups.items()):
        left = LEFT + place * room
        parts.append(_text(left + room / 2, HEIGHT - BOTTOM + 18, name, "middle"))
        thick = room * 0.8 / max(1, len(group))
        for number, (series, value) in enumerate(group.items()):
            top = scale.y(value)
            x = left + room * 0.1 + number * thick
            parts.append(_box(x, top, thick * 0.92, HEIGHT - BOTTOM - top, COLORS[series]))
            parts.append(_text(x + thick / 2, top - 4, _short(value), "middle"))
    return _picture(title, [*parts, *_legend(dict(COLORS))])


def lines(title: str, series: Mapping[str, Points], unit: str, below: str) -> str:
    """Lines on a logarithmic scale of values over a linear one."""
    values = [y for points in series.values() for _, y in points]
    furthest = max(x for points in series.values() for x, _ in points)
    scale = _Scale(min(values) / 1.3, max(values) * 1.3)
    parts = [*_frame(title, scale, unit), _text(WIDTH / 2, HEIGHT - 6, below, "middle")]
    for mark in range(0, 5):
        at = furthest * mark / 4
        x = LEFT + (WIDTH - LEFT - 10) * mark / 4
        parts.append(_text(x, HEIGHT - BOTTOM + 16, f"{at:.0f}", "middle"))
    for name, points in series.items():
        path = " ".join(
            f"{LEFT + (WIDTH - LEFT - 10) * x / furthest:.1f},{scale.y(y):.1f}" for x, y in points
        )
        color = COLORS[name]
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
    return _picture(title, [*parts, *_legend({n: COLORS[n] for n in series})])


def stack(title: str, parts: Mapping[str, float], unit: str) -> str:
    """One bar made of parts, each with its name and value below."""
    whole = sum(parts.values()) or 1.0
    drawn, x = [_text(10, 18, title, "start", 15)], 10.0
    for number, (name, value) in enumerate(parts.items()):
        color = _STAGE_COLORS[number % len(_STAGE_COLORS)]
        wide = (WIDTH - 20) * value / whole
        drawn.append(_box(x, 32, wide, 40, color))
        row, column = divmod(number, 4)
        at = 10 + column * 178
        drawn.append(_box(at, 92 + row * 24, 12, 12, color))
        drawn.append(_text(at + 18, 102 + row * 24, f"{name} {value:.1f} {unit}", "start"))
        x += wide
    return _picture(title, drawn, 150)


class _Scale:
    def __init__(self, low: float, high: float) -> None:
        self.low, self.high = math.log10(low), math.log10(high)

    def y(self, value: float) -> float:
        share = (math.log10(max(value, 1e-9)) - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - max(0.0, share) * (HEIGHT - BOTTOM - TOP)

    def marks(self) -> list[float]:
        exponents = range(math.floor(self.low), math.ceil(self.high) + 1)
        found = [m * 10.0**e for e in exponents for m in (1, 2, 5)]
        return [m for m in found if self.low <= math.log10(m) <= self.high]


def _frame(title: str, scale: _Scale, unit: str) -> list[str]:
    parts = [_text(LEFT, 18, f"{title} ({unit}, logarithmic)", "start", 15)]
    for mark in scale.marks():
        y = scale.y(mark)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - 10}" stroke="#d7dade"/>')
        parts.append(_text(LEFT - 6, y + 4, _short(mark), "end"))
    return parts


def _legend(colors: Mapping[str, str]) -> list[str]:
    parts = []
    for number, (name, color) in enumerate(colors.items()):
        x = WIDTH - 230 + number * 76
        parts += [_box(x, 8, 12, 12, color), _text(x + 17, 18, name, "start")]
    return parts


def _picture(title: str, parts: Sequence[str], height: int = HEIGHT) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _box(x: float, y: float, wide: float, high: float, color: str) -> str:
    size = f'width="{max(0.0, wide):.1f}" height="{max(0.0, high):.1f}"'
    return f'<rect x="{x:.1f}" y="{y:.1f}" {size} fill="{color}"/>'


def _text(x: float, y: float, words: str, anchor: str, size: int = 12) -> str:
    where = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text {where} fill="#22262b">{escape(words)}</text>'


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.3g}"
