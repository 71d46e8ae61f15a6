"""The terminal chat speaks the contract with the real server."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, cast

import pytest
import structlog

from bot import chat

QUESTION = {
    "text": "Where is it?\nA long line " + "that goes on " * 10,
    "buttons": [],
    "question": {
        "options": [
            {"id": "calf", "label": "Calf", "payload": '/answer{"location": "calf"}'},
            {"id": "free", "label": "Elsewhere"},
        ]
    },
}


def test_a_conversation_in_the_terminal(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _type(monkeypatch, "where", "1", "", "boom", "/quit", "never read")
    chat._talk(chat.Talk(address))
    shown = capsys.readouterr().out
    assert "Hello from Compass Pain and Wellness." in shown
    assert "[1] Calf" in shown
    assert "Noted." in shown
    assert "Call (555) 555-0100" in shown


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_ctrl_d_and_ctrl_c_end_it_politely(
    end: type[BaseException], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def leave(_prompt: str) -> str:
        raise end

    monkeypatch.setattr("builtins.input", leave)
    assert list(chat._lines()) == []
    assert "Goodbye." in capsys.readouterr().out


def test_only_options_with_a_payload_are_numbered(capsys: pytest.CaptureFixture[str]) -> None:
    choices = chat._show([QUESTION])
    assert choices == [{"payload": '/answer{"location": "calf"}', "label": "Calf"}]
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= chat.WIDTH


@pytest.mark.parametrize("line", ["0", "2", "calf", "1x"])
def test_other_numbers_and_words_are_sent_as_text(line: str) -> None:
    choices = [{"payload": "/a", "label": "A"}]
    assert chat._as_message(line, choices) == {"text": line}


def test_a_trial_says_so_and_sends_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "trial" in chat.TRIAL and "reaches the clinic" in chat.TRIAL
    chat._show([{"text": "Your request is with the clinic.", "card": {"type": "appointment"}}])
    assert capsys.readouterr().out.splitlines()[1] == chat.NOT_SENT


def test_what_goes_wrong_is_noted_in_a_file_and_not_in_the_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "var" / "chat.log"

    class Failing:
        def begin(self) -> list[dict[str, Any]]:
            return [{"text": "Hello."}]

        def say(self, said: dict[str, str]) -> list[dict[str, Any]]:
            if said["text"] == "boom":
                structlog.get_logger("bot").error("action.failed", action="action_triage")
                logging.getLogger("sanic.error").error("a library said so")
            return [{"text": "Sorry."}]

    _type(monkeypatch, "fine", "boom", "fine again", "/quit")
    with chat._logging_to(log):
        chat._talk(cast(chat.Talk, Failing()), log)
    shown = capsys.readouterr()
    assert shown.out.count(chat.WENT_WRONG) == 1 and shown.err == ""
    assert "action.failed" not in shown.out
    assert "action.failed" in log.read_text() and "sanic.error" in log.read_text()


def _type(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    typed = iter(lines)
    monkeypatch.setattr("builtins.input", lambda _prompt: next(typed))
