"""Short answers in the light of the question they are given to."""

from __future__ import annotations

import pytest

from bot.knowledge import knowledge
from bot.nlu.reading import read
from bot.triage.answers import apply
from bot.triage.intake import Intake
from tests.nlu.reading_helpers import SUNDAY, said

KNOWN = knowledge()


def answer(question: str, text: str) -> tuple[bool, Intake]:
    """Whether the text answers the question, and what is known then."""
    heard = apply(Intake(locations=("calf",)), KNOWN.questions[question], read(text, SUNDAY), KNOWN)
    return heard.answered, heard.intake


COUNTS = [
    ("once", "once"), ("only that once", "once"), ("just this morning", "once"),
    ("one bad cramp", "once"), ("twice, on that hike only", "once"), ("2 times tonight", "once"),
    ("a couple times this morning, never before", "once"),
    ("four times so far", "occasional"), ("thrice in total", "occasional"),
    ("twice since tuesday", "weekly"), ("6 or 7 times today", "daily"),
    ("loads, a lot today", "daily"), ("on and off all night", "daily"),
    ("all day long", "constant"), ("it is stuck that way", "constant"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), COUNTS)
def test_a_count_without_a_period_tells_how_often(text: str, expected: str) -> None:
    answered, intake = answer("frequency", text)
    assert answered
    assert intake.frequency == expected


@pytest.mark.parametrize(
    "text",
    ["I fell three times", "motrin now and then", "two beers every night", "he had two surgeries",
     "i take my inhaler every morning"],
)  # fmt: skip
def test_other_counts_are_not_how_often_it_cramps(text: str) -> None:
    assert said(text, "frequency") == set()


def test_any_other_word_outranks_a_bare_count() -> None:
    assert said("every week, 4 times or so", "frequency") == {"weekly"}


TRIGGERS = [
    ("moving the shoulder", "worse_with_movement"), ("turning to the side", "neck_turning"),
    ("my keyboard", "screen_posture"), ("tablet all day", "screen_posture"),
    ("texting and typing", "overuse"), ("asleep", "nocturnal"), ("just lying there", "at_rest"),
    ("starts on its own", "no_trigger"), ("water aerobics", "during_exercise"),
    ("paddling in the pool", "during_exercise"), ("jogging", "during_exercise"),
    ("after pilates", "after_exercise"), ("kneeling on it", None),
    ("when i kneel", "worse_with_movement"), ("holding my neck up", "worse_with_movement"),
    ("sitting cross legged", "prolonged_sitting"), ("being touched", "light_touch"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TRIGGERS)
def test_a_bare_trigger_answers(text: str, expected: str | None) -> None:
    answered, intake = answer("triggers", text)
    assert answered is (expected is not None)
    assert expected is None or intake.status(expected) == "present"


@pytest.mark.parametrize("text", ["after the albuterol", "since i take the fluid pills"])
def test_a_medicine_answers_what_brings_it_on(text: str) -> None:
    assert answer("triggers", text)[0]


@pytest.mark.parametrize(
    "text",
    ["everything fine", "all is normal", "nope all good", "nothing unusual", "nothing new really",
     "its all ok thanks", "just the cramp"],
)  # fmt: skip
def test_all_clear_denies_a_list_of_danger_signs(text: str) -> None:
    answered, intake = answer("screen_leg", text)
    assert answered
    assert intake.status("calf_swelling_one_side") == "absent"
    assert intake.status("short_of_breath") == "absent"


@pytest.mark.parametrize("text", ["nothing new but my calf is swollen", "all ok, leg is red tho"])
def test_all_clear_with_a_sign_keeps_the_sign(text: str) -> None:
    intake = answer("screen_leg", text)[1]
    assert "present" in (intake.status("calf_swelling_one_side"), intake.status("skin_red_warm"))


NIGHTS = [
    ("my foot has been sore since last night", False), ("throbbing since yesterday evening", False),
    ("fell off a chair last night, hip hurts", False), ("had a foot cramp last night", True),
    ("it seized in bed", True), ("cramps while i am asleep", True), ("saturday night", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), NIGHTS)
def test_night_cramps_need_a_cramp_at_night(text: str, expected: bool) -> None:
    assert ("nocturnal" in said(text, "finding")) is expected


ACCIDENTS = [
    ("got kicked in karate", "other_accident"), ("caught a knee to the thigh", "other_accident"),
    ("my horse bucked me off", "other_accident"), ("missed a stair", "other_accident"),
    ("a guy backed into my truck", "car_accident"), ("flipped my jeep", "car_accident"),
    ("came off my bicycle", "bike_accident"), ("a box fell on my back", "other_accident"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "finding"), ACCIDENTS)
def test_accidents_in_few_words(text: str, finding: str) -> None:
    answered, intake = answer("accident", text)
    assert answered
    assert intake.status(finding) == "present"


@pytest.mark.parametrize(
    ("text", "finding"),
    [("never got it looked at", "not_examined_after_accident"),
     ("nobody examined me", "not_examined_after_accident"),
     ("not checked out yet", "not_examined_after_accident"),
     ("no one looked at it", "not_examined_after_accident"),
     ("been to urgent care, scan was clean", "examined_after_accident"),
     ("my doctor saw it", "examined_after_accident"), ("nothing broken", "examined_after_accident"),
     ("no", "not_examined_after_accident"), ("yes", "examined_after_accident")],
)  # fmt: skip
def test_whether_anyone_looked_after_the_accident(text: str, finding: str) -> None:
    answered, intake = answer("accident_checked", text)
    assert answered
    assert intake.status(finding) == "present"


@pytest.mark.parametrize(
    ("text", "finding"),
    [("glipizide", "other_medicine"), ("synthroid", "other_medicine"), ("a multivitamin", None),
     ("zyrtec", None), ("motrin once in a while", None), ("naproxen every day", "med_nsaid_daily"),
     ("prilosec", "med_ppi"), ("amoxicillin", None)],
)  # fmt: skip
def test_naming_any_medicine_answers(text: str, finding: str | None) -> None:
    answered, intake = answer("medicines", text)
    assert answered
    assert intake.status(finding or "other_medicine") == "present"


@pytest.mark.parametrize(
    ("text", "finding"),
    [("copd", "asthma"), ("migraines", None), ("spider veins", None), ("post polio", None),
     ("gout", "arthritis"), ("panic disorder", None), ("fibromyalgia and ibs", None)],
)  # fmt: skip
def test_naming_any_illness_answers(text: str, finding: str | None) -> None:
    answered, intake = answer("conditions", text)
    assert answered
    assert intake.status(finding or "other_condition") == "present"
