"""Every danger sign, as people say it, against the trained bot; and what only sounds like one."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.evaluation.dialogues import Dialogue, Spoken, hold, load_dialogues
from bot.evaluation.player import level_of, play
from bot.knowledge import knowledge
from bot.settings import ROOT, get_settings, use_settings, workbench_settings

FILE = ROOT / "tests" / "scenarios" / "dialogues" / "red_flags.yml"
TOLD, DENIED = load_dialogues(FILE)


def test_each_red_flag_is_said_in_seven_wordings_or_more() -> None:
    said = Counter(d.sign for d in TOLD)
    assert {f: said[f] for f in knowledge().red_flags if said[f] < 7} == {}
    assert len(TOLD) >= 320
    assert len({d.id for d in (*TOLD, *DENIED)}) == len(TOLD) + len(DENIED)


def test_the_denied_signs_are_red_flags_too() -> None:
    assert len(DENIED) >= 70
    assert {d.sign for d in DENIED} <= {*knowledge().red_flags, "E3"}


@pytest.fixture(scope="module")
def spoken(model_path: Path) -> Iterator[Mapping[str, Spoken]]:
    """All talks, held one after the other on one bot. Keys: their ids."""
    before = get_settings()
    with tempfile.TemporaryDirectory(prefix="spasm-triage-") as folder:
        use_settings(workbench_settings(Path(folder)))
        from bot.evaluation.engine import Bench

        with Bench() as bench:
            patients = {d.patient.id: d.patient for d in TOLD}.values()
            alone = {p.id: play(p, bench.converse(), knowledge()) for p in patients}
            assert all(p.level in ("self_care", "book") for p in alone.values())
            yield {
                d.id: hold(d, bench.converse(), alone[d.patient.id].turns, knowledge())
                for d in (*TOLD, *DENIED)
            }
    use_settings(before)


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


def _questions(answer: Mapping[str, Any]) -> list[Any]:
    return [m["question"] for m in answer["messages"] if m.get("question")]


def _lines(dialogues: list[Dialogue]) -> str:
    return "\n".join(f"{d.id} ({d.position}): {d.say}" for d in dialogues)
