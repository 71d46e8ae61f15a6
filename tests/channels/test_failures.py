"""What a patient gets when the engine, an action or the store fails."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from rasa.core.agent import Agent
from rasa.core.tracker_store import InMemoryTrackerStore

from bot.background import serving
from bot.channels.ledger import Incoming, Ledger
from bot.channels.office import open_desk
from bot.channels.turns import Turns
from bot.settings import Settings
from bot.store.conversations import create_conversation
from bot.store.database import open_database
from bot.store.errors import StoreError
from bot.store.inbox import New
from bot.store.queries import list_incidents
from bot.store.tracker_store import ClinicTrackerStore
from tests.channels.conftest import Client, danger, new_id

TECHNICAL = "Call (555) 555-0100, or 911 in an emergency."
EMERGENCY = "Call 911 now."


@pytest.mark.parametrize("text", ["boom", "circle", "silent", "nothing that anyone understands"])
def test_a_turn_without_an_answer_becomes_the_technical_problem_text(
    client: Client, text: str
) -> None:
    answer = client.say(text)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    body = answer.json()
    assert body["error"] == "unavailable"
    assert [m["text"] for m in body["messages"]] == [TECHNICAL]
    assert len(client.transcript()) == 1, "a failed turn must not be saved"


@pytest.mark.parametrize("text", ["boom", "circle", "silent"])
def test_a_danger_sign_gets_the_emergency_text_when_the_turn_fails(
    client: Client, text: str
) -> None:
    answer = client.say(f"{text} and my chest hurts")
    assert answer.status_code == 503
    (message,) = answer.json()["messages"]
    assert message["text"] == EMERGENCY
    assert message["card"] == {"type": "emergency"}


@pytest.mark.security("ASVS-5.0-V16.2.5", "ASVS-5.0-V16.3.4")
def test_a_failed_turn_leaves_an_incident_without_words(client: Client, settings: Settings) -> None:
    message_id = new_id()
    client.say("boom", message_id)
    with open_database(settings.database_url).begin() as session:
        (incident,) = list_incidents(session)
    assert incident.kind == "turn.silent"
    assert incident.conversation_id == client.conversation_id


def test_an_action_that_fails_beside_an_answer_does_not_hide_the_answer(client: Client) -> None:
    answer = client.say("half")
    assert answer.status_code == 200
    assert [m["text"] for m in answer.json()["messages"]] == ["Noted."]


def test_health_is_red_from_a_failed_turn_until_the_next_good_one(client: Client) -> None:
    client.say("boom")
    red = client.call("GET", "health")
    assert (red.status_code, red.json()) == (503, {"status": "down", "down": ["last_turn"]})
    client.say("cramps")
    assert client.call("GET", "health").status_code == 200


def test_a_failed_message_is_answered_when_it_comes_again(
    client: Client, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = new_id()
    with monkeypatch.context() as broken:
        broken.setattr(agent.processor, "log_message", _raise)
        assert client.say("cramps", message_id).status_code == 503
    again = client.say("cramps", message_id)
    assert again.status_code == 200
    assert "replayed" not in again.json()
    assert len(client.transcript()) == 3


def test_what_was_said_before_a_failure_is_answered_before_the_next_message(
    client: Client, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(agent.processor, "log_message", _raise)
        assert client.say("cramps in the calf").status_code == 503
    assert client.say("cramps in the neck").status_code == 200
    said = [m["text"] for m in client.transcript() if m["from"] == "patient"]
    assert said == ["cramps in the calf", "cramps in the neck"]


@pytest.mark.parametrize("text", ["nap", "stall"])
def test_a_danger_sign_is_answered_within_a_second_while_the_engine_hangs(
    client: Client, text: str
) -> None:
    message_id = new_id()
    begin = time.monotonic()
    answer = client.say(f"{text}, my chest hurts", message_id)
    assert time.monotonic() - begin < 1.0
    assert answer.status_code == 503
    assert answer.json()["messages"][0]["text"] == EMERGENCY
    late = client.say(f"{text}, my chest hurts", message_id)
    while late.status_code == 503:
        late = client.say(f"{text}, my chest hurts", message_id)
    assert late.json()["messages"][0]["text"] == "Noted."
    assert len(client.transcript()) == 3, "one turn, though it was asked for more than once"


def test_a_turn_over_its_time_is_given_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.turns.TURN_LIMIT", 0.2)
    answer = client.say("nap")
    assert answer.status_code == 503
    assert answer.json()["messages"][0]["text"] == TECHNICAL
    assert len(client.transcript()) == 1


def test_other_patients_get_health_and_safety_while_the_engine_is_blocked(
    address: str, client: Client
) -> None:
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.say, "stall")
        time.sleep(0.2)
        begin = time.monotonic()
        page = requests.get(address, timeout=5)
        assert page.status_code == 200
        assert time.monotonic() - begin < 0.5
        assert slow.result().status_code == 200


@pytest.mark.security("ASVS-5.0-V16.5.2")
def test_a_locked_database_never_ends_in_a_false_acknowledgement(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.say("cramps")
    message_id = new_id()
    with _locked(settings):
        begin = time.monotonic()
        urgent = client.say("cramps, my chest hurts", message_id)
        assert time.monotonic() - begin < 1.0
        assert urgent.status_code == 503
        assert urgent.json()["messages"][0]["text"] == EMERGENCY
        assert client.call("GET", "health").json()["status"] == "down"
    deadline = time.monotonic() + 15
    while (again := client.say("cramps, my chest hurts", message_id)).status_code != 200:
        assert time.monotonic() < deadline
    assert again.json()["id"] == message_id
    assert [m["from"] for m in client.transcript()].count("patient") == 2


@pytest.mark.security("ASVS-5.0-V16.5.3")
def test_a_save_that_fails_is_not_acknowledged(
    client: Client, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(agent.tracker_store, "_commit", _raise_store)
        answer = client.say("cramps")
        assert answer.status_code == 503
        assert answer.json()["messages"][0]["text"] == TECHNICAL
    assert len(client.transcript()) == 1


def test_the_store_is_the_strict_one(agent: Any) -> None:
    assert type(agent.tracker_store) is ClinicTrackerStore
    assert type(agent.processor.tracker_store) is ClinicTrackerStore


def test_a_mistyped_store_stops_the_start(settings: Settings, agent: Any) -> None:
    wrong = Agent(domain=agent.domain, tracker_store=InMemoryTrackerStore(agent.domain))
    with pytest.raises(StoreError):
        open_desk(lambda: wrong, danger, settings)


def test_a_broken_danger_check_does_not_stop_the_conversation(
    settings: Settings, agent: Any
) -> None:
    with serving(settings, agent, _raise) as url:
        browser = Client(url)
        browser.begin()
        assert browser.say("cramps").status_code == 200
        assert browser.call("GET", "health").json()["down"] == ["danger_check"]


def test_a_locked_conversation_does_not_keep_the_others_from_recovery(
    settings: Settings, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.turns.LOCK_WAIT", 0.1)
    database = open_database(settings.database_url)
    with database.begin() as session:
        stuck, other = create_conversation(session), create_conversation(session)
    ledger = Ledger(database)
    for conversation_id in (stuck, other):
        kept = ledger.keep(conversation_id, Incoming(new_id(), "cramps"))
        assert isinstance(kept, New)
        with kept.turn.running():
            pass  # and then the process died

    async def recover() -> int:
        async with agent.lock_store.lock(stuck):
            return await Turns(lambda: agent, ledger).recover()

    assert asyncio.run(recover()) == 1
    assert [m["from"] for m in ledger.transcript(other, 0)][-2:] == ["patient", "bot"]


def test_a_conversation_removed_in_the_middle_of_a_turn_is_gone_and_no_incident(
    client: Client, settings: Settings
) -> None:
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(client.say, "nap")
        time.sleep(0.4)
        assert client.call("DELETE", "session").status_code == 204
        assert slow.result().status_code == 404
    assert client.call("GET", "health").status_code == 200
    with open_database(settings.database_url).begin() as session:
        assert list_incidents(session) == []


def test_noting_a_failure_in_a_locked_database_does_not_hold_up_the_engine(
    client: Client, agent: Any, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail_late(*_args: Any, **_more: Any) -> None:
        await asyncio.sleep(0.6)
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(agent.processor, "log_message", fail_late)
    with ThreadPoolExecutor(1) as pool:
        failing = pool.submit(client.say, "cramps")
        time.sleep(0.3)  # the message is kept by now
        with _locked(settings):
            time.sleep(0.6)
            assert "engine" not in client.call("GET", "health").json()["down"]
        assert failing.result().status_code == 503


def test_a_text_that_takes_long_to_read_holds_up_nobody_else(
    settings: Settings, agent: Any
) -> None:
    def slow(text: str) -> str | None:
        time.sleep(3 if "long" in text else 0)
        return danger(text)

    with serving(settings, agent, slow) as url, ThreadPoolExecutor(1) as pool:
        one, other = Client(url), Client(url)
        one.begin(), other.begin()
        first = pool.submit(one.say, "cramps, a long story")
        time.sleep(0.2)
        assert other.say("cramps").status_code == 200
        assert not first.done()
        assert first.result().status_code == 200, "also a check that hangs is left behind"


def _raise(*_args: Any, **_more: Any) -> Any:
    raise RuntimeError("broken on purpose")


def _raise_store(*_args: Any, **_more: Any) -> Any:
    raise StoreError("broken on purpose")


@contextmanager
def _locked(settings: Settings) -> Iterator[None]:
    """Nobody else can write meanwhile."""
    path = Path(settings.database_url.removeprefix("sqlite:///"))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()
