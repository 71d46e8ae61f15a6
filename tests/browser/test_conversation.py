"""A patient's way through the chat, against the real bot."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TOKEN, Patient, assert_accessible
from tests.browser.flows import CALM, STORY, answer_all

pytestmark = [pytest.mark.browser, pytest.mark.model]
Opens = Callable[..., Patient]


def test_a_full_triage_with_booking_by_keyboard_alone(open_tab: Opens) -> None:
    patient = open_tab(viewport={"width": 1280, "height": 800})
    page, keys = patient.page, patient.page.keyboard
    keys.press("Tab")
    keys.press("Enter")  # "Skip to the chat"
    tab_to(patient, "Start")
    keys.press("Enter")
    expect(patient.log).to_contain_text("What is going on?")
    expect(page.get_by_label("Your message")).to_be_focused()
    keys.type(STORY)
    keys.press("Enter")
    patient.settled()
    for _ in range(20):
        if page.locator(".card.book, .card.self_care").count():
            break
        answer_by_keyboard(patient)
    tab_to(patient, "Yes, book a visit")
    keys.press("Enter")
    patient.settled()
    expect(page.get_by_label("First and last name")).to_be_visible()
    to_field(patient, "First and last name")
    keys.type("Ann Lee")
    keys.press("Enter")
    patient.settled()
    to_field(patient, "US phone number, with area code")
    keys.type("512")
    keys.press("Enter")
    expect(page.get_by_text("A US phone number has 10 digits")).to_be_visible()
    keys.type("5550123")
    keys.press("Enter")
    patient.settled()
    expect(page.locator(".patient .bubble").last).to_contain_text("(512) 555-0123")
    to_field(patient, "Monday")
    keys.press("Space")
    to_field(patient, "Morning")
    keys.press("Space")
    tab_to(patient, "Continue")
    keys.press("Enter")
    patient.settled()
    for name in ("Yes", "Yes, send it"):
        tab_to(patient, name)
        keys.press("Enter")
        patient.settled()
    expect(page.locator(".card.appointment .reference b")).to_have_text(
        re.compile(r"^[A-Z0-9]{8}$")
    )


def test_nobody_seems_to_write_once_the_greeting_is_there(patient: Patient) -> None:
    patient.page.get_by_role("button", name="Start").click()
    expect(patient.log).to_contain_text("What is going on?")
    expect(patient.page.locator(".typing")).to_be_hidden()


def test_a_list_of_choices_is_shown_once(patient: Patient) -> None:
    patient.say(STORY)
    expect(patient.page.get_by_label("One leg is swollen")).to_be_visible()
    expect(patient.last.get_by_text("One leg is swollen")).to_have_count(0)
    assert "One leg is swollen" in patient.transcript()[-1]["text"]
    patient.press("None of these")
    expect(patient.log.get_by_text("One leg is swollen")).to_have_count(1)


def test_a_full_triage_by_touch_on_the_smallest_phone(open_tab: Opens) -> None:
    patient = open_tab(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page = patient.page
    page.get_by_role("button", name="Start").tap()
    expect(patient.log).to_contain_text("What is going on?")
    patient.say("I get cramps every night")
    page.get_by_role("checkbox", name="Left calf").tap()
    page.get_by_role("button", name="Confirm").tap()
    patient.settled()
    expect(page.locator(".patient .bubble").last).to_contain_text("Calf (left)")
    answer_all(patient, lambda: fits(patient))
    page.get_by_role("button", name="Not now").tap()
    patient.settled()
    assert_accessible(page)


def test_the_body_map_takes_sides_and_several_places_by_picture_list_and_keyboard(
    patient: Patient,
) -> None:
    page = patient.page
    patient.say("I get cramps every night")
    page.get_by_role("checkbox", name="Left calf").click()
    calf = page.locator(".region[aria-label='Left calf']")
    expect(calf).to_have_attribute("aria-checked", "true")
    page.get_by_role("button", name="List").click()
    places = page.get_by_role("group", name="Calf")
    expect(places.get_by_label("Left")).to_be_checked()
    places.get_by_label("Right").check()
    page.get_by_role("button", name="Picture").click()
    first = page.get_by_role("group", name="Front").get_by_role("checkbox").first
    first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.locator(".picked")).to_have_text("Chosen: Calf (left and right), Neck")
    page.get_by_role("button", name="Confirm").click()
    patient.settled()
    chosen = page.locator(".settled .chosen").all_inner_texts()
    assert [text.splitlines()[-1] for text in chosen] == ["Calf", "Neck"]
    patient.say("What did you understand?")
    expect(patient.log).to_contain_text("This is what I have so far: calf, neck, both")


@pytest.mark.parametrize("place", ["Foot or toes", "Back of thigh", "Whole leg", "Arm", "Shoulder"])
def test_every_place_with_a_side_is_heard_as_that_place(place: str) -> None:
    from bot.nlu.reading import read

    for side, heard in (("left", "left"), ("right", "right"), ("left and right", "both")):
        reading = read(f"{place} ({side}), Neck")
        assert [m.value for m in reading.of("side")] == [heard]
        assert len({m.value for m in reading.of("location")}) == 2
        assert not reading.of("red_flag")


def test_choices_stay_to_be_seen_with_the_chosen_one_marked(patient: Patient) -> None:
    patient.say(STORY)
    patient.page.get_by_label("One leg is swollen").check()
    patient.page.get_by_label("Red or warm skin").check()
    patient.press("Confirm")
    chosen = patient.page.locator(".settled").first
    expect(chosen).to_contain_text("Both legs are swollen")
    expect(chosen.locator(".chosen")).to_have_count(2)
    expect(patient.page.locator(".patient .bubble").last).to_contain_text(
        "One leg is swollen, Red or warm skin"
    )


def test_a_question_explains_itself_and_counts(patient: Patient) -> None:
    patient.say(STORY)
    foot = patient.page.locator(".foot")
    expect(foot).to_contain_text(re.compile(r"About \d+ questions left"))
    before = int(re.findall(r"\d+", foot.inner_text())[0])
    patient.press("Why do you ask?")
    expect(patient.log).to_contain_text("These signs can mean")
    patient.press("None of these")
    expect(foot).to_contain_text(f"About {before - 1} questions left")


def test_what_was_understood_can_be_changed(patient: Patient) -> None:
    patient.say("I get cramps every night")
    patient.page.get_by_role("button", name="List").click()
    patient.page.get_by_role("checkbox", name="Neck").check()
    patient.press("Confirm")
    patient.page.get_by_role("button", name="More").click()
    patient.press("What did you understand?")
    answers = patient.page.locator(".answers")
    expect(answers).to_contain_text("Where in your body do you feel the spasm or cramp?")
    answers.get_by_role("button", name="Change your answer to: Where").click()
    answers.get_by_label("What is right?").fill("it is my calf, not my neck")
    answers.get_by_role("button", name="Send the change").click()
    patient.settled()
    expect(patient.log).to_contain_text("I changed that: calf")


def test_a_severity_is_a_labelled_scale(open_tab: Opens) -> None:
    patient = open_tab("/examples", viewport={"width": 320, "height": 640})
    scale = patient.page.locator(".scale").first
    for name in ("0 of 10, Mild", "7 of 10, Strong", "10 of 10, Worst ever"):
        expect(scale.get_by_role("button", name=name)).to_be_visible()


def test_an_emergency_in_the_middle_of_a_form_stays_pinned(patient: Patient) -> None:
    patient.say(STORY)
    patient.say("now I have chest pain and can not breathe")
    expect(patient.page.locator(".card.emergency .call").first).to_have_attribute("href", "tel:911")
    pinned = patient.page.locator(".pinned a")
    expect(pinned).to_have_attribute("href", "tel:911")
    expect(pinned).to_be_in_viewport()
    assert pinned.bounding_box()["height"] >= 44  # type: ignore[index]
    patient.say("what should I do")
    expect(pinned).to_be_visible()
    assert_accessible(patient.page)
    patient.press("No, I do not have that")
    expect(pinned).to_have_count(0)


def test_self_harm_shows_the_crisis_line_first(patient: Patient) -> None:
    patient.say("the pain is so bad I want to kill myself")
    expect(patient.page.locator(".pinned a")).to_have_attribute("href", "tel:988")


@pytest.mark.security("ASVS-5.0-V14.3.3")
def test_the_conversation_is_there_after_a_reload_and_only_the_token_is_kept(
    patient: Patient,
) -> None:
    patient.say(STORY)
    page = patient.page
    page.reload()
    expect(page.get_by_role("button", name="None of these")).to_be_visible()
    assert patient.said() == [STORY]
    patient.press("None of these")
    expect(page.locator(".settled .chosen")).to_have_count(1)
    assert page.evaluate("Object.keys(localStorage)") == [TOKEN]
    assert page.evaluate("sessionStorage.length") == 0
    assert page.evaluate("indexedDB.databases()") == []
    assert page.context.cookies() == []


def test_two_tabs_agree(open_tab: Opens, patient: Patient) -> None:
    patient.say(STORY)
    other = open_tab(context=patient.page.context)
    expect(other.page.get_by_role("button", name="None of these")).to_be_visible()
    other.press("None of these")
    expect(patient.page.locator(".settled .chosen")).to_have_count(1)
    expect(patient.last).to_have_text(other.last.text_content() or "")
    patient.say("about five minutes")
    expect(other.page.locator(".patient .bubble").last).to_contain_text("about five minutes")
    patient.page.get_by_role("button", name="More").click()
    patient.page.get_by_role("button", name="Delete this chat").click()
    patient.page.get_by_role("button", name="Delete it").click()
    expect(other.page.get_by_role("button", name="Start")).to_be_visible()
    expect(other.page.locator(".patient")).to_have_count(0)


def test_start_over_forgets_the_answers(patient: Patient) -> None:
    patient.say(STORY)
    patient.page.get_by_role("button", name="More").click()
    patient.page.get_by_role("button", name="Start over").click()
    patient.page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    patient.settled()
    expect(patient.last).to_contain_text("we start again")


def tab_to(patient: Patient, name: str) -> None:
    """Walk with the Tab key until the control of this name has the focus."""
    for _ in range(60):
        patient.page.keyboard.press("Tab")
        if focused(patient).strip() == name:
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


def to_field(patient: Patient, label: str) -> None:
    target = patient.page.get_by_label(label, exact=True).last
    for _ in range(60):
        if target.evaluate("e => e.getRootNode().activeElement === e"):
            return
        patient.page.keyboard.press("Tab")
    raise AssertionError(f"{label} cannot be reached with the keyboard")


def focused(patient: Patient) -> str:
    return str(
        patient.page.evaluate(
            """() => {
              let e = document.activeElement;
              while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
              return e?.textContent ?? "";
            }"""
        )
    )


def answer_by_keyboard(patient: Patient) -> None:
    calm = patient.page.locator(".message button.choice").filter(has_text=CALM)
    if calm.count():
        tab_to(patient, calm.last.text_content() or "")
        patient.page.keyboard.press("Enter")
    else:
        to_field(patient, "Your message")
        patient.page.keyboard.type("no")
        patient.page.keyboard.press("Enter")
    patient.settled()


def fits(patient: Patient) -> None:
    page = patient.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in page.locator("spasm-chat button:visible, .tick:visible, textarea").all():
        box = control.bounding_box()
        assert box is None or (box["height"] >= 44 and box["width"] >= 44), control.inner_text()
