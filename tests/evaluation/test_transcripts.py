"""The conversations of docs/transcripts: held by the bot, and what it still says today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.evaluation.errors import EvaluationError
from bot.evaluation.transcripts import held, made_from, mark, transcript
from bot.evaluation.vignettes import load_vignettes
from bot.settings import ROOT, get_settings, use_settings

FOLDER = ROOT / "docs" / "transcripts"
PATIENTS = load_vignettes([FOLDER / "patients.yml"])


def page(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def test_each_patient_has_a_page_and_each_page_a_patient() -> None:
    assert {p.stem for p in FOLDER.glob("*.md")} == {v.id for v in PATIENTS}


def test_the_conversations_end_differently() -> None:
    titles = {page(v.id).splitlines()[0] for v in PATIENTS}
    assert len(titles) >= 3
    assert {v.gold.level for v in PATIENTS} == {"self_care", "book", "urgent", "emergency"}


@pytest.mark.parametrize("vignette", PATIENTS, ids=lambda v: v.id)
def test_a_page_holds_both_voices_and_says_what_it_was_made_from(vignette: object) -> None:
    text = page(vignette.id)  # type: ignore[attr-defined]
    assert "**Patient:**" in text and "**Bot:**" in text
    assert re.fullmatch(r"[0-9a-f]{12}", made_from(text))


@pytest.mark.model
def test_the_bot_still_says_what_the_pages_show(model_path: Path) -> None:
    """Compared once the pages were made from today's content; until then they are a draft."""
    today = mark()
    fresh = [v for v in PATIENTS if made_from(page(v.id)) == today]
    if not fresh:
        pytest.skip("content or code has changed since: run `make transcripts`")
    before = get_settings()
    try:
        assert dict(held(fresh)) == {v.id: page(v.id) for v in fresh}
    finally:
        use_settings(before)


def test_an_unknown_vignette_is_named_with_those_there_are() -> None:
    with pytest.raises(EvaluationError, match="no vignette nobody; there are: care_at_home"):
        transcript(FOLDER / "patients.yml", ["nobody"])
