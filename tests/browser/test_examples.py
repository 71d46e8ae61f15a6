"""Every part in every state: axe finds nothing, light, dark and with forced colors, at any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Patient, assert_accessible, watch
from tests.browser.flows import STORY, answer_all, book

pytestmark = [pytest.mark.browser, pytest.mark.model]
Opens = Callable[..., Patient]
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
}
SMALLEST = {"width": 320, "height": 640}
DESKTOP = {"width": 1280, "height": 900}
ZOOMED = {"width": 320, "height": 256}
"""A screen of 1280 x 1024 at 400 %."""
PARTS = 32


@pytest.fixture(params=LOOKS)
def look(request: pytest.FixtureRequest) -> dict[str, Any]:
    return LOOKS[request.param]


@pytest.fixture
def page(browser: Browser, address: str, look: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(viewport=SMALLEST, reduced_motion="reduce", **look)
    patient = watch(context.new_page(), address)
    patient.page.goto(f"{address}/examples")
    expect(patient.page.locator("#light .message")).not_to_have_count(0)
    expect(patient.page.locator("#expired .notice")).to_contain_text("ended")
    yield patient.page
    assert patient.complaints == []
    context.close()


@pytest.mark.parametrize("size", [SMALLEST, DESKTOP, ZOOMED], ids=["phone", "desktop", "zoomed"])
def test_every_part_in_every_state_is_accessible(page: Page, size: Any) -> None:
    page.set_viewport_size(size)
    assert page.locator("spasm-chat").count() == PARTS
    assert_accessible(page)


@pytest.mark.parametrize("size", [SMALLEST, ZOOMED], ids=["phone", "zoomed"])
def test_every_control_of_every_part_is_large_enough_to_touch(page: Page, size: Any) -> None:
    page.set_viewport_size(size)
    small = page.evaluate(
        """() => [...document.querySelectorAll("spasm-chat")].flatMap((chat) =>
          [...chat.shadowRoot.querySelectorAll("button, .tick, a.choice, a.call, textarea")]
            .filter((e) => e.checkVisibility())
            .map((e) => [chat.id, e.textContent, e.getBoundingClientRect()])
            .filter(([, , box]) => box.height < 44 || box.width < 44)
            .map(([id, text, box]) => `${id}: ${text} ${box.width}x${box.height}`))"""
    )
    assert small == []


def test_every_live_step_is_accessible(open_tab: Opens, look: dict[str, Any]) -> None:
    patient = open_tab(viewport=PHONE, **look)
    page = patient.page
    assert_accessible(page)
    page.get_by_role("button", name="Start").click()
    expect(patient.log).to_contain_text("What is going on?")
    patient.say("I get cramps every night")
    assert_accessible(page)
    patient.say("in my left calf, after running")
    answer_all(patient, lambda: assert_accessible(page))
    page.get_by_role("button", name="More").click()
    assert_accessible(page)
    page.get_by_role("button", name="Delete this chat").click()
    assert_accessible(page)
    page.get_by_role("button", name="Keep it").click()
    book(patient, lambda: assert_accessible(page))
    patient.say("What did you understand?")
    assert_accessible(page)
    page.context.set_offline(True)
    patient.page.get_by_label("Your message").fill("is it the running?")
    page.keyboard.press("Enter")
    expect(page.locator(".notice")).to_contain_text("You are offline")
    assert_accessible(page)
    page.context.set_offline(False)
    patient.settled()
    patient.say("now I have crushing chest pain")
    expect(page.locator(".pinned a")).to_be_visible()
    assert_accessible(page)


def test_a_screen_reader_hears_new_messages_once_and_politely(open_tab: Opens) -> None:
    patient = open_tab()
    expect(patient.log).to_have_attribute("aria-live", "off")
    patient.say(STORY)
    announcer = patient.page.locator("[aria-live=polite]")
    expect(announcer.locator("p").last).to_contain_text("First a safety check")
    expect(announcer.locator("p").last).to_contain_text("answers to choose from")
    patient.page.reload()
    expect(patient.page.get_by_role("button", name="None of these")).to_be_visible()
    expect(announcer).to_be_empty()


def test_the_launcher_opens_closes_and_gives_the_focus_back(open_tab: Opens) -> None:
    patient = open_tab("/launcher", viewport=DESKTOP)
    page = patient.page
    assert_accessible(page)
    opener = page.get_by_role("button", name="Questions about spasms?")
    opener.press("Enter")
    expect(page.get_by_label("Your message")).to_be_focused()
    patient.say(STORY)
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    again = page.get_by_role("button", name="Go on with your chat")
    expect(again).to_be_focused()
    again.click()
    expect(page.get_by_role("button", name="None of these")).to_be_visible()


def test_on_a_phone_the_chat_covers_the_page_and_keeps_the_focus_inside(open_tab: Opens) -> None:
    patient = open_tab("/launcher")
    page = patient.page
    page.get_by_role("button", name="Questions about spasms?").click()
    box = page.locator("dialog.frame").bounding_box()
    assert box == {"x": 0, "y": 0, **PHONE}
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = page.evaluate("['BODY', 'SPASM-CHAT'].includes(document.activeElement.tagName)")
        assert inside
    assert_accessible(page)


def test_without_scripts_the_page_gives_the_phone(
    open_tab: Opens, browser: Browser, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in ("/", "/launcher"):
        page.goto(address + path)
        expect(page.get_by_text("The chat needs JavaScript.")).to_be_visible()
    context.close()


def test_nothing_of_the_chat_leaks_into_the_page_or_back(open_tab: Opens) -> None:
    patient = open_tab()
    before = patient.page.evaluate("getComputedStyle(document.body).font")
    patient.page.evaluate(
        """() => { const s = new CSSStyleSheet();
          s.replaceSync("button, p, .bubble { display: none; font-size: 99px; }");
          document.adoptedStyleSheets = [s]; }"""
    )
    expect(patient.page.get_by_role("button", name="Start")).to_be_visible()
    assert patient.page.evaluate("getComputedStyle(document.body).font") == before
    leaked = "Object.keys(window).filter((k) => /spasm|chat/i.test(k))"
    assert patient.page.evaluate(leaked) == []


def test_the_page_sets_colors_by_custom_properties(open_tab: Opens) -> None:
    patient = open_tab()
    patient.page.evaluate(
        "document.documentElement.style.setProperty('--spasm-chat-accent', 'rgb(90, 30, 110)')"
    )
    start = patient.page.get_by_role("button", name="Start")
    expect(start).to_have_css("background-color", "rgb(90, 30, 110)")
