"""The report as one HTML page: no script, no font, nothing from the network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.evaluation import plots
from bot.evaluation.targets import against_targets
from bot.triage.assessment import DISPOSITIONS

_TEMPLATES = Path(__file__).with_name("templates")


def render(figures: Mapping[str, Any]) -> str:
    """The page of these figures; the same figures give the same page."""
    page = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page.filters["percent"] = _percent
    page.filters["share"] = _share
    page.filters["words"] = lambda name: str(name).replace("_", " ")
    template = page.get_template("report.html")
    return template.render(
        figures=figures,
        levels=DISPOSITIONS,
        targets=against_targets(figures),
        bars=_bars(figures),
        asked=plots.columns(figures["dialogue"]["questions_asked"]),
        to_emergency=plots.columns(figures["dialogue"]["questions_to_emergency"]),
        signs=plots.stacks(figures["elicitation"]["signs"]),
        width=plots.WIDTH,
        wrong=_wrong(figures),
        cases={case["id"]: case for case in figures["cases"]},
        blind=figures.get("blind", False),
    )


def _bars(figures: Mapping[str, Any]) -> list[plots.Bar]:
    triage, levels = figures["triage"], figures["levels"]
    rows: list[tuple[str, Mapping[str, Any], float | None]] = [
        ("exact level", triage["exact"], 0.92),
        ("within acceptable levels", triage["within_acceptable"], None),
        ("under-triage", triage["under_triage"], 0.01),
        ("over-triage", triage["over_triage"], 0.10),
        *(
            (f"{name} found".replace("_", " "), levels[name]["sensitivity"], None)
            for name in levels
        ),
        ("first contributor", figures["contributors"]["top1"], None),
        ("among first three", figures["contributors"]["top3"], 0.90),
        ("danger signs elicited", figures["elicitation"]["elicited"], 0.90),
    ]
    return plots.share_bars(rows)


def _wrong(figures: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Cases with a fault, the gravest first: level, then exactness, then the contributors."""
    faulty = [c for c in figures["cases"] if not c["exact"] or c["top3"] is False]
    return sorted(faulty, key=lambda c: (c["acceptable"], c["exact"]))


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _share(share: Mapping[str, Any]) -> str:
    return f"{_percent(share['share'])} ({share['count']} of {share['of']})"
