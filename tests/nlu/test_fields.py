"""Places, sides, times, numbers and replies."""

from __future__ import annotations

import pytest

from tests.nlu.reading_helpers import first, said, sides

PLACES = [
    ("my left calf cramps", {("calf", "left")}),
    ("r calf", {("calf", "right")}),
    ("calf, left one", {("calf", "left")}),
    ("both legs", {("leg_unspecified", "both")}),
    ("back of my lower leg", {("calf", None)}),
    ("charley horse in my calfs", {("calf", None)}),
    ("arch of my foot", {("foot_toes", None)}),
    ("my right big toe", {("foot_toes", "right")}),
    ("my hammy grabs", {("hamstring", None)}),
    ("back of the thigh", {("hamstring", None)}),
    ("inside of my thigh", {("thigh_front", None)}),
    ("right butt cheek", {("buttock_hip", "right")}),
    ("small of my back", {("low_back", None)}),
    ("threw my back out", {("low_back", None)}),
    ("lower bak is killing me", {("low_back", None)}),
    ("between my shoulder blades", {("upper_back", None)}),
    ("middle of my back", {("mid_back", None)}),
    ("crick in my nek", {("neck", None)}),
    ("neck and traps", {("neck", None), ("upper_back", None)}),
    ("top of my left sholder", {("shoulder", "left")}),
    ("my right forearm", {("upper_arm_forearm", "right")}),
    ("writer's cramp", {("hand_fingers", None)}),
    ("stomach muscles", {("abdomen", None)}),
    ("my ribs", {("chest_wall", None)}),
    ("cramps all over", {("generalized", None)}),
    ("my jaw", {("jaw_face", None)}),
    ("left arm and right leg", {("upper_arm_forearm", "left"), ("leg_unspecified", "right")}),
    ("on my feet 12 hours a day", set()),
    ("leg day at the gym", set()),
    ("i'll be back tomorrow", set()),
    ("the pain came back", set()),
    ("on the other hand", set()),
    ("had back surgery", set()),
    ("right now as I type", set()),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PLACES, ids=[text for text, _ in PLACES])
def test_places_are_found_with_their_side(text: str, expected: set[tuple[str, str | None]]) -> None:
    assert sides(text) == expected


SIDES = [
    ("left one mostly, sometimes right", "alternating"),
    ("switches sides", "alternating"),
    ("both sides", "both"),
    ("on the left", "left"),
    ("right side", "right"),
    ("right now", None),
    ("that's right", None),
    ("I left work early", None),
    ("right after my run", None),
]


@pytest.mark.parametrize(("text", "expected"), SIDES)
def test_a_side_is_heard_without_a_place(text: str, expected: str | None) -> None:
    found = first(text, "side")
    assert (found.value if found else None) == expected


FREQUENCIES = [
    ("just the once", "once"), ("first time ever", "once"), ("only happened once", "once"),
    ("never had it before today", "once"), ("one time thing", "once"),
    ("every now n then", "occasional"), ("once in a blue moon", "occasional"),
    ("couple times a month", "occasional"), ("twice a month", "occasional"),
    ("off and on", "occasional"), ("not that often", "occasional"), ("monthly", "occasional"),
    ("3 times this year", "occasional"), ("every couple weeks", "occasional"),
    ("2-3x a week", "weekly"), ("twice a week", "weekly"), ("most weeks", "weekly"),
    ("every other night", "weekly"), ("every other day", "weekly"),
    ("four nights out of seven", "weekly"), ("once a week maybe twice", "weekly"),
    ("3 nights a week", "weekly"), ("every 3 days", "weekly"), ("a few times a week", "weekly"),
    ("once or twice a week", "weekly"), ("3x/week", "weekly"),
    ("every single night", "daily"), ("nightly", "daily"), ("q hs", "daily"),
    ("twice a nite", "daily"), ("5 times a day", "daily"), ("almost every day", "daily"),
    ("everyday", "daily"), ("hourly", "daily"), ("several times a day", "daily"),
    ("7 days a week", "daily"), ("once a day", "daily"),
    ("nonstop", "constant"), ("24/7", "constant"), ("it never lets up", "constant"),
    ("all the time", "constant"), ("constantly", "constant"), ("won't stop", "constant"),
    ("I drink 3 cups of coffee a day", None), ("for three weeks", None), ("at 3 am", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FREQUENCIES)
def test_frequency(text: str, expected: str | None) -> None:
    assert said(text, "frequency") == ({expected} if expected else set())


DURATIONS = [
    ("since tuesday", 5), ("going on 3 wks", 21), ("bout a month", 30), ("since yesterday", 1),
    ("started 2 weeks ago", 14), ("for the past couple days", 2), ("since this morning", 0),
    ("about three months now", 90), ("since june", 174), ("since 2024", 874),
    ("for years now", 1095),
    ("on and off since xmas", 332), ("it began last week", 7), ("for a year and a half", 547),
    ("a few days", 3), ("10 years", 3650), ("since last night", 1), ("for 6 months", 180),
    ("started yesterday", 1), ("I've had this for 2 weeks", 14), ("since march", 266),
    ("since i was a kid", 7300),
    ("I had surgery in 2019", None), ("every 3 weeks", None), ("32 weeks pregnant", None),
    ("diabetic for 15 years", None), ("had my baby 3 weeks ago", None), ("i'm 58 years old", None),
    ("last two minutes", None), ("crash 2 weeks ago", None), ("after 3 days", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DURATIONS)
def test_duration_in_days(text: str, expected: int | None) -> None:
    found = first(text, "duration")
    assert (found.value if found else None) == expected


EPISODES = [
    ("few secs", "seconds"), ("just a few seconds", "seconds"), ("a minute or two", "under_10_min"),
    ("lasts 5 minutes", "under_10_min"), ("about 10 minutes", "over_10_min"),
    ("half hour easy", "over_10_min"), ("20 min", "over_10_min"), ("an hour or more", "hours"),
    ("3 hours", "hours"), ("maybe 30 seconds", "seconds"), ("won't let go", "over_10_min"),
    ("sat for 3 hours", None), ("6 hour drive", None), ("30 minutes ago", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), EPISODES)
def test_length_of_an_episode(text: str, expected: str | None) -> None:
    found = first(text, "episode_length")
    assert (found.value if found else None) == expected


NUMBERS = [
    ("8/10", "severity", 8), ("pain is a 7", "severity", 7), ("6 out of 10", "severity", 6),
    ("seven out of ten", "severity", 7), ("worst pain ever", "severity", 10),
    ("annoying not awful", "severity", 3), ("knocks me to the floor", "severity", 9),
    ("i'm 58", "age", 58), ("72 yo", "age", 72), ("im 45 years old", "age", 45),
    ("age 60", "age", 60), ("58 year old woman", "age", 58), ("he is 82", "age", 82),
    ("calf cramps, smoker, 66", "age", 66),
    ("I'm 32 weeks pregnant", "age", None), ("walk 2 blocks", "severity", None),
    ("it's 3 am", "age", None), ("8", "number", 8), ("maybe a 6 or 7", "number", 7),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind", "expected"), NUMBERS)
def test_numbers(text: str, kind: str, expected: int | None) -> None:
    found = first(text, kind)
    assert (found.value if found else None) == expected


COURSES = [
    ("getting worse", "worsening"), ("it's better than it was", "improving"),
    ("about the same", "same"), ("getting better", "improving"), ("worse every day", "worsening"),
    ("not getting better", "same"), ("worse when I sit", None),
    ("stretching makes it better", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), COURSES)
def test_course(text: str, expected: str | None) -> None:
    found = first(text, "course")
    assert (found.value if found else None) == expected


REPLIES = [
    ("yes", {"yes"}), ("yep", {"yes"}), ("no", {"no"}), ("nope", {"no"}), ("not really", {"no"}),
    ("no i dont", {"no"}), ("idk", {"unsure"}), ("not sure", {"unsure"}), ("no idea", {"unsure"}),
    ("none", {"none"}), ("none of those", {"none"}), ("neither", {"none"}), ("both", {"both"}),
    ("all of the above", {"all"}), ("the first one", {"first"}),
    ("only the second one", {"second"}),
    ("the last one", {"last"}),
    ("yes to the first, no to the others", {"yes", "first", "no", "other"}),
    ("no, just the calf", {"no"}), ("yeah my calf", {"yes"}), ("a bit", {"yes"}),
    ("👍", {"yes"}), ("nothing like that", {"none"}), ("no i dont have any of those", {"no"}),
    ("no numbness", set()), ("my left calf", set()), ("both legs hurt", set()),
    ("i have cramps", set()), ("first time it happened", set()), ("all over", set()),
    ("it's in my calf", set()), ("yes it wakes me", {"yes"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), REPLIES)
def test_replies(text: str, expected: set[str]) -> None:
    assert said(text, "reply") == expected


PEOPLE = [
    ("asking for my husband, his calf cramps", "other_adult"),
    ("my mom's legs cramp every night", "other_adult"),
    ("my dad 82 fell and his back hurts", "other_adult"),
    ("my son is 6 and has leg cramps", "child"),
    ("my calf cramps", None),
    ("had a fight with my husband, my neck is tight", None),
    ("lifting my grandson hurt my back", None),
    ("had my baby 3 weeks ago and my calves cramp", None),
]


@pytest.mark.parametrize(("text", "expected"), PEOPLE)
def test_whose_trouble_it_is(text: str, expected: str | None) -> None:
    found = first(text, "person")
    assert (found.value if found else None) == expected
