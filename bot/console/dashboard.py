"""Figures of a period, each with a link to its conversations."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from threading import Lock

from flask import Blueprint, abort, current_app, render_template, request

from bot.console.charts import Column, columns
from bot.console.context import database, zone
from bot.console.figure import heat
from bot.console.names import DISPOSITION_LABELS
from bot.store.figures import Figures, figures

blueprint = Blueprint("dashboard", __name__)
PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "1 year"}
KEPT_SECONDS = 60
_LEVELS = (*DISPOSITION_LABELS, "")


@blueprint.get("/dashboard")
def page() -> str:
    """The figures of the last days."""
    period = request.args.get("days", "30")
    if period not in PERIODS:
        abort(404)
    today = datetime.now(zone()).replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - timedelta(days=int(period) - 1)
    found = _figures(since)
    return render_template(
        "dashboard.html",
        figures=found,
        chart=columns(_days(found, since, today)),
        bodies=heat(dict(found.top["location"])),
        since=since.date().isoformat(),
        period=period,
        periods=PERIODS,
        total=sum(found.levels.values()),
        levels=_LEVELS,
    )


def _figures(since: datetime) -> Figures:
    """The figures, counted at most once a minute: a year takes a moment to count."""
    kept = current_app.extensions.setdefault("figures", {})
    with current_app.extensions.setdefault("figures_lock", Lock()):
        at, found = kept.get(since, (0.0, None))
        if found is None or time.monotonic() - at > KEPT_SECONDS or current_app.testing:
            with database().begin() as session:
                found = figures(session, since)
            kept.clear()
            kept[since] = (time.monotonic(), found)
        return found


def _days(found: Figures, since: datetime, today: datetime) -> list[Column]:
    """One column a day, or a week where days would be too thin."""
    step = 1 if (today - since).days <= 92 else 7
    result, at = [], since
    while at <= today:
        days = [(at + timedelta(days=i)).date().isoformat() for i in range(step)]
        counts = {
            level: sum(found.days.get(day, {}).get(level, 0) for day in days) for level in _LEVELS
        }
        result.append(Column(days[0], days[-1], counts))
        at += timedelta(days=step)
    return result
