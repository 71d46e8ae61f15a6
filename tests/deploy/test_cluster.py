"""Two bots behind nginx: any takes any turn, one dies, both restart; nothing lost or doubled."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.channels.conftest import tiny_models  # noqa: F401
from tests.deploy.cluster import SCALE, Cluster, Patient, own_database, running

pytestmark = [pytest.mark.server, pytest.mark.timeout(300 * SCALE)]
MESSAGES = 5


@pytest.fixture
def cluster(tmp_path: Path, tiny_models: Path) -> Iterator[Cluster]:  # noqa: F811
    with own_database() as url, running(Cluster(tmp_path, tiny_models, url)) as made:
        yield made


def test_messages_sent_at_once_through_two_bots_are_stored_once_each(cluster: Cluster) -> None:
    patients = [Patient(cluster.https).begin() for _ in range(12 * SCALE)]
    texts = [f"cramps {n}" for n in range(MESSAGES)]
    with ThreadPoolExecutor(30) as pool:
        list(
            pool.map(lambda job: job[0].say(job[1], 60), [(p, t) for p in patients for t in texts])
        )
    for patient in patients:
        senders = [m["from"] for m in patient.transcript()]
        assert senders == ["bot", *["patient", "bot"] * MESSAGES]
        said = [m["text"] for m in patient.transcript() if m["from"] == "patient"]
        assert sorted(said) == texts


def test_a_bot_that_is_killed_takes_no_message_along(cluster: Cluster) -> None:
    patients = [Patient(cluster.https).begin() for _ in range(6)]
    texts = [f"cramps {n}" for n in range(4 * MESSAGES)]

    def chat(patient: Patient) -> None:
        for text in texts:
            patient.say(text, 60)

    with ThreadPoolExecutor(6) as pool:
        chats = [pool.submit(chat, patient) for patient in patients]
        for number in range(2 * SCALE):
            time.sleep(0.3 + random.random() * 0.4)
            port = cluster.ports[number % 2]
            cluster.stop(port, signal.SIGKILL)
            cluster.start(port)
        for one in chats:
            one.result()
    for patient in patients:
        transcript = patient.transcript()
        assert [m["text"] for m in transcript if m["from"] == "patient"] == texts
        assert [m["from"] for m in transcript] == ["bot", *["patient", "bot"] * len(texts)]


def test_a_rolling_restart_is_not_noticed(cluster: Cluster) -> None:
    patient, done = Patient(cluster.https).begin(), threading.Event()
    count, slowest = 0, 0.0

    def chat() -> None:
        nonlocal count, slowest
        while not done.is_set():
            begin = time.monotonic()
            patient.say(f"cramps {count}")
            slowest = max(slowest, time.monotonic() - begin)
            count += 1
            time.sleep(0.1)

    with ThreadPoolExecutor(1) as pool:
        chatting = pool.submit(chat)
        for port in cluster.ports:
            assert cluster.stop(port) == 0
            cluster.start(port)
        done.set()
        chatting.result()
    assert patient.refused == [], "no error was seen"
    assert [m["from"] for m in patient.transcript()] == ["bot", *["patient", "bot"] * count]
    assert slowest < 10


def test_a_flood_is_refused_and_other_patients_are_answered(
    tmp_path: Path,
    tiny_models: Path,  # noqa: F811
) -> None:
    limits = {"RATE_ADDRESS": "400/10, 1500/60"}
    with (
        own_database() as url,
        running(Cluster(tmp_path, tiny_models, url, limits=limits)) as cluster,
    ):
        flood = Patient(cluster.https).begin()
        honest = Patient(f"http://127.0.0.1:{cluster.ports[0]}")
        honest.headers = {"X-Forwarded-For": "203.0.113.7"}
        honest.begin().headers["X-Forwarded-For"] = "203.0.113.7"
        body = {"id": "not an id", "text": "cramps"}
        with ThreadPoolExecutor(20) as pool:
            answers = [pool.submit(flood.post, "messages", body) for _ in range(600)]
            waits = []
            for number in range(5):
                begin = time.monotonic()
                honest.say(f"cramps {number}")
                waits.append(time.monotonic() - begin)
            refused = [a.result() for a in answers if a.result().status_code == 429]
        assert len(refused) > 100
        assert all(int(a.headers["Retry-After"]) > 0 for a in refused)
        assert {a.json()["error"] for a in refused} == {"too_many_requests"}
        assert honest.refused == []
        assert max(waits) < 5


def test_what_stands_at_the_door(cluster: Cluster) -> None:
    plain = f"http://127.0.0.1:{cluster.http_port}/"
    moved = requests.get(plain, allow_redirects=False, timeout=5)
    assert (moved.status_code, moved.headers["Location"]) == (308, "https://127.0.0.1/")
    patient = Patient(cluster.https).begin()
    huge = patient.http.post(
        f"{patient.api}/messages", data=b"x" * 100_000, headers=patient.headers, timeout=5
    )
    assert (huge.status_code, huge.json()["error"]) == (413, "too_long")
    for path in ("/health", "/health/live", "/webhooks/web/health", "/metrics"):
        assert patient.http.get(cluster.https + path, timeout=5).status_code == 404
    page = patient.http.get(cluster.https, timeout=5)
    assert page.status_code == 200
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Server" not in page.headers or "/" not in page.headers["Server"]
    for port in list(cluster.bots):
        cluster.stop(port)
    down = patient.post("messages", {"id": "x", "text": "cramps"})
    assert (down.status_code, down.json()["error"]) == (503, "unavailable")
    assert int(down.headers["Retry-After"]) > 0
