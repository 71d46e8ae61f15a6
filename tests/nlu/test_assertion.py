"""Present, denied, past, unsure, only supposed, or somebody else's."""

from __future__ import annotations

import pytest

from tests.nlu.reading_helpers import said

CASES = [
    ("I have numbness in my foot", {"numbness"}),
    ("no numbness", {"-numbness"}),
    ("no numbness or anything", {"-numbness"}),
    ("without any tingling", {"-tingling"}),
    ("cant say ive had any tingling", {"-tingling"}),
    ("can't really say there's any numbness", {"-numbness"}),
    ("I don't think I have any weakness", {"-weakness"}),
    ("not really any weakness", {"-weakness"}),
    ("don't have numbness", {"-numbness"}),
    ("i havent noticed any swelling", {"-leg_swelling"}),
    ("denies fever", {"-fever"}),
    ("no fever no chills", {"-fever"}),
    ("no numbness tingling or weakness", {"-numbness", "-tingling", "-weakness"}),
    ("no numbness, tingling, or weakness", {"-numbness", "-tingling", "-weakness"}),
    ("no numbness, no tingling", {"-numbness", "-tingling"}),
    ("neither numbness nor tingling", {"-numbness", "-tingling"}),
    ("no numbness but it tingles", {"-numbness", "tingling"}),
    ("no numbness though it does tingle", {"-numbness", "tingling"}),
    ("no weakness, just some tingling", {"-weakness", "tingling"}),
    ("no, just some tingling", {"tingling"}),
    ("no just a little numbness", {"numbness"}),
    ("no weakness but the numbness is back", {"-weakness", "numbness", "new_deficit"}),
    ("numb? no", {"-numbness"}),
    ("numbness? nope. tingling? yes", {"-numbness", "tingling"}),
    ("numbness: no", {"-numbness"}),
    ("numbness no, tingling yes", {"-numbness", "tingling"}),
    ("numbness - none", {"-numbness"}),
    ("everything but the swelling", {"-leg_swelling"}),
    ("all of those except numbness", {"-numbness"}),
    ("none of those except numbness", {"numbness"}),
    ("nothing but some tingling", {"tingling"}),
    ("no pain other than the numbness", {"numbness"}),
    ("numbness gone now", {"past:numbness"}),
    ("the tingling went away", {"past:tingling"}),
    ("my foot was numb. gone now", {"past:numbness"}),
    ("used to have numbness", {"past:numbness"}),
    ("isn't numb anymore", {"past:numbness"}),
    ("I had numbness two years ago", {"past:numbness"}),
    ("the numbness came back", {"numbness"}),
    ("I can't feel my toes", {"numbness"}),
    ("my foot won't stop tingling", {"tingling"}),
    ("the burning doesn't go away", {"burning"}),
    ("it's not only numb, it burns", {"numbness", "burning"}),
    ("no doubt there's numbness", {"numbness"}),
    ("no relief, my foot is numb", {"numbness"}),
    ("i guess some numbness", {"?numbness"}),
    ("maybe some tingling", {"?tingling"}),
    ("not sure if it's numb", {"?numbness"}),
    ("might have a fever", {"?fever"}),
    ("what if my leg goes numb", {"if:numbness"}),
    ("should I worry about numbness?", {"if:numbness"}),
    ("what should i do if i get a fever", {"if:fever"}),
    ("can dehydration cause numbness", {"if:numbness", "if:low_fluids"}),
    ("if I sit too long my foot goes numb", {"numbness"}),
    ("a bit numb", {"numbness"}),
    ("kinda tingly", {"tingling"}),
    ("just the calf, no swelling", {"-leg_swelling"}),
    ("my leg is not numb", {"-numbness"}),
    ("there is no numbness at all", {"-numbness"}),
    ("NO NUMBNESS", {"-numbness"}),
    ("I wouldn't say it's numb, more like tingly", {"-numbness", "tingling"}),
    ("the swelling went down but my foot tingles", {"past:leg_swelling", "tingling"}),
    ("haven't had numbness, weakness, or tingling", {"-numbness", "-weakness", "-tingling"}),
    ("no tingling and now my foot is numb", {"-tingling", "numbness"}),
    ("never had numbness until today", {"numbness", "new_deficit"}),
    ("I've never felt tingling like this", {"tingling"}),
    ("my dad has sciatica", {"other:known_sciatica"}),
    ("my mom had ms", {"other:ms"}),
    ("my brother has diabetes but i dont", {"other:diabetes"}),
]  # fmt: skip
GROUPS = {"prolonged_sitting", "after_sitting", "at_rest"}


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_a_finding_gets_the_assertion_of_its_words(text: str, expected: set[str]) -> None:
    assert said(text, "finding") - GROUPS == expected


HISTORY = [
    ("I had my fusion in 2019", "spine_surgery"),
    ("had breast cancer ten years ago", "cancer"),
    ("got rear ended last year", "car_accident"),
    ("never had surgery on my back", "-spine_surgery"),
    ("no accident", "-car_accident"),
    ("didn't hurt myself", "-other_accident"),
    ("never been in a car accident", "-car_accident"),
    ("quit smoking 10 years ago", "-smoking"),
    ("i'm not pregnant", "-pregnancy_postpartum"),
    ("not diabetic", "-diabetes"),
    ("I don't smoke", "-smoking"),
    ("I can pee fine", "-bladder_bowel_change"),
    ("bladder and bowels are normal", "-bladder_bowel_change"),
    ("I drink plenty of water", "-low_fluids"),
    ("stretching doesn't help", "-relief_stretch"),
    ("my strength is fine", "-weakness"),
]


@pytest.mark.parametrize(("text", "expected"), HISTORY, ids=[text for text, _ in HISTORY])
def test_history_stays_history_and_denials_by_wording_are_heard(text: str, expected: str) -> None:
    assert expected in said(text, "finding")


FIELDS = [
    ("used to be weekly, now it's daily", "frequency", {"past:weekly", "daily"}),
    ("not my calf, higher", "location", {"-calf"}),
    ("my calf isn't swollen", "location", {"calf"}),
    ("no chest pain, just my calf", "location", {"calf"}),
    ("not the left one, the right", "side", {"right"}),
    ("nothing like that, just the calf", "location", {"calf"}),
]


@pytest.mark.parametrize(("text", "kind", "expected"), FIELDS)
def test_fields_are_judged_too(text: str, kind: str, expected: set[str]) -> None:
    assert said(text, kind) == expected
