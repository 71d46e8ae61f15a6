"""Lists as files: CSV in which no cell can act as a formula, and talks without personal details."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from flask import Blueprint, request

from bot.console.addresses import read_address
from bot.console.contacts import mask_contacts
from bot.console.context import actor, database
from bot.store.audit import record_audit
from bot.store.deidentify import deidentify
from bot.store.filters import Filter, Sort
from bot.store.lists import find_conversations, list_appointments
from bot.store.queries import ConversationDetail, ConversationSummary, conversation_detail
from bot.triage.assessment import DISPOSITIONS

blueprint = Blueprint("exports", __name__)
BATCH = 500
MOST_ROWS = 50_000
MOST_TALKS = 2000
_STARTERS = frozenset("=+-@|%")
_BLANK = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
COLUMNS = (
    "conversation", "started", "last activity", "level", "state", "assignee", "danger signs",
    "locations", "frequency", "triggers", "contributors", "advice withheld", "messages",
    "appointment", "reviewed", "model", "knowledge",
)  # fmt: skip


@blueprint.get("/conversations.csv")
def conversations() -> Any:
    """The list as it is filtered, without a word of what was said."""
    wanted = read_address(request.args)
    with database().begin() as session:
        rows = [_row(one) for one in _all(session, wanted.filter, wanted.sort)]
        record_audit(
            session, actor(), "conversations.exported", "list", count=len(rows), form="csv"
        )
    return _file("conversations.csv", COLUMNS, rows)


@blueprint.get("/appointments.csv")
def appointments() -> Any:
    """Requests without names and contacts: those are revealed one by one."""
    columns = (
        "reference", "asked", "level", "status", "booked for", "handled by", "conversation",
    )  # fmt: skip
    levels = dict(enumerate(DISPOSITIONS))
    with database().begin() as session:
        found = list_appointments(session, limit=MOST_ROWS).rows
        rows = [
            [r.reference, r.created_at.isoformat(timespec="minutes"), levels.get(r.urgency),
             r.status, r.booked_for, r.handled_by, r.conversation_id]
            for r in found
        ]  # fmt: skip
        record_audit(session, actor(), "appointments.exported", "list", count=len(rows), form="csv")
    return _file("appointments.csv", columns, rows)


@blueprint.get("/research.jsonl")
def research() -> Any:
    """The talks of the list as JSON lines without ids, dates and personal details."""
    wanted = read_address(request.args)
    with database().begin() as session:
        rows = islice(_all(session, wanted.filter, wanted.sort), MOST_TALKS)
        talks = [anonymous(conversation_detail(session, one.id)) for one in rows]
        record_audit(
            session, actor(), "conversations.exported", "list", count=len(talks), form="research"
        )
    headers = {
        "Content-Disposition": "attachment; filename=research.jsonl",
        "Content-Type": "application/jsonl; charset=utf-8",
    }
    return "".join(f"{json.dumps(talk)}\n" for talk in talks), headers


def anonymous(found: ConversationDetail) -> dict[str, Any]:
    """A talk whose patient cannot be told: seconds since its start in place of dates.

    A name in a text that nothing marks as one stays: somebody reads it before it is shared.
    """
    names = [value for one in found.appointments for value in (one.name, one.contact) if value]
    messages = mask_contacts(found.messages, found.appointments)
    start, facets = found.summary.created_at, found.summary.facets
    return {
        "level": found.summary.disposition,
        "frequency": found.summary.frequency,
        **{kind: list(facets.get(kind, ())) for kind in ("location", "trigger", "contributor")},
        "danger_signs": list(found.summary.red_flags),
        "verdicts": [[one.verdict, one.should_be] for one in found.reviews],
        "messages": [
            {"after": round((one.at - start).total_seconds()), "from": one.sender,
             "text": deidentify(one.text, names)}
            for one in messages
        ],
    }  # fmt: skip


def safe_cell(value: object) -> str:
    """The text of a cell. One that a spreadsheet could run gets an apostrophe in front.

    What stands before the first visible character does not count, and full-width signs count as
    plain ones: spreadsheets drop or fold both. Control characters but line ends are taken out.
    """
    text = "" if value is None else str(value)
    text = "".join(c for c in text if c in "\t\r\n" or unicodedata.category(c) != "Cc")
    seen = next((c for c in text if unicodedata.category(c) not in _BLANK), "")
    risky = unicodedata.normalize("NFKC", seen)[:1] in _STARTERS
    return f"'{text}" if risky or text[:1] in ("\t", "\r", "\n") else text


def to_csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A whole file, each cell quoted."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def _file(name: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Any:
    headers = {
        "Content-Disposition": f"attachment; filename={name}",
        "Content-Type": "text/csv; charset=utf-8",
    }
    return "\ufeff" + to_csv(columns, rows), headers


def _all(session: Any, wanted: Filter, sort: Sort) -> Iterator[ConversationSummary]:
    after, count = None, 0
    while count < MOST_ROWS:
        page = find_conversations(session, wanted, sort=sort, after=after, limit=BATCH)
        yield from page.rows
        after, count = page.next, count + len(page.rows)
        if after is None:
            return


def _row(one: ConversationSummary) -> list[object]:
    def ids(kind: str) -> str:
        return " ".join(one.facets.get(kind, ()))

    return [
        one.id, one.created_at.isoformat(timespec="seconds"),
        one.last_activity_at.isoformat(timespec="seconds"), one.disposition, one.state,
        one.assignee, " ".join(one.red_flags), ids("location"), one.frequency, ids("trigger"),
        ids("contributor"), ids("withheld"), one.message_count,
        "yes" if one.has_appointment else "no", "yes" if one.reviewed else "no",
        one.model_version, one.knowledge_version,
    ]  # fmt: skip
