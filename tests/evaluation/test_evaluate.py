"""`python -m bot evaluate`, as it is called: the trained bot plays our vignettes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.settings import ROOT

SCENARIOS = sorted(str(p) for p in (ROOT / "tests" / "scenarios").glob("*.yml"))


def evaluate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "evaluate", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.model
def test_no_emergency_is_missed_and_every_patient_gets_a_result(
    model_path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "figures.json"
    done = evaluate(*SCENARIOS, "--json", str(out))
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(out.read_text())
    missed = [c["id"] for c in figures["cases"] if c["gold_level"] == "emergency" != c["level"]]
    assert not missed
    assert figures["emergency"]["sensitivity"]["lower_bound_95"] > 0.7
    assert figures["triage"]["no_result"]["count"] == 0, done.stdout
    assert "emergency sensitivity" in done.stdout


@pytest.mark.model
def test_the_same_vignettes_give_the_same_figures(model_path: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "1.json", tmp_path / "2.json"
    for out in (one, two):
        assert (
            evaluate(str(ROOT / "tests/scenarios/urgent.yml"), "--json", str(out)).returncode == 0
        )
    assert one.read_text() == two.read_text()


def test_a_malformed_file_is_said_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "bad.yml"
    file.write_text("- {id: a, opening: x, gold: {level: soon}}")
    done = evaluate(str(file))
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "bad.yml: vignette a: key gold.level" in done.stderr
