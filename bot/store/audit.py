"""Who did what: an append-only list in which each row's hash covers the one before.

Each audited act is declared once, with its exact fields; a call with others raises. A
detail holds ids and numbers, never words of a patient.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timezone
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select, update

from bot.store.errors import SchemaError, UndeclaredAction
from bot.store.staff import AuditEvent, AuditHead

ACTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "conversation.opened": frozenset(),
        "conversation.changed": frozenset({"what", "value"}),
        "conversation.exported": frozenset({"form"}),
        "conversations.exported": frozenset({"count", "form"}),
        "conversation.removed": frozenset({"events"}),
        "conversation.reviewed": frozenset({"verdict"}),
        "conversation.expired": frozenset({"events"}),
        "conversations.listed": frozenset({"count"}),
        "appointment.listed": frozenset({"count"}),
        "appointment.revealed": frozenset(),
        "appointment.exported": frozenset({"form"}),
        "appointments.exported": frozenset({"count", "form"}),
        "proposal.made": frozenset({"kind"}),
        "proposal.decided": frozenset({"status"}),
        "proposals.exported": frozenset({"count"}),
        "vignettes.exported": frozenset({"count"}),
        "appointment.changed": frozenset({"status"}),
        "incident.resolved": frozenset({"kind"}),
        "staff.created": frozenset({"role"}),
        "staff.changed": frozenset({"what"}),
        "staff.login": frozenset(),
        "staff.login_failed": frozenset(),
        "staff.logout": frozenset(),
        "audit.verified": frozenset({"events", "broken_at"}),
    }
)
"""Action -> names of its detail fields."""
FIRST_HASH = "0" * 64


def record_audit(session: Any, actor: str, action: str, target: str, **detail: Any) -> int:
    """Append an audit event in the caller's transaction; returns its number.

    `actor`: the staff member's address, `patient` or `system`. `target`: an id.
    Raises UndeclaredAction.
    """
    if ACTIONS.get(action) != frozenset(detail):
        raise UndeclaredAction(f"{action} is not declared with {sorted(detail)}.")
    prev_seq, prev_hash = _lock_head(session)
    row = {
        "seq": prev_seq + 1,
        "at": datetime.now(timezone.utc),
        "actor": actor,
        "action": action,
        "target": target,
        "detail": detail,
        "prev_hash": prev_hash,
    }
    own_hash = _hash(row)
    session.add(AuditEvent(**row, hash=own_hash))
    session.execute(
        update(AuditHead)
        .values(seq=row["seq"], hash=own_hash)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    return prev_seq + 1


def verify_audit(session: Any) -> int | None:
    """Number of the first audit event that was changed, moved or taken out; None: all well."""
    seq, prev_hash = 0, FIRST_HASH
    for event in session.execute(select(AuditEvent).order_by(AuditEvent.seq)).scalars():
        if event.seq != seq + 1 or not _fits(event, prev_hash):
            return seq + 1
        seq, prev_hash = event.seq, event.hash
    head_seq, head_hash = _head(session)
    return None if (head_seq, head_hash) == (seq, prev_hash) else seq + 1


def list_audit(
    session: Any,
    *,
    before: int | None = None,
    limit: int = 100,
    action: str = "",
    actor: str = "",
    target: str = "",
) -> list[AuditEvent]:
    """Audit events, newest first, those before number `before`; the rest narrows them down."""
    wanted = select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(AuditEvent.seq < before)
    for column, value in (
        (AuditEvent.action, action),
        (AuditEvent.actor, actor),
        (AuditEvent.target, target),
    ):
        if value:
            wanted = wanted.where(column == value)
    return list(session.execute(wanted).scalars())


def count_audit(session: Any) -> int:
    """How many audit events there are."""
    return int(session.execute(select(func.count()).select_from(AuditEvent)).scalar_one())


def _lock_head(session: Any) -> tuple[int, str]:
    """Where the chain ends; nobody else can lengthen it until this transaction ends."""
    changed = session.execute(
        update(AuditHead).values(seq=AuditHead.seq).execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:
        raise SchemaError("The end of the audit chain is missing.")
    return _head(session)


def _head(session: Any) -> tuple[int, str]:
    row = session.execute(select(AuditHead.seq, AuditHead.hash)).one()
    return row.seq, row.hash


def _fits(event: AuditEvent, prev_hash: str) -> bool:
    row = {name: getattr(event, name) for name in _HASHED}
    return bool(event.prev_hash == prev_hash and event.hash == _hash(row))


_HASHED = ("seq", "at", "actor", "action", "target", "detail", "prev_hash")


def _hash(row: Mapping[str, Any]) -> str:
    values = [row["at"].isoformat() if name == "at" else row[name] for name in _HASHED]
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
