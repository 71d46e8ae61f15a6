"""A wrong edit of `domain.yml` is refused with its line before it reaches a model or a patient."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.responses import clinic_words
from bot.knowledge import KnowledgeError, knowledge, sound_knowledge
from bot.knowledge.domain import check_domain
from bot.knowledge.places import CLINIC, GIVEN
from bot.settings import ROOT, Settings

ALWAYS_THERE = {"response", "buttons", "json_message"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("domain.yml", "data/rules.yml", "data/stories.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def problems_after(root: Path, right: str, wrong: str) -> str:
    """What is said after the first `right` of the domain became `wrong`."""
    file = root / "domain.yml"
    text = file.read_text(encoding="utf-8")
    assert right in text
    file.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        check_domain(knowledge(), root)
    return "\n".join(caught.value.problems)


THANKS = '  utter_thanks:\n    - text: "You are welcome. I hope it gets better soon."\n'
EDITS = [
    ("call {emergency_number}.", "call {emergncy_number}.", "did you mean {emergency_number} or "),
    ('"{wording}"', '"{words}"', "utter_question[0].text: '{words}' is not allowed"),
    ('"{wording}"', '"{facts}"', "'{facts}' is not allowed"),
    ("{reference}", "{days}", "Allowed: {booking_url}, {clinic_name}, {clinic_phone}"),
    ("at {clinic_phone}", "at {clinic_phone", "a brace { or } is left over"),
    ("at {clinic_phone}", "at { clinic_phone }", "a brace { or } is left over"),
    ("[ within {days} days]", "[ within {days} days", "a bracket [ or ] is left over"),
    ('"Please answer yes or no."', '""', "utter_booking_answer_unclear[0]: the text is missing"),
    ('"Please answer yes or no."', "'  '", "utter_booking_answer_unclear[0]: the text is missing"),
    ('text: "Please answer yes', 'txt: "Please answer yes', "did you mean text?"),
    ("title: ", "titel: ", "did you mean title?"),
    ('title: "Book a visit"', 'title: "Book at {clinic}"', "'{clinic}' is not allowed"),
    ("\nresponses:", "\nrespones:", "did you mean responses?"),
    ("\nforms:", "\nform:", "did you mean forms?"),
    (THANKS, "", "utter_thanks is missing, and data/rules.yml: line "),
    (THANKS, THANKS.replace("thanks", "thank"), "(did you mean utter_thank?), and data/"),
    (THANKS, "  utter_thanks:\n", "responses.utter_thanks: expected a list of texts"),
    (THANKS, "  utter_thanks: Hello\n", "responses.utter_thanks: expected a list of texts"),
    (THANKS, "  utter_thanks: [Hello]\n", "utter_thanks[0]: expected a mapping with keys: text"),
    ("  utter_emergency_heart:", "  utter_emergency_hart:", "utter_emergency_heart is missing"),
    ("  - action_triage\n", "", "actions: action_triage is missing"),
    ("  - ask_why:", "  - ask_whys:", "intents: ask_why is missing (did you mean ask_whys?)"),
    ("    type: categorical", "    type: category", "slots.offer.type: 'category' is not allowed"),
    ("influence_conversation: true", "influence: true", "slots.offer.influence: 'influence' is"),
    ("  question:  #", "  question: []\n  questoin:  #", "slots.question: expected a mapping"),
    ("      - booking_name\n", "      - booking_nam\n", "did you mean booking_name"),
    ("- greet: {use_entities", "- greet: {use_entitys", "did you mean use_entities"),
    ("Call {emergency_number} now. Note", "Call now. Note", "an emergency text names {emergency_"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), EDITS)
def test_a_wrong_edit_is_refused_in_one_sentence(
    root: Path, right: str, wrong: str, said: str
) -> None:
    text = problems_after(root, right, wrong)
    assert said in text
    assert all(line.startswith("domain.yml: line ") for line in text.splitlines())


def test_the_line_is_the_one_that_was_edited(root: Path) -> None:
    lines = (root / "domain.yml").read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "Please answer yes or no" in line)
    text = problems_after(root, "Please answer yes or no", "Call {clinic_fone}")
    assert f"domain.yml: line {number}: responses.utter_booking_answer_unclear[0].text: " in text


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('better soon."', "better soon."),
        ('- text: "You are welcome', "- text: You are: welcome"),
        ("  utter_thanks:", "  utter_thanks"),
        ("  utter_thanks:", "\tutter_thanks:"),
        ("  utter_thanks:", "  utter_goodbye:"),
    ],
)
def test_broken_yaml_is_named_with_its_line(root: Path, right: str, wrong: str) -> None:
    lines = (root / "domain.yml").read_text(encoding="utf-8").splitlines()
    here = next(n for n, line in enumerate(lines, 1) if right in line)
    text = problems_after(root, right, wrong)
    named = int(text.removeprefix("domain.yml: line ").split()[0])
    assert here <= named <= here + 3 and "is not valid YAML" in text
    assert "\n" not in text


def test_a_missing_or_empty_domain_is_said(root: Path) -> None:
    (root / "domain.yml").write_text("")
    with pytest.raises(KnowledgeError, match=r"^domain\.yml: expected keys: version"):
        check_domain(knowledge(), root)
    (root / "domain.yml").unlink()
    with pytest.raises(KnowledgeError, match=r"^domain\.yml: the file is missing"):
        check_domain(knowledge(), root)


def test_the_projects_own_content_lexicon_and_domain_are_sound() -> None:
    assert sound_knowledge().version == knowledge().version


def test_the_clinics_places_are_the_settings_that_are_filled(settings: Settings) -> None:
    assert clinic_words(settings).keys() == CLINIC


def test_the_registry_lists_what_the_actions_give() -> None:
    given: dict[str, set[str]] = {}
    for name, words in spoken():
        known = [r for r in GIVEN if r.startswith(name[:-1])] if name.endswith("*") else [name]
        for response in known:
            given.setdefault(response, set()).update(words)
    assert {name: words for name, words in given.items() if words} == GIVEN


def spoken() -> Iterator[tuple[str, set[str]]]:
    """Each response that an action utters, `*` for an unknown end, and the words it gives."""
    for path in (ROOT / "actions").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("utter_message"):
                values = {str(k.arg): k.value for k in node.keywords}
                for name in names_in(values["response"]):
                    yield name, values.keys() - ALWAYS_THERE


def names_in(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.IfExp):
        yield from (*names_in(node.body), *names_in(node.orelse))
    elif isinstance(node, ast.JoinedStr):
        yield ast.literal_eval(node.values[0]) + "*"
