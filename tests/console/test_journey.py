"""A working day by keyboard: sign in with a code, hear of danger, read, judge, correct, export."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from passlib.totp import TOTP
from playwright.sync_api import Browser, Page, expect

from bot.knowledge import knowledge
from bot.knowledge.lexicon import load_lexicon
from bot.nlu.engine import Engine
from bot.settings import ROOT
from bot.store.conversations import create_conversation
from bot.store.database import Database
from bot.training_data import improve
from tests.console.conftest import Staff
from tests.console.test_accessibility import RULES, address, browser  # noqa: F401
from tests.store.talk import ASSESSMENT, make_store, say, slot

pytestmark = pytest.mark.browser
WORDS = "my leg goes all jellyfish at night"


def code_for(key: str) -> str:
    """What an authenticator app shows for a key."""
    return str(TOTP(key=key.replace(" ", "").replace("-", "")).generate().token)


def submit(page: Page, name: str) -> None:
    """Press a button by keyboard."""
    page.get_by_role("button", name=name, exact=True).focus()
    page.keyboard.press("Enter")


def clean(page: Page) -> None:
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


async def patient_in_danger(database: Database) -> str:
    with database.begin() as session:
        chat = create_conversation(session)
    heard = slot("emergency", {"state": "heard", "red_flags": ["rf_stroke"]})
    result = slot("assessment", ASSESSMENT | {"disposition": "emergency", "knowledge_version": "k"})
    await say(make_store(database), chat, WORDS, heard, result)
    return chat


def sign_in_with_a_code(page: Page, staff: Staff) -> None:
    """Set the second factor up, sign out, and come back with a code."""
    email, password = staff.passwords["clinician"]
    for turn in ("first", "again"):
        page.goto("/login")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill(password)
        page.keyboard.press("Enter")
        if turn == "first":
            page.wait_for_url("**/")
            page.goto("/account")
            clean(page)
            page.goto("/tf-setup")
            clean(page)
            submit(page, "Use an authenticator app")
            key = page.locator("#totp-key").inner_text()
            clean(page)
            page.get_by_label("2. Its six digits").fill(code_for(key))
            submit(page, "Turn it on")
            page.wait_for_url("**/account")
            submit(page, "Sign out")
            page.wait_for_url("**/login")
        else:
            page.get_by_label("Code").wait_for()
            clean(page)
            # The code of this half minute was used for setting up; the clock may not be turned.
            page.wait_for_timeout(31_000)
            page.get_by_label("Code").fill(code_for(key))
            page.keyboard.press("Enter")
            page.wait_for_url("**/")


def run(database: Database, work: Any) -> Any:
    """A coroutine, in a thread of its own: the browser's driver has the loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work(database)).result()


@pytest.mark.model
def test_a_working_day(
    browser: Browser,  # noqa: F811
    address: str,  # noqa: F811
    database: Database,
    staff: Staff,
    tmp_path: Path,
) -> None:
    page = browser.new_context(base_url=address, accept_downloads=True).new_page()
    sign_in_with_a_code(page, staff)
    page.wait_for_timeout(1500)  # the stream of news is open
    chat = run(database, patient_in_danger)
    news = page.locator("#live a", has_text=f"Emergency: conversation {chat[:8]}")
    expect(news).to_be_visible(timeout=10_000)
    expect(page.locator("#list a.open", has_text=chat[:8])).to_be_visible(timeout=10_000)
    clean(page)
    news.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/conversations/{chat}")
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    review(page)
    correct(page)
    lines = export(page, tmp_path)
    assert lines["lexicon"] == {"finding": {"weakness": ["goes all jellyfish"]}}
    vignette = disputed(page, tmp_path)
    improved_reading(tmp_path)
    assert vignette["gold"]["level"] == "urgent"


def review(page: Page) -> None:
    page.keyboard.press("v")
    assert page.evaluate("document.activeElement.id") == "first-verdict"
    page.get_by_label("Should have been same day").focus()
    page.keyboard.press("Space")
    page.get_by_label("Note").fill("not an emergency")
    submit(page, "Save review")
    expect(page.get_by_text("Your review was saved.")).to_be_visible()
    clean(page)


def correct(page: Page) -> None:
    page.locator(".understood summary").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Correct this reading").focus()
    page.keyboard.press("Enter")
    page.get_by_label("What was misread").wait_for()
    clean(page)
    page.get_by_label("What was misread").select_option("finding")
    page.get_by_label("What it should be").select_option("weakness")
    page.get_by_label("The words that say it").fill("goes all jellyfish")
    submit(page, "Put into the inbox")
    expect(page.get_by_text("The correction is in the inbox.")).to_be_visible()


def export(page: Page, folder: Path) -> Any:
    page.goto("/inbox")
    clean(page)
    submit(page, "Approve")
    expect(page.get_by_text(re.compile("was approved"))).to_be_visible()
    with page.expect_download() as waiting:
        submit(page, "Export 1 approved")
    waiting.value.save_as(folder / "improvements.yml")
    return yaml.safe_load((folder / "improvements.yml").read_text())


def disputed(page: Page, folder: Path) -> Any:
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export disputed results").click()
    waiting.value.save_as(folder / "disputed.yml")
    (case,) = yaml.safe_load((folder / "disputed.yml").read_text())
    command = [sys.executable, "-m", "bot", "evaluate", str(folder / "disputed.yml"),
               "--json", str(folder / "out.json")]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (folder / "out.json").exists(), done.stderr[-2000:]
    return case


def improved_reading(folder: Path) -> None:
    """The exported lines change what is heard; tried on a copy of lexicon and training data."""
    copy = folder / "lexicon"
    shutil.copytree(ROOT / "knowledge/lexicon", copy)
    shutil.copy(ROOT / "data/nlu.yml", folder / "nlu.yml")
    assert "weakness" not in heard_with(copy)
    assert improve(folder / "improvements.yml", folder / "nlu.yml", copy) == 1
    assert "weakness" in heard_with(copy)
    assert improve(folder / "improvements.yml", folder / "nlu.yml", copy) == 0


def heard_with(lexicon: Path) -> set[str]:
    engine = Engine(load_lexicon(knowledge(), lexicon))
    return {one.id for one in engine.listen(WORDS, date(2026, 1, 1)).heard}
