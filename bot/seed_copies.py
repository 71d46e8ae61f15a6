"""Copies the rows of made-up conversations under new ids and times, for databases to measure."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import column, insert, select, table, text

TIMES = frozenset(
    "at created_at last_activity_at waiting_since opened_at state_at handled_at".split()
)
TABLES = (
    ("conversations", False), ("messages", False), ("assessments", False), ("escalations", False),
    ("appointment_requests", False), ("facets", False), ("search_entries", True),
    ("alerts", True), ("reviews", True),
)  # fmt: skip
"""Name, and whether rows are numbered by the database."""

Row = dict[str, Any]


class Copier:
    """Copies whole conversations; what is encrypted is copied as it stands."""

    def __init__(self, session: Any, ids: Sequence[str]) -> None:
        self._rows = {
            conversation_id: {name: _read(session, name, conversation_id) for name, _ in TABLES}
            for conversation_id in ids
        }

    def copy(self, session: Any, pairs: Iterable[tuple[str, timedelta]]) -> int:
        """Copy each conversation, moved in time; returns how many messages that made."""
        new: dict[str, list[Row]] = {name: [] for name, _ in TABLES}
        for original, shift in pairs:
            own = secrets.token_hex(20)
            for name, numbered in TABLES:
                key = "id" if name == "conversations" else "conversation_id"
                for row in self._rows[original][name]:
                    changed = {k: _moved(k, v, shift) for k, v in row.items()} | {key: own}
                    if numbered:
                        del changed["id"]
                    if name == "appointment_requests":
                        changed["reference"] = f"SEED-{own[:8].upper()}-{row['seq']}"
                    new[name].append(changed)
        for name, rows in new.items():
            if rows:
                plain = table(name, *(column(each) for each in rows[0]))
                session.execute(insert(plain), rows)
        return len(new["messages"])


def _read(session: Any, name: str, conversation_id: str) -> list[Row]:
    key = "id" if name == "conversations" else "conversation_id"
    wanted = select(text("*")).select_from(table(name)).where(column(key) == conversation_id)
    found = session.execute(wanted)
    return [{k: _plain(v) for k, v in row.items()} for row in found.mappings()]


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value


def _moved(name: str, value: Any, shift: timedelta) -> Any:
    if name not in TIMES or value is None:
        return value
    if isinstance(value, str):
        return (datetime.fromisoformat(value) + shift).isoformat(sep=" ", timespec="microseconds")
    return value + shift
