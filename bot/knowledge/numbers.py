"""Numbers in the content: whole, and within what makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RANGES: Mapping[str, tuple[int, int]] = {
    "severity": (0, 10),
    "age": (0, 120),
    "duration_days": (0, 36500),
}
"""Lowest and highest value of each numeric field of the intake (bot/triage/intake.py)."""
WITHIN_DAYS = (1, 365)
"""When a visit may be due, in days."""
REACH = (1, 40)
"""How many words away an assertion modifier may reach."""


def number_problem(raw: Any, allowed: tuple[int, int]) -> str | None:
    """Why `raw` is no whole number of the range (ends included); None when it is one."""
    low, high = allowed
    if isinstance(raw, int) and not isinstance(raw, bool) and low <= raw <= high:
        return None
    return f"{raw!r} is not allowed. Allowed: a whole number from {low} to {high}"
