"""Figures for monitoring: they count what happened, and hold no word and no id of a patient."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from prometheus_client import REGISTRY

from bot import metrics
from bot.background import serving
from bot.settings import Settings, SettingsError, load_settings, use_settings
from tests.channels.conftest import Client, danger, new_id

CANARY = "canaryword"


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def watched(settings: Settings, agent: Any, port: int) -> Iterator[str]:
    own = replace(settings, metrics_port=port)
    use_settings(own)
    with serving(own, agent, danger) as url:
        yield url


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("cramps", "answered"), ("boom", "unavailable"), ("x" * 900 + " cramps", "answered")],
)
def test_each_message_is_counted_by_what_became_of_it(
    client: Client, text: str, outcome: str
) -> None:
    before = value("spasm_turns_total", outcome=outcome)
    client.say(text)
    assert value("spasm_turns_total", outcome=outcome) == before + 1


def test_a_replay_is_no_second_turn(client: Client) -> None:
    message_id = new_id()
    client.say("cramps", message_id)
    answered, replayed = (value("spasm_turns_total", outcome=o) for o in ("answered", "replayed"))
    client.say("cramps", message_id)
    assert value("spasm_turns_total", outcome="answered") == answered
    assert value("spasm_turns_total", outcome="replayed") == replayed + 1


def test_every_stage_of_a_turn_has_its_time(client: Client) -> None:
    stages = ("hear", "keep", "queue", "lock", "understand", "decide", "save")
    before = {s: value("spasm_stage_seconds_count", stage=s) for s in stages}
    client.say("cramps")
    for name in stages:
        assert value("spasm_stage_seconds_count", stage=name) > before[name], name


def test_a_failure_is_counted_by_its_reason_and_as_an_incident(client: Client) -> None:
    names = ("spasm_failures_total", "spasm_incidents_total")
    before = [value(name, reason="turn.silent") for name in names]
    client.say("boom")
    assert [value(name, reason="turn.silent") for name in names] == [n + 1 for n in before]


def test_an_emergency_text_is_counted_when_the_channel_gave_it(client: Client) -> None:
    before = value("spasm_emergency_texts_total", by="channel")
    client.say("boom and my chest hurts")
    assert value("spasm_emergency_texts_total", by="channel") == before + 1


def test_what_the_model_or_the_form_could_not_read_is_counted() -> None:
    before = [value("spasm_fallbacks_total", kind=k) for k in ("intent", "answer")]
    metrics.count_not_understood("nlu_fallback", ["utter_not_understood"])
    metrics.count_not_understood("inform", ["utter_greet"])
    after = [value("spasm_fallbacks_total", kind=k) for k in ("intent", "answer")]
    assert after == [n + 1 for n in before]


@pytest.mark.security("ASVS-5.0-V13.4.5")
def test_the_figures_have_a_port_of_their_own_with_no_words_and_no_ids(
    watched: str, port: int
) -> None:
    browser = Client(watched)
    browser.begin()
    ids = [new_id() for _ in range(3)]
    for text, message_id in zip(("cramps", "boom", "silent"), ids, strict=True):
        browser.say(f"{text} {CANARY}", message_id)
    page = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=5).text
    assert 'spasm_turns_total{outcome="answered"}' in page
    assert CANARY not in page
    assert not [i for i in (*ids, browser.conversation_id) if i in page]
    assert requests.get(f"{watched}/metrics", timeout=5).status_code == 404


def test_parts_and_loops_are_watched(watched: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = time.monotonic() + 5
    while not value("spasm_up", part="store") or not value(
        "spasm_loop_lag_seconds_count", loop="engine"
    ):
        assert time.monotonic() < limit
        time.sleep(0.05)
    assert value("spasm_up", part="engine") == 1


def test_a_part_that_is_down_shows() -> None:
    async def look() -> list[str]:
        return ["lock"]

    async def watch() -> None:
        await asyncio.wait_for(metrics.watch_parts(("store", "lock"), look), 0.1)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(watch())
    assert (value("spasm_up", part="store"), value("spasm_up", part="lock")) == (1, 0)


def test_a_loop_that_is_held_up_shows() -> None:
    async def block() -> None:
        watcher = asyncio.ensure_future(metrics.watch_lag("tested"))
        await asyncio.sleep(0)
        time.sleep(metrics.LAG_SECONDS + 0.3)  # blocks on purpose
        await asyncio.sleep(0.01)
        watcher.cancel()

    asyncio.run(block())
    assert value("spasm_loop_lag_seconds_sum", loop="tested") > 0.2


def test_a_taken_port_does_not_stop_the_chat(port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        metrics.serve_metrics("127.0.0.1", port)()


def test_the_chats_port_is_refused(settings: Settings) -> None:
    given = {
        "SECRET_KEY": settings.secret_key,
        "FIELD_ENCRYPTION_KEY": settings.field_encryption_key,
        "METRICS_PORT": "5005",
    }
    with pytest.raises(SettingsError, match=r"^METRICS_PORT"):
        load_settings(given)


@pytest.mark.parametrize("path", ["health", "health/ready"])
def test_ready_is_red_after_a_failure_and_live_stays_green(client: Client, path: str) -> None:
    client.say("boom")
    assert client.call("GET", path).status_code == 503
    live = client.call("GET", "health/live")
    assert (live.status_code, live.json()) == (200, {"status": "ok"})


def test_both_kinds_of_health_stand_at_the_root_too(address: str) -> None:
    for path in ("health", "health/ready", "health/live"):
        assert requests.get(f"{address}/{path}", timeout=5).json()["status"] == "ok"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0
