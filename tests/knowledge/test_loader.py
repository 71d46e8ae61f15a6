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
    assert ".source[0]: 'MERCK-X' is not allowed (did you mean MERCK" in text


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


NUMBERS = [
    ({"severity": {"min": "8"}}, "when.severity.min: '8' is not allowed", "from 0 to 10"),
    ({"severity": {"min": "strong"}}, "when.severity.min: 'strong'", "a whole number from 0 to 10"),
    ({"severity": {"min": 11}}, "when.severity.min: 11", "from 0 to 10"),
    ({"severity": {"min": -1}}, "when.severity.min: -1", "from 0 to 10"),
    ({"severity": {"min": 7.5}}, "when.severity.min: 7.5", "a whole number"),
    ({"severity": {"min": True}}, "when.severity.min: True", "a whole number"),
    ({"severity": {"min": None}}, "when.severity.min: None", "a whole number"),
    ({"duration_days": {"min": "6 weeks"}}, "when.duration_days.min: '6 weeks'", "0 to 36500"),
    ({"age": {"max": 900}}, "when.age.max: 900", "from 0 to 120"),
    ({"age": {"min": 50, "max": 40}}, "when.age: min 50 is greater than max 40", "never hold"),
    ({"at_least": {"n": 3, "of": ["numbness"]}}, "when.at_least.n: 3", "from 1 to 1"),
    ({"red_flags": {"level": "urgent", "min": 99}}, "when.red_flags.min: 99", "from 1 to "),
    ({"red_flags": {"level": "urgent", "min": 0}}, "when.red_flags.min: 0", "from 1 to "),
    ({"red_flags": {"level": "soon", "min": 1}}, "when.red_flags.level: 'soon'", "urgent"),
    ({"location": ["calf", "calfs"]}, "when.location[1]: 'calfs'", "did you mean calf"),
    ({"all": ["numbness", {"age": {"min": "x"}}]}, "when.all[1].age.min: 'x'", "0 to 120"),
]


@pytest.mark.parametrize(("condition", "path", "allowed"), NUMBERS)
def test_a_wrong_number_or_list_entry_is_refused_with_its_path_and_range(
    folder: Path, condition: Any, path: str, allowed: str
) -> None:
    text = problems_after(folder, "rules.yml", lambda e: e[3].update(when=condition))
    (line,) = [line for line in text.splitlines() if path in line]
    assert line.startswith("knowledge/rules.yml: ") and allowed in line


@pytest.mark.parametrize("days", [-14, 0, 400, "14"])
def test_a_visit_is_due_within_a_sensible_number_of_days(folder: Path, days: Any) -> None:
    text = problems_after(folder, "rules.yml", lambda e: e[-1].update(within_days=days))
    assert ".within_days: " in text and "whole number" in text


def question(**change: Any) -> Edit:
    """An edit of the question on frequency."""

    def edit(entries: list[dict[str, Any]]) -> None:
        next(e for e in entries if e["id"] == "frequency").update(change)

    return edit


ONE = [{"id": "once", "label": "Once", "value": "once"}]
QUESTIONS = [
    ({"texts": ["a?", "b?"]}, "frequency.texts: expected 3 wordings, not 2"),
    ({"texts": ["a?", "b?", "c?", "d?"]}, "frequency.texts: expected 3 wordings, not 4"),
    ({"texts": ["a?", " ", "c?"]}, "frequency.texts[1]: is empty"),
    ({"texts": ["a?", "b {facts}?", "c?"]}, "frequency.texts[1]: '{facts}' is not allowed"),
    ({"texts": ["a?", "b {sign}?", "c?"]}, "frequency.texts[1]: '{sign}' is not allowed"),
    ({"why": "Call {clinic_fone}."}, "frequency.why: '{clinic_fone}' is not allowed (did you"),
    ({"options": [*ONE, {"id": "x", "label": "X", "value": "wekly"}]}, "options[1].value: 'wekly'"),
    ({"options": [*ONE, {"id": "x", "label": "X", "value": 3}]}, "options[1].value: 3 is not all"),
    ({"options": [*ONE, {"id": "x", "label": "X"}]}, "options[1]: sets nothing"),
    ({"options": [*ONE, *ONE]}, "options[1].id: 'once' stands twice"),
    ({"options": [*ONE, {**ONE[0], "id": "x", "label": "{days}"}]}, "options[1].label: '{days}'"),
    ({"options": [{**ONE[0], "sets": ["numbnes"]}]}, "options[0].sets[0]: 'numbnes'"),
    ({"options": [{"id": "x", "label": "X", "value": 11}], "field": "severity"}, "from 0 to 10"),
    ({"options": [{"id": "x", "label": "X", "value": "calfs"}], "field": "locations"}, "calf"),
    ({"options": ONE, "field": None, "findings": ["numbness"]}, "[0].value: has no place"),
]


@pytest.mark.parametrize(("change", "said"), QUESTIONS)
def test_a_question_that_cannot_be_put_or_taken_in_is_refused(
    folder: Path, change: dict[str, Any], said: str
) -> None:
    text = problems_after(folder, "questions.yml", question(**change))
    assert said in text and "knowledge/questions.yml: frequency" in text


@pytest.mark.parametrize(
    ("file", "key"),
    [("rules.yml", "why"), ("cautions.yml", "text"), ("page/home.yml", "summary")],
)
def test_a_text_names_only_what_is_filled(folder: Path, file: str, key: str) -> None:
    wrong = {key: "Call {emergncy_number}."}
    text = problems_after(folder, file, lambda e: e[0].update(wrong))
    assert f"knowledge/{file}: " in text and "did you mean {emergency_number}" in text
    edit(folder, file, lambda e: e[0].update({key: "Call {emergency_number}."}))
    load_knowledge(folder)


def test_an_entry_without_an_id_is_named_by_its_number(folder: Path) -> None:
    text = problems_after(folder, "rules.yml", lambda e: e[2].pop("id"))
    assert "knowledge/rules.yml: [2].id: is missing or empty" in text


def test_a_wrong_source_of_an_item_names_its_file_and_both_indices(folder: Path) -> None:
    def wrong(entries: list[dict[str, Any]]) -> None:
        entries[0]["evidence"][1]["source"] = ["GCK", "GKC"]

    text = problems_after(folder, "page/causes.yml", wrong)
    assert "knowledge/page/causes.yml: " in text and ".evidence[1].source[1]: 'GKC'" in text


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
    with pytest.raises(KnowledgeError, match=r"^knowledge/rules.yml: line \d+ is not valid YAML"):
        load_knowledge(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "locations.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"^knowledge/locations\.yml: the file is missing"):
        load_knowledge(folder)


def test_every_change_of_content_changes_the_version(folder: Path) -> None:
    before = version(folder)
    edit(folder, "rules.yml", lambda e: e[0].update(why="because it was said"))
    assert version(folder) != before == version()
