"""One of a thousand patients is erased: nothing of theirs is left, and everybody else is whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from bot.__main__ import main
from bot.console.app import create_app
from bot.console.staff import ensure_first_admin
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
from tests.console.conftest import token_of

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


def secrets_of(database: Database, conversation_id: str) -> list[bytes]:
    """What must not stay in the file: long values of the patient's rows, encrypted as they are."""
    found: set[str] = set()
    with database.engine.connect() as connection:
        for name in ("events", "messages", "search_entries", "appointment_requests", "reviews",
                     "proposals", "conversations"):  # fmt: skip
            key = "id" if name == "conversations" else "conversation_id"
            rows = connection.exec_driver_sql(
                f"SELECT * FROM {name} WHERE {key} = ?", (conversation_id,)
            )
            values = [value for row in rows for value in row if isinstance(value, str)]
            assert values, name
            found.update(v for v in values if len(v) > 30 and v[0] != "{")  # not codes
            if name == "search_entries":  # the first word is the canary, others share the rest
                found.update(value.split()[0] for value in values if value != conversation_id)
    return [each.encode() for each in found - {conversation_id}]


def bytes_of(folder: Path) -> bytes:
    """Database file, WAL and shared memory as they stand on the disk."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("workbench.db*")))


def administrator(database: Database) -> FlaskClient:
    """Somebody who may see and export everything."""
    email, password = str(ensure_first_admin()).split()
    client = create_app(database=database).test_client()
    data = {"email": email, "password": password, "csrf_token": token_of(client, "/login")}
    assert client.post("/login", data=data).status_code == 302
    return client


def exports_of(client: FlaskClient) -> str:
    """All that leaves the console, and its search."""
    paths = ("/conversations.csv?state=all", "/appointments.csv", "/reviews/disputed.yml",
             f"/?state=all&q=canary{GONE}word", "/appointments?status=all")  # fmt: skip
    return "".join(client.get(path).text for path in paths)


def test_nothing_is_left_of_one_patient_and_the_others_are_whole(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ids = fill(database)
    gone = ids[GONE]
    with database.begin() as session:
        set_tags(session, gone, [f"canary{GONE}tag"])
        note = f"canary{GONE}note"
        add_review(session, gone, "x@clinic.example", "too_low", note, should_be="urgent")
        propose(session, Correction(gone, 1, "intent", "inform", None, f"canary{GONE}words"), "x")
    marks = secrets_of(database, gone)
    before, held = shown(database), bytes_of(tmp_path)
    assert len(marks) > 10 and all(mark in held for mark in marks)
    client = administrator(database)
    assert all(mark in exports_of(client) for mark in (gone, f"REF-{GONE}", f"canary{GONE}word my"))
    assert main(["erase", f"REF-{GONE}"]) == 0
    assert main(["erase", f"REF-{GONE}"]) == 1
    after = shown(database)
    assert {k: v for k, v in after.items() if k != gone} == {
        k: v for k, v in before.items() if k != gone
    }
    assert f"canary{GONE}word my" not in exports_of(client)
    assert gone not in client.get("/conversations.csv?state=all").text
    with database.begin() as session:
        assert find_conversations(session, Filter(words=f"canary{GONE}word")).rows == ()
        assert len(find_conversations(session, Filter(words="canary418word")).rows) == 1
        assert verify_audit(session) is None
        assert gone in [e.target for e in list_audit(session, action="conversation.removed")]
    for moment in ("open", "closed"):
        left = bytes_of(tmp_path)
        assert [mark for mark in marks if mark in left] == [], moment
        assert f"anary{GONE}".encode() not in left
        database.close()
