"""`make run`: prepares everything on a fresh machine, then keeps chat and console running."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from bot import training
from bot.knowledge import sound_knowledge
from bot.settings import (
    ENV_FILE,
    ROOT,
    SECRETS,
    Settings,
    get_settings,
    new_encryption_key,
    new_secret_key,
    quiet_frame,
    read_env_file,
)
from bot.store.database import upgrade
from bot.supervisor import Program, Supervisor

SPACE_MB = 300
"""Free space below which starting makes no sense: a model, a database, logs."""
CHAT_HEALTH = "/webhooks/web/health"
CONSOLE_HEALTH = "/health"
SECONDS_BETWEEN_WORDS = 5.0
USUAL_SECONDS = 15


class StartError(Exception):
    """Something on this machine hinders the start. The message is one sentence."""


def up() -> int:
    """Prepare, run until Ctrl-C, and return the exit code."""
    check_space(ROOT)
    ensure_env_file(ENV_FILE, os.environ)
    settings = get_settings()
    for name in ("bot", "console"):
        check_port(settings, name)
    _step("Checking the clinical content")
    sound_knowledge()
    _step("Preparing the database")
    upgrade()
    if not training.is_fresh(settings.model_dir):
        _step("Training the model, because it is missing or older than what it is made from")
        training.ensure_fresh()
    _step("Starting the chat and the staff console (Ctrl-C stops both)")
    _step(f"Loading the model; both answer in about {USUAL_SECONDS} seconds")
    _run(settings)
    _step("Stopped.")
    return 0


def check_space(folder: Path) -> None:
    """Raises StartError when the disk is nearly full."""
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < SPACE_MB:
        raise StartError(
            f"The disk is full: {free} MB are free in {folder} and {SPACE_MB} MB are needed; "
            "make room and start again."
        )


def ensure_env_file(path: Path, environment: Mapping[str, str]) -> bool:
    """Write the secrets that neither `path` nor `environment` has; True if it wrote.

    What stands in the file is kept. The file can be read by its owner only.
    Raises StartError when a lost key would make stored contact details unreadable.
    """
    known = read_env_file(path) | dict(environment)
    missing = [name for name in SECRETS if not known.get(name, "").strip()]
    if not missing:
        return False
    database = path.parent / "var" / "triage.db"
    if "FIELD_ENCRYPTION_KEY" in missing and database.exists() and "DATABASE_URL" not in known:
        raise StartError(
            f"FIELD_ENCRYPTION_KEY is missing, but {database.relative_to(path.parent)} was written "
            "with one: put the old .env back, or move that file away to start with an empty "
            "database."
        )
    makers = {"SECRET_KEY": new_secret_key, "FIELD_ENCRYPTION_KEY": new_encryption_key}
    head = path.read_text(encoding="utf-8") if path.exists() else _ENV_HEAD
    lines = [head.rstrip("\n"), *(f"{name}={makers[name]()}" for name in missing), ""]
    _write_private(path, "\n".join(lines))
    _step(f"Wrote {' and '.join(missing)} into {path.name}; keep a copy of that file")
    return True


_ENV_HEAD = "# Settings and secrets of this machine; .env.example explains every setting.\n"


def _write_private(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def check_port(settings: Settings, name: str) -> None:
    """Raises StartError when the address of `name` (bot or console) cannot be listened on."""
    host, port = getattr(settings, f"{name}_host"), getattr(settings, f"{name}_port")
    variable = name.upper()
    try:
        kind = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind[0], kind[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(kind[4])
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError(
                f"Port {port} on {host} is taken by another program: stop that program, or set "
                f"{variable}_PORT in .env to a free port."
            ) from error
        raise StartError(
            f"{host}:{port} cannot be listened on: correct {variable}_HOST and {variable}_PORT "
            "in .env."
        ) from error


def _run(settings: Settings) -> None:
    quiet_frame()
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    programs = [
        Program("chat", [sys.executable, "-m", "bot", "serve", "--plain"]),
        Program("console", [sys.executable, "-m", "bot", "console"]),
    ]
    Supervisor(programs, environment).run(each_round=_Welcome(settings))


class _Welcome:
    """Once both answer that they are healthy, prints where they are.

    Only then is the first login made: its password is shown this once, so it must not get
    lost in a start that fails.
    """

    def __init__(self, settings: Settings) -> None:
        self.chat = _address(settings.bot_host, settings.bot_port)
        self.console = _address(settings.console_host, settings.console_port)
        self.next_look = 0.0
        self.begin = time.monotonic()
        self.next_word = self.begin + SECONDS_BETWEEN_WORDS
        self.done = False

    def __call__(self) -> None:
        now = time.monotonic()
        if self.done or now < self.next_look:
            return
        self.next_look = now + 1
        trouble = _trouble("chat", self.chat + CHAT_HEALTH)
        trouble = trouble or _trouble("staff console", self.console + CONSOLE_HEALTH)
        if trouble is None:
            self.done = True
            print(self._text(), flush=True)
        elif now > self.next_word:
            self.next_word = now + SECONDS_BETWEEN_WORDS
            _step(f"{now - self.begin:.0f} seconds: {trouble}")

    def _text(self) -> str:
        from bot.console.staff import ensure_first_admin

        lines = [
            "",
            f"    Chat (demo page)   {self.chat}/",
            f"    Staff console      {self.console}/",
        ]
        login = ensure_first_admin()
        if login:
            lines += [f"    First staff login  {login}", "    (shown only this once)"]
        return "\n".join([*lines, ""])


def _address(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    return f"http://{shown}:{port}"


def _trouble(name: str, url: str) -> str | None:
    """Why the program at `url` is not healthy, in a few words; None when it is."""
    try:
        with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
            return None
    except urllib.error.HTTPError as error:
        return f"the {name} is up but not sound: {error.read(500).decode(errors='replace')}"
    except OSError:
        return f"the {name} does not answer yet"


def _step(text: str) -> None:
    print(f"==> {text}", flush=True)
