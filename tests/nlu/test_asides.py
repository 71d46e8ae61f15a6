"""What is only mentioned: others' old illnesses, fears, places that are well, carried children."""

from __future__ import annotations

import pytest

from bot.nlu.reading import read

RECALLED = [
    ("my grandfather had a stroke, mine is just a stiff neck", "rf_stroke"),
    ("calf knots up at night. a coworker ended up with rhabdo once", "rf_rhabdomyolysis"),
    ("dad died of a stroke so this tight shoulder of mine scares me", "rf_stroke"),
]
STILL_AN_ALARM = [
    ("my husband had a stroke this morning i think, my back hurts too", "rf_stroke"),
    ("my wife has chest pain and my calf cramps", "rf_cardiac"),
    ("my wife had a seizure, i hurt my back holding her", "rf_seizure"),
    ("calf cramps here, and my dad had crushing chest pain after dinner", "rf_cardiac"),
    ("my dad fell and cant feel his legs, i have a sore back from lifting him",
     "rf_spinal_cord_injury_acute"),
    ("neck spasms since this morning, my mom has crushing chest pain", "rf_cardiac"),
]  # fmt: skip
FEARED = [
    ("no fever, i already googled meningitis", "rf_meningitis"),
    ("reddit says it could be rhabdo", "rf_rhabdomyolysis"),
    ("saw a video about heart attacks", "rf_cardiac"),
]
WELL = [
    ("nope, arms are normal", []),
    ("no tingling, nothing in the leg", []),
    ("calf. feet are fine", ["calf"]),
    ("nothing helps my calf", ["calf"]),
    ("my back is fine until i bend", ["low_back"]),
    ("the lower leg in the back locks up", ["calf"]),
]


@pytest.mark.parametrize(("text", "flag"), RECALLED)
def test_an_illness_that_somebody_once_had_raises_no_alarm(text: str, flag: str) -> None:
    assert flag not in _alarms(text)


@pytest.mark.parametrize(("text", "flag"), STILL_AN_ALARM)
def test_a_danger_sign_that_somebody_has_now_still_counts(text: str, flag: str) -> None:
    assert flag in _alarms(text)


@pytest.mark.parametrize(("text", "flag"), FEARED)
def test_what_was_read_about_is_no_sign(text: str, flag: str) -> None:
    assert flag not in _alarms(text)


@pytest.mark.parametrize(("text", "places"), WELL)
def test_a_place_that_is_well_is_no_place_of_trouble(text: str, places: list[str]) -> None:
    said = [m.value for m in read(text).of("location", "present", "uncertain")]
    assert said == places


@pytest.mark.parametrize(
    ("text", "ages"),
    [("hoisting my 3 yr old out of the crib did my back in", []),
     ("my 3 yr old has leg cramps", [3]), ("im 14", [14])],
)  # fmt: skip
def test_a_carried_childs_age_is_not_the_patients(text: str, ages: list[int]) -> None:
    reading = read(text)
    heard = [m.value for m in reading.of("age")]
    assert heard == ages or (ages and "rf_child" in _alarms(text) and not reading.of("age"))


@pytest.mark.parametrize(
    ("text", "days"), [("since the fall yesterday", 1), ("since my fall last week", 7)]
)
def test_a_tumble_is_no_season(text: str, days: int) -> None:
    assert [m.value for m in read(text).of("duration")] in ([days], [])


def _alarms(text: str) -> set[str]:
    return {str(m.value) for m in read(text).of("red_flag", "present", "uncertain")}
