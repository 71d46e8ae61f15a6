"""Lines that reviewers approved find their place in the files, whatever an entry looks like."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.training_data import ImprovementError, improve

NLU = """version: "3.1"
nlu:
- intent: want_person
  examples: |
    - a human please
"""


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    (tmp_path / "nlu.yml").write_text(NLU, encoding="utf-8")
    folder = tmp_path / "lexicon"
    folder.mkdir()
    return folder


def add(lexicon: Path, entry: str, kind: str = "finding") -> object:
    """Add one wording of the id `numbness`; what the file then holds for it."""
    file, given = lexicon / "words.yml", lexicon.parent / "given.yml"
    file.write_text(f"{kind}:\n  tingling:\n    - tingles\n  numbness:\n{entry}", "utf-8")
    given.write_text(f"lexicon: {{{kind}: {{numbness: [gone to felt]}}}}", encoding="utf-8")
    assert improve(given, lexicon.parent / "nlu.yml", lexicon) == 1
    assert improve(given, lexicon.parent / "nlu.yml", lexicon) == 0
    return yaml.safe_load(file.read_text(encoding="utf-8"))[kind]["numbness"]


@pytest.mark.parametrize(
    ("entry", "held"),
    [
        ("    - numb\n", ["gone to felt", "numb"]),
        ("    phrases:\n      - numb\n", {"phrases": ["gone to felt", "numb"]}),
        ("    weak:\n      - dead\n", {"phrases": ["gone to felt"], "weak": ["dead"]}),
        (
            "    findings: [a]\n    phrases:\n      - numb\n    not:\n      - numb thumb\n",
            {"findings": ["a"], "phrases": ["gone to felt", "numb"], "not": ["numb thumb"]},
        ),
        ("    findings: [a]\n", {"phrases": ["gone to felt"], "findings": ["a"]}),
    ],
)
def test_a_wording_is_added_to_an_entry_of_any_form(
    lexicon: Path, entry: str, held: object
) -> None:
    assert add(lexicon, entry) == held


def test_a_wording_of_nothing_is_refused_and_changes_nothing(lexicon: Path) -> None:
    file, given = lexicon / "words.yml", lexicon.parent / "given.yml"
    file.write_text("finding:\n  tingling:\n    - tingles\n", encoding="utf-8")
    given.write_text("lexicon: {finding: {tingling: [fizzes], nothing: [x]}}", encoding="utf-8")
    with pytest.raises(ImprovementError, match="no finding nothing"):
        improve(given, lexicon.parent / "nlu.yml", lexicon)
    assert "fizzes" not in file.read_text(encoding="utf-8")
