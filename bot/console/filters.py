"""What templates may call: labels, times, shares."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from bot.console.choices import KIND_LABELS, facet_name
from bot.console.context import zone
from bot.console.names import (
    DISPOSITION_LABELS,
    LIKELIHOODS,
    REQUESTS,
    VERDICTS,
    intent_name,
    name_of,
    reason_name,
    words_of,
)
from bot.console.reading import LEDGER_LABELS
from bot.console.reviews import UNDERSTOOD, WORDING

_STEPS = ((86400, "d"), (3600, "h"), (60, "min"))


def add_filters(app: Flask) -> None:
    """Make names and filters known to the templates of `app`."""
    app.jinja_env.filters.update(
        name=name_of,
        ago=span_between,
        percent=percent,
        level=level_name,
        query=query_of,
        reason=reason_name,
        words=words_of,
        clock=clock,
        utc=as_utc,
        intent=intent_name,
        says_more=says_more,
    )
    app.jinja_env.globals.update(
        labels=DISPOSITION_LABELS,
        verdicts=VERDICTS,
        requests=REQUESTS,
        likelihoods=LIKELIHOODS,
        kind_labels=KIND_LABELS,
        facet_name=facet_name,
        ledger_labels=LEDGER_LABELS,
        understood_labels=UNDERSTOOD,
        wording_labels=WORDING,
    )


def span_between(then: datetime | None, now: datetime) -> str:
    """How long ago, in the largest unit that fits: 3 h."""
    seconds = (now - then) / timedelta(seconds=1) if then else 0
    for size, unit in _STEPS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"


def as_utc(at: datetime) -> datetime:
    """A moment that was kept without its zone, which is UTC."""
    return at.replace(tzinfo=timezone.utc)


def clock(at: datetime) -> str:
    """A moment in the clinic's time zone."""
    here = at.astimezone(zone())
    return f"{here:%b} {here.day}, {here:%Y, %H:%M %Z}"


def percent(value: float | None, digits: int = 0) -> str:
    """A share, such as 94 %."""
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def level_name(disposition: str | None) -> str:
    """What a disposition is called on the screen."""
    return DISPOSITION_LABELS.get(disposition or "", "Not finished")


def query_of(given: dict[str, Any], **changed: Any) -> str:
    """A query with some values changed; None takes one out."""
    whole = {key: value for key, value in {**given, **changed}.items() if value is not None}
    return urlencode(whole, doseq=True)


def says_more(words: str | None, name: str) -> bool:
    """Whether a patient's words tell more than the name of what was heard in them."""
    return bool(words) and str(words).casefold() not in name.casefold()
