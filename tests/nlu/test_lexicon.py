"""The lexicon's loader names every mistake; the phrase language reads what it promises."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.knowledge import KnowledgeError, knowledge
from bot.knowledge.lexicon import LEXICON, load_lexicon
from bot.knowledge.phrases import PhraseError, parse_phrase, variants
from bot.nlu.spelling import Speller
from bot.nlu.tokens import tokenize

EXPANDED = [
    ("charley horse", {"charley horse"}),
    ("a|b c?", {"a", "b", "a c", "b c"}),
    ("(pins and needles|tingles) in my?", {
        "pins and needles in my", "pins and needles in", "tingles in my", "tingles in"}),
    ("(of the)? calf", {"of the calf", "calf"}),
    ("numb* ... {saddle}", {"numb* ... {saddle}"}),
]  # fmt: skip


@pytest.mark.parametrize(("phrase", "expected"), EXPANDED)
def test_a_phrase_stands_for_its_variants(phrase: str, expected: set[str]) -> None:
    assert {" ".join(v) for v in variants(parse_phrase(phrase), 100)} == expected


BROKEN = ["(a b", "a b)", "a? b?", "... a", "a ~", "| a", "()", "(a|/) b", "a (and|,)? b"]
MATCH_ANYTHING = ["*", "**", "* *", "^", "^ $", "^ * $", "my? *", "(a|*)", "a|*", "(a? b?|c)"]


@pytest.mark.parametrize("phrase", [*BROKEN, *MATCH_ANYTHING])
def test_a_broken_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(PhraseError):
        parse_phrase(phrase)


def test_the_projects_own_lexicon_loads_and_words_every_finding_place_and_danger() -> None:
    content = knowledge()
    lexicon = load_lexicon(content)
    worded = {(entry.kind, entry.id) for entry in lexicon.entries if entry.phrases or entry.weak}
    worded |= {("red_flag", e.id) for e in lexicon.of("red_flag") if e.findings}
    assert {
        id_ for id_ in content.findings if ("finding", id_) not in worded
    } <= OWN_WORDS_ELSEWHERE
    assert all(("location", id_) in worded for id_ in content.locations)
    assert all(("red_flag", id_) in worded for id_ in content.red_flags)


OWN_WORDS_ELSEWHERE = {"yes_to_danger_list"}


def _broken(tmp_path: Path, file: str, text: str) -> Path:
    folder = tmp_path / "lexicon"
    shutil.copytree(LEXICON, folder)
    (folder / file).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("finding:\n  nubmness: [nubm]\n", "did you mean numbness"),
        ("findings:\n  numbness: [zonked]\n", "finding"),
        ("finding:\n  numbness: [zonky zonk]\n  tingling: [zonky zonk]\n", "also stands under"),
        ("finding:\n  numbness: ['(zonk']\n", "bracket"),
        ("finding:\n  numbness: ['{nowhere} zonk']\n", "nowhere"),
        ("finding:\n  numbness: {phrases: [zonk], nots: [x]}\n", "nots"),
        ("finding:\n  numbness: zonk\n", "list of phrases"),
        ("red_flag:\n  rf_stroke: {phrases: [zonk], findings: [face_drop]}\n", "face_droop"),
        ("finding:\n  numbness: [zonk, '*']\n", "finding.numbness.phrases[1]: '*': a phrase needs"),
        ("finding: [\n", "not valid YAML"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        load_lexicon(knowledge(), _broken(tmp_path, "extra.yml", text))
    assert said in str(caught.value)
    assert all(line.startswith("knowledge/lexicon/extra.yml: ") for line in caught.value.problems)


def test_a_wrong_reach_of_a_modifier_is_refused(tmp_path: Path) -> None:
    rule = "{direction: forward, category: negated, phrases: [zonk], reach: far}"
    said = r"^knowledge/lexicon/assertion\.yml: rules\[0\]\.reach: 'far' is .* 1 to 40$"
    with pytest.raises(KnowledgeError, match=said):
        load_lexicon(knowledge(), _broken(tmp_path, "assertion.yml", f"rules: [{rule}]\n"))


SPELLER = Speller(
    {"numbness", "tingling", "calf", "cramp", "cramps", "weakness"}, ["tingl"], {"nite": "night"}
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("numbnes", "numbness"), ("nubmness", "numbness"), ("weaknss", "weakness"),
        ("nite", "night"), ("craamps", "cramps"), ("weekend", "weekend"), ("week", "week"),
        ("tinglyish", "tinglyish"), ("calm", "calm"), ("clamps", "clamps"), ("breathe", "breathe"),
    ],
)  # fmt: skip
def test_typos_are_repaired_and_english_words_stay(typed: str, read: str) -> None:
    assert [token.text for token in SPELLER.correct(tokenize(typed))] == [read]


WORDS = [
    ("I'm 58", ["i", "am", "58"]),
    ("can't", ["cant"]),
    ("can not", ["cant"]),
    ("I do not", ["i", "dont"]),
    ("24/7", ["24/7"]),
    ("3am", ["3", "am"]),
    ("3 a.m.", ["3", "am"]),
    ("sooooo bad", ["soo", "bad"]),
    ("mom's legs", ["mom", "'s", "legs"]),
    ("pins&needles", ["pins", "and", "needles"]),
    ("ＮＵＭＢ", ["numb"]),
]


@pytest.mark.parametrize(("text", "words"), WORDS)
def test_words_are_normalised(text: str, words: list[str]) -> None:
    assert [token.text for token in tokenize(text)] == words
