"""The three systems that are compared, each started from nothing in a folder of its own.

ours    `python -m bot serve`, as patients are served
stock   `rasa run` with the default pipeline and policies on the REST channel, its own SQL
        tracker store on a SQLite file, and `rasa run actions`: the same actions and content
floor   `rasa run` with one keyword and one rule: the least that Rasa does in a turn
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.settings import ROOT, new_encryption_key, new_secret_key

BENCH = ROOT / "bench"
KINDS = ("ours", "stock", "floor")
_RASA = (sys.executable, "-m", "rasa")
_FLOOR_FILES = ("--domain", "bench/floor/domain.yml", "--data", "bench/floor/data.yml")
_STOCK_FILES = ("--domain", "domain.yml", "--data", "data")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds on the clock, and seconds of processor time."""

    seconds: float
    cpu: float


@dataclass(frozen=True)
class Running:
    """A system that answers. `url`: its channel; `metrics`: where its figures stand, or ""."""

    kind: str
    url: str
    metrics: str
    processes: Sequence[subprocess.Popen[bytes]]

    def memory_mb(self) -> float:
        """Resident memory of all its processes and their children."""
        return sum(_rss_kb(pid) for pid in self._pids()) / 1024

    def cpu_seconds(self) -> float:
        """Processor time that all of them have used so far."""
        return sum(_cpu(pid) for pid in self._pids())

    def _pids(self) -> Iterator[int]:
        for process in self.processes:
            yield from _family(process.pid)


@dataclass
class Workshop:
    """The folder where models, databases and logs of a run lie."""

    folder: Path
    secrets: Mapping[str, str] = field(
        default_factory=lambda: {
            "SECRET_KEY": new_secret_key(),
            "FIELD_ENCRYPTION_KEY": new_encryption_key(),
        }
    )

    def model(self, kind: str) -> Path:
        """Folder of the model of a system."""
        return self.folder / "models" / kind

    def train(self, kind: str) -> Cost:
        """Train the model of a system from nothing."""
        shutil.rmtree(self.model(kind), ignore_errors=True)
        if kind == "ours":
            command = [sys.executable, "-m", "bot", "train", "--force"]
        else:
            files = _FLOOR_FILES if kind == "floor" else _STOCK_FILES
            config = ("--config", f"bench/{kind}/config.yml", "--fixed-model-name", kind)
            command = [*_RASA, "train", *files, *config, "--out", str(self.model(kind))]
        before = os.times()
        begin = time.perf_counter()
        with self._log(kind).open("ab") as log:
            subprocess.run(
                command,
                cwd=ROOT,
                env=self._environment(kind, 0),
                stdout=log,
                stderr=log,
                check=True,
            )
        spent = os.times()
        cpu = sum(spent[2:4]) - sum(before[2:4])
        return Cost(time.perf_counter() - begin, cpu)

    @contextmanager
    def running(self, kind: str) -> Iterator[Running]:
        """The system with an empty database, up to the end of the block."""
        ports = [_free_port() for _ in range(3)]
        commands = _prepare(self, kind, ports)
        with self._log(kind).open("ab") as log:
            processes = [
                subprocess.Popen(
                    command, cwd=ROOT, env=self._environment(kind, ports[0], ports[1]),
                    stdout=log, stderr=log, start_new_session=True,
                )
                for command in commands
            ]  # fmt: skip
        path = "web" if kind == "ours" else "rest"
        url = f"http://127.0.0.1:{ports[0]}/webhooks/{path}"
        figures = f"http://127.0.0.1:{ports[1]}/metrics" if kind == "ours" else ""
        try:
            yield Running(kind, url, figures, processes)
        finally:
            for process in processes:
                os.killpg(process.pid, signal.SIGTERM)
            for process in processes:
                _end(process)

    def database(self, kind: str) -> Path:
        """The SQLite file of a system."""
        return self.folder / f"{kind}.db"

    def run(self, kind: str, *command: str) -> None:
        """Run a command of ours with the settings of a system."""
        with self._log(kind).open("ab") as log:
            environment = self._environment(kind, 0)
            subprocess.run(command, cwd=ROOT, env=environment, stdout=log, stderr=log, check=True)

    def _log(self, kind: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f"{kind}.log"

    def _environment(self, kind: str, port: int, metrics: int = 0) -> dict[str, str]:
        own = {
            "DATABASE_URL": f"sqlite:///{self.database(kind)}",
            "MODEL_DIR": str(self.model(kind)),
            "RATE_CONVERSATION": "off",
            "RATE_ADDRESS": "off",
            "RATE_SESSIONS": "off",
            "REDIS_URL": "",
            "BOT_PROCESSES": "1",
            "METRICS_PORT": str(metrics),
            "RASA_TELEMETRY_ENABLED": "false",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "SANIC_HOST": "127.0.0.1",
            "LOG_LEVEL": "ERROR",
        }
        return {**os.environ, **self.secrets, **own} | ({"BOT_PORT": str(port)} if port else {})


def _prepare(workshop: Workshop, kind: str, ports: Sequence[int]) -> list[list[str]]:
    """Empty the database; the commands that make up the system."""
    for path in workshop.folder.glob(f"{kind}.db*"):
        path.unlink()
    if kind == "ours":
        workshop.run(kind, sys.executable, "-m", "bot", "migrate")
        return [[sys.executable, "-m", "bot", "serve"]]
    endpoints = workshop.folder / f"{kind}-endpoints.yml"
    endpoints.write_text(
        f"action_endpoint: {{url: 'http://127.0.0.1:{ports[2]}/webhook'}}\n"
        f"tracker_store: {{type: SQL, dialect: sqlite, db: '{workshop.database(kind)}'}}\n"
    )
    serve = [*_RASA, "run", "-i", "127.0.0.1", "-p", str(ports[0]), "-m", str(workshop.model(kind))]
    serve += ["--endpoints", str(endpoints), "--credentials", "bench/credentials.yml"]
    actions = [*_RASA, "run", "actions", "-p", str(ports[2])]
    return [serve] if kind == "floor" else [serve, actions]


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def _family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from _family(int(child))


def _rss_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)


def _cpu(pid: int) -> float:
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICKS
