"""Which files are played, and what they hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.errors import VignetteError
from bot.evaluation.faults import emergencies, every_pair, spread_pairs
from bot.evaluation.suite import load_suite, own_files
from bot.settings import ROOT

SEVERAL = """
- id: one
  openings: [first way, second way]
  answers: {other: no}
  gold: {level: book}
"""


def test_without_files_the_projects_own_are_played_and_never_those_kept_aside() -> None:
    suite = load_suite([])
    assert not any("heldout" in file for file in suite.files)
    assert len([v for v in suite.vignettes if not v.told_as]) >= 150
    assert len({v.told_as for v in suite.vignettes if v.told_as}) >= 10
    assert len(suite.told) >= 300 and len(suite.denied) >= 60
    assert all((ROOT / file).is_file() for file in own_files())


def test_a_patient_told_in_several_ways_is_one_vignette_for_each(tmp_path: Path) -> None:
    file = tmp_path / "some.yml"
    file.write_text(SEVERAL)
    suite = load_suite([file])
    assert [(v.id, v.opening, v.told_as) for v in suite.vignettes] == [
        ("one/1", "first way", "one"),
        ("one/2", "second way", "one"),
    ]


def test_an_empty_list_of_openings_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "some.yml"
    file.write_text(SEVERAL.replace("[first way, second way]", "[]"))
    with pytest.raises(VignetteError, match="vignette one: key openings"):
        load_suite([file])


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(VignetteError, match=r"none\.yml: cannot be read"):
        load_suite([tmp_path / "none.yml"])


def test_faults_are_dealt_out_so_that_all_signs_and_all_actions_come_up() -> None:
    told = load_suite([]).told
    pairs = spread_pairs(told, ("a", "b", "c"))
    assert [d for _, d in pairs] == emergencies(told)
    assert {action for action, _ in pairs} == {"a", "b", "c"}
    assert len(every_pair(told, ("a", "b"))) == 2 * len(pairs)
