"""`python -m bot evaluate`, as it is called: the trained bot plays our vignettes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.targets import TARGETS, Target, against_targets
from bot.settings import ROOT
from bot.triage.dispositions import UNANSWERED
from tests.knowledge.patients import KNOWN

FOLDER = ROOT / "tests" / "scenarios"
VIGNETTES = [
    str(p) for pattern in ("*.yml", "development/*.yml") for p in sorted(FOLDER.glob(pattern))
]
pytestmark = pytest.mark.timeout(1200)  # some two hundred and fifty conversations


def evaluate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "evaluate", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@dataclass(frozen=True)
class Done:
    """One evaluation of all described patients: what it printed, and what it wrote."""

    printed: str
    figures: dict[str, Any]
    page: str


@pytest.fixture(scope="module")
def done(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("evaluation")
    out, page = folder / "figures.json", folder / "deep" / "report.html"
    ended = evaluate(*VIGNETTES, "--json", str(out), "--report", str(page))
    assert ended.returncode == 0, ended.stderr
    return Done(ended.stdout, json.loads(out.read_text()), page.read_text())


@pytest.mark.model
def test_no_emergency_is_missed(done: Done) -> None:
    cases = done.figures["cases"]
    missed = [c["id"] for c in cases if c["gold_level"] == "emergency" != c["level"]]
    assert not missed
    assert done.figures["emergency"]["sensitivity"]["lower_bound_95"] > 0.9
    assert "emergency sensitivity" in done.printed


@pytest.mark.model
@pytest.mark.parametrize("target", TARGETS, ids=lambda t: t.label)
def test_a_target_is_met_on_the_development_set(done: Done, target: Target) -> None:
    (reached,) = [o for o in against_targets(done.figures) if o["label"] == target.label]
    assert reached["met"], reached


@pytest.mark.model
def test_every_rule_fires_in_some_vignette_and_every_vignette_names_its_rules(done: Done) -> None:
    coverage = done.figures["coverage"]
    assert coverage["never"]["rules"] == []
    known = {*KNOWN.rules, *KNOWN.red_flags, *KNOWN.requirements, UNANSWERED}
    for case in done.figures["cases"]:
        assert set(case["rules"]) <= known
        assert bool(case["rules"]) is (case["level"] is not None), case["id"]


@pytest.mark.model
def test_every_item_of_the_page_is_in_the_result_of_some_vignette(done: Done) -> None:
    assert done.figures["coverage"]["never"]["items"] == []


@pytest.mark.model
def test_the_report_lists_every_wrong_case(done: Done) -> None:
    wrong = [c["id"] for c in done.figures["cases"] if not c["exact"]]
    assert all(name in done.page for name in wrong)


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
