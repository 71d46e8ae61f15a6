"""Every danger sign, as people say it, against the trained bot; and what only sounds like one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.evaluation.dialogues import Dialogue, Position, Spoken, hold
from bot.evaluation.faults import held_under, spread_pairs
from bot.evaluation.player import level_of, play
from bot.evaluation.run import bench as open_bench
from bot.evaluation.suite import load_suite
from bot.knowledge import knowledge
from bot.settings import ROOT, get_settings, use_settings

FOLDER = ROOT / "tests" / "scenarios" / "dialogues"
SUITE = load_suite([FOLDER / "red_flags.yml", FOLDER / "mixed.yml"])
TOLD, DENIED = SUITE.told, SUITE.denied
POSITIONS = get_args(Position)
pytestmark = pytest.mark.timeout(1200)  # more than five hundred conversations


def test_each_red_flag_is_said_in_eight_wordings_or_more() -> None:
    said = Counter(d.sign for d in TOLD)
    assert {f: said[f] for f in knowledge().red_flags if said[f] < 8} == {}
    assert len(TOLD) >= 380
    assert len({d.id for d in (*TOLD, *DENIED)}) == len(TOLD) + len(DENIED)


def test_the_denied_signs_are_red_flags_too() -> None:
    assert len(DENIED) >= 120
    assert {d.sign for d in DENIED} <= {*knowledge().red_flags, "E3"}


@pytest.mark.parametrize("position", POSITIONS)
def test_signs_are_told_and_denied_early_late_and_after_the_result(position: str) -> None:
    assert sum(d.position == position for d in TOLD) >= 35
    assert sum(d.position == position for d in DENIED) >= 12


def test_many_signs_stand_beside_harmless_talk() -> None:
    assert sum(d.has_distractor for d in TOLD) >= 45
    assert sum(d.has_distractor for d in DENIED) >= 15


@pytest.fixture(scope="module")
def bench(model_path: Path) -> Iterator[Any]:
    """One bot for all talks of this file."""
    before = get_settings()
    with open_bench() as on:
        yield on
    use_settings(before)


@pytest.fixture(scope="module")
def lengths(bench: Any) -> dict[str, int]:
    """How many messages each harmless patient needs; their results are harmless too."""
    patients = {d.patient.id: d.patient for d in TOLD}.values()
    alone = {p.id: play(p, bench.converse(), knowledge()) for p in patients}
    assert {p.level for p in alone.values()} <= {"self_care", "book"}
    return {name: played.turns for name, played in alone.items()}


@pytest.fixture(scope="module")
def spoken(bench: Any, lengths: dict[str, int]) -> Mapping[str, Spoken]:
    """All talks, held one after the other. Keys: their ids."""
    return {
        d.id: hold(d, bench.converse(), lengths[d.patient.id], knowledge())
        for d in (*TOLD, *DENIED)
    }


@pytest.mark.model
def test_an_emergency_is_heard_in_the_turn_in_which_it_is_said(
    spoken: Mapping[str, Spoken],
) -> None:
    emergencies = [d for d in TOLD if d.level == "emergency"]
    missed = [d for d in emergencies if level_of(spoken[d.id].answer) != "emergency"]
    assert not missed, _lines(missed)


@pytest.mark.model
def test_nothing_is_asked_below_an_emergency_text(spoken: Mapping[str, Spoken]) -> None:
    alarmed = [d for d in TOLD if level_of(spoken[d.id].answer) == "emergency"]
    assert alarmed
    assert [d.id for d in alarmed if _questions(spoken[d.id].answer)] == []


@pytest.mark.model
def test_an_urgent_sign_ends_in_care_the_same_day(spoken: Mapping[str, Spoken]) -> None:
    urgent = [d for d in TOLD if d.level == "urgent"]
    levels = {d.id: spoken[d.id].played.level for d in urgent}
    missed = [d for d in urgent if levels[d.id] not in ("urgent", "emergency")]
    assert not missed, _lines(missed)


@pytest.mark.model
def test_what_is_denied_or_only_sounds_like_it_raises_no_emergency(
    spoken: Mapping[str, Spoken],
) -> None:
    alarmed = [d for d in DENIED if spoken[d.id].played.level == "emergency"]
    assert not alarmed, _lines(alarmed)


@pytest.mark.model
def test_an_emergency_is_heard_in_its_turn_while_any_single_action_fails(
    bench: Any, lengths: dict[str, int]
) -> None:
    """Every emergency once, the failing actions dealt out in turn (`--faults` plays all)."""
    actions = bench.actions()
    assert len(actions) >= 10
    pairs = spread_pairs(TOLD, actions)
    assert {action for action, _ in pairs} == set(actions)
    held = held_under(pairs, lengths, knowledge(), bench)
    missed = [pair for pair, spoken in held if level_of(spoken.answer) != "emergency"]
    assert not missed, "\n".join(f"{action}: {d.id}" for action, d in missed)


def _questions(answer: Mapping[str, Any]) -> list[Any]:
    return [m["question"] for m in answer["messages"] if m.get("question")]


def _lines(dialogues: list[Dialogue]) -> str:
    return "\n".join(f"{d.id} ({d.position}): {d.say}" for d in dialogues)
