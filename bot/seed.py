"""`python -m bot seed`: fills a database with believable conversations, to look at and to measure.

Described patients (tests/scenarios) are played against the bot once, in a database of their
own; what came of it is copied under new ids and other times. Nothing of it is real.
"""

from __future__ import annotations

import copy
import random
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update
from tqdm import tqdm

from bot.seed_copies import Copier
from bot.settings import ROOT, get_settings, use_settings, workbench_settings
from bot.store.acts import add_review
from bot.store.conversations import add_conversation
from bot.store.database import Database, open_database, upgrade
from bot.store.models import AppointmentRequest, Conversation, Event, Incident
from bot.store.projection import State, event_time, project
from bot.store.queries import record_incident
from bot.store.rows import write
from bot.triage.assessment import DISPOSITIONS

SEED = 20240501
BATCH = 50
DRAWN = 300
DAYS = 365
_BOOKING = {
    "booking_screen": "no",
    "booking_name": "Jordan Avery",
    "booking_contact": "(555) 555-0147",
    "booking_when": "weekday mornings",
}
MOST_TURNS = 12
STAFF = ("alex@clinic.example", "robin@clinic.example")

Events = list[dict[str, Any]]


class SeedError(Exception):
    """The database cannot be filled; the message says why."""


@dataclass(frozen=True)
class Wish:
    """How many conversations, how long at least, and whether their events are stored too."""

    conversations: int = 200
    messages: int = 0
    events: bool = True
    patients: int = 80


def seed(wish: Wish) -> int:
    """Fill the database of the settings; returns how many messages it got. Raises SeedError.

    Refuses a database in which anybody has written: what is made up must not stand among patients.
    """
    settings = get_settings()
    upgrade(settings.database_url)
    database = open_database(settings.database_url)
    with database.begin() as session:
        if session.execute(select(Conversation.id).limit(1)).first():
            raise SeedError("There are conversations already: seed only an empty database.")
    with tempfile.TemporaryDirectory(prefix="spasm-triage-") as folder:
        use_settings(workbench_settings(Path(folder)))
        talks = _play(wish.patients)
    use_settings(settings)
    total = _copy(database, talks, wish)
    database.settle()
    return total


def _play(patients: int) -> list[Events]:
    """The events of played patients, some of whom ask for an appointment."""
    from bot.evaluation.engine import Bench
    from bot.evaluation.player import play
    from bot.evaluation.vignettes import load_vignettes
    from bot.knowledge import knowledge

    files = sorted((ROOT / "tests/scenarios").glob("*.yml"))
    vignettes = load_vignettes(files)
    chosen = random.Random(SEED).sample(vignettes, min(patients, len(vignettes)))
    with Bench() as bench:
        talks = []
        for number, vignette in enumerate(tqdm(chosen, desc="Playing patients", unit="patient")):
            talk = bench.converse()
            played = play(vignette, talk, knowledge())
            if played.level in ("book", "urgent") and number % 2:
                _book(talk)
            talks.append(talk)
        database = open_database(get_settings().database_url)
        return [_events(database, talk.id) for talk in talks]


def _book(talk: Any) -> None:
    text = "I would like to book an appointment"
    for _ in range(MOST_TURNS):
        messages = talk.say(text)["messages"]
        question = next((m["question"] for m in reversed(messages) if m.get("question")), None)
        if question is None:
            return
        text = _BOOKING.get(question["id"], "yes")


def _events(database: Database, conversation_id: str) -> Events:
    with database.begin() as session:
        wanted = select(Event.data).where(Event.conversation_id == conversation_id)
        return list(session.execute(wanted.order_by(Event.seq)).scalars())


def _copy(database: Database, talks: Sequence[Events], wish: Wish) -> int:
    """Draw conversations from the talks; without events, draw some and copy their rows."""
    chance, now = random.Random(SEED), datetime.now(timezone.utc)
    drawn = wish.conversations if wish.events else min(DRAWN, wish.conversations)
    ago = [timedelta(days=DAYS * chance.random() ** 2) for _ in range(wish.conversations)]
    total, ids = 0, list[str]()
    with tqdm(total=wish.conversations, desc="Copying conversations", unit="chat") as bar:
        for first in range(0, drawn, BATCH):
            with database.begin() as session:
                for back in ago[first : min(drawn, first + BATCH)]:
                    start = now - back
                    events = list(_told(talks, chance, start, wish.messages))
                    conversation_id, count = _write(session, events, wish.events, chance, start)
                    ids.append(conversation_id)
                    total += count
                    bar.update()
        with database.begin() as session:
            copier = Copier(session, ids if drawn < wish.conversations else ())
        for first in range(drawn, wish.conversations, BATCH):
            picked = [chance.randrange(drawn) for _ in ago[first : first + BATCH]]
            moves = zip(picked, ago[first : first + BATCH], strict=True)
            with database.begin() as session:
                total += copier.copy(session, [(ids[n], ago[n] - back) for n, back in moves])
            bar.update(len(picked))
    return total


def _told(
    talks: Sequence[Events], chance: random.Random, start: datetime, messages: int
) -> Iterator[dict[str, Any]]:
    """A talk that began at `start`; a short one goes on with further talks, hours later."""
    count, at = 0, start
    while True:
        talk = chance.choice(talks)
        if not messages and chance.random() < 0.15:
            talk = talk[: chance.randint(len(talk) // 4, len(talk))]
        shift = at.timestamp() - talk[0]["timestamp"]
        for number, event in enumerate(talk):
            moved = copy.copy(event)
            # People take their time; the engine played a talk in a second.
            moved["timestamp"] = event["timestamp"] + shift + 3.0 * number
            yield moved
        count += sum(event["event"] in ("user", "bot") for event in talk)
        at = at + timedelta(hours=2)
        if count >= messages:
            return


def _write(
    session: Any, events: Events, keep_events: bool, chance: random.Random, start: datetime
) -> tuple[str, int]:
    conversation_id = secrets.token_hex(20)
    add_conversation(session, conversation_id)
    changes = project(State(), events)
    if keep_events:
        rows = [
            {"conversation_id": conversation_id, "seq": seq, "type": event["event"][:40],
             "at": event_time(event), "data": event}
            for seq, event in enumerate(events, 1)
        ]  # fmt: skip
        session.execute(insert(Event.__table__), rows)
    else:
        changes.set(event_count=0)
    for number, row in enumerate(changes.appointments):
        row["reference"] = f"SEED-{conversation_id[:8].upper()}-{number}"
    write(session, conversation_id, changes, {})
    row = session.get(Conversation, conversation_id)
    session.refresh(row)
    row.created_at = start
    _staff_work(session, row, chance)
    return conversation_id, changes.state.message_count


def _staff_work(session: Any, row: Any, chance: random.Random) -> None:
    """Most older conversations were dealt with; some were judged, a few by two people."""
    age = datetime.now(timezone.utc) - row.created_at
    if chance.random() < 0.01:
        number = record_incident(session, "turn.failed", conversation_id=row.id)
        session.get(Incident, number).at = row.last_activity_at
    if age < timedelta(days=2) or (row.urgency > 1 and chance.random() < 0.02):
        return
    became = chance.choice(("called", "booked", "booked", "declined"))
    asked = update(AppointmentRequest).where(AppointmentRequest.conversation_id == row.id)
    session.execute(
        asked.values(
            status=became,
            handled_by=chance.choice(STAFF),
            handled_at=row.last_activity_at + timedelta(hours=chance.expovariate(0.2)),
        )
    )
    row.opened_at = (row.waiting_since or row.created_at) + timedelta(
        minutes=chance.expovariate(0.05)
    )
    if row.disposition and chance.random() < 0.25:
        for reviewer in STAFF[: 2 if chance.random() < 0.2 else 1]:
            wrong = chance.random() < 0.12
            level = chance.choice(DISPOSITIONS) if wrong else row.disposition
            places = DISPOSITIONS.index(level) - DISPOSITIONS.index(row.disposition)
            verdict = "right" if not places else "too_low" if places < 0 else "too_high"
            add_review(session, row.id, reviewer, verdict, should_be=level)
    else:
        row.state = chance.choice(("read", "archived", "archived"))
