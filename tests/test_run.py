"""`make run` itself: starts both programs, survives the death of one, stops cleanly."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bot.settings import ROOT

pytestmark = [pytest.mark.model, pytest.mark.server]
PATIENCE = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Running:
    """`python -m bot up` with ports and a database of its own."""

    def __init__(self, folder: Path) -> None:
        self.chat = f"http://127.0.0.1:{free_port()}"
        self.console = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "output.txt"
        environment = os.environ | {
            "BOT_PORT": self.chat.rpartition(":")[2],
            "CONSOLE_PORT": self.console.rpartition(":")[2],
            "DATABASE_URL": f"sqlite:///{folder / 'triage.db'}",
        }
        with self.log.open("w") as output:
            command = [sys.executable, "-m", "bot", "up"]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
            )

    def wait_for(self, pattern: str) -> re.Match[str]:
        """The first match in the output. Fails when it does not come."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            found = re.search(pattern, self.log.read_text())
            if found:
                return found
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.2)
        raise AssertionError(f"{pattern!r} did not come:\n{self.log.read_text()}")

    def wait_until_healthy(self) -> None:
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            try:
                if requests.get(f"{self.chat}/webhooks/web/health", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.3)
        raise AssertionError(f"not healthy:\n{self.log.read_text()}")

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def child(self, name: str) -> int:
        """Process id of the program `python -m bot NAME`."""
        for pid in self.children():
            if f"bot\0{name}" in Path(f"/proc/{pid}/cmdline").read_text():
                return pid
        raise AssertionError(f"no child {name}")


@pytest.fixture(scope="module")
def running(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("run"))
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def test_addresses_and_first_login_are_shown_once_both_answer(running: Running) -> None:
    running.wait_for(rf"Chat \(demo page\) +{running.chat}/")
    running.wait_for(rf"Staff console +{running.console}/")
    assert '{"' not in running.log.read_text(), "people do not read JSON"
    running.wait_for(r"First staff login +admin@clinic\.example  \S{12,}")
    assert requests.get(f"{running.chat}/", timeout=5).ok
    assert "login" in requests.get(f"{running.console}/", timeout=5).url


def test_a_patient_is_answered(running: Running) -> None:
    session = requests.post(f"{running.chat}/webhooks/web/sessions", json={}, timeout=10)
    assert session.status_code == 201
    assert session.json()["messages"]


def test_a_killed_chat_comes_back(running: Running) -> None:
    before = running.child("serve")
    os.killpg(before, signal.SIGKILL)
    running.wait_for("The chat ended .* starting it again")
    running.wait_until_healthy()
    assert running.child("serve") != before


def test_a_signal_stops_everything(running: Running) -> None:
    children = running.children()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(40) == 0
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    for address in (running.chat, running.console):
        with pytest.raises(requests.ConnectionError):
            requests.get(address, timeout=2)
