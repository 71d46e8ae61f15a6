"""Lists of choices: they name what they ask, leave out what is settled, and come as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.knowledge import knowledge
from bot.triage.answers import apply, give_up
from bot.triage.content import Question
from bot.triage.doubt import question_of
from bot.triage.intake import Answer, Intake
from bot.triage.lists import CHOICES, MOST_CHOICES, joined, open_options, parts_of
from bot.triage.questions import next_question
from tests.triage.small import reply

KNOWN = knowledge()
LISTS = [q for q in KNOWN.questions.values() if q.findings and not q.template]
TWO_LISTS = joined([KNOWN.questions["screen_chest_arm"], KNOWN.questions["screen_spine"]])


@pytest.mark.parametrize("question", LISTS, ids=lambda q: q.id)
def test_choices_and_findings_name_the_same_things(question: Question) -> None:
    """So "none of these" never denies what no choice names, in any of the wordings."""
    named = {name for option in question.options for name in (*option.sets, *option.covers)}
    assert set(question.findings) <= named
    assert named - set(question.findings) <= {"no_trigger"}


@pytest.mark.parametrize("question", KNOWN.questions.values(), ids=lambda q: q.id)
def test_lists_are_written_once_as_choices(question: Question) -> None:
    if not question.template:
        assert CHOICES in question.texts[2]
    assert not any("\n- " in text.replace(CHOICES, "") for text in question.texts) or (
        question.template
    )
    if question.topic == "screen" and question.kind == "multiple":
        assert all(CHOICES in text for text in question.texts)


def test_what_is_settled_is_no_choice() -> None:
    known = Intake(findings={"numbness": Answer("absent"), "fever": Answer("present")})
    shown = {o.id for o in open_options(KNOWN.questions["associated"], known)}
    assert not {"numbness", "fever"} & shown
    assert {"tingling", "none"} <= shown


def test_what_is_not_known_stays_a_choice() -> None:
    doubted = Intake(findings={"fever": Answer("unknown")})
    assert "fever" in {o.id for o in open_options(KNOWN.questions["associated"], doubted)}


def test_one_place_gets_one_list() -> None:
    question = next_question(Intake(locations=("upper_back",)), KNOWN)
    assert question is not None
    assert set(parts_of(question.id)) == {"screen_chest_arm", "screen_spine"}
    labels = [option.label for option in question.options]
    assert len(labels) == len(set(labels)) <= MOST_CHOICES
    assert len({option.id for option in question.options}) == len(labels)


def test_a_list_of_two_is_found_by_its_id_and_answered_as_both() -> None:
    assert question_of(TWO_LISTS.id, KNOWN) == TWO_LISTS
    assert question_of("screen_spine+nothing", KNOWN) is None
    before = Intake(locations=("upper_back",))
    heard = apply(before, TWO_LISTS, reply("none"), KNOWN)
    assert heard.answered
    for after in (heard.intake, give_up(before, TWO_LISTS)):
        assert {"screen_chest_arm", "screen_spine"} <= set(after.asked)
        following = next_question(after, KNOWN)
        assert following is None or following.topic != "screen"
    assert heard.intake.status("saddle_numbness") == heard.intake.status("chest_pain") == "absent"


def test_lists_with_other_words_stay_apart() -> None:
    patient = replace(Intake(locations=("neck",)), findings={"car_accident": Answer("present")})
    question = next_question(patient, KNOWN)
    assert question is not None
    assert question.id == "screen_accident"


@pytest.mark.parametrize("words", [("unsure",), ("yes", "no")])
def test_wavering_denies_no_danger_sign(words: tuple[str, ...]) -> None:
    mentions = tuple(m for word in words for m in reply(word).mentions)
    heard = apply(
        Intake(), KNOWN.questions["screen_leg"], replace(reply("no"), mentions=mentions), KNOWN
    )
    assert heard.intake.status("limb_cold_white") == "unknown"
