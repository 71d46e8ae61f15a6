"""Bot processes with a database of their own: started, killed and watched from outside."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2

from bench.systems import _free_port as free_port
from bot.settings import ROOT, new_encryption_key, new_secret_key

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/test")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
OFF: Mapping[str, str] = {f"RATE_{n}": "off" for n in ("CONVERSATION", "ADDRESS", "SESSIONS")}
"""Settings without limits, for patients who come much faster than people do."""
_START_SECONDS = 120.0


@dataclass
class Bots:
    """One or more bot processes. `urls`: where each answers."""

    folder: Path
    database_url: str
    redis_url: str = ""
    count: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)
    ports: list[int] = field(default_factory=list)
    pids: dict[int, int] = field(default_factory=dict)
    _metrics: list[int] = field(default_factory=list)
    _nursery: subprocess.Popen[str] | None = None
    _secrets: Mapping[str, str] = field(
        default_factory=lambda: {
            "SECRET_KEY": new_secret_key(),
            "FIELD_ENCRYPTION_KEY": new_encryption_key(),
        }
    )

    @property
    def urls(self) -> list[str]:
        """Address of each bot's channel."""
        return [f"http://127.0.0.1:{port}/webhooks/web" for port in self.ports]

    @property
    def log(self) -> Path:
        """All that the processes write."""
        return self.folder / "bots.log"

    @property
    def environment(self) -> dict[str, str]:
        """Settings of every process."""
        return {
            **os.environ, **self._secrets, **self.settings,
            "DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url,
            "BOT_PROCESSES": str(self.count), "TMPDIR": str(self.folder / "tmp"),
            "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3",
        }  # fmt: skip

    def command(self, *words: str) -> str:
        """Run a command of ours with these settings; what it printed."""
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, text=True,
            capture_output=True, check=True,
        )  # fmt: skip
        return done.stdout

    def open(self) -> None:
        """Make the tables and start all bots."""
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        self.command("-m", "bot", "migrate")
        with self.log.open("ab") as log:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "bench.torture.nursery"],
                cwd=ROOT, env=self.environment, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._said() == "ready", self.log.read_text()
        self.ports = [free_port() for _ in range(self.count)]
        self._metrics = [free_port() for _ in range(self.count)]
        for number in range(self.count):
            self.start(number)

    def start(self, number: int) -> None:
        """Start a bot and wait until it would answer a patient."""
        self.pids[number] = int(self._order(f"start {self.ports[number]} {self._metrics[number]}"))
        limit = time.monotonic() + _START_SECONDS
        while not self.is_ready(number):
            assert time.monotonic() < limit, self.log.read_text()[-3000:]
            time.sleep(0.02)

    def kill(self, number: int) -> None:
        """`kill -9`, in whatever it is doing."""
        pid = self.pids.pop(number)
        os.kill(pid, signal.SIGKILL)
        self._order(f"reap {pid}")

    def is_ready(self, number: int) -> bool:
        """Whether it would answer a patient now."""
        address = f"http://127.0.0.1:{self.ports[number]}/health/ready"
        with suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def lives(self) -> bool:
        """Whether all processes are those that were started."""
        return all(_is_alive(pid) for pid in self.pids.values())

    def figures(self) -> str:
        """What all bots tell Prometheus."""
        pages = []
        for port in self._metrics:
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as page,
            ):
                pages.append(page.read().decode())
        return "\n".join(pages)

    def close(self) -> None:
        """End all."""
        for number in list(self.pids):
            with suppress(ProcessLookupError):
                self.kill(number)
        if self._nursery is not None and self._nursery.stdin:
            self._nursery.stdin.close()
            self._nursery.wait(30)

    def _order(self, words: str) -> str:
        assert self._nursery is not None and self._nursery.stdin is not None
        self._nursery.stdin.write(words + "\n")
        self._nursery.stdin.flush()
        return self._said()

    def _said(self) -> str:
        assert self._nursery is not None and self._nursery.stdout is not None
        return self._nursery.stdout.readline().strip()


@contextmanager
def running(bots: Bots) -> Iterator[Bots]:
    """The bots, up to the end of the block."""
    try:
        bots.open()
        yield bots
    finally:
        bots.close()


def can_cluster() -> bool:
    """Whether PostgreSQL and Redis answer here."""
    import redis

    try:
        psycopg2.connect(POSTGRES, connect_timeout=2).close()
        redis.Redis.from_url(REDIS, socket_timeout=2).ping()
    except (psycopg2.OperationalError, redis.RedisError):
        return False
    return True


@contextmanager
def postgres_database() -> Iterator[str]:
    """The address of an empty PostgreSQL database, dropped afterwards."""
    admin = psycopg2.connect(POSTGRES, connect_timeout=2)
    admin.autocommit = True
    name = f"torture_{secrets.token_hex(6)}"
    admin.cursor().execute(f"CREATE DATABASE {name}")
    try:
        yield POSTGRES.rpartition("/")[0] + "/" + name
    finally:
        admin.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
        admin.close()


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")
