"""A list's filter and order, to and from the query of an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, cast

from flask import abort
from werkzeug.datastructures import MultiDict

from bot.console.context import read_moment, zone
from bot.store.filters import FACET_KINDS, STATES, Filter, Sort
from bot.triage.assessment import DISPOSITIONS

SORTS = {"urgency": "Most urgent first", "newest": "Newest first", "oldest": "Oldest first"}
KEYS: Mapping[str, tuple[Callable[[str], Any], ...]] = {
    "urgency": (int, read_moment, str),
    "newest": (read_moment, str),
    "oldest": (read_moment, str),
}
"""How the end of a page is read, for each order."""
_CLOSED: Mapping[str, frozenset[str]] = {
    "state": frozenset({"open", "all", *STATES}),
    "disposition": frozenset({"none", *DISPOSITIONS}),
    "booking": frozenset({"asked", "none", "new", "called", "booked", "declined", "withdrawn"}),
    "verdict": frozenset({"none", "right", "too_low", "too_high", "misunderstood"}),
    "dates": frozenset({"active", "started"}),
    "sort": frozenset(SORTS),
}
_TEXTS = (
    "state", "disposition", "frequency", "assignee", "reviewer", "verdict", "booking", "model",
    "knowledge", "last_question", "dates",
)  # fmt: skip
LONGEST = 200


@dataclass(frozen=True)
class Wanted:
    """What an address asks for. `given`: its own words, to put them back into links and forms."""

    filter: Filter
    sort: Sort
    given: Mapping[str, list[str]]

    @property
    def count(self) -> int:
        """How many filters are set, but for state and words."""
        return sum(len(v) for k, v in self.given.items() if k not in ("state", "sort", "q"))


def read_address(query: MultiDict[str, str], state: str = "open") -> Wanted:
    """The filter of a query; 404 for a value that none of the lists can have."""
    given = {
        name: [value.strip()[:LONGEST] for value in values if value.strip()]
        for name, values in query.lists()
        if name in _KNOWN
    }
    given = {name: values for name, values in given.items() if values}
    for name, allowed in _CLOSED.items():
        if not set(given.get(name, ())) <= allowed:
            abort(404)
    texts = {name: given[name][0] for name in _TEXTS if name in given}
    chosen = texts.setdefault("state", state)
    wanted = replace(
        Filter(),
        **(texts | {"state": "" if chosen == "all" else chosen}),
        facets=tuple((kind, value) for kind in FACET_KINDS for value in given.get(kind, ())),
        words=given.get("q", [""])[0],
        **_numbers(given),
        **_days(given),
    )
    return Wanted(wanted, cast(Sort, given.get("sort", ["urgency"])[0]), given)


_NUMBERS: Mapping[str, Callable[[str], Any]] = {
    "confidence_below": lambda text: int(text) / 100,
    "at_least": int,
    "at_most": int,
    "fallback": lambda text: bool(int(text)),
    "incident": lambda text: bool(int(text)),
}
_KNOWN = {f.name for f in fields(Filter)} - {"facets", "words"} | {*FACET_KINDS, "q", "sort"}


def _numbers(given: Mapping[str, list[str]]) -> dict[str, Any]:
    try:
        found = {name: read(given[name][0]) for name, read in _NUMBERS.items() if name in given}
    except ValueError:
        abort(404)
    if any(not 0 <= value <= 10**6 for value in found.values()):
        abort(404)
    return found


def _days(given: Mapping[str, list[str]]) -> dict[str, datetime]:
    """`since` and `until` are days, both included."""
    found = {}
    for name, add in (("since", 0), ("until", 1)):
        if name in given:
            try:
                day = datetime.strptime(given[name][0], "%Y-%m-%d").replace(tzinfo=zone())
                found[name] = day + timedelta(days=add)
            except (ValueError, OverflowError):
                abort(404)
    return found
