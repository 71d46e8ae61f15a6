"""A working day by keyboard: sign in with a code, hear of danger, read, judge, correct, export."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from passlib.totp import TOTP
from playwright.sync_api import Browser, Locator, Page, expect

from bot.settings import ROOT
from bot.store.conversations import create_conversation
from bot.store.database import Database
from tests.console.conftest import Staff
from tests.console.test_accessibility import RULES, address, browser  # noqa: F401
from tests.store.talk import ASSESSMENT, make_store, say, slot

pytestmark = pytest.mark.browser
WORDS = "my leg goes all jellyfish at night"
WISH = "patch me thru to a breather"
MOST_STOPS = 400


def code_for(key: str) -> str:
    """What an authenticator app shows for a key."""
    return str(TOTP(key=key.replace(" ", "").replace("-", "")).generate().token)


def reach(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus, as somebody without a mouse does."""
    target.wait_for()
    for _ in range(MOST_STOPS):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{MOST_STOPS} times Tab does not lead to {target}")


def press(page: Page, role: Any, name: str) -> None:
    """Reach a button or link and press Enter."""
    reach(page, page.get_by_role(role, name=name, exact=True))
    page.keyboard.press("Enter")


def submit(page: Page, name: str) -> None:
    press(page, "button", name)


def write(page: Page, label: str, text: str) -> None:
    """Reach a field and type over what stands in it."""
    reach(page, page.get_by_label(label))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def choose(page: Page, label: str, value: str) -> None:
    """Reach a list and go down to a value."""
    field = page.get_by_label(label)
    reach(page, field)
    for _ in range(MOST_STOPS):
        if field.input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not in {label}")


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
        write(page, "Email", email)
        write(page, "Password", password)
        page.keyboard.press("Enter")
        if turn == "first":
            page.wait_for_url("**/")
            press(page, "link", email)
            page.wait_for_url("**/account")
            clean(page)
            press(page, "link", "Set it up")
            page.wait_for_url("**/tf-setup")
            clean(page)
            submit(page, "Use an authenticator app")
            key = page.locator("#totp-key").inner_text()
            clean(page)
            write(page, "2. Its six digits", code_for(key))
            submit(page, "Turn it on")
            page.wait_for_url("**/account")
            submit(page, "Sign out")
            page.wait_for_url("**/login")
        else:
            page.get_by_label("Code").wait_for()
            clean(page)
            press(page, "link", "Use a recovery code")
            page.wait_for_url("**/mf-recovery")
            clean(page)
            press(page, "link", "Use a code of your app")
            page.get_by_label("Code", exact=True).wait_for()
            # The code of this half minute was used for setting up; the clock may not be turned.
            page.wait_for_timeout(31_000)
            write(page, "Code", code_for(key))
            page.keyboard.press("Enter")
            page.wait_for_url("**/")


def run(database: Database, work: Any) -> Any:
    """A coroutine, in a thread of its own: the browser's driver has the loop of this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work(database)).result()


@pytest.mark.model
@pytest.mark.timeout(1200)  # trains twice
def test_a_working_day(
    browser: Browser,  # noqa: F811
    address: str,  # noqa: F811
    database: Database,
    staff: Staff,
    tmp_path: Path,
    model_path: Path,
) -> None:
    page = browser.new_context(base_url=address, accept_downloads=True).new_page()
    sign_in_with_a_code(page, staff)
    page.wait_for_timeout(1500)  # the stream of news is open
    chat = run(database, patient_in_danger)
    news = page.locator("#live a", has_text=f"Emergency: conversation {chat[:8]}")
    expect(news).to_be_visible(timeout=10_000)
    expect(page.locator("#list a.open", has_text=chat[:8])).to_be_visible(timeout=10_000)
    clean(page)
    reach(page, news)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/conversations/{chat}")
    expect(page.get_by_text(WORDS)).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    review(page)
    correct(page, "finding", "weakness", "goes all jellyfish")
    correct(page, "intent", "want_person", WISH)
    lines = export(page, tmp_path)
    assert lines["lexicon"] == {"finding": {"weakness": ["goes all jellyfish"]}}
    assert lines["nlu"] == [{"intent": "want_person", "examples": f"- {WISH}\n"}]
    vignette = disputed(page, tmp_path)
    improved_reading(tmp_path)
    assert vignette["gold"]["level"] == "urgent"


def review(page: Page) -> None:
    page.keyboard.press("v")
    assert page.evaluate("document.activeElement.id") == "first-verdict"
    while not page.get_by_label("Should have been same day").is_checked():
        page.keyboard.press("ArrowDown")
    write(page, "Note", "not an emergency")
    submit(page, "Save review")
    expect(page.get_by_text("Your review was saved.")).to_be_visible()
    clean(page)


def correct(page: Page, kind: str, value: str, words: str) -> None:
    reach(page, page.locator(".understood summary").first)
    page.keyboard.press("Enter")
    press(page, "link", "Correct this reading")
    page.get_by_label("What was misread").wait_for()
    clean(page)
    choose(page, "What was misread", kind)
    choose(page, "What it should be", value)
    write(page, "The words that say it", words)
    submit(page, "Put into the inbox")
    expect(page.get_by_text("The correction is in the inbox.")).to_be_visible()


def export(page: Page, folder: Path) -> Any:
    press(page, "link", "Inbox")
    page.wait_for_url("**/inbox")
    clean(page)
    for _ in range(2):
        reach(page, page.get_by_role("button", name="Approve", exact=True).first)
        page.keyboard.press("Enter")
        expect(page.get_by_text(re.compile("was approved"))).to_be_visible()
    with page.expect_download() as waiting:
        submit(page, "Export 2 approved")
    waiting.value.save_as(folder / "improvements.yml")
    return yaml.safe_load((folder / "improvements.yml").read_text())


def disputed(page: Page, folder: Path) -> Any:
    with page.expect_download() as waiting:
        press(page, "link", "Export disputed results")
    waiting.value.save_as(folder / "disputed.yml")
    (case,) = yaml.safe_load((folder / "disputed.yml").read_text())
    command = [sys.executable, "-m", "bot", "evaluate", str(folder / "disputed.yml"),
               "--json", str(folder / "out.json")]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (folder / "out.json").exists(), done.stderr[-2000:]
    return case


def improved_reading(folder: Path) -> None:
    """The exported line changes what `parse` hears after training, in a copy of the project."""
    project = folder / "project"
    for name in ("bot", "actions", "data", "knowledge", "models"):
        shutil.copytree(ROOT / name, project / name)
    for file in (*ROOT.glob("*.yml"), ROOT / "requirements.txt"):
        shutil.copy2(file, project)
    before = told(project, "parse")
    assert '"weakness"' not in before and '"want_person"' not in before
    assert "Added 2 lines" in told(project, "improve", str(folder / "improvements.yml"))
    assert "The model is ready" in told(project, "train")
    after = told(project, "parse")
    assert '"weakness"' in after and '"intent": "want_person"' in after
    assert "Added 0 lines" in told(project, "improve", str(folder / "improvements.yml"))


def told(project: Path, *command: str) -> str:
    """What a command of the project prints."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *command],
        cwd=project, input=f"{WORDS}\n{WISH}\n", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
