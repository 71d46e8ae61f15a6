"""Reviews put together: disputed dispositions, and how far two reviewers and the bot agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from sqlalchemy import func, select

from bot.store.models import Conversation, Review

Label = tuple[str, str]
MOST_CASES = 1000


@dataclass(frozen=True)
class Share:
    """`hits` of `total`, with Wilson's 95 % interval; None of nothing."""

    hits: int
    total: int

    @property
    def value(self) -> float | None:
        return self.hits / self.total if self.total else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Lower and upper bound."""
        if not self.total:
            return None
        z, n, p = 1.96, self.total, self.hits / self.total
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


def newest_reviews(session: Any, since: datetime | None = None) -> list[Any]:
    """(conversation_id, reviewer, disposition, should_be) of each reviewer's newest verdict."""
    newest = select(func.max(Review.id)).group_by(Review.conversation_id, Review.reviewer)
    wanted = (
        select(Review.conversation_id, Review.reviewer, Review.disposition, Review.should_be)
        .where(Review.id.in_(newest), Review.should_be.is_not(None))
        .order_by(Review.id)
    )
    if since is not None:
        wanted = wanted.where(Review.at >= since)
    return list(session.execute(wanted))


def disputed(session: Any) -> list[Label]:
    """(conversation, disposition that it should have had), by each newest disagreeing verdict."""
    known = {
        row.conversation_id: row.should_be
        for row in newest_reviews(session)
        if row.should_be != row.disposition
    }
    kept = select(Conversation.id).where(
        Conversation.id.in_(list(known)[-MOST_CASES:]), Conversation.deleted_at.is_(None)
    )
    return [(each, known[each]) for each in session.execute(kept).scalars()]


def bot_agreement(rows: Iterable[Any]) -> Share:
    """How often a reviewer held the bot's disposition right."""
    judged = [row for row in rows if row.disposition is not None]
    return Share(sum(row.disposition == row.should_be for row in judged), len(judged))


def pairs(rows: Iterable[Any]) -> list[Label]:
    """The first two reviewers' labels of each conversation that has two."""
    labels: dict[str, list[str]] = {}
    for row in rows:
        labels.setdefault(row.conversation_id, []).append(row.should_be)
    return [(found[0], found[1]) for found in labels.values() if len(found) > 1]


def kappa(labels: Sequence[Label]) -> float | None:
    """Cohen's kappa of pairs of labels; None without pairs, 1 when nothing could differ."""
    if not labels:
        return None
    total = len(labels)
    agreed = sum(a == b for a, b in labels) / total
    first, second = (Counter(pair[side] for pair in labels) for side in (0, 1))
    chance = sum(first[each] * second[each] for each in first) / total**2
    return 1.0 if chance == 1 else (agreed - chance) / (1 - chance)
