"""The real bot with the real model on a real address, and Debian's Chromium in front of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from bot.settings import Settings, use_settings, workbench_settings

CHROMIUM = "/usr/bin/chromium"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE = {"width": 390, "height": 844}
TOKEN = "spasm-triage-token"
_LISTEN = """
window.cspReports = [];
addEventListener("securitypolicyviolation", (e) => cspReports.push(e.violatedDirective));
"""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield opened
        opened.close()


@pytest.fixture(scope="package")
def bot_settings(model_path: Path) -> Iterator[Settings]:
    """One bot for all tests of this folder: no rates, as one address plays many patients."""
    from bot.store.database import upgrade

    with tempfile.TemporaryDirectory() as folder:
        made = replace(
            workbench_settings(Path(folder)),
            rate_conversation=(), rate_address=(), rate_sessions=(),
            clinic_phone="(555) 555-0100",
        )  # fmt: skip
        use_settings(made)
        upgrade(made.database_url)
        yield made


@pytest.fixture(scope="package")
def address(bot_settings: Settings) -> Iterator[str]:
    """Where the bot listens."""
    from bot.background import serving

    use_settings(bot_settings)
    with serving(bot_settings) as url:
        yield url


@dataclass
class Patient:
    """One tab of a browser, and what it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Type a message and send it with the Enter key; returns when it was answered."""
        self.page.get_by_label("Your message").fill(text)
        self.page.keyboard.press("Enter")
        self.settled()

    def press(self, name: str, exact: bool = True) -> None:
        """Press the newest button of this name, and wait for the answer."""
        self.page.get_by_role("button", name=name, exact=exact).last.click()
        self.settled()

    def settled(self) -> None:
        """Wait until every message of the patient has its answer."""
        self.page.wait_for_function(
            """() => {
              const root = document.querySelector("spasm-chat").shadowRoot;
              return root.querySelector(".typing").hidden
                && !root.querySelector(".patient:not([data-state=sent], [data-state=refused])");
            }""",
            timeout=20_000,
        )

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def last(self) -> Locator:
        return self.page.locator(".message.bot .bubble").last

    def said(self) -> list[str]:
        """What the patient's bubbles show, without the hidden word before it."""
        return [
            t.removeprefix("You: ")
            for t in self.page.locator(".patient .bubble").all_text_contents()
        ]

    def token(self) -> str:
        return str(self.page.evaluate(f"localStorage.getItem('{TOKEN}')"))

    def transcript(self) -> list[dict[str, Any]]:
        """The conversation as the server has it."""
        answer = self.page.request.get(
            f"{self.page.url.rstrip('/')}/webhooks/web/messages?after=0",
            headers={"Authorization": f"Bearer {self.token()}"},
        )
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages


def watch(page: Page, address: str) -> Patient:
    """Note every script error, policy report and request to a stranger."""
    patient = Patient(page)
    note = patient.complaints.append
    page.add_init_script(_LISTEN)
    page.on("pageerror", lambda error: note(str(error)))
    page.on("console", lambda m: note(m.text) if "Security Policy" in m.text else None)
    page.on("request", lambda r: None if r.url.startswith((address, "blob:")) else note(r.url))
    return patient


@pytest.fixture
def open_tab(browser: Browser, address: str) -> Iterator[Callable[..., Patient]]:
    """Opens a tab on the bot: `context` to share one, `at` another address, or options."""
    contexts: list[BrowserContext] = []
    patients: list[Patient] = []

    def opened(
        path: str = "/", context: BrowserContext | None = None, at: str = address, **options: Any
    ) -> Patient:
        if context is None:
            context = browser.new_context(
                **{"viewport": PHONE, "reduced_motion": "reduce"} | options
            )
            contexts.append(context)
        patient = watch(context.new_page(), at)
        patients.append(patient)
        patient.page.goto(at + path)
        return patient

    yield opened
    for patient in patients:
        if not patient.page.is_closed():
            assert patient.page.evaluate("window.cspReports") == []
        assert patient.complaints == []
    for context in contexts:
        context.close()


@pytest.fixture
def patient(open_tab: Callable[..., Patient]) -> Patient:
    """A patient on a phone."""
    return open_tab()


def assert_accessible(page: Page) -> None:
    """axe finds nothing, nothing is wider than the screen."""
    found = Axe().run(page, options=RULES)
    broken = [
        f"{rule['id']}: {node['target']} {node['html'][:200]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]
    assert broken == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
