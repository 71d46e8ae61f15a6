"""Every page of the console on a phone and on a desktop, light and dark: axe finds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from bot.console import people
from bot.console.app import create_app, users
from bot.console.rights import NOBODY, RIGHTS
from bot.store.database import Database
from tests.console.conftest import CONVERSATION, REFERENCE, Staff

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
    "password again": "/verify",
    "recovery codes": "/mf-recovery-codes?show_codes=1",
    "error": "/conversations/none",
}
ELSEWHERE = {
    "security.login", "security.two_factor_token_validation", "security.mf_recovery",
    "people.accept",
}  # fmt: skip
"""Pages of somebody who is not signed in yet: looked at in tests of their own."""
NO_PAGES = {
    "static", "health", "live.stream", "conversations.exported", "exports.conversations",
    "exports.appointments", "exports.research", "conversations.exported_fhir",
    "reviews.vignettes",
}  # fmt: skip
"""Files and streams."""
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


def test_an_invitation_is_accessible(page: Page, app: Flask, staff: Staff) -> None:
    with app.test_request_context():
        link = people._link(users(app).find_user(email=staff.passwords["viewer"][0]))
    for path in (urlsplit(link).path, "/invitation/none"):
        page.goto(path)
        check(page)


def test_the_contact_of_a_request_is_accessible(signed_in: Page) -> None:
    signed_in.goto("/appointments?status=all")
    signed_in.get_by_role("button", name=f"Show contact of {REFERENCE}").click()
    signed_in.wait_for_url("**/reveal")
    check(signed_in)


def test_every_page_is_looked_at(app: Flask) -> None:
    routes = app.url_map.bind("localhost")
    seen = {routes.match(urlsplit(path).path)[0] for path in PAGES.values()}
    there = {r.endpoint for r in app.url_map.iter_rules() if "GET" in (r.methods or ())}
    unused = {endpoint for endpoint, roles in RIGHTS.items() if roles == NOBODY}
    assert seen | ELSEWHERE | NO_PAGES == there - unused


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible(signed_in: Page, name: str) -> None:
    signed_in.goto(PAGES[name])
    check(signed_in)


def test_the_keyboard_reaches_the_content_first(signed_in: Page) -> None:
    signed_in.goto("/")
    signed_in.keyboard.press("Tab")
    signed_in.keyboard.press("Enter")
    assert signed_in.evaluate("document.activeElement.id") == "main"
