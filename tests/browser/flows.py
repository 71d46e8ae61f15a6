"""Steps of a whole conversation, as a patient takes them."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.browser.conftest import Patient

STORY = "I get cramps in my left calf every night for two weeks, after running"
_MOST_QUESTIONS = 20
CALM = re.compile(
    r"^(None of these|No\b.*|Under 10 minutes|Under 60|Seconds|Nothing.*|The last 2 weeks|3)$"
)


def answer_all(patient: Patient, after_each: Callable[[], None] = lambda: None) -> int:
    """Answer "none" or the mildest choice until there is a result; how many questions it took."""
    for count in range(_MOST_QUESTIONS):
        if has_result(patient):
            return count
        press_calm(patient)
        patient.settled()
        after_each()
    raise AssertionError("No result after many questions.")


def has_result(patient: Patient) -> bool:
    return patient.page.locator(".card.book, .card.self_care, .card.urgent").count() > 0


def press_calm(patient: Patient, otherwise: Callable[[], None] | None = None) -> None:
    """The choice that tells of nothing new; "no" in words where there is none."""
    calm = patient.page.locator(".message button.choice").filter(has_text=CALM)
    if calm.count():
        calm.last.click()
    elif otherwise:
        otherwise()
    else:
        patient.say("no")


def book(patient: Patient, after_each: Callable[[], None] = lambda: None) -> str:
    """Ask for a visit with the fields of the chat, each first left empty; the reference."""
    page = patient.page

    def go_on(name: str = "Continue") -> None:
        patient.press(name)
        after_each()

    go_on("Yes, book a visit")
    go_on()
    page.get_by_label("First and last name").fill("Ann Lee")
    go_on()
    page.get_by_label("Email", exact=True).check()
    go_on()
    page.get_by_label("Email address").fill("ann@example.com")
    go_on()
    go_on()
    page.get_by_label("Tuesday").check()
    page.get_by_label("Afternoon").check()
    go_on()
    go_on("Yes")
    go_on("Yes, send it")
    return page.locator(".reference b").inner_text()
