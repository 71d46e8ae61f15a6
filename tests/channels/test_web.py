"""The contract of the website channel, over HTTP, on a tiny engine and a real store."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests

from bot.channels.requests import Said
from bot.channels.tokens import Tokens
from bot.settings import Rate, Settings
from tests.channels.conftest import Client, new_id

CANARY = "canaryword"


def test_a_session_begins_with_the_greeting_of_the_clinic(address: str) -> None:
    session = Client(address).begin()
    assert set(session) == {"conversation_id", "token", "expires_at", "messages"}
    (greeting,) = session["messages"]
    assert greeting["text"] == "Hello from Compass Pain and Wellness."
    assert (greeting["from"], greeting["seq"]) == ("bot", 1)


def test_a_message_gets_its_committed_answer(client: Client) -> None:
    message_id = new_id()
    answer = client.say("cramps in my calf", message_id)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"id", "messages", "assessment"}
    assert (body["id"], body["assessment"]) == (message_id, None)
    (message,) = body["messages"]
    assert set(message) == {"seq", "from", "at", "text", "buttons", "question", "card"}
    assert message["text"] == "Noted."


def test_the_transcript_comes_back_after_a_reload(client: Client) -> None:
    client.say("cramps in my calf")
    said = client.transcript()
    assert [(m["seq"], m["from"], m["text"]) for m in said] == [
        (1, "bot", "Hello from Compass Pain and Wellness."),
        (2, "patient", "cramps in my calf"),
        (3, "bot", "Noted."),
    ]
    assert client.transcript(after=2) == said[2:]


def test_the_same_id_gets_the_same_answer_and_no_second_turn(client: Client) -> None:
    message_id = new_id()
    first = client.say("cramps in my calf", message_id).json()
    again = client.say("cramps in my calf", message_id).json()
    assert again == first | {"replayed": True}
    assert len(client.transcript()) == 3


def test_a_double_click_makes_one_turn(client: Client) -> None:
    message_id = new_id()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: client.say("nap", message_id), range(6)))
    assert [a.status_code for a in answers] == [200] * 6
    assert sorted(a.json().get("replayed", False) for a in answers) == [False] + [True] * 5
    assert len(client.transcript()) == 3


def test_messages_of_one_conversation_are_answered_one_after_the_other(client: Client) -> None:
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda n: client.say(f"cramps {n}"), range(5)))
    assert {a.status_code for a in answers} == {200}
    assert [m["from"] for m in client.transcript()[1:]] == ["patient", "bot"] * 5


def test_a_message_waits_for_the_running_turn_and_then_gives_up(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.turns.LOCK_WAIT", 0.2)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(client.say, "nap")
        time.sleep(0.3)  # until the first turn has surely begun
        refused = client.say("cramps")
        assert slow.result().status_code == 200
    assert refused.status_code == 409
    assert refused.json()["error"] == "turn_in_progress"
    assert int(refused.headers["Retry-After"]) > 0


def test_an_utterance_with_a_blank_line_stays_one_message(client: Client) -> None:
    (message,) = client.say("where").json()["messages"]
    assert message["text"] == "Where is it?\n\nPick all that fit."
    assert message["question"]["kind"] == "multiple"
    assert message["buttons"][0] == {"label": "Calf", "payload": '/answer{"location": "calf"}'}


def test_an_offered_button_is_accepted_and_shown_by_its_label(client: Client) -> None:
    client.say("where")
    assert client.press('/answer{"location": "calf"}', "anything").status_code == 200
    assert client.transcript()[-2]["text"] == "Calf"


def test_several_options_of_a_question_are_accepted_together(client: Client) -> None:
    client.say("where")
    assert client.press('/answer{"location":["neck","calf"]}').status_code == 200
    assert client.transcript()[-2]["text"] == "Calf, Neck"


@pytest.mark.parametrize(
    "payload",
    [
        '/answer{"location": "back"}',
        '/answer{"location": ["calf", "back"]}',
        '/answer{"finding": "calf"}',
        "/restart",
        '/answer{"location": {"a": 1}}',
        "/answer" + "[" * 900,
        "calf",
        "",
    ],
)
@pytest.mark.security("ASVS-5.0-V2.2.2")
def test_a_payload_that_was_not_offered_is_refused(client: Client, payload: str) -> None:
    client.say("where")
    refused = client.press(payload)
    assert (refused.status_code, refused.json()["error"]) == (400, "not_offered")
    assert len(client.transcript()) == 3


@pytest.mark.security("ASVS-5.0-V2.3.1")
def test_a_button_of_an_earlier_question_is_refused(client: Client) -> None:
    client.say("where")
    client.say("cramps")
    assert client.press('/answer{"location": "calf"}').status_code == 400


@pytest.mark.parametrize("text", ["/where", "  //where", '/answer{"location": "calf"}'])
@pytest.mark.security("ASVS-5.0-V1.3.3")
def test_typed_text_never_acts_as_a_payload(client: Client, text: str) -> None:
    client.say(text)
    typed = client.transcript()[1:2]
    assert all(not m["text"].startswith("/") for m in typed)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"text": "hi"}',
        b'{"id": "not-a-uuid", "text": "hi"}',
        b'{"id": "9b2fa2e0-43a2-4a9e-9d65-1d2f8f1c6c11"}',
        b'{"id": "9b2fa2e0-43a2-4a9e-9d65-1d2f8f1c6c11", "text": ""}',
        b'{"id": "9b2fa2e0-43a2-4a9e-9d65-1d2f8f1c6c11", "text": 7}',
        b'{"id": "9b2fa2e0-43a2-4a9e-9d65-1d2f8f1c6c11", "text": "a", "payload": "/b"}',
        b"[" * 20_000,
        b"\xff\xfe",
    ],
)
@pytest.mark.security("ASVS-5.0-V2.2.1")
def test_a_malformed_message_is_400(client: Client, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = requests.post(f"{client.api}/messages", data=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (400, "malformed")


def test_a_text_over_4000_characters_is_413_and_4000_are_fine(client: Client) -> None:
    assert client.say("cramps " + "é" * 3993).status_code == 200
    refused = client.say("a" * 4001)
    assert (refused.status_code, refused.json()["error"]) == (413, "too_long")


@pytest.mark.parametrize("size", [100_000, 2_000_000])
def test_a_huge_body_is_413(client: Client, size: int) -> None:
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = requests.post(f"{client.api}/messages", data=b"a" * size, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (413, "too_long")


@pytest.mark.security("ASVS-5.0-V1.3.3")
def test_hostile_characters_do_not_break_a_conversation(client: Client) -> None:
    text = "cramps \x00\ud800\u202e" + "z" + "\u0301" * 50
    body = json.dumps({"id": new_id(), "text": text}).encode()
    headers = {"Authorization": f"Bearer {client.token}"}
    answer = requests.post(f"{client.api}/messages", data=body, headers=headers, timeout=10)
    assert answer.status_code == 200
    assert client.transcript()[1]["text"].startswith("cramps \u017a")


@pytest.mark.security(
    "ASVS-5.0-V7.2.1",
    "ASVS-5.0-V8.3.1",
    "ASVS-5.0-V9.1.1",
    "ASVS-5.0-V9.1.2",
    "ASVS-5.0-V9.1.3",
    "ASVS-5.0-V9.2.1",
)
def test_without_a_good_token_everything_is_401(address: str, settings: Settings) -> None:
    foreign = Tokens("another secret that is long enough").issue("a" * 40)[0]
    stale = Tokens(settings.secret_key, timedelta(seconds=-5)).issue("a" * 40)[0]
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."
    for token in (None, "x", foreign, stale, unsigned):
        browser = Client(address, token)
        calls = [
            browser.say("hi"),
            browser.call("GET", "messages"),
            browser.call("DELETE", "session"),
        ]
        assert [c.status_code for c in calls] == [401] * 3
        assert {c.json()["error"] for c in calls} == {"token"}


@pytest.mark.security("ASVS-5.0-V8.2.2")
def test_two_patients_never_see_each_other(address: str) -> None:
    one, other = Client(address), Client(address)
    one.begin(), other.begin()
    one.say(f"cramps {CANARY}")
    assert one.conversation_id != other.conversation_id
    assert CANARY not in json.dumps(other.transcript())


@pytest.mark.security("ASVS-5.0-V7.4.1")
def test_a_patient_removes_the_conversation(client: Client) -> None:
    client.say("cramps")
    assert client.call("DELETE", "session").status_code == 204
    assert client.call("GET", "messages").status_code == 404
    assert client.say("cramps").status_code == 404


@pytest.mark.security("ASVS-5.0-V2.3.2", "ASVS-5.0-V2.4.1")
def test_too_many_messages_are_429_with_a_time_to_wait(client: Client) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: client.say("cramps"), range(30)))
    refused = [a for a in answers if a.status_code == 429]
    assert refused
    assert all(1 <= int(a.headers["Retry-After"]) <= 60 for a in refused)


def test_an_emergency_gets_its_text_even_over_the_rate(client: Client) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: client.say("cramps"), range(25)))
    refused = client.say("my chest hurts")
    assert refused.status_code == 429
    assert refused.json()["messages"][0]["text"] == "Call 911 now."


def test_who_goes_on_over_the_rate_is_told_whom_to_call_and_not_listened_to(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.limits.SPARE", (Rate(2, 60),))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: client.say("cramps"), range(30)))
    refused = client.say("my chest hurts")
    assert refused.status_code == 429
    assert "911 in an emergency" in refused.json()["messages"][0]["text"]


def test_a_danger_sign_is_answered_though_the_token_ran_out(
    client: Client, settings: Settings
) -> None:
    client.token = Tokens(settings.secret_key, timedelta(seconds=-5)).issue("a" * 40)[0]
    refused = client.say("my chest hurts")
    assert refused.status_code == 401
    assert refused.json()["messages"][0]["text"] == "Call 911 now."
    assert "messages" not in client.say("cramps").json()


@pytest.mark.parametrize("text", ["my chest hurts {}", "{} my chest hurts"])
def test_a_danger_sign_is_answered_though_the_text_is_too_long(client: Client, text: str) -> None:
    refused = client.say(text.format("very " * 900))
    assert refused.status_code == 413
    assert refused.json()["messages"][0]["text"] == "Call 911 now."


def test_a_danger_sign_is_answered_in_a_conversation_that_was_removed(client: Client) -> None:
    client.call("DELETE", "session")
    gone = client.say("my chest hurts")
    assert gone.status_code == 404
    assert gone.json()["messages"][0]["text"] == "Call 911 now."


def test_a_button_that_was_pressed_twice_is_answered_once(client: Client) -> None:
    client.say("where")
    body = {"id": new_id(), "payload": '/answer{"location": "calf"}', "label": "Calf"}
    first = client.call("POST", "messages", body).json()
    again = client.call("POST", "messages", body)
    assert again.status_code == 200, "though the button is no longer on offer"
    assert again.json() == first | {"replayed": True}


@pytest.mark.parametrize(
    "path", ["webhooks/rest/webhook", "model/parse", "conversations/a/tracker"]
)
@pytest.mark.security("ASVS-5.0-V13.4.5")
def test_nothing_of_the_frames_own_api_is_mounted(address: str, path: str) -> None:
    answer = requests.post(f"{address}/{path}", json={"sender": "me", "message": "hi"}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.security("ASVS-5.0-V3.4.2", "ASVS-5.0-V3.5.2")
def test_only_listed_sites_may_read_answers(client: Client) -> None:
    good = client.call("OPTIONS", "messages", headers={"Origin": "https://clinic.example"})
    bad = client.call("OPTIONS", "messages", headers={"Origin": "https://other.example"})
    assert good.headers["Access-Control-Allow-Origin"] == "https://clinic.example"
    assert "Authorization" in good.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in bad.headers


@pytest.mark.security("ASVS-5.0-V3.2.1", "ASVS-5.0-V3.4.3", "ASVS-5.0-V3.4.4", "ASVS-5.0-V3.4.6")
@pytest.mark.security("ASVS-5.0-V14.2.2", "ASVS-5.0-V14.3.2")
def test_every_answer_carries_the_safe_headers(client: Client, address: str) -> None:
    answers = [
        client.say("cramps"),
        client.say(""),
        client.call("GET", "health"),
        requests.get(f"{address}/nowhere", timeout=10),
    ]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.security("ASVS-5.0-V16.5.1")
def test_errors_never_echo_the_patients_words(client: Client) -> None:
    answers = [
        client.say(f"boom {CANARY}"),
        client.say(f"{CANARY} " * 1000),
        client.press(f"/{CANARY}", CANARY),
        client.call("GET", f"messages?after={CANARY}"),
        client.call("GET", CANARY),
    ]
    assert all(a.status_code >= 400 for a in answers)
    assert all(CANARY not in a.text + str(a.headers) for a in answers)


def test_health_is_green_when_a_patient_would_be_answered(address: str) -> None:
    for path in ("health", "webhooks/web/health"):
        answer = requests.get(f"{address}/{path}", timeout=10)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "down": []})


@pytest.mark.security("ASVS-5.0-V3.4.3")
def test_the_page_is_served_with_a_strict_policy(address: str) -> None:
    page = requests.get(address, timeout=10)
    assert "Compass Pain and Wellness" in page.text
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    for name in ("demo.css", "widget.js", "icon.svg"):
        assert requests.get(f"{address}/static/{name}", timeout=10).status_code == 200
    assert requests.get(f"{address}/static/demo.html", timeout=10).status_code == 404


def test_what_is_listened_to_for_danger_is_free_of_broken_characters() -> None:
    said = Said(new_id(), payload="/yes", label="\ud800 my chest\0 hurts")
    assert said.words == "my chest hurts"
