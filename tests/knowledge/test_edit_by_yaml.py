"""A page item, finding, rule and caution are added by editing YAML alone."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.knowledge import KnowledgeError, load_knowledge
from bot.knowledge.lexicon import load_lexicon
from bot.knowledge.loader import FOLDER, version
from bot.nlu.reading import Reader
from bot.settings import ROOT
from bot.triage.assess import assess
from bot.triage.intake import Answer, Intake
from tests.nlu.reading_helpers import SUNDAY

WALKTHROUGH = ROOT / "docs" / "evaluation.md"
PAGES = (WALKTHROUGH, ROOT / "README.md")


def shown_in(page: Path) -> dict[str, str]:
    """The example of a page: file below `knowledge/` -> what is added to its end."""
    text = page.read_text(encoding="utf-8")
    (block,) = (b for b in re.findall(r"```yaml\n(.*?)```", text, re.S) if "# knowledge/" in b)
    pieces = re.split(r"^# knowledge/(\S+\.yml).*\n", block, flags=re.M)[1:]
    return {file: "\n" + text for file, text in zip(pieces[::2], pieces[1::2], strict=True)}


ADDED = shown_in(WALKTHROUGH)
WORDS = ADDED["lexicon/triggers.yml"]
RUNNER = Intake(
    locations=("calf",),
    frequency="daily",
    findings={"barefoot_running": Answer("present", words="ran barefoot")},
)


def add(folder: Path, file: str, text: str) -> None:
    path = folder / file
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + text, encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "knowledge"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_what_a_page_shows_can_be_added_as_it_stands(copy: Path, page: Path) -> None:
    for file, text in shown_in(page).items():
        add(copy, file, text)
    content = load_knowledge(copy)
    load_lexicon(content, copy / "lexicon")
    assert "barefoot_running" in content.findings and "B16" in content.rules
    assert "sudden_training_change" in content.items and "stretching_new_load" in content.cautions


@pytest.fixture
def edited(copy: Path) -> Path:
    """The content with one entry more at the end of each file."""
    for file, text in ADDED.items():
        add(copy, file, text)
    return copy


def test_the_new_content_is_sound_and_has_a_version_of_its_own(edited: Path) -> None:
    content = load_knowledge(edited)
    assert content.version == version(edited) != version()
    assert len(content.items) == len(load_knowledge().items) + 1


def test_the_new_finding_is_heard_in_the_patients_words(edited: Path) -> None:
    content = load_knowledge(edited)
    reader = Reader(load_lexicon(content, edited / "lexicon"), content)
    heard = reader.read("my calf cramps since I run barefoot", SUNDAY).of("finding", "present")
    assert "barefoot_running" in {mention.value for mention in heard}
    asked = reader.read("what is a sudden change of training?", SUNDAY).of("topic")
    assert "sudden_training_change" in {mention.value for mention in asked}


def test_the_new_rule_books_the_new_item_is_named_and_the_new_caution_heeded(edited: Path) -> None:
    result = assess(RUNNER, load_knowledge(edited))
    assert "B16" in {rule.id for rule in result.rules}
    assert "sudden_training_change" in {one.id for one in result.contributors}
    stretching = next(one for one in result.advice if one.id == "stretching")
    assert "stretching_new_load" in stretching.cautions


@pytest.mark.parametrize(
    ("file", "right", "wrong", "path", "helps"),
    [
        ("findings.yml", "trigger", "habit", "barefoot_running.group: 'habit'", "history, med"),
        ("findings.yml", "label:", "lable:", "barefoot_running.lable: 'lable'", "label"),
        ("page/causes.yml", "S+", "SS", ".evidence[0].strength: 'SS'", "M+, M-, S+, S-, w+, w-"),
        ("page/causes.yml", "[calf,", "[calfs,", ".when.location[0]: 'calfs'", "did you mean calf"),
        ("rules.yml", "level: book", "level: soon", "B16.level: 'soon'", "book, emergency, self"),
        ("rules.yml", "[GCK]", "[GKC]", "B16.source[0]: 'GKC'", "did you mean GCK"),
        ("cautions.yml", "[stretching]", "[stretch]", "[0]: 'stretch'", "mean stretching"),
        ("cautions.yml", "change", "alter", ".effect: 'alter'", "ask_first, change, withhold"),
    ],
)
def test_a_wrong_edit_is_refused_with_file_path_and_allowed_values(
    edited: Path, file: str, right: str, wrong: str, path: str, helps: str
) -> None:
    kept, mark, entry = (edited / file).read_text(encoding="utf-8").rpartition("\n  - id: ")
    (edited / file).write_text(kept + mark + entry.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(edited)
    (line,) = [line for line in caught.value.problems if path in line]
    assert line.startswith(f"knowledge/{file}: ")
    assert helps in line and "Allowed: " in line


def test_the_example_of_a_new_wording_is_not_heard_until_it_is_added(copy: Path) -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    example = re.search(
        r'echo "([^"]+)".*?line\s+`(- .+?)` below the `phrases:` of `(\w+):` in `(\S+)`', page, re.S
    )
    assert example
    text, line, name, file = example.groups()
    path = copy.parent / file
    words = path.read_text(encoding="utf-8")
    path.write_text(
        words.replace(f"  {name}:\n    phrases:\n", f"  {name}:\n    phrases:\n      {line}\n", 1),
        "utf-8",
    )
    for folder, known in ((FOLDER, False), (copy, True)):
        content = load_knowledge(folder)
        heard = Reader(load_lexicon(content, folder / "lexicon"), content).read(text, SUNDAY)
        assert (name in {mention.value for mention in heard.of("finding")}) is known


def test_words_for_a_finding_that_does_not_exist_are_refused(copy: Path) -> None:
    add(copy, "lexicon/triggers.yml", WORDS)
    with pytest.raises(KnowledgeError, match=r"^knowledge/lexicon/triggers\.yml: finding"):
        load_lexicon(load_knowledge(copy), copy / "lexicon")
