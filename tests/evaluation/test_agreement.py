"""One patient in several wordings, and danger signs that came up: worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bot.evaluation.agreement import agreement, fleiss_kappa
from bot.evaluation.elicitation import elicitation
from bot.evaluation.played import Played
from bot.evaluation.vignettes import Gold, Vignette
from bot.triage.assessment import LedgerEntry


def told(name: str, level: Any, gold: Any = "book", **more: Any) -> Played:
    vignette = Vignette(f"{name}/1", "f.yml", "hi", Gold(gold, (gold,)), told_as=name)
    return Played(vignette, level, **more)


@pytest.mark.parametrize(
    ("ratings", "kappa"),
    [
        ([["a", "a"], ["b", "b"]], 1.0),
        ([["a", "a"], ["a", "a"]], 1.0),
        ([["a", "b"], ["a", "b"]], -1.0),
        # Three of four agree each time: observed 1/2, by chance (5/8)^2 + (3/8)^2.
        ([["a", "a", "a", "b"], ["b", "b", "a", "a"]], (5 / 12 - 34 / 64) / (1 - 34 / 64)),
        ([["a"]], None),
        ([], None),
    ],
)
def test_kappa_is_that_of_fleiss(ratings: list[list[str]], kappa: float | None) -> None:
    got = fleiss_kappa(ratings)
    assert got == (kappa if kappa is None else pytest.approx(kappa, abs=1e-4))


def test_sets_are_told_apart_and_no_result_is_an_answer_of_its_own() -> None:
    played = [told("one", "book"), told("one", "book"), told("two", "urgent"), told("two", None)]
    figures = agreement(
        [*played, Played(Vignette("x", "f", "hi", Gold("book", ("book",))), "book")]
    )
    assert (figures["sets"], figures["wordings"], figures["full"]["count"]) == (2, 4, 1)
    assert figures["cases"][1]["levels"] == ["urgent", "no_result"]


def test_signs_count_as_elicited_unless_the_emergency_ended_the_talk() -> None:
    ledger = (
        LedgerEntry("rf_a", "denied", True),
        LedgerEntry("rf_b", "volunteered"),
        LedgerEntry("rf_c", "unknown", True),
        LedgerEntry("rf_d", "unknown"),
    )
    ended = told("e", "emergency", "emergency", ledger=ledger)
    alarm = told("f", "emergency", "book", ledger=ledger[3:])
    figures = elicitation([told("b", "book", ledger=ledger), ended, alarm])
    assert figures["elicited"] == {"share": 0.6, "count": 3, "of": 5}
    assert figures["signs"]["rf_d"]["share"] == 0.0
    assert figures["states"] == {"asked": 0, "volunteered": 1, "denied": 1, "unknown": 3}
