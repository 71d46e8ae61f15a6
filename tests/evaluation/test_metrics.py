"""Figures: hand-made cases with figures worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.evaluation.metrics import clopper_pearson_lower, report
from bot.evaluation.played import Played
from bot.evaluation.run import summary
from bot.evaluation.vignettes import Gold, Vignette


def case(gold: str, got: str | None, *accepted: str, **more: Any) -> Played:
    levels: Any = (gold, *accepted)
    vignette = Vignette("v", "f.yml", "hi", Gold(level=levels[0], acceptable_levels=levels))
    level: Any = got
    return Played(vignette, level, **more)


def test_shares_of_triage() -> None:
    played = [
        case("book", "book"),
        case("book", "urgent", "urgent"),
        case("book", "self_care"),
        case("self_care", "book"),
        case("urgent", None),
    ]
    triage = report(played)["triage"]
    assert triage["exact"] == {"share": 0.2, "count": 1, "of": 5}
    assert triage["within_acceptable"]["count"] == 2
    assert triage["under_triage"]["count"] == 2
    assert triage["over_triage"]["count"] == 1
    assert triage["no_result"]["count"] == 1


def test_a_conversation_without_result_is_a_missed_emergency() -> None:
    played = [case("emergency", "emergency"), case("emergency", None), case("book", "emergency")]
    emergency = report(played)["emergency"]
    assert emergency["sensitivity"]["share"] == 0.5
    assert emergency["false_alarms"]["count"] == 1


@pytest.mark.parametrize(
    ("hits", "of", "bound"),
    [(0, 5, 0.0), (13, 13, 0.05 ** (1 / 13)), (9, 10, 0.6058)],
)
def test_one_sided_bound_is_that_of_clopper_and_pearson(hits: int, of: int, bound: float) -> None:
    assert clopper_pearson_lower(hits, of) == pytest.approx(bound, abs=1e-4)


def test_contributors_are_scored_only_where_gold_names_them() -> None:
    named = case("book", "book", contributors=("a", "b", "c", "d"))
    gold = replace(named.vignette.gold, rank1_ok=("b",), top3_must=(("x", "c"), ("d",)))
    named = replace(named, vignette=replace(named.vignette, gold=gold))
    figures = report([named, case("book", "book", contributors=("z",))])["contributors"]
    assert figures["top1"] == {"share": 0.0, "count": 0, "of": 1}
    assert figures["top3"] == {"share": 0.0, "count": 0, "of": 1}
    gold = replace(gold, rank1_ok=("a",), top3_must=(("x", "c"), ("b",)))
    named = replace(named, vignette=replace(named.vignette, gold=gold))
    figures = report([named])["contributors"]
    assert figures["top1"]["share"] == figures["top3"]["share"] == 1.0


def test_extraction_counts_right_extra_and_missed() -> None:
    played = case("book", "book", locations=("calf", "neck"), frequency="daily")
    gold = replace(
        played.vignette.gold, locations=("calf", "hamstring"), frequency="weekly", triggers=None
    )
    played = replace(played, vignette=replace(played.vignette, gold=gold), triggers=("cold",))
    extraction = report([played])["extraction"]
    assert extraction["location"]["precision"] == extraction["location"]["recall"] == 0.5
    assert extraction["frequency"]["extra"] == extraction["frequency"]["missed"] == 1
    assert extraction["trigger"]["precision"] is None


def test_extraction_leaves_out_emergencies_that_were_right_and_keeps_false_alarms() -> None:
    right, alarm = case("emergency", "emergency"), case("book", "emergency")
    played = []
    for one in (right, alarm):
        gold = replace(one.vignette.gold, locations=("calf",))
        played.append(replace(one, vignette=replace(one.vignette, gold=gold)))
    assert report(played)["extraction"]["location"]["missed"] == 1


def test_figures_of_the_dialogue() -> None:
    played = [
        case("book", "book", topics=("location", "frequency", "frequency"), repeats=1, turns=4),
        case("emergency", "emergency", topics=("location",), turns=2),
        case("book", None, topics=(), turns=25),
    ]
    dialogue = report(played)["dialogue"]
    assert dialogue["questions_median"] == 3
    assert dialogue["questions_to_emergency_median"] == 1
    assert dialogue["answered_share"]["count"] == 2
    assert dialogue["understood_share"] == 0.75
    assert dialogue["turns_median"] == 4


def test_summary_names_every_case_outside_the_acceptable_levels() -> None:
    text = summary(report([case("book", "self_care"), case("urgent", "urgent")]))
    assert "v: self_care instead of book" in text
    assert "emergency sensitivity" in text
