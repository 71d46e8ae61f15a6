"""The hazard log is complete, every control names tests that exist, and the page shows it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from bot.knowledge import KnowledgeError
from bot.knowledge.hazards import SEVERITIES, Control, Hazard, load_hazards, to_markdown
from bot.settings import ROOT
from tests.safety_case import note, unproven

HAZARDS = load_hazards()
TESTS = sorted({test for h in HAZARDS for c in h.controls for test in c.tests})


@cache
def names_in(file: str) -> set[str]:
    """Names of the tests that a file defines, in classes as Class::test."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.is_file() else ast.Module([], [])
    found = set()
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}::" if isinstance(node, ast.ClassDef) else ""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        found |= {prefix + one.name for one in inside if isinstance(one, kinds)}
    return found


@pytest.mark.parametrize("test", TESTS)
def test_a_control_names_a_test_that_exists(test: str) -> None:
    file, _, name = test.partition("::")
    assert name in names_in(file)


def test_there_are_25_hazards_or_more_of_each_grave_kind_and_each_is_controlled() -> None:
    assert len(HAZARDS) >= 25
    assert {"catastrophic", "major", "moderate"} <= {h.severity for h in HAZARDS}
    assert all(h.controls and all(c.tests for c in h.controls) for h in HAZARDS)
    assert [h.id for h in HAZARDS] == [f"H{n:02}" for n in range(1, len(HAZARDS) + 1)]


def test_a_catastrophe_has_two_tests_or_more() -> None:
    for hazard in HAZARDS:
        if hazard.severity == "catastrophic":
            assert len({t for c in hazard.controls for t in c.tests}) >= 2, hazard.id


def test_a_control_points_to_a_place_in_the_tree() -> None:
    missing = [c.where for h in HAZARDS for c in h.controls if not (ROOT / c.where).exists()]
    assert missing == []


def test_the_page_shows_the_log_as_it_is() -> None:
    """`make safety` writes it anew."""
    assert to_markdown(HAZARDS) in (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")


def test_the_worst_hazards_come_first() -> None:
    page = to_markdown(HAZARDS)
    places = [page.index(f"### {h.id}:") for h in sorted(HAZARDS, key=_gravity)]
    assert places == sorted(places)


def _gravity(hazard: Hazard) -> int:
    return SEVERITIES.index(hazard.severity)


GOOD = """
hazards:
  - id: H01
    name: A thing
    cause: This.
    effect: That.
    severity: major
    controls: [{what: Do, where: bot, tests: ["tests/a/test_b.py::test_c"]}]
    remains: Little.
"""


@pytest.mark.parametrize(
    ("right", "wrong", "complaint"),
    [
        ("severity: major", "severity: huge", "H01.severity: 'huge' is not allowed"),
        ("severity: major", "", "H01.severity: is missing or empty"),
        ("    remains: Little.", "    risk: Little.", "H01.risk: 'risk' is not allowed"),
        ('tests: ["tests/a/test_b.py::test_c"]', "tests: []", "controls[0].tests: is missing"),
        ("test_b.py::test_c", "test_b", "is not like tests/room/test_file.py::test_name"),
        ("hazards:", "dangers:", "expected the one key 'hazards'"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, right: str, wrong: str, complaint: str) -> None:
    file = tmp_path / "hazards.yml"
    file.write_text(GOOD)
    assert [h.id for h in load_hazards(file)] == ["H01"]
    file.write_text(GOOD.replace(right, wrong))
    with pytest.raises(KnowledgeError) as caught:
        load_hazards(file)
    assert complaint in str(caught.value)


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "hazards.yml"
    file.write_text(GOOD + GOOD.partition("hazards:\n")[2])
    with pytest.raises(KnowledgeError, match="H01: the id stands twice"):
        load_hazards(file)


@pytest.mark.parametrize(
    ("outcomes", "lines"),
    [({}, 0), ({"a": "passed"}, 0), ({"a": "failed"}, 1), ({"a": "skipped", "b": "failed"}, 2)],
)
def test_a_control_whose_test_failed_or_was_skipped_is_not_proven(
    outcomes: dict[str, str], lines: int
) -> None:
    control = Control("Do", "bot", ("a", "b"))
    hazard = Hazard("H01", "A thing", "This.", "That.", "major", (control,), "Little.")
    assert len(unproven([hazard], outcomes)) == lines


def test_the_worst_outcome_of_a_test_counts() -> None:
    outcomes: dict[str, str] = {}
    for node, outcome in [
        ("a[1]", "passed"),
        ("a[2]", "skipped"),
        ("a[3]", "passed"),
        ("b", "passed"),
    ]:
        note(outcomes, node, outcome)
    assert outcomes == {"a": "skipped", "b": "passed"}
    note(outcomes, "a[4]", "failed")
    note(outcomes, "a[5]", "skipped")
    assert outcomes["a"] == "failed"
