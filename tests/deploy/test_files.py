"""The files of deploy/ fit the program: figures, settings, ports and commands that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import prometheus_client
import pytest
import yaml

from bot import metrics
from bot.channels.readiness import PARTS
from bot.settings import NAMES, ROOT

DEPLOY = ROOT / "deploy"
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
PANELS = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())["panels"]


def figures() -> set[str]:
    """Names of all samples that the bot's own figures can show."""
    made = [
        m
        for m in vars(metrics).values()
        if isinstance(m, prometheus_client.metrics.MetricWrapperBase)
    ]
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {m._name + ending for m in made for ending in endings[m._type]}


@pytest.mark.parametrize(
    "expression", [a["expr"] for a in ALERTS] + [t["expr"] for p in PANELS for t in p["targets"]]
)
def test_alerts_and_panels_ask_for_figures_that_there_are(expression: str) -> None:
    asked = set(re.findall(r"\bspasm_\w+", expression))
    assert asked <= figures()


def test_every_figure_is_on_the_dashboard_and_in_the_runbook() -> None:
    shown = " ".join(t["expr"] for p in PANELS for t in p["targets"])
    for name in {re.sub("_(bucket|sum|count)$", "", n) for n in figures()}:
        assert name in shown, name
        assert name in RUNBOOK, name


@pytest.mark.parametrize("alert", [a["alert"] for a in ALERTS])
def test_for_every_alert_the_runbook_says_what_to_do(alert: str) -> None:
    assert re.search(rf"^\| [^|]*\b{alert}\b", RUNBOOK, re.MULTILINE)


def test_the_runbook_tells_of_every_part() -> None:
    for part in set(PARTS):
        assert f"`{part}`" in RUNBOOK


def test_compose_sets_only_settings_that_there_are() -> None:
    services = compose()["services"]
    for service in ("bot1", "bot2", "console", "migrate", "retention", "backup"):
        assert set(services[service]["environment"]) <= set(NAMES)
        assert services[service]["networks"] == ["inner"], "nothing of ours reaches outside"
    assert int(services["bot1"]["environment"]["BOT_PROCESSES"]) == 2


@pytest.mark.security("ASVS-5.0-V13.2.3", "ASVS-5.0-V13.2.4")
def test_compose_publishes_only_the_proxy_and_holds_no_secret() -> None:
    text = (DEPLOY / "compose.yml").read_text()
    services = compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    for value in re.findall(r"PASSWORD\"?: +\"?([^\s\",}]+)", text):
        assert value.startswith("${"), value
    for value in re.findall(r"//[^/\s@]*:([^/\s@]*(?: [^/\s@]+)*)@", text):
        assert value.startswith("${"), value
    assert compose()["networks"]["inner"]["internal"] is True


def test_compose_and_nginx_name_the_same_bots() -> None:
    upstreams = (DEPLOY / "nginx" / "upstreams.compose.conf").read_text()
    bots = set(re.findall(r"server (bot\d+):5005", upstreams))
    assert bots == {name for name in compose()["services"] if name.startswith("bot")}
    targets = (DEPLOY / "prometheus" / "prometheus.yml").read_text()
    assert bots == set(re.findall(r"(bot\d+):9105", targets))


def test_files_that_compose_mounts_are_there() -> None:
    for volume in compose()["services"]["nginx"]["volumes"]:
        source = volume.split(":")[0]
        assert source == "./tls" or (DEPLOY / source).is_file()


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_is_shut_in_and_runs_a_command_that_there_is(unit: Path) -> None:
    text = unit.read_text()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "IPAddressDeny=any", "LimitCORE=0"):
        assert line in text
    command = re.search(r"^ExecStart=(.+)$", text, re.MULTILINE)
    assert command
    if "-m bot " in command[1]:
        assert f'add("{command[1].split()[-1]}"' in (ROOT / "bot" / "__main__.py").read_text()
    else:
        assert (ROOT / command[1].split()[0].removeprefix("/opt/spasm-triage/")).is_file()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_systemd_understands_every_unit(unit: Path, tmp_path: Path) -> None:
    for other in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"^(ExecStart=)\S+", r"\1/bin/true", other.read_text(), flags=re.MULTILINE)
        (tmp_path / other.name.replace("@.", "@5011.")).write_text(text.replace("%i", "5011"))
    path = tmp_path / unit.name.replace("@.", "@5011.")
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in said.stderr.splitlines() if "spasm" in line]
    assert not [line for line in ours if "Unknown" in line or "Failed to parse" in line], ours


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
    return found
