"""`rasa run`, `rasa run actions` and `rasa shell` work on the same files as `make run`."""

from __future__ import annotations

import os
import pty
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml

from bot.settings import ROOT, new_encryption_key, new_secret_key
from bot.store.database import upgrade
from tests.channels.conftest import Client

pytestmark = [pytest.mark.model, pytest.mark.server]
PATIENCE = 120.0


@dataclass(frozen=True)
class Rasa:
    """The stock commands over a database and an action server of their own."""

    model: Path
    folder: Path
    environment: dict[str, str]

    @property
    def endpoints(self) -> list[str]:
        return ["-m", str(self.model), "--endpoints", str(self.folder / "endpoints.yml")]

    @contextmanager
    def run(self, *words: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "rasa", *words],
                cwd=ROOT, env=self.environment | more, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            yield process
        finally:
            process.kill()
            process.wait(10)

    def log(self) -> str:
        return (self.folder / "log").read_text()


@pytest.fixture(scope="module")
def rasa(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    folder = tmp_path_factory.mktemp("rasa")
    database = f"sqlite:///{folder}/rasa.db"
    secrets = {"SECRET_KEY": new_secret_key(), "FIELD_ENCRYPTION_KEY": new_encryption_key()}
    environment = {**os.environ, **secrets, "DATABASE_URL": database, "SANIC_HOST": "127.0.0.1"}
    environment.pop("SANIC_WORKERS", None)
    upgrade(database)
    port = free_port()
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text(encoding="utf-8"))
    endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{port}/webhook"
    (folder / "endpoints.yml").write_text(yaml.safe_dump(endpoints), encoding="utf-8")
    made = Rasa(model_path, folder, environment)
    with made.run("run", "actions", "-p", str(port)) as process:
        wait_for(lambda: answers(f"http://127.0.0.1:{port}/health"), process, made)
        yield made


def test_rasa_run_with_its_action_server_answers_a_patient(rasa: Rasa) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with rasa.run("run", *rasa.endpoints, "-p", str(port)) as process:
        wait_for(lambda: answers(f"{url}/webhooks/web/health"), process, rasa)
        patient = Client(url)
        assert "symptom helper" in patient.begin()["messages"][0]["text"]
        for text in ("my calf cramps at night", "a couple of times a week"):
            answer = patient.say(text)
            assert answer.status_code == 200, rasa.log()
            assert answer.json()["messages"][-1]["question"]["topic"]
        danger = patient.say("and since this morning I can't feel it when I wipe").json()
        assert danger["messages"][0]["card"]["type"] == "emergency"
        assert len(danger["messages"]) == 1, "nothing is asked below it"
    assert "wipe" not in rasa.log()


def test_rasa_run_refuses_workers_without_a_shared_lock(rasa: Rasa) -> None:
    words = ("run", *rasa.endpoints, "-p", str(free_port()))
    with rasa.run(*words, SANIC_WORKERS="2") as process:
        assert process.wait(PATIENCE) != 0
    assert "SANIC_WORKERS is 2" in rasa.log()


def test_rasa_shell_talks(rasa: Rasa) -> None:
    with Terminal.of(rasa) as terminal:
        terminal.read_until("Bot loaded")
        terminal.type("my calf cramps at night")
        terminal.read_until('"topic"')
        terminal.type("/stop")


class Terminal:
    """A terminal in which `rasa shell` runs."""

    def __init__(self, side: int) -> None:
        self._side = side
        self._seen = ""
        self._poll = select.poll()  # unlike select(), for any number of open files
        self._poll.register(side, select.POLLIN)

    @classmethod
    @contextmanager
    def of(cls, rasa: Rasa) -> Iterator[Terminal]:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "rasa", "shell", *rasa.endpoints],
            cwd=ROOT, env=rasa.environment, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        try:
            yield cls(ours)
        finally:
            process.kill()
            process.wait(10)
            os.close(ours)

    def type(self, line: str) -> None:
        os.write(self._side, f"{line}\r".encode())

    def read_until(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self._seen:
            assert time.monotonic() < deadline, self._seen
            if self._poll.poll(1000):
                self._seen += os.read(self._side, 4096).decode(errors="replace")


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[bytes], rasa: Rasa) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        assert process.poll() is None and time.monotonic() < deadline, rasa.log()
        time.sleep(0.3)


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=3).status_code == 200
    except requests.RequestException:
        return False


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])
