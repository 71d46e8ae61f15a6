"""Danger signs in fresh wordings, and harmless sentences that only sound like them."""

from __future__ import annotations

import pytest

from bot.knowledge import knowledge
from bot.nlu.reading import read
from bot.triage.answers import apply
from bot.triage.assess import emergency
from bot.triage.intake import Intake
from tests.nlu.reading_helpers import SUNDAY, said

KNOWN = knowledge()


def alarms(text: str) -> bool:
    """Whether the text by itself, as the first message, is an emergency."""
    intake = apply(Intake(), None, read(text, SUNDAY), KNOWN).intake
    return emergency(intake, KNOWN) is not None


ALARMS = [
    "grandpa peed himself and his lower back is killing him",
    "low back spasm, my bladder keeps emptying on its own",
    "my legs went weak, both of them, and it is creeping higher",
    "chets pain since an hour",
    "my foot is a strange blue color and ice cold",
    "the splint on my wrist is way too tight and my fingers are numb",
    "got kicked in the shin, it is hard like stone and moving my toes is agony",
    "after bootcamp my pee looks rusty brown",
    "my teeth are clenched shut and my neck is stiff",
    "i skipped the refill of my baclofen pump",
    "feels like my throat is closing up",
    "bit my tongue and was jerking, my wife says i wouldnt answer",
    "the skin over my pain pump is red and hot",
    "flipped my truck this morning, my lower back is in spasm",
    "came off my motorcycle yesterday, my neck is stiff",
    "my elbow looks crooked after the fall",
    "at 30 weeks and the baby is kicking less",
    "my 7 month old has little jerks over and over when she wakes",
    "took most of the bottle of tizanidine",
    "they would be better off with me dead",
    "my neck is awfully stiff and i am running a fever of 102",
    "stiff and sore neck plus a fever",
    "i dropped like twelve feet from a deck this morning, my back is cramping",
]


@pytest.mark.parametrize("text", ALARMS)
def test_a_danger_sign_in_other_words_raises_the_alarm(text: str) -> None:
    assert alarms(text)


CALM = [
    "nope no numbness between my legs or anything strange like that",
    "no weakness, nothing climbing up my legs when i lie down",
    "that cramp nearly gave me a heart attack lol",
    "my back was stiff as a board this morning, no fever",
    "stiff neck since i slept badly, no fever no chills",
    "i grind my teeth and my jaw cramps",
    "slipped disc in my neck, left arm tingles",
    "neck spasm, it zings down my left arm to my thumb",
    "my fingers go white in the cold",
    "i drank a bottle of water and the cramp went away",
    "my son is 24 and i cramp when i carry his boxes",
    "was hit by a cramp in my calf",
    "heart attack 3 months ago, my calf cramps now",
    "i am stiff for hours in my thighs in the morning",
]


@pytest.mark.parametrize("text", CALM)
def test_what_only_sounds_like_danger_stays_calm(text: str) -> None:
    assert not alarms(text)


DATES = [
    ("car crash 12 days ago", "accident_over_72h"),
    ("fell off my bike in 2020", "accident_over_72h"),

    ("rolled my car this afternoon", "accident_within_72h"),
    ("bike wreck now", "accident_within_72h"),
    ("a horse threw me two days ago", "accident_within_72h"), ("car accident", None),
    ("pulled my hamstring 5 days ago", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), DATES)
def test_the_day_of_an_accident(text: str, expected: str | None) -> None:
    dated = {"accident_within_72h", "accident_over_72h"} & said(text, "finding")
    assert dated == ({expected} if expected else set())
