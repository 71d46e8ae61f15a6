"""What staff should see at once, in the order in which it was written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from bot.store.models import Conversation
from bot.store.work import Alert


@dataclass(frozen=True)
class AlertView:
    """An alert with the level its conversation has now."""

    id: int
    conversation_id: str
    at: datetime
    kind: str
    disposition: str | None


def newest_alert(session: Any) -> int:
    """Number of the newest alert; 0 without any."""
    return int(session.execute(select(func.max(Alert.id))).scalar_one() or 0)


def alerts_after(session: Any, number: int, limit: int = 100) -> list[AlertView]:
    """Alerts above `number`, oldest first."""
    wanted = (
        select(Alert.id, Alert.conversation_id, Alert.at, Alert.kind, Conversation.disposition)
        .join(Conversation, Conversation.id == Alert.conversation_id)
        .where(Alert.id > number)
        .order_by(Alert.id)
        .limit(limit)
    )
    return [AlertView(*row) for row in session.execute(wanted)]
