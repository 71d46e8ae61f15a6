"""The chat does not hold up the page that it stands on, and moves nothing on it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import Patient

pytestmark = [pytest.mark.browser, pytest.mark.model]
Opens = Callable[..., Patient]
_SHIFTS = """() => new Promise((done) => {
  let total = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { total += e.value; }))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(total), 500);
})"""


def test_the_page_is_there_before_the_chat(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/static/widget.js", hold)
    page.goto(f"{address}/launcher", wait_until="commit")
    expect(page.get_by_role("heading", name="What happens in a spasm")).to_be_visible()
    painted = "() => performance.getEntriesByName('first-contentful-paint').length"
    page.wait_for_function(painted)
    expect(page.locator("spasm-chat")).to_have_count(0)
    held[0].continue_()
    expect(page.get_by_role("button", name="Questions about spasms?")).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/launcher", "/"])
def test_the_chat_moves_nothing_on_the_page(open_tab: Opens, path: str) -> None:
    patient = open_tab(path, viewport={"width": 1280, "height": 900})
    assert patient.page.evaluate(_SHIFTS) == 0


def test_the_launcher_asks_the_server_nothing_before_it_is_opened(open_tab: Opens) -> None:
    patient = open_tab("/launcher")
    asked: list[str] = []
    patient.page.on("request", lambda r: asked.append(r.url))
    patient.page.reload(wait_until="networkidle")
    assert not [url for url in asked if "/webhooks/" in url]
