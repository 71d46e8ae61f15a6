"""What staff see, and that only they see it."""

from __future__ import annotations

import gc
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.console import security
from bot.knowledge import knowledge
from bot.settings import ROOT
from bot.store.audit import list_audit, verify_audit
from bot.store.database import Database
from tests.console.conftest import CONVERSATION, REFERENCE, Staff, sign_in, token_of

PAGES = ("/", f"/conversations/{CONVERSATION}", "/appointments")


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_login(stranger: FlaskClient, path: str) -> None:
    answer = stranger.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login")


@pytest.mark.security("ASVS-5.0-V8.2.1", "HIPAA-164.312(a)(1)")
def test_every_route_asks_for_a_login_or_is_listed_as_open(app: Flask) -> None:
    stranger = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint in {"security.login", "static", "health"}:
            continue
        path = rule.rule.replace("<conversation_id>", CONVERSATION).replace("<reference>", "x")
        if "<" in path:
            continue
        method = "GET" if "GET" in (rule.methods or set()) else "POST"
        answer = stranger.open(path, method=method)
        assert answer.status_code in {302, 400}, f"{method} {rule.rule}: {answer.status_code}"
        assert REFERENCE not in answer.get_data(as_text=True)


@pytest.mark.parametrize("path", PAGES)
def test_each_role_reads_every_page(app: Flask, staff: Staff, role: str, path: str) -> None:
    answer = sign_in(app, staff, role).get(path)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_list_shows_result_and_review_state(app: Flask, staff: Staff) -> None:
    page = sign_in(app, staff, "viewer").get("/").get_data(as_text=True)
    assert CONVERSATION[:8] in page
    assert "Appointment" in page


def test_a_conversation_shows_transcript_and_reasons_as_text(app: Flask, staff: Staff) -> None:
    page = sign_in(app, staff, "viewer").get(PAGES[1]).get_data(as_text=True)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page
    assert "Lack of exercise" in page
    assert "sit all day" in page
    assert REFERENCE in page


def test_the_timeline_tells_emergencies_results_and_requests_in_order(
    app: Flask, staff: Staff
) -> None:
    page = sign_in(app, staff, "viewer").get(PAGES[1]).get_data(as_text=True)
    shown = page[page.index("timeline-title") :]
    titles = ["Emergency heard", "Result: Appointment", f"Request {REFERENCE}"]
    assert [shown.index(title) for title in titles] == sorted(shown.index(t) for t in titles)
    assert knowledge().red_flags["rf_stroke"].label in shown


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.security("ASVS-5.0-V3.2.2")
def test_no_words_of_a_patient_become_markup(app: Flask, staff: Staff, path: str) -> None:
    page = sign_in(app, staff, "clinician").get(path).get_data(as_text=True)
    assert "<b>Patient</b>" not in page
    assert "<script>alert" not in page


def test_no_template_switches_escaping_off() -> None:
    for template in (ROOT / "bot/console/templates").rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|\s[\w-]+=\{\{", text), template.name


def test_a_viewer_reads_the_status_of_a_request_without_a_form(app: Flask, staff: Staff) -> None:
    page = sign_in(app, staff, "viewer").get("/appointments").get_data(as_text=True)
    assert REFERENCE in page
    assert f'action="/appointments/{REFERENCE}"' not in page


def test_an_unknown_conversation_is_not_there(app: Flask, staff: Staff) -> None:
    answer = sign_in(app, staff, "admin").get("/conversations/" + "0" * 40)
    assert answer.status_code == 404
    assert "nothing here" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "query",
    ["after=yesterday", "after=0~2026-01-01~x", "disposition=odd", "since=2026", "at_least=x"],
)
def test_a_broken_address_is_not_there(app: Flask, staff: Staff, query: str) -> None:
    assert sign_in(app, staff, "admin").get(f"/?{query}").status_code == 404


def test_filters_narrow_the_list(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "viewer")
    assert CONVERSATION[:8] in client.get("/?disposition=book").get_data(as_text=True)
    empty = client.get("/?disposition=emergency").get_data(as_text=True)
    assert CONVERSATION[:8] not in empty
    assert "No conversation matches" in empty


@pytest.mark.security("HIPAA-164.312(a)(2)(i)", "HIPAA-164.312(b)")
def test_opening_a_conversation_is_audited(app: Flask, staff: Staff, database: Database) -> None:
    sign_in(app, staff, "clinician").get(PAGES[1])
    with database.begin() as session:
        events = [(e.actor, e.action, e.target) for e in list_audit(session)]
        assert verify_audit(session) is None
    assert ("clinician@clinic.example", "conversation.opened", CONVERSATION) in events
    assert ("clinician@clinic.example", "staff.login", "clinician@clinic.example") in events


def test_a_reviewer_saves_a_verdict(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "reviewer")
    token = token_of(client, PAGES[1])
    answer = client.post(
        f"{PAGES[1]}/review", data={"csrf_token": token, "level": "right", "note": "agreed"}
    )
    assert answer.status_code == 302
    page = client.get(PAGES[1]).get_data(as_text=True)
    assert "The result was right" in page
    assert "agreed" in page


def test_a_review_without_a_verdict_says_so(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "reviewer")
    answer = client.post(f"{PAGES[1]}/review", data={"csrf_token": token_of(client, PAGES[1])})
    assert answer.status_code == 400
    assert "Choose whether the level was right." in answer.get_data(as_text=True)


def test_a_viewer_may_not_judge_or_change_requests(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "viewer")
    token = token_of(client, "/")
    for path, data in (
        (f"{PAGES[1]}/review", {"level": "right"}),
        (f"/appointments/{REFERENCE}", {"status": "called"}),
    ):
        assert client.post(path, data=data | {"csrf_token": token}).status_code == 403


def test_the_front_desk_notes_what_became_of_a_request(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "clinician")
    token = token_of(client, "/appointments")
    path = f"/appointments/{REFERENCE}"
    assert client.post(path, data={"csrf_token": token, "status": "odd"}).status_code == 400
    assert client.post(path, data={"csrf_token": token, "status": "called"}).status_code == 302
    assert REFERENCE in client.get("/appointments?status=called").get_data(as_text=True)
    unknown = client.post("/appointments/none", data={"csrf_token": token, "status": "called"})
    assert unknown.status_code == 404


@pytest.mark.parametrize("path", [f"{PAGES[1]}/review", f"/appointments/{REFERENCE}", "/logout"])
@pytest.mark.security("ASVS-5.0-V3.5.1")
def test_a_post_without_its_token_is_refused(app: Flask, staff: Staff, path: str) -> None:
    client = sign_in(app, staff, "admin")
    assert client.post(path, data={"level": "right", "status": "called"}).status_code == 400


def test_wrong_password_and_unknown_address_get_the_same_answer(app: Flask, staff: Staff) -> None:
    bodies = []
    for email in (staff.passwords["admin"][0], "nobody@clinic.example"):
        client = app.test_client()
        data = {"email": email, "password": "wrong", "csrf_token": token_of(client, "/login")}
        answer = client.post("/login", data=data)
        assert answer.status_code == 200
        bodies.append(answer.get_data(as_text=True).replace(email, "").split('role="alert"')[1])
    start = [body[: body.index("</div>")] for body in bodies]
    assert start[0] == start[1]


@pytest.mark.security("ASVS-5.0-V6.3.1")
def test_ten_failed_tries_are_enough(app: Flask, staff: Staff) -> None:
    gc.collect()
    client = app.test_client()
    data = {"email": "viewer@clinic.example", "password": "wrong"}
    token = token_of(client, "/login")
    codes = [
        client.post("/login", data=data | {"csrf_token": token}).status_code for _ in range(11)
    ]
    assert codes == [200] * 10 + [429]
    assert sign_in(app, staff, "reviewer").get("/").status_code == 200


@pytest.mark.security("ASVS-5.0-V7.4.1")
def test_signing_out_ends_the_session(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "admin")
    client.post("/logout", data={"csrf_token": token_of(client, "/")})
    assert client.get("/").status_code == 302


@pytest.mark.security("ASVS-5.0-V7.3.1", "HIPAA-164.312(a)(2)(iii)")
def test_an_idle_session_ends(app: Flask, staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    client = sign_in(app, staff, "admin")
    assert client.get("/").status_code == 200
    monkeypatch.setattr(security, "IDLE", timedelta(seconds=-1))
    assert client.get("/").status_code == 302


def test_health_needs_no_login(stranger: FlaskClient) -> None:
    assert stranger.get("/health").get_json() == {"status": "ok"}
