"""The demo page in a real browser: keyboard, phone, failures, reload, nothing foreign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect, sync_playwright

from tests.channels.conftest import Client

pytestmark = pytest.mark.browser
PHONE = {"width": 320, "height": 640}
SAFE_TEXT = "Call (555) 555-0100, or 911 in an emergency."


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Page]:
    """The page on a small phone; fails on any console error or foreign request."""
    opened: Page = browser.new_page(viewport=PHONE)
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "console", lambda m: complaints.append(m.text) if "Security Policy" in m.text else None
    )
    opened.on(
        "request", lambda r: complaints.append(r.url) if not r.url.startswith(address) else None
    )
    opened.goto(address)
    yield opened
    opened.close()
    assert complaints == []


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.keyboard.press("Enter")


def test_a_patient_chats_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the chat")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "Start")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Hello from Compass Pain and Wellness.")
    expect(page.get_by_label("Your message")).to_be_focused()
    page.keyboard.type("cramps in my calf")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log")).to_contain_text("Noted.")
    expect(page.locator("[aria-live=polite]")).to_have_text("Noted.")


def test_typing_at_once_also_begins_a_conversation(page: Page) -> None:
    say(page, "cramps")
    expect(page.get_by_role("log")).to_contain_text("Noted.")


def test_several_answers_are_ticked_and_confirmed(page: Page) -> None:
    say(page, "where")
    confirm = page.get_by_role("button", name="Confirm")
    expect(confirm).to_be_disabled()
    page.get_by_label("Calf").check()
    page.get_by_label("Neck").check()
    confirm.click()
    expect(page.locator(".message.patient").last).to_contain_text("Calf, Neck")
    expect(page.locator(".message.bot").last).to_contain_text("Noted.")
    expect(page.get_by_label("Calf")).to_have_count(0)


def test_one_answer_is_one_press(page: Page) -> None:
    say(page, "where")
    page.get_by_role("button", name="None of these").click()
    expect(page.locator(".message.patient").last).to_contain_text("None of these")


def test_the_conversation_is_there_after_a_reload_and_only_the_token_is_kept(page: Page) -> None:
    say(page, "where")
    expect(page.get_by_label("Calf")).to_be_visible()
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("Pick all that fit.")
    expect(page.get_by_label("Calf")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage)") == ["spasm-triage-token"]
    assert page.evaluate("localStorage.length") == 0
    assert page.context.cookies() == []


def test_a_failed_message_shows_the_safety_text_and_is_sent_again_with_its_id(
    page: Page, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(page, "cramps")
    expect(page.locator(".message.bot").last).to_contain_text("Noted.")
    ids: list[str] = []
    page.on("request", lambda r: ids.append(r.post_data_json["id"]) if _is_message(r) else None)
    with monkeypatch.context() as broken:
        broken.setattr(agent.processor, "log_message", _raise)
        say(page, "cramps again")
        expect(page.get_by_role("log")).to_contain_text(SAFE_TEXT)
        expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=15_000)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".message.bot").last).to_contain_text("Noted.")
    expect(page.locator(".unsent")).to_have_count(0)
    assert len(ids) >= 2
    assert len(set(ids)) == 1


def test_an_emergency_stays_pinned_with_a_link_to_call(page: Page) -> None:
    say(page, "silent, my chest hurts")
    call = page.locator("[data-part=pinned] a")
    expect(call).to_have_attribute("href", "tel:911")
    expect(call).to_be_in_viewport()
    assert call.bounding_box()["height"] >= 44
    expect(page.get_by_role("button", name="Try again")).to_be_visible(timeout=15_000)
    say(page, "cramps")
    expect(page.locator(".message.bot").last).to_contain_text("Noted.")
    expect(call).to_be_hidden()


def test_a_patient_deletes_the_chat(page: Page, address: str) -> None:
    say(page, "cramps")
    expect(page.get_by_role("log")).to_contain_text("Noted.")
    token = page.evaluate("sessionStorage.getItem('spasm-triage-token')")
    page.get_by_role("button", name="Delete chat").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_role("log")).not_to_contain_text("Noted.")
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert Client(address, token).call("GET", "messages").status_code == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible_and_fits_a_small_phone(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    _check(page)
    say(page, "where")
    expect(page.get_by_label("Calf")).to_be_visible()
    say(page, "silent, my chest hurts")
    expect(page.locator("[data-part=pinned] a")).to_be_visible()
    _check(page)


def test_every_control_is_large_enough_to_touch(page: Page) -> None:
    say(page, "where")
    expect(page.get_by_label("Calf")).to_be_visible()
    for control in page.locator("#chat button:visible, #chat .choices label, textarea").all():
        assert control.bounding_box()["height"] >= 44


def _check(page: Page) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def _tab_to(page: Page, name: str) -> None:
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == name:
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


def _is_message(request: Any) -> bool:
    return request.method == "POST" and re.search(r"/messages$", request.url) is not None


def _raise(*_args: Any, **_more: Any) -> Any:
    raise RuntimeError("broken on purpose")
