"""The real console on a real database, with a login for each role and one conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.console.app import create_app
from bot.console.staff import add_staff, ensure_first_admin
from bot.settings import get_settings, use_settings, workbench_settings
from bot.store.conversations import add_conversation
from bot.store.database import Database, open_database, upgrade
from bot.store.models import AppointmentRequest, AssessmentRow, Conversation, Escalation, Message

CONVERSATION = "c" * 40
REFERENCE = "SPASM-TEST1"
RESULT = {
    "disposition": "book",
    "rules": ["B2"],
    "contributors": [
        {
            "id": "lack_of_exercise",
            "kind": "cause",
            "likelihood": "possible",
            "reasons": [
                {"id": "sedentary", "kind": "finding", "speaks": "for", "words": "sit all day"}
            ],
        }
    ],
    "advice": [{"id": "stretching", "item": "stretching_low_impact_exercise", "cautions": []}],
    "withheld": [],
    "treatments": [],
    "knowledge_version": "test",
}


@dataclass
class Staff:
    """Logins by role: email and password."""

    passwords: dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    use_settings(workbench_settings(tmp_path_factory.mktemp("console")))
    upgrade()
    opened = open_database(get_settings().database_url)
    _seed(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def staff(database: Database) -> Staff:
    first = ensure_first_admin()
    assert first is not None
    email, password = first.split()
    others = {role: (f"{role}@clinic.example", "") for role in ("viewer", "reviewer", "clinician")}
    made = {role: (mail, add_staff(mail, role)) for role, (mail, _) in others.items()}
    return Staff({"admin": (email, password)} | made)


@pytest.fixture
def app(database: Database, staff: Staff) -> Flask:
    return create_app(database=database)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(params=["viewer", "reviewer", "clinician", "admin"])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def sign_in(app: Flask, staff: Staff, role: str) -> FlaskClient:
    client = app.test_client()
    email, password = staff.passwords[role]
    answer = client.post(
        "/login",
        data={"email": email, "password": password, "csrf_token": token_of(client, "/login")},
    )
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client


def token_of(client: FlaskClient, path: str) -> str:
    page = client.get(path).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, f"no CSRF token on {path}"
    return found.group(1)


def _seed(database: Database) -> None:
    now = datetime.now(timezone.utc)
    with database.begin() as session:
        add_conversation(session, CONVERSATION)
        conversation = session.get(Conversation, CONVERSATION)
        conversation.patient_message_count = 1
        conversation.message_count = 2
        conversation.disposition = "book"
        conversation.status = "assessed"
        conversation.urgency = 0
        conversation.waiting_since = now
        conversation.red_flags = ["rf_stroke"]
        words = [("patient", "my calf <script>alert(1)</script> knots up"), ("bot", "Noted.")]
        for seq, (sender, text) in enumerate(words, start=1):
            session.add(
                Message(
                    conversation_id=CONVERSATION,
                    seq=seq,
                    event_seq=seq,
                    at=now,
                    sender=sender,
                    text=text,
                )
            )
        session.add(
            AssessmentRow(
                conversation_id=CONVERSATION, seq=3, at=now, disposition="book", data=RESULT
            )
        )
        session.add(
            Escalation(conversation_id=CONVERSATION, seq=2, at=now, red_flags=["rf_stroke"])
        )
        session.add(
            AppointmentRequest(
                conversation_id=CONVERSATION,
                seq=4,
                created_at=now,
                reference=REFERENCE,
                name="Test <b>Patient</b>",
                contact="(555) 555-0123",
                preferred_when="mornings",
                consent=True,
            )
        )
