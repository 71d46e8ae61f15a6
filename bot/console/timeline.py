"""What happened in a conversation, in order: emergencies, results, requests, faults, reviews."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.console.names import DISPOSITION_LABELS, VERDICTS, name_of, words_of
from bot.store.queries import ConversationDetail

Kind = Literal["emergency", "result", "request", "incident", "review"]


@dataclass(frozen=True)
class Moment:
    """One line. `details`: labels of what it was about, in the words of the console."""

    at: datetime
    kind: Kind
    title: str
    details: tuple[str, ...] = ()


def timeline(found: ConversationDetail) -> list[Moment]:
    """The moments that staff must not miss, oldest first."""
    moments = [
        *_emergencies(found),
        *(
            Moment(a.at, "result", f"Result: {DISPOSITION_LABELS[a.disposition]}")
            for a in found.assessments
        ),
        *(Moment(a.created_at, "request", f"Request {a.reference}") for a in found.appointments),
        *(
            Moment(i.at, "incident", f"Incident: {words_of(i.kind).lower()}")
            for i in found.incidents
        ),
        *(
            Moment(r.at, "review", f"Review by {r.reviewer}", (VERDICTS.get(r.verdict, r.verdict),))
            for r in found.reviews
        ),
    ]
    return sorted(moments, key=lambda moment: moment.at)


def _emergencies(found: ConversationDetail) -> Iterator[Moment]:
    for one in found.escalations:
        yield Moment(one.at, "emergency", "Emergency heard", tuple(map(name_of, one.red_flags)))
