"""The bot as a process: killed, restarted, stopped, and what it leaves in its log."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests

from bot.settings import ROOT, Settings
from tests.channels.conftest import Client, new_id

CANARY = "canaryword"
pytestmark = pytest.mark.server


class Bot:
    """One process of the tiny bot after another, on the same port and database."""

    def __init__(self, settings: Settings, log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._environment = os.environ | {
            "SECRET_KEY": settings.secret_key,
            "FIELD_ENCRYPTION_KEY": settings.field_encryption_key,
            "DATABASE_URL": settings.database_url,
            "MODEL_DIR": str(settings.model_dir),
        }

    def start(self, nap: float) -> subprocess.Popen[bytes]:
        process = self.launch("tests.channels.tiny_bot", str(self.port), NAP_SECONDS=str(nap))
        self.wait(process)
        return process

    def launch(self, module: str, *words: str, **more: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", module, *words],
                cwd=ROOT,
                env=self._environment | more,
                stdout=output,
                stderr=output,
            )

    def wait(self, process: subprocess.Popen[bytes], path: str = "health") -> None:
        for _ in range(600):
            assert process.poll() is None, self.log.read_text()
            try:
                requests.get(f"{self.address}/{path}", timeout=1)
                return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError(self.log.read_text())


@pytest.fixture
def bot(settings: Settings, tmp_path: Path) -> Bot:
    return Bot(settings, tmp_path / "bot.log")


@contextmanager
def running(bot: Bot, nap: float = 0.0) -> Iterator[subprocess.Popen[bytes]]:
    process = bot.start(nap)
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def test_killed_in_a_turn_then_restarted_the_message_is_answered_once(bot: Bot) -> None:
    message_id = new_id()
    with running(bot, nap=30) as process:
        browser = Client(bot.address)
        browser.begin()
        sender = Thread(target=_try, args=(browser, message_id), daemon=True)
        sender.start()
        time.sleep(0.7)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        sender.join(10)
    with running(bot):
        answer = browser.say("nap", message_id)
        assert answer.status_code == 200
        assert [m["text"] for m in answer.json()["messages"]] == ["Noted."]
        said = [(m["from"], m["text"]) for m in browser.transcript()]
        assert said[1:] == [("patient", "nap"), ("bot", "Noted.")]


def test_a_message_left_by_a_crash_is_answered_without_being_sent_again(bot: Bot) -> None:
    with running(bot, nap=30) as process:
        browser = Client(bot.address)
        browser.begin()
        sender = Thread(target=_try, args=(browser, new_id()), daemon=True)
        sender.start()
        time.sleep(0.7)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        sender.join(10)
    with running(bot):
        for _ in range(50):
            said = [m["from"] for m in browser.transcript()]
            if said == ["bot", "patient", "bot"]:
                break
            time.sleep(0.1)
        assert said == ["bot", "patient", "bot"]


def test_asked_to_stop_it_finishes_the_open_turn(bot: Bot) -> None:
    with running(bot, nap=1.5) as process:
        browser = Client(bot.address)
        browser.begin()
        answers: list[Any] = []
        sender = Thread(target=lambda: answers.append(browser.say("nap")), daemon=True)
        sender.start()
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        sender.join(5)
    assert [a.status_code for a in answers] == [200]


@pytest.mark.security("ASVS-5.0-V16.2.5")
def test_no_word_of_a_patient_reaches_the_log(bot: Bot) -> None:
    with running(bot) as process:
        browser = Client(bot.address)
        browser.begin()
        for text in ("cramps", "boom", "circle", "silent", "half", '/where{"a": ', "chest boom"):
            browser.say(f"{text} {CANARY}")
        browser.press(f'/answer{{"location": "{CANARY}"}}', CANARY)
        browser.call("GET", f"{CANARY}?q={CANARY}")
        browser.call("POST", "messages", {"id": new_id(), "text": CANARY * 500})
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    log = bot.log.read_text()
    assert "turn.failed" in log
    assert "action.failed" in log
    assert CANARY not in log
    assert "canary-in-an-error" not in log


def test_rasa_run_mounts_the_same_channel(bot: Bot, settings: Settings, tmp_path: Path) -> None:
    with rasa_run(bot, settings, tmp_path, "ClinicTrackerStore") as process:
        bot.wait(process, "webhooks/web/health")
        browser = Client(bot.address)
        browser.begin()
        assert browser.say("cramps").json()["messages"][0]["text"] == "Noted."
        assert len(browser.transcript()) == 3
        assert requests.post(f"{bot.address}/webhooks/rest/webhook", timeout=5).status_code == 404


def test_rasa_run_does_not_start_on_a_mistyped_store(
    bot: Bot, settings: Settings, tmp_path: Path
) -> None:
    with rasa_run(bot, settings, tmp_path, "MistypedStore") as process:
        assert process.wait(60) != 0
    assert "tracker_store" in bot.log.read_text()


@contextmanager
def rasa_run(
    bot: Bot, settings: Settings, folder: Path, store: str
) -> Iterator[subprocess.Popen[bytes]]:
    """`rasa run` as the README tells it, with the tiny model."""
    endpoints, credentials = folder / "endpoints.yml", folder / "credentials.yml"
    endpoints.write_text(
        f"tracker_store: {{type: bot.store.tracker_store.{store}}}\n"
        "lock_store: {type: bot.store.locks.ClinicLockStore}\n"
        "nlg: {type: bot.channels.responses.ClinicResponses}\n"
    )
    credentials.write_text(
        "bot.channels.web.WebChannel: {danger: tests.channels.conftest.danger}\n"
    )
    process = bot.launch(
        *("rasa", "run", "-m", str(settings.model_dir), "-p", str(bot.port)),
        *("--endpoints", str(endpoints), "--credentials", str(credentials)),
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(10)


def _try(browser: Client, message_id: str) -> None:
    try:
        browser.say("nap", message_id)
    except requests.ConnectionError:
        return
