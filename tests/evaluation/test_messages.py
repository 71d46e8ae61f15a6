"""Scoring of single messages: what counts as heard, and what the perturbations may change."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.errors import InputError
from bot.evaluation.messages import Count, Scored, load_messages, report, score, summary
from bot.evaluation.perturb import PERTURBATIONS, pairs, typo
from bot.evaluation.understanding import HELD_OUT, Wishes, danger, evaluate_nlu
from bot.knowledge import knowledge
from bot.nlu.reading import read
from bot.settings import ROOT

Marks = Sequence[tuple[str, str]]


def reading(
    findings: Marks = (), flags: Marks = (), intent: str = "inform", **fields: Any
) -> dict[str, Any]:
    return {
        "intent": intent,
        "locations": fields.get("locations", []),
        "frequency": fields.get("frequency"),
        "triggers": fields.get("triggers", []),
        "findings": [{"id": i, "assertion": a} for i, a in findings],
        "red_flags": [{"id": i, "assertion": a} for i, a in flags],
    }


def scored(gold: Mapping[str, Any], heard: Mapping[str, Any]) -> Scored:
    return score({"id": "m", "text": "t", "gold": gold}, heard, knowledge())


def test_places_count_one_by_one() -> None:
    one = scored(reading(locations=["calf", "neck"]), reading(locations=["calf", "jaw_face"]))
    assert one.counts["location"] == Count(right=1, false=1, missed=1)
    assert one.errors == ("location +jaw_face", "location -neck")


def test_a_wrong_frequency_is_heard_in_error_and_missed() -> None:
    one = scored(reading(frequency="daily"), reading(frequency="weekly"))
    assert one.counts["frequency"] == Count(right=0, false=1, missed=1)


def test_what_follows_from_a_finding_counts_as_heard_on_both_sides() -> None:
    general, special = "numbness", "saddle_numbness"
    assert general in knowledge().findings[special].implies
    told_special = reading([(special, "present")])
    told_general = reading([(general, "present")])
    assert scored(told_special, reading([(special, "present"), (general, "present")])).counts[
        "finding"
    ] == Count(right=1)
    assert scored(told_special, told_general).counts["finding"] == Count(missed=1)
    assert scored(told_general, told_special).counts["finding"] == Count(right=1, false=1)


def test_a_denied_general_finding_denies_the_special_one() -> None:
    gold = reading([("numbness", "absent")])
    heard = reading([("numbness", "absent"), ("saddle_numbness", "absent")])
    assert scored(gold, heard).counts["finding"] == Count(right=1)


def test_a_denial_heard_as_present_is_counted_apart() -> None:
    gold = reading([("numbness", "absent"), ("fever", "absent")])
    one = scored(gold, reading([("numbness", "present"), ("fever", "absent")]))
    assert (one.denied, one.denied_as_present) == (2, 1)
    assert report([one])["absent_read_as_present"]["share"] == 0.5
    assert ("absent", "present") in one.confusion


def test_only_present_danger_signs_count() -> None:
    gold = reading(flags=[("rf_saddle", "present"), ("rf_chest", "absent")])
    heard = reading(flags=[("rf_saddle", "uncertain"), ("rf_chest", "absent")])
    assert scored(gold, heard).counts["red_flag"] == Count(missed=1)


def test_a_denial_that_names_the_sign_may_inform_or_deny() -> None:
    named = reading([("fever", "absent")], intent="inform")
    assert scored(named, reading(intent="deny")).intent_right
    assert not scored(reading(intent="inform"), reading(intent="deny")).intent_right


def test_the_report_gives_each_share_with_its_interval() -> None:
    one = scored(reading(locations=["calf"]), reading(locations=["calf"]))
    figures = report([one] * 20)
    low, high = figures["kinds"]["location"]["recall"]["interval"]
    assert low == pytest.approx(0.839, abs=0.001) and high == pytest.approx(1.0)
    assert figures["kinds"]["location"]["f1_interval"] == [1.0, 1.0]
    assert "location" in summary(figures)


def test_a_line_that_is_no_message_is_named(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    file.write_text('{"text": "a", "gold": {}}\n{"text": "b"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 2"):
        load_messages([file])


def test_texts_of_a_set_kept_aside_are_never_shown() -> None:
    with pytest.raises(InputError):
        evaluate_nlu([HELD_OUT / "messages.jsonl"], Wishes(errors=True))


def test_perturbations_are_the_same_each_time_and_change_something() -> None:
    messages = [{"id": "a", "text": "I can't feel my calf since the doctor came, it's numb"}]
    first = list(pairs(messages))
    assert first == list(pairs(messages))
    assert {pair.kind for pair in first} == set(PERTURBATIONS)


def test_a_typo_keeps_the_letters_of_the_word() -> None:
    changed = typo("my hamstring", random.Random(1))
    assert changed != "my hamstring"
    assert sorted(changed) == sorted("my hamstring")


SIGNS = (
    "I can't feel anything between my legs when I wipe",
    "my chest is tight and the pain goes into my left arm",
    "one calf is swollen, red and hot since the flight",
    "I have a fever and my neck is so stiff I cannot bend it",
    "the right side of my face is drooping and my speech is slurred",
    "my calf cramps at night",
)


@pytest.mark.parametrize("kind", sorted(PERTURBATIONS))
def test_other_clothes_leave_the_danger_as_it_is(kind: str) -> None:
    for number, text in enumerate(SIGNS):
        other = PERTURBATIONS[kind](text, random.Random(number))
        assert danger(read(other)) == danger(read(text)), other


def test_the_development_messages_can_be_read() -> None:
    files = sorted((ROOT / "tests" / "scenarios" / "messages").glob("*.jsonl"))
    messages = load_messages(files)
    assert len(messages) >= 800
    assert len({message["id"] for message in messages}) == len(messages)
