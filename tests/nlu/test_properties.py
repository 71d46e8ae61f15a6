"""What must hold for any text at all."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.nlu.reading import read
from bot.nlu.sentinel import hear
from tests.nlu.reading_helpers import SUNDAY

WORDS = st.sampled_from(
    "no not numb tingling calf left right both can't feel my when I wipe pee since tuesday 3 weeks"
    " a night ago for and but until today never had chest pain what if my mom 8 / 10 , . ? ! every"
    " other day gone now 58 😭 don’t cramps all over first one yes idk".split()
)
ANY_TEXT = st.text(max_size=300) | st.lists(WORDS, max_size=30).map(" ".join)
RUN = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(ANY_TEXT)
@RUN
def test_reading_never_raises_and_stays_inside_the_text(text: str) -> None:
    for mention in read(text, SUNDAY).mentions:
        assert 0 <= mention.start <= mention.end <= len(text)
        assert mention.words == text[mention.start : mention.end]


@pytest.mark.parametrize("mark", ["\u037a", "\ufc5e", "\ufe78", "\uff9e"])
def test_a_letter_that_is_only_a_mark_hides_no_danger_sign(mark: str) -> None:
    assert "chest_pain" in {m.value for m in read(f"{mark} my chest hurts {mark}", SUNDAY).mentions}


@pytest.mark.parametrize("text", ["my chest hurts. {}", "{}. my chest hurts"])
@pytest.mark.parametrize("filler", ["a " * 1900, "?" * 3900, "1/" * 1900])
def test_a_danger_sign_at_either_end_of_endless_signs_is_heard(text: str, filler: str) -> None:
    mentions = read(text.format(filler), SUNDAY).mentions
    assert "rf_cardiac" in {m.value for m in mentions if m.kind == "red_flag"}


@given(st.lists(WORDS, max_size=20).map(" ".join))
@RUN
def test_capitals_change_nothing(text: str) -> None:
    plain = [(m.kind, m.value, m.assertion, m.side) for m in read(text, SUNDAY).mentions]
    shouted = [(m.kind, m.value, m.assertion, m.side) for m in read(text.upper(), SUNDAY).mentions]
    assert plain == shouted


@given(st.lists(WORDS, max_size=20).map(" ".join))
@RUN
def test_the_sentinel_hears_what_the_reader_hears(text: str) -> None:
    whole = [m for m in read(text).mentions if m.kind == "red_flag"]
    assert {(m.value, m.start) for m in hear(text)} == {(m.value, m.start) for m in whole}


def test_hostile_texts_are_read_quietly() -> None:
    for text in ("", " ", "\x00", "\x00numb\x00", "no " * 4000, "\u202enumb\u202c", "💥" * 999,
                 "a" * 12_000, "my leg 9" * 500, "(((", "٣ weeks", "²/10", "1" * 400):  # fmt: skip
        assert isinstance(hear(text), tuple)
        assert read(text) is not None


def test_curly_quotes_and_hidden_characters_change_nothing() -> None:
    plain = {(m.kind, m.value, m.assertion) for m in read("I can't feel my toes").mentions}
    for text in ("I can’t feel my toes", "I ca\u200bn't feel my to\u00ades", "I cant feel my toes"):
        assert {(m.kind, m.value, m.assertion) for m in read(text).mentions} == plain
