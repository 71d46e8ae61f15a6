"""The contract of the website channel, over HTTP."""

from __future__ import annotations

from tests.channels.conftest import Client


def test_a_session_begins_with_the_greeting_of_the_clinic(address: str) -> None:
    session = Client(address).begin()
    assert set(session) == {"conversation_id", "token", "expires_at", "messages"}
    (greeting,) = session["messages"]
    assert greeting["text"] == "Hello from Compass Pain and Wellness."
    assert (greeting["from"], greeting["seq"]) == ("bot", 1)


def test_a_message_gets_its_answer(client: Client) -> None:
    answer = client.say("cramps in my calf")
    assert answer.status_code == 200
    body = answer.json()
    assert [m["text"] for m in body["messages"]] == ["Noted."]
    assert body["assessment"] is None
