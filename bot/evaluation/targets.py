"""What the bot must reach before anybody thinks of patients, and whether it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ABOVE, BELOW = "at least", "at most"


@dataclass(frozen=True)
class Target:
    """One figure, found by its path in the report, against its limit."""

    label: str
    path: str
    way: str
    limit: float
    is_share: bool = True


TARGETS = (
    Target("Exact level of care", "triage.exact.share", ABOVE, 0.92),
    Target("Under-triage", "triage.under_triage.share", BELOW, 0.01),
    Target("Over-triage", "triage.over_triage.share", BELOW, 0.10),
    Target("Emergencies heard", "emergency.sensitivity.share", ABOVE, 1.0),
    Target("Expected contributors among the first three", "contributors.top3.share", ABOVE, 0.90),
    Target("Mandatory danger signs elicited", "elicitation.elicited.share", ABOVE, 0.90),
    Target("Questions asked, median", "dialogue.questions_median", BELOW, 8, False),
    Target(
        "Questions to an emergency, median", "dialogue.questions_to_emergency_median", BELOW, 3,
        False,
    ),
)  # fmt: skip


def against_targets(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each target with the value reached; `met` is None where nothing was measured."""
    return [_measured(target, figures) for target in TARGETS]


def _measured(target: Target, figures: Mapping[str, Any]) -> dict[str, Any]:
    value: Any = figures
    for key in target.path.split("."):
        value = value[key]
    met = None
    if value is not None:
        met = value >= target.limit if target.way == ABOVE else value <= target.limit
    shown = f"{target.limit:.0%}" if target.is_share else f"{target.limit:g}"
    return {
        "label": target.label,
        "value": value,
        "is_share": target.is_share,
        "target": f"{target.way} {shown}",
        "met": met,
    }
