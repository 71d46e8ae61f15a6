"""The inbox of proposed improvements: how a message should have been read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import func, select, update

from bot.store.work import Proposal

STATUSES = ("open", "approved", "rejected", "exported")


@dataclass(frozen=True)
class Correction:
    """`words`, said in message `seq`, should have been read as `value` (see work.Proposal)."""

    conversation_id: str
    seq: int
    kind: str
    value: str
    was: str | None
    words: str = field(repr=False)
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ProposalView:
    """A proposal as the inbox shows it."""

    id: int
    correction: Correction
    proposed_by: str
    proposed_at: datetime
    status: str
    decided_by: str | None
    decided_at: datetime | None


def propose(session: Any, correction: Correction, actor: str) -> int:
    """Put a correction into the inbox; returns its number."""
    row = Proposal(
        **vars(correction), proposed_by=actor, proposed_at=datetime.now(timezone.utc),
        status="open",
    )  # fmt: skip
    session.add(row)
    session.flush()
    return int(row.id)


def list_proposals(
    session: Any, status: str | None = "open", *, before: int | None = None, limit: int = 50
) -> list[ProposalView]:
    """Proposals, newest first; those below number `before`."""
    wanted = select(Proposal).order_by(Proposal.id.desc()).limit(limit)
    if status is not None:
        wanted = wanted.where(Proposal.status == status)
    if before is not None:
        wanted = wanted.where(Proposal.id < before)
    return [_view(row) for row in session.execute(wanted).scalars()]


def proposals_of(session: Any, conversation_id: str) -> list[ProposalView]:
    """All that were made from one conversation, oldest first."""
    wanted = select(Proposal).where(Proposal.conversation_id == conversation_id)
    return [_view(row) for row in session.execute(wanted.order_by(Proposal.id)).scalars()]


def count_proposals(session: Any) -> dict[str, int]:
    """How many have each status."""
    wanted = select(Proposal.status, func.count()).group_by(Proposal.status)
    return {row[0]: row[1] for row in session.execute(wanted)}


def decide(session: Any, number: int, status: str, actor: str, words: str | None = None) -> bool:
    """Approve or reject one that is not exported yet, with its final words; False if none is."""
    values = {"status": status, "decided_by": actor, "decided_at": datetime.now(timezone.utc)}
    statement = (
        update(Proposal)
        .where(Proposal.id == number, Proposal.status != "exported")
        .values(**values, **({"words": words} if words else {}))
        .execution_options(synchronize_session=False)
    )
    return bool(session.execute(statement).rowcount)


def mark_exported(session: Any, numbers: Iterable[int]) -> None:
    """Approved ones that went into a file; they can be exported again from their own list."""
    session.execute(
        update(Proposal)
        .where(Proposal.id.in_(list(numbers)))
        .values(status="exported")
        .execution_options(synchronize_session=False)
    )


def _view(row: Any) -> ProposalView:
    correction = Correction(
        row.conversation_id, row.seq, row.kind, row.value, row.was, row.words, row.note
    )
    return ProposalView(
        id=row.id, correction=correction, proposed_by=row.proposed_by,
        proposed_at=row.proposed_at, status=row.status, decided_by=row.decided_by,
        decided_at=row.decided_at,
    )  # fmt: skip
