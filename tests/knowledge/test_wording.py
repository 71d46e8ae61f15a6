"""Everything that patients read is easy to read, measured by a library."""

from __future__ import annotations

import pytest

from bot.evaluation.wording import HIGHEST_GRADE, Text, grade, patient_texts, wording
from tests.knowledge.patients import KNOWN

TEXTS = list(patient_texts(KNOWN))


@pytest.mark.parametrize("text", TEXTS, ids=lambda t: t.id)
def test_every_text_for_patients_reads_at_grade_8_or_lower(text: Text) -> None:
    assert grade(text) <= HIGHEST_GRADE


def test_no_text_is_left_out() -> None:
    rooms = {text.id.split(":")[0] for text in TEXTS}
    assert rooms == {"domain", "questions", "rules", "strategies", "cautions", "page", "labels"}
    named = {text.id.split(": ")[1].split(" ")[0] for text in TEXTS}
    assert {*KNOWN.questions, *KNOWN.rules, *KNOWN.cautions, *KNOWN.items} <= named
    assert {*KNOWN.findings, *KNOWN.red_flags, *KNOWN.strategies} <= named


def test_most_texts_reach_the_aim_of_grade_6() -> None:
    figures = wording(KNOWN)
    assert figures["above_limit"] == 0
    assert len(figures["above_aim"]) <= 0.08 * figures["texts"]
    grades = [one["grade"] for one in figures["above_aim"]]
    assert grades == sorted(grades, reverse=True)


def test_short_words_are_easier_and_a_line_of_a_list_is_a_sentence() -> None:
    hard = Text("a", "Immediate immobilization necessitates consultation.")
    assert grade(Text("a", "Sit down. Rest a bit.")) < grade(hard)
    listed, written = "Pick one.\n- my calf\n- my neck", "Pick one. My calf. My neck."
    assert grade(Text("a", listed)) == grade(Text("a", written))


def test_names_of_items_and_holes_count_as_short_words() -> None:
    name = "Radiofrequency Ablation"
    assert grade(Text("a", f"{name} can help.", name)) < grade(Text("a", f"{name} can help."))
    assert grade(Text("a", "Call {clinic_phone}.")) == grade(Text("a", "Call 911."))
