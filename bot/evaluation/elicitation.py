"""How many of the danger signs that a patient's place calls for came up before the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, get_args

from bot.evaluation.played import Played
from bot.triage.assessment import LedgerEntry, SignState


def elicitation(played: Iterable[Played]) -> dict[str, Any]:
    """Share of mandatory signs that were asked, told or denied, in all and by sign.

    Emergencies that were rightly heard end at once and are left out; a conversation without
    a result counts with what it got to.
    """
    entries = [entry for p in played if not p.was_cut_short for entry in p.ledger]
    by_sign: dict[str, list[LedgerEntry]] = {}
    for entry in entries:
        by_sign.setdefault(entry.sign, []).append(entry)
    return {
        "elicited": _share(entries),
        "states": _states(entries),
        "signs": {name: _share(of) | _states(of) for name, of in sorted(by_sign.items())},
    }


def _share(entries: Sequence[LedgerEntry]) -> dict[str, Any]:
    count = sum(entry.is_elicited for entry in entries)
    share = round(count / len(entries), 4) if entries else None
    return {"share": share, "count": count, "of": len(entries)}


def _states(entries: Sequence[LedgerEntry]) -> dict[str, int]:
    counts = Counter(entry.state for entry in entries)
    return {state: counts[state] for state in get_args(SignState)}
