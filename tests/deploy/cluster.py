"""Several bot processes behind nginx on loopback, as deploy/ sets them up, with a tiny model."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import requests
import urllib3

from bot.settings import ROOT, new_encryption_key, new_secret_key
from tests.store.conftest import POSTGRES

NGINX = ROOT / "deploy" / "nginx"
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
SCALE = int(os.environ.get("TORTURE", "1"))
"""How much longer than in `make test`; `make torture` sets it."""
urllib3.disable_warnings()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class Cluster:
    """Two bots and nginx. `https`: where patients come in."""

    folder: Path
    models: Path
    database_url: str
    ports: list[int] = field(default_factory=lambda: [free_port() for _ in range(2)])
    http_port: int = field(default_factory=free_port)
    https_port: int = field(default_factory=free_port)
    bots: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    secrets: dict[str, str] = field(
        default_factory=lambda: {
            "SECRET_KEY": new_secret_key(),
            "FIELD_ENCRYPTION_KEY": new_encryption_key(),
        }
    )
    limits: dict[str, str] = field(default_factory=dict)

    @property
    def https(self) -> str:
        """The chat's address."""
        return f"https://127.0.0.1:{self.https_port}"

    @property
    def environment(self) -> dict[str, str]:
        """Settings of each bot."""
        rates = {f"RATE_{name}": "off" for name in ("CONVERSATION", "ADDRESS", "SESSIONS")}
        return {
            **os.environ, **self.secrets, **rates, **self.limits,
            "DATABASE_URL": self.database_url, "REDIS_URL": REDIS, "BOT_PROCESSES": "2",
            "MODEL_DIR": str(self.models), "NAP_SECONDS": "0.3",
        }  # fmt: skip

    def start(self, port: int) -> None:
        """Start a bot and wait until it would answer a patient."""
        with (self.folder / "bots.log").open("ab") as log:
            self.bots[port] = subprocess.Popen(
                [sys.executable, "-m", "tests.channels.tiny_bot", str(port)],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        limit = time.monotonic() + 90
        while time.monotonic() < limit:
            assert self.bots[port].poll() is None, (self.folder / "bots.log").read_text()
            try:
                if requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.2)
        raise AssertionError((self.folder / "bots.log").read_text())

    def stop(self, port: int, how: int = signal.SIGTERM) -> int:
        """Stop a bot; its exit code."""
        process = self.bots.pop(port)
        process.send_signal(how)
        return process.wait(30)


@contextmanager
def running(cluster: Cluster) -> Iterator[Cluster]:
    """The cluster with its database migrated, up to the end of the block."""
    subprocess.run(
        [sys.executable, "-m", "bot", "migrate"], cwd=ROOT, env=cluster.environment, check=True,
        capture_output=True,
    )  # fmt: skip
    nginx = _start_nginx(cluster)
    try:
        for port in cluster.ports:
            cluster.start(port)
        yield cluster
    finally:
        nginx.terminate()  # a master that is killed leaves its workers behind
        for process in cluster.bots.values():
            process.kill()
        for process in (*cluster.bots.values(), nginx):
            process.wait(10)


@contextmanager
def own_database() -> Iterator[str]:
    """A PostgreSQL database of its own; skips where there is no PostgreSQL, Redis or nginx."""
    _need("redis", 6379)
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    try:
        admin = psycopg2.connect(POSTGRES, connect_timeout=2)
    except psycopg2.OperationalError:
        pytest.skip("PostgreSQL cannot be reached at TEST_POSTGRES_URL")
    name = f"spasm_{secrets.token_hex(6)}"
    admin.autocommit = True
    admin.cursor().execute(f"CREATE DATABASE {name}")
    yield POSTGRES.rpartition("/")[0] + "/" + name
    admin.cursor().execute(f"DROP DATABASE {name} WITH (FORCE)")
    admin.close()


class Patient:
    """A browser behind nginx that sends again, with the same id, what got no answer."""

    def __init__(self, address: str, api: str = "/webhooks/web") -> None:
        self.api = address + api
        self.http = requests.Session()
        self.http.trust_env = False  # no proxy and no certificates of this machine
        self.http.verify = False
        self.refused: list[int] = []
        self.headers: dict[str, str] = {}

    def begin(self) -> Patient:
        """Open a conversation."""
        session = self.until_answered("sessions", {})
        self.headers = {"Authorization": f"Bearer {session['token']}"}
        return self

    def say(self, text: str, seconds: float = 30) -> dict[str, Any]:
        """The committed answer, however often it takes."""
        return self.until_answered("messages", {"id": str(uuid.uuid4()), "text": text}, seconds)

    def post(self, path: str, body: Any, **more: Any) -> requests.Response:
        """One try."""
        return self.http.post(
            f"{self.api}/{path}", json=body, headers=self.headers, timeout=20, **more
        )

    def until_answered(self, path: str, body: Any, seconds: float = 30) -> dict[str, Any]:
        """Try again like the widget: on no connection, 409, 429 and 503."""
        limit = time.monotonic() + seconds
        while True:
            try:
                answer = self.post(path, body)
            except requests.RequestException:
                self.refused.append(0)
            else:
                if answer.ok:
                    found: dict[str, Any] = answer.json()
                    return found
                assert answer.status_code in (409, 429, 503), answer.text
                self.refused.append(answer.status_code)
            assert time.monotonic() < limit, self.refused
            time.sleep(0.2)

    def transcript(self) -> list[dict[str, Any]]:
        """All messages."""
        answer = self.http.get(f"{self.api}/messages", headers=self.headers, timeout=20)
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages


def rendered(cluster: Cluster) -> Path:
    """The configuration of deploy/nginx with the addresses of this cluster, ready for nginx."""
    folder = cluster.folder / "nginx"
    folder.mkdir()
    for name in ("chat", "staff"):
        _make_certificate(folder, name)
    upstreams = (NGINX / "upstreams.conf").read_text()
    for old, new in zip(("5011", "5012"), cluster.ports, strict=True):
        upstreams = upstreams.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
    (folder / "upstreams.conf").write_text(upstreams)
    site = (NGINX / "spasm.conf").read_text()
    for old, new in {
        "/etc/nginx/spasm_upstreams.conf": str(folder / "upstreams.conf"),
        "/etc/nginx/spasm_proxy.conf": str(NGINX / "spasm_proxy.conf"),
        "/etc/ssl/spasm": str(folder),
        "listen 80;": f"listen 127.0.0.1:{cluster.http_port};",
        "listen 443 ssl": f"listen 127.0.0.1:{cluster.https_port} ssl",
    }.items():
        assert old in site, old
        site = site.replace(old, new)
    if not cluster.limits:  # a test of many patients from one address
        site = re.sub(r"rate=\d+r/s", "rate=9000r/s", site)
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = folder / "nginx.conf"
    main.write_text(
        f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log warn;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\n{paths}{site}\n}}\n"
    )
    return main


def _start_nginx(cluster: Cluster) -> subprocess.Popen[bytes]:
    main = rendered(cluster)
    process = subprocess.Popen(["nginx", "-p", str(main.parent), "-c", str(main)])
    limit = time.monotonic() + 10
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", cluster.https_port)) == 0:
                return process
        assert process.poll() is None, (main.parent / "error.log").read_text()
        assert time.monotonic() < limit
        time.sleep(0.05)


def _make_certificate(folder: Path, name: str) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"],
        check=True, capture_output=True,
    )  # fmt: skip


def _need(name: str, port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            pytest.skip(f"{name} cannot be reached")
