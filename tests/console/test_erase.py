"""One of a thousand patients is erased: nothing of theirs is left, and everybody else is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.settings import get_settings, use_settings, workbench_settings
from bot.store.acts import add_review, set_tags
from bot.store.audit import list_audit, verify_audit
from bot.store.conversations import create_conversation
from bot.store.database import Database, open_database, upgrade
from bot.store.filters import Filter
from bot.store.lists import find_conversations
from bot.store.models import Event
from bot.store.projection import State, project
from bot.store.proposals import Correction, propose
from bot.store.rows import write

PATIENTS = 1000
GONE = 417


@pytest.fixture
def database(tmp_path: Path) -> Any:
    use_settings(workbench_settings(tmp_path))
    upgrade()
    opened = open_database(get_settings().database_url)
    yield opened
    opened.close()


def events(number: int) -> list[dict[str, Any]]:
    words = f"canary{number}word my calf cramps"
    at = 1_700_000_000.0 + number
    parse = {"intent": {"name": "inform", "confidence": 0.9}, "entities": []}
    user = {"event": "user", "timestamp": at, "text": words, "message_id": f"m{number}"}
    user["parse_data"] = parse
    request = {"reference": f"REF-{number}", "name": f"Canary{number} Name", "when": "mornings",
               "contact": f"canary{number}@x.example", "consent": True}  # fmt: skip
    slots = {
        "intake": {"locations": ["calf"], "words": {"locations": words}},
        "appointment": request,
    }
    return [
        user,
        *({"event": "slot", "timestamp": at, "name": k, "value": v} for k, v in slots.items()),
    ]


def fill(database: Database) -> list[str]:
    ids = []
    with database.begin() as session:
        for number in range(PATIENTS):
            ids.append(create_conversation(session))
            told = events(number)
            changes = project(State(), told)
            for seq, event in enumerate(told, 1):
                session.add(Event(conversation_id=ids[-1], seq=seq, type=event["event"],
                                  at=changes.messages[0]["at"], data=event))  # fmt: skip
            session.flush()
            write(session, ids[-1], changes, {})
    return ids


def shown(database: Database) -> dict[str, str]:
    """What every table holds of each conversation, decrypted by nobody."""
    held: dict[str, str] = {}
    tables = ("events", "messages", "facets", "search_entries", "alerts", "appointment_requests",
              "conversations")  # fmt: skip
    with database.engine.connect() as connection:
        for name in tables:
            for row in connection.exec_driver_sql(f"SELECT * FROM {name}").mappings():
                key = row["id"] if name == "conversations" else row["conversation_id"]
                held[key] = held.get(key, "") + str(dict(row))
    return held


def test_nothing_is_left_of_one_patient_and_the_others_are_whole(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = fill(database)
    gone = ids[GONE]
    with database.begin() as session:
        set_tags(session, gone, [f"canary{GONE}tag"])
        add_review(session, gone, "x@clinic.example", "right", f"canary{GONE}note")
        propose(session, Correction(gone, 1, "intent", "inform", None, f"canary{GONE}words"), "x")
        token = session.connection().exec_driver_sql(
            "SELECT tokens FROM search_entries WHERE conversation_id = ?", (gone,)
        ).scalar_one().split()[0]  # fmt: skip
    before = shown(database)
    assert main(["erase", f"REF-{GONE}"]) == 0
    assert main(["erase", f"REF-{GONE}"]) == 1
    after = shown(database)
    assert {k: v for k, v in after.items() if k != gone} == {
        k: v for k, v in before.items() if k != gone
    }
    database.close()
    files = [path.read_bytes() for path in tmp_path.rglob("workbench.db*")]
    for mark in (f"canary{GONE}", f"Canary{GONE}", token):
        assert not any(mark.encode() in body for body in files), mark
    with open_database(get_settings().database_url).begin() as session:
        assert find_conversations(session, Filter(words=f"canary{GONE}word")).rows == ()
        assert len(find_conversations(session, Filter(words="canary418word")).rows) == 1
        assert verify_audit(session) is None
        assert [e.target for e in list_audit(session)] == [gone]
