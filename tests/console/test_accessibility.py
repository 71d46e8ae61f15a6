"""Every page of the console on a phone and on a desktop, light and dark: axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from bot.console.app import create_app
from bot.store.database import Database
from tests.console.conftest import CONVERSATION, Staff

pytestmark = pytest.mark.browser

PAGES = {
    "list": "/",
    "empty list": "/?disposition=urgent",
    "conversation": f"/conversations/{CONVERSATION}",
    "every filter": "/?state=all&location=calf&since=2026-01-01",
    "search": "/?state=all&q=calf",
    "printed": f"/conversations/{CONVERSATION}/print",
    "correction": f"/conversations/{CONVERSATION}/messages/1/correct",
    "appointments": "/appointments?status=all",
    "inbox": "/inbox",
    "dashboard": "/dashboard?days=7",
    "incidents": "/incidents",
    "staff": "/staff",
    "audit": "/audit",
    "account": "/account",
    "second factor": "/tf-setup",
    "password": "/change",
    "error": "/conversations/none",
}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALLEST_TARGET = 24
"""CSS pixels, WCAG 2.2 success criterion 2.5.8."""


@pytest.fixture(scope="module")
def address(database: Database, staff: Staff) -> Iterator[str]:
    app: Flask = create_app(database=database)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module", params=[390, 1280], ids=["phone", "desktop"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module", params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def page(browser: Browser, address: str, width: int, scheme: Any) -> Iterator[Page]:
    context = browser.new_context(
        base_url=address, viewport={"width": width, "height": 844}, color_scheme=scheme
    )
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def signed_in(page: Page, staff: Staff) -> Page:
    email, password = staff.passwords["admin"]
    page.goto("/login")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    return page


def check(page: Page) -> None:
    """No broken rule, nothing wider than the screen, and nothing too small to touch."""
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    width = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width[0] <= width[1]
    for control in page.locator("button, select, textarea, nav a, .choice").all():
        box = control.bounding_box()
        assert box is None or min(box["width"], box["height"]) >= SMALLEST_TARGET


def test_the_login_is_accessible(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/login")
    check(page)


def test_a_failed_login_is_accessible(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_label("Email").fill("nobody@clinic.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("alert").is_visible()
    check(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(signed_in: Page, name: str) -> None:
    signed_in.goto(PAGES[name])
    check(signed_in)


def test_the_keyboard_reaches_the_content_first(signed_in: Page) -> None:
    signed_in.goto("/")
    signed_in.keyboard.press("Tab")
    signed_in.keyboard.press("Enter")
    assert signed_in.evaluate("document.activeElement.id") == "main"
