"""A wrong edit of `knowledge/` is refused with file, path and allowed values."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.knowledge import KnowledgeError, load_knowledge
from bot.knowledge.loader import FOLDER, version

Edit = Callable[[list[dict[str, Any]]], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))


def edit(folder: Path, file: str, change: Edit) -> None:
    yaml = YAML(typ="safe")
    path = folder / file
    data = yaml.load(path)
    change(next(iter(data.values())))
    with path.open("w") as stream:
        yaml.dump(data, stream)


def problems_after(folder: Path, file: str, change: Edit) -> str:
    edit(folder, file, change)
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(folder)
    return "\n".join(caught.value.problems)


def test_the_projects_own_knowledge_loads() -> None:
    knowledge = load_knowledge()
    assert len(knowledge.items) >= 53
    assert knowledge.red_flags and knowledge.rules and knowledge.questions


def test_an_unknown_key_is_named_with_file_entry_and_allowed_keys(folder: Path) -> None:
    text = problems_after(folder, "findings.yml", lambda e: e[0].update(colour="red"))
    assert "findings.yml:" in text and "colour" in text and "label_absent" in text


def test_a_missing_source_is_refused(folder: Path) -> None:
    text = problems_after(folder, "findings.yml", lambda e: e[0].pop("source"))
    assert ".source: is missing or empty" in text


def test_an_empty_source_is_refused(folder: Path) -> None:
    text = problems_after(folder, "rules.yml", lambda e: e[0].update(source=[]))
    assert ".source: is missing or empty" in text


def test_a_source_that_is_not_listed_is_refused(folder: Path) -> None:
    text = problems_after(folder, "rules.yml", lambda e: e[0].update(source=["MERCK-X"]))
    assert ".source: 'MERCK-X' is not allowed (did you mean MERCK" in text


def test_a_mistyped_finding_in_a_condition_suggests_the_right_one(folder: Path) -> None:
    text = problems_after(folder, "rules.yml", lambda e: e[0].update(when="numbnes"))
    assert "rules.yml" in text and ".when" in text and "did you mean numbness" in text


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"frequency": ["wekly"]}, "weekly"),
        ({"all": []}, "expected a list of conditions"),
        ({"age": {"least": 3}}, "expected {min: number}"),
        ({"any": ["numbness"], "all": ["numbness"]}, "one key of"),
        ({"at_least": {"of": ["numbness"]}}, "expected {n: number"),
        ({"location": ["calfs"]}, "did you mean calf"),
        ({"sometimes": ["numbness"]}, "at_least"),
    ],
)
def test_a_wrong_condition_is_refused(folder: Path, condition: Any, expected: str) -> None:
    text = problems_after(folder, "rules.yml", lambda e: e[0].update(when=condition))
    assert expected in text


def test_the_same_id_twice_is_refused(folder: Path) -> None:
    text = problems_after(folder, "cautions.yml", lambda e: e.append(dict(e[0])))
    assert "the id stands twice" in text


def test_an_unknown_parent_is_refused(folder: Path) -> None:
    text = problems_after(folder, "page/conditions.yml", lambda e: e[0].update(parent="back"))
    assert "parent" in text and "Allowed" in text


def test_a_finding_that_nothing_uses_is_refused(folder: Path) -> None:
    extra = {
        "id": "humming",
        "group": "associated",
        "label": "humming",
        "label_absent": "no humming",
        "source": ["GCK"],
    }
    text = problems_after(folder, "findings.yml", lambda e: e.append(extra))
    assert "findings.yml: humming: is used by no" in text


def test_broken_yaml_is_named_with_its_line(folder: Path) -> None:
    (folder / "rules.yml").write_text("rules:\n  - id: [\n")
    with pytest.raises(KnowledgeError, match=r"rules.yml: line \d+ is not valid YAML"):
        load_knowledge(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "locations.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"locations\.yml: the file is missing"):
        load_knowledge(folder)


def test_every_change_of_content_changes_the_version(folder: Path) -> None:
    before = version(folder)
    edit(folder, "rules.yml", lambda e: e[0].update(why="because it was said"))
    assert version(folder) != before == version()
