"""Vignette files: what they mean, and what is said about a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.evaluation.errors import VignetteError
from bot.evaluation.run import with_known_ids
from bot.evaluation.vignettes import Vignette, load_vignettes
from bot.knowledge import knowledge
from bot.settings import ROOT

FOLDER = ROOT / "tests" / "scenarios"
SCENARIOS = sorted([*FOLDER.glob("*.yml"), *FOLDER.glob("development/*.yml")])
GOOD = """
- id: one
  opening: my calf cramps
  answers: {location: [first, second], accident: no, severity: 5, other: whatever}
  gold: {level: book, acceptable_levels: [urgent], frequency: single_episode,
         top3_must: ["fatigue|dehydration"]}
"""


def load(tmp_path: Path, text: str) -> list[Vignette]:
    file = tmp_path / "some.yml"
    file.write_text(text)
    return load_vignettes([file])


def test_replies_come_one_after_the_other_and_the_last_is_said_again(tmp_path: Path) -> None:
    vignette = load(tmp_path, GOOD)[0]
    assert [vignette.reply("location", n) for n in range(3)] == ["first", "second", "second"]


def test_a_list_for_other_holds_successive_replies_too(tmp_path: Path) -> None:
    text = "[{id: a, opening: b, answers: {other: [one, two]}, gold: {level: book}}]"
    vignette = load(tmp_path, text)[0]
    assert [vignette.reply("age", n) for n in range(3)] == ["one", "two", "two"]
    assert vignette.reply("pregnancy", 0) == "no"


def test_a_missing_history_topic_means_no_and_any_other_means_other(tmp_path: Path) -> None:
    vignette = load(tmp_path, GOOD)[0]
    assert vignette.reply("surgery", 0) == "no"
    assert vignette.reply("screen", 0) == "whatever"
    assert load(tmp_path, "[{id: a, opening: b, gold: {level: book}}]")[0].reply("age", 0) == "no"


def test_unquoted_yes_no_and_numbers_of_yaml_are_replies(tmp_path: Path) -> None:
    vignette = load(tmp_path, GOOD)[0]
    assert vignette.reply("accident", 0) == "no"
    assert vignette.reply("severity", 0) == "5"


def test_gold_is_read(tmp_path: Path) -> None:
    gold = load(tmp_path, GOOD)[0].gold
    assert gold.acceptable_levels == ("book", "urgent")
    assert gold.frequency == "once"
    assert gold.top3_must == (("fatigue", "dehydration"),)
    assert gold.triggers is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id: one", "must be a list"),
        ("- id: [", "is not valid YAML at line"),
        ("- 5", "vignette number 1: key id"),
        ("- {opening: x, gold: {level: book}}", "vignette number 1: key id: must be a text"),
        ("- {id: a, gold: {level: book}}", "vignette a: key opening: must be a text"),
        ("- {id: a, opening: x}", "vignette a: key gold"),
        ("- {id: a, opening: x, gold: {level: T3}}", "key gold.level: must be one of emergency"),
        ("- {id: a, opening: x, gold: {level: book, frequency: often}}", "key gold.frequency"),
        ("- {id: a, opening: x, gold: {level: book, locations: calf}}", "key gold.locations"),
        ("- {id: a, opening: x, gold: {level: book}, answers: {screen: {a: b}}}", "answers.screen"),
        ("- &v {id: a, opening: x, gold: {level: book}}\n- *v", "vignette a: key id: already used"),
    ],
)
def test_a_wrong_file_is_named_with_vignette_and_key(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(VignetteError) as caught:
        load(tmp_path, text)
    assert str(tmp_path / "some.yml") in str(caught.value)
    assert complaint in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VignetteError, match=r"none\.yml: cannot be read"):
        load_vignettes([tmp_path / "none.yml"])


def test_our_own_vignettes_load_and_cover_all_levels() -> None:
    vignettes = load_vignettes(SCENARIOS)
    levels = [v.gold.level for v in vignettes]
    assert len(vignettes) >= 150
    assert all(levels.count(level) >= 8 for level in ("emergency", "urgent", "book", "self_care"))


def test_our_own_vignettes_name_ids_that_exist() -> None:
    content = knowledge()
    for vignette in (with_known_ids(v, content) for v in load_vignettes(SCENARIOS)):
        gold = vignette.gold
        assert set(gold.locations or ()) <= content.locations.keys(), vignette.id
        assert set(gold.triggers or ()) <= content.findings.keys(), vignette.id
        named = {*gold.rank1_ok, *(i for entry in gold.top3_must for i in entry)}
        assert named <= content.items.keys(), vignette.id
