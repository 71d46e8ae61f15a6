"""`python -m bot chat`: talk to the bot in a terminal, over the website channel itself.

A trial: starts the real server on a free port of this machine, with a database of its own
that is thrown away at the end, and speaks the contract with it. Nothing reaches the clinic.
Buttons are numbered; what goes wrong is written to a file, not into the conversation.
"""

from __future__ import annotations

import logging
import tempfile
import textwrap
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any

import requests

from bot import logs
from bot.settings import ROOT, use_settings, workbench_settings

WIDTH = 78
TIMEOUT = 30.0
LOG = ROOT / "var" / "chat.log"
TRIAL = (
    "This is a trial on a database of its own, which is thrown away at the end. Nothing you type "
    "reaches the clinic, also when the bot says that it sent a request."
)
NOT_SENT = "(A trial: no request was sent.)"
WENT_WRONG = f"(Something went wrong in the bot; the reason stands in {LOG.relative_to(ROOT)}.)"
_LEAVE = frozenset({"/quit", "/exit"})


def chat() -> None:
    """Talk until Ctrl-C, Ctrl-D or /quit."""
    print("\n".join(_wrapped(TRIAL)))
    print("Loading the bot ...", flush=True)
    with (
        tempfile.TemporaryDirectory(prefix="spasm-triage-") as folder,
        _logging_to(LOG),
        _server(Path(folder)) as address,
    ):
        _talk(Talk(address), LOG)


@contextmanager
def _logging_to(file: Path) -> Iterator[None]:
    """Everything that is logged goes into `file`, which begins anew."""
    file.parent.mkdir(exist_ok=True)
    with file.open("w", encoding="utf-8") as stream:
        try:
            with redirect_stderr(stream):
                logs.configure(logging.ERROR, plain=True)
                yield
        finally:
            logs.configure(logging.ERROR, plain=True)


class Talk:
    """One conversation over the contract."""

    def __init__(self, address: str) -> None:
        self._http = requests.Session()
        self._api = f"{address}/webhooks/web"

    def begin(self) -> list[dict[str, Any]]:
        """The greeting."""
        session = self._call("POST", "sessions", {"locale": "en-US"})
        self._http.headers["Authorization"] = f"Bearer {session['token']}"
        messages: list[dict[str, Any]] = session["messages"]
        return messages

    def say(self, said: dict[str, str]) -> list[dict[str, Any]]:
        """The bot's answer to a text or a button. On an error, its safety text."""
        answer = self._call("POST", "messages", {"id": str(uuid.uuid4()), **said})
        messages: list[dict[str, Any]] = answer.get("messages", [])
        return messages or [{"text": answer["message"]}]

    def _call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = self._http.request(method, f"{self._api}/{path}", json=body, timeout=TIMEOUT)
        answer: dict[str, Any] = response.json()
        return answer


def _talk(talk: Talk, log: Path | None = None) -> None:
    """`log`: a file that grows when something goes wrong."""
    print("Ctrl-D leaves. Type a number to press a button.\n")
    choices = _show(talk.begin())
    size = _size(log)
    for line in _lines():
        choices = _show(talk.say(_as_message(line, choices)))
        if _size(log) > size:
            size = _size(log)
            print(WENT_WRONG + "\n")


def _size(log: Path | None) -> int:
    return log.stat().st_size if log else 0


def _lines() -> Iterator[str]:
    """What is typed, until the end."""
    while True:
        try:
            line = input("> ").strip()
        except (EOFError, KeyboardInterrupt):
            print("\nGoodbye.")
            return
        if line in _LEAVE:
            return
        if line:
            yield line


def _as_message(line: str, choices: list[dict[str, str]]) -> dict[str, str]:
    if line.isdecimal() and 0 < int(line) <= len(choices):
        return choices[int(line) - 1]
    return {"text": line}


def _show(messages: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Print the messages; the buttons on offer now, as bodies of messages."""
    choices: list[dict[str, str]] = []
    for message in messages:
        print("\n".join(_wrapped(message["text"])))
        if (message.get("card") or {}).get("type") == "appointment":
            print(NOT_SENT)
        for button in _buttons(message):
            choices.append(button)
            print(f"    [{len(choices)}] {button['label']}")
        print()
    return choices


def _buttons(message: dict[str, Any]) -> list[dict[str, str]]:
    options = (message.get("question") or {}).get("options") or []
    shown = message.get("buttons") or [option for option in options if option.get("payload")]
    return [{"payload": each["payload"], "label": each["label"]} for each in shown]


def _wrapped(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from textwrap.wrap(line, WIDTH, subsequent_indent="  ") or [""]


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """The bot's server in a thread, on a free port, with a fresh database in `folder`."""
    from bot.background import serving
    from bot.store.database import upgrade

    settings = workbench_settings(folder)
    use_settings(settings)
    upgrade(settings.database_url)
    with serving(settings) as address:
        yield address
