"""Urgent conversations as they arrive: server-sent events, polled from the database.

A stream lives for half a minute and is then opened anew by the browser, so that it never
outlives a session; more streams than STREAMS end at once and try again later. Listening is no
use of the console: it does not keep a session from ending.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from threading import BoundedSemaphore

from flask import Blueprint, Response, request

from bot.console.context import database
from bot.console.names import DISPOSITION_LABELS
from bot.store.alerts import alerts_after, newest_alert
from bot.store.database import Database

blueprint = Blueprint("live", __name__)
STREAMS = BoundedSemaphore(16)
SECONDS = 30.0
EVERY = 1.0
RETRY_FULL = 10_000
OVERLAP = 20
"""Alerts may be committed out of order: these many numbers back are looked at again."""


@blueprint.get("/live")
def stream() -> Response:
    """Events `alert` with a conversation's id and level, and nothing of what was said."""
    given = request.headers.get("Last-Event-ID") or request.args.get("after", "")
    after = int(given) if given.isdecimal() and len(given) < 12 else None
    if not STREAMS.acquire(blocking=False):
        return _answer(iter([f"retry: {RETRY_FULL}\n\n"]))
    return _answer(_listen(database(), after))


def _answer(body: Iterator[str]) -> Response:
    return Response(body, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _listen(opened: Database, after: int | None) -> Iterator[str]:
    try:
        last = _newest(opened) if after is None else after
        known: set[int] = set() if after is not None else set(range(last - OVERLAP, last + 1))
        yield f"retry: 2000\nid: {last}\ndata:\n\n"
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            with opened.begin() as session:
                found = alerts_after(session, last - (0 if after == last else OVERLAP))
            fresh = [one for one in found if one.id not in known and one.id > (after or 0)]
            for one in fresh:
                known.add(one.id)
                last = max(last, one.id)
                label = DISPOSITION_LABELS.get(one.disposition or "", "Not finished")
                body = {"id": one.conversation_id, "kind": one.kind, "level": label}
                yield f"id: {last}\nevent: alert\ndata: {json.dumps(body)}\n\n"
            if not fresh:
                yield ": \n\n"  # tells the server when the browser has gone
            time.sleep(EVERY)
    finally:
        STREAMS.release()


def _newest(opened: Database) -> int:
    with opened.begin() as session:
        return newest_alert(session)
