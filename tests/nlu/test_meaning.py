"""What is heard by meaning, and how it gives way to phrases."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.meaning import MAX_PIECES, Hearing, Meant, meaning_reader
from bot.nlu.meant import Relations, agreed, meant_mentions
from bot.nlu.reading import read
from bot.triage.reading import MEANING, Mention

NOTHING = Relations({}, {}, {})

# Fresh wordings: none of them is among the ones it was taught.
TOLD = [
    (
        "when i dry myself after the bath the towel down there is like on a stranger",
        "saddle_numbness",
    ),
    ("dad's grin went lopsided at the dinner table just now", "face_droop"),
    (
        "i have to haul my shin into the car by the cuff of my jeans, worse each day",
        "weakness",
    ),
    ("what came out of me in the bathroom looked like root beer", "cola_urine"),
    (
        "her lower leg is double the size of its neighbor since the bus trip",
        "calf_swelling_one_side",
    ),
]


@pytest.mark.parametrize(("text", "finding"), TOLD)
def test_a_sign_in_words_that_no_phrase_holds_is_heard_or_asked_for(text: str, finding: str):
    assert finding in {meant.value for meant in meaning_reader().hear(text).facts}


@pytest.mark.parametrize("text", ["", "   ", "\x00", "🙂" * 400, "cramp " * 4000])
def test_no_text_is_too_odd_or_too_long(text: str):
    assert all(0 <= m.start <= m.end <= len(text) for m in meaning_reader().hear(text).facts)


def test_a_sign_at_the_end_of_a_long_message_is_heard():
    ramble = "i went to the store and then i fed the cat and watched some tv. " * 30
    assert len(ramble.split()) > MAX_PIECES
    heard = meaning_reader().hear(ramble + TOLD[0][0]).facts
    assert "saddle_numbness" in {meant.value for meant in heard}


def test_the_words_that_told_it_come_with_it():
    text = "I bowl on tuesdays. half of his smile has slid down since lunch"
    meant = next(m for m in meaning_reader().hear(text).facts if m.value == "face_droop")
    assert "smile" in text[meant.start : meant.end]


def add(meant: Meant, *phrases: Mention, related: Relations = NOTHING) -> list[Mention]:
    return list(meant_mentions("some words", [meant], phrases, frozenset(), related))


def test_what_a_phrase_settles_stays_so():
    denied = Mention("finding", "fever", "absent", 20, 25)
    assert add(Meant("finding", "fever", 0, 4, 0.9), denied) == []


def test_a_finding_whose_kind_is_denied_is_in_doubt():
    denied = Mention("finding", "leg_swelling", "absent", 20, 25)
    related = Relations({}, {"calf_swelling_one_side": {"leg_swelling"}}, {})
    heard = add(Meant("finding", "calf_swelling_one_side", 0, 4, 0.9), denied, related=related)
    assert [m.assertion for m in heard] == ["uncertain"]


def test_a_sure_finding_brings_its_red_flag_and_a_doubtful_one_does_not():
    related = Relations({"seizure": ["rf_seizure"]}, {}, {})
    sure = add(Meant("finding", "seizure", 0, 4, 0.9), related=related)
    assert [(m.kind, m.value) for m in sure] == [("finding", "seizure"), ("red_flag", "rf_seizure")]
    doubt = add(Meant("finding", "seizure", 0, 4, 0.4, sure=False), related=related)
    assert [(m.kind, m.assertion, m.rule) for m in doubt] == [("finding", "uncertain", MEANING)]


def test_a_reply_by_meaning_never_denies_beside_a_sign():
    told = Mention("finding", "fever", "present", 5, 10)
    assert add(Meant("reply", "none", 0, 4, 0.99), told) == []


def test_a_medicine_that_is_over_hides_no_danger_of_having_stopped_it():
    text = "the baclofen pump ran dry on sunday, i took 60 a day by mouth before, none since"
    assert "baclofen_stopped" in {
        m.value for m in read(text, date(2026, 1, 5)).of("finding", "present", "uncertain")
    }


WEAK = "finding.morning:mornings"
LONG = "some seven words that tell of mornings"


def weigh(
    text: str, sure: float, *, name: str = "morning", assertion: str = "present", danger: str = ""
) -> list[tuple[str, str]]:
    """What becomes of one mention by a weak phrase; the encoder is so sure of its finding."""
    mention = Mention("finding", name, assertion, 0, 4, rule=f"finding.{name}:mornings")  # type: ignore[arg-type]
    hearing = Hearing((), {("finding", name): sure})
    kept = agreed(text, [mention], hearing, {WEAK, f"finding.{danger}:mornings"}, {danger})
    return [(str(m.value), m.assertion) for m in kept]


def test_weak_words_count_where_the_message_tells_the_same():
    assert weigh(LONG, 0.5) == [("morning", "present")]
    assert weigh(LONG, 0.1) == []


def test_in_an_answer_of_few_words_weak_ones_count():
    assert weigh("mornings mostly", 0.1) == [("morning", "present")]


def test_a_danger_in_weak_words_is_asked_for():
    assert weigh(LONG, 0.1, name="fever", danger="fever") == [("fever", "uncertain")]


def test_a_danger_that_is_denied_in_words_that_tell_it_is_asked_for():
    denied = {"name": "fever", "assertion": "absent", "danger": "fever"}
    assert weigh(LONG, 0.9, **denied) == [("fever", "uncertain")]
    assert weigh(LONG, 0.2, **denied) == [("fever", "absent")]


def test_a_finding_is_not_told_by_the_words_of_a_duration():
    weeks = Mention("duration", 35, "present", 0, 7)
    assert add(Meant("finding", "pregnancy_postpartum", 0, 7, 0.9), weeks) == []


def test_the_same_text_is_always_read_alike():
    first = read(TOLD[1][0], date(2026, 1, 5))
    assert all(read(TOLD[1][0], date(2026, 1, 5)) == first for _ in range(3))
