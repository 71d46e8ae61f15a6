"""Bad lines, reloads and expired sessions: nothing that a patient wrote is lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import TOKEN, Patient
from tests.browser.cutter import bad_line
from tests.browser.flows import STORY, answer_all, has_result, press_calm

pytestmark = [pytest.mark.browser, pytest.mark.model]
Opens = Callable[..., Patient]
DISCONNECTS = 50
CHANCE = 0.4
"""Share of calls that the bad line cuts off."""
MESSAGES = "**/webhooks/web/messages"


def write(patient: Patient, text: str) -> None:
    """Send without waiting for an answer."""
    patient.page.get_by_label("Your message").fill(text)
    patient.page.keyboard.press("Enter")


def from_patient(patient: Patient) -> list[str]:
    return [m["text"] for m in patient.transcript() if m["from"] == "patient"]


@contextmanager
def routed(page: Page, handle: Callable[[Route], None]) -> Iterator[None]:
    page.route(MESSAGES, handle)
    yield
    page.unroute(MESSAGES)


def test_what_is_written_offline_goes_out_in_order_when_the_line_is_back(patient: Patient) -> None:
    patient.say(STORY)
    patient.page.context.set_offline(True)
    write(patient, "none of these")
    write(patient, "about five minutes")
    expect(patient.page.locator(".state").last).to_contain_text("You are offline")
    expect(patient.page.locator(".notice")).to_contain_text("You are offline")
    patient.page.context.set_offline(False)
    patient.settled()
    expect(patient.page.locator(".notice")).to_be_empty()
    assert from_patient(patient) == [STORY, "none of these", "about five minutes"]
    assert patient.said() == from_patient(patient)


def test_a_whole_triage_with_the_line_gone_in_the_middle(patient: Patient) -> None:
    patient.say(STORY)

    def blink() -> None:
        patient.page.context.set_offline(True)
        patient.page.wait_for_timeout(50)
        patient.page.context.set_offline(False)

    answer_all(patient, blink)
    assert patient.said() == from_patient(patient)


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_or_doubled_in_fifty_disconnects(
    open_tab: Opens, address: str, seed: int
) -> None:
    with bad_line(address, seed) as line:
        while sum(line.cuts.values()) < DISCONNECTS:
            patient = open_tab(at=line.address)
            line.chance = CHANCE
            whole_conversation(patient)
            line.chance = 0.0
            assert_all_is_there_once(patient)
            patient.page.close()
        assert all(line.cuts.values()), line.cuts


def whole_conversation(patient: Patient) -> None:
    """Typed words, choices and a reload, up to the result and a little on."""
    write(patient, STORY)
    hurry(patient, 1)
    for count in range(2, 20):
        if has_result(patient):
            break
        press_calm(patient, lambda: write(patient, "no"))
        hurry(patient, count)
        if count == 4:
            patient.page.reload()
            hurry(patient, count)
    for text in ("is it the running?", "thank you"):
        count = len(patient.said()) + 1
        write(patient, text)
        hurry(patient, count)


def assert_all_is_there_once(patient: Patient) -> None:
    """The page shows what the server has, before and after a reload, and each message once."""
    said = patient.said()
    messages = patient.transcript()
    assert [m["text"] for m in messages if m["from"] == "patient"] == said
    assert [m["seq"] for m in messages] == sorted({m["seq"] for m in messages})
    from_bot = patient.page.locator(".message.bot")
    expect(from_bot).to_have_count(len(messages) - len(said))
    patient.page.reload()
    expect(from_bot).to_have_count(len(messages) - len(said))
    assert patient.said() == said


def hurry(patient: Patient, count: int) -> None:
    """Wait until all is sent; a page that wakes up tries at once instead of after a pause."""
    for _ in range(500):
        states = patient.page.locator(".patient").evaluate_all(
            "all => all.map(e => e.dataset.state)"
        )
        if len(states) == count and set(states) == {"sent"}:
            return
        patient.page.evaluate("dispatchEvent(new Event('online'))")
        patient.page.wait_for_timeout(40)
    raise AssertionError("Not sent after many tries.")


def test_a_message_on_its_way_survives_a_reload(patient: Patient) -> None:
    patient.say(STORY)
    patient.page.on("dialog", lambda dialog: dialog.accept())
    write(patient, "none of these")
    patient.page.reload()
    expect(patient.page.locator(".patient .bubble").last).to_contain_text(
        "none of these", timeout=10_000
    )
    assert from_patient(patient) == [STORY, "none of these"]


def test_leaving_with_words_that_wait_asks_first(patient: Patient) -> None:
    patient.say(STORY)
    asked: list[str] = []
    patient.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    patient.page.context.set_offline(True)
    write(patient, "none of these")
    patient.page.evaluate("setTimeout(() => location.assign('/examples'))")
    expect(patient.page.locator(".patient .bubble").last).to_contain_text("none of these")
    patient.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    patient.page.context.set_offline(False)
    patient.settled()


def test_an_expired_session_keeps_what_was_typed_and_starts_anew_with_consent(
    patient: Patient,
) -> None:
    patient.say(STORY)
    old = patient.token()
    with routed(patient.page, lambda r: r.fulfill(status=401, json={"error": "token"})):
        write(patient, "it got worse today")
        expect(patient.page.locator(".notice")).to_contain_text("What you typed is kept here")
        expect(patient.page.locator(".patient .bubble").last).to_contain_text("it got worse today")
        assert patient.page.evaluate(f"localStorage.getItem('{TOKEN}')") is None
    patient.page.get_by_role("button", name="Start a new chat").click()
    patient.settled()
    assert patient.token() != old
    assert from_patient(patient) == ["it got worse today"]
    expect(patient.page.locator(".divider")).to_have_text("New chat")
    assert patient.said() == [STORY, "it got worse today"]


def test_an_expired_session_after_a_reload_says_so(patient: Patient) -> None:
    patient.say(STORY)
    patient.page.evaluate(f"localStorage.setItem('{TOKEN}', 'expired.by.now')")
    patient.page.reload()
    expect(patient.page.locator(".notice")).to_contain_text("This chat has ended")
    patient.page.get_by_role("button", name="Start a new chat").click()
    expect(patient.log).to_contain_text("What is going on?")


def test_a_choice_of_an_expired_session_is_said_in_words(patient: Patient) -> None:
    patient.say(STORY)
    with routed(patient.page, lambda r: r.fulfill(status=401, json={"error": "token"})):
        patient.page.get_by_role("button", name="None of these").click()
        expect(patient.page.locator(".notice")).to_contain_text("What you typed is kept here")
    patient.page.get_by_role("button", name="Start a new chat").click()
    patient.settled()
    assert from_patient(patient) == ["None of these"]


def test_a_danger_sign_is_answered_even_when_the_message_cannot_be_kept(patient: Patient) -> None:
    patient.say(STORY)
    patient.page.evaluate(f"localStorage.setItem('{TOKEN}', 'expired.by.now')")
    write(patient, "I have crushing chest pain")
    expect(patient.page.locator(".pinned a")).to_have_attribute("href", "tel:911")
    expect(patient.page.locator(".notice")).to_contain_text("What you typed is kept here")


def test_a_server_in_trouble_is_tried_again_with_the_same_id(patient: Patient) -> None:
    patient.say(STORY)
    ids: list[str] = []

    def fail_twice(route: Route) -> None:
        ids.append(route.request.post_data_json["id"])
        if len(ids) > 2:
            return route.continue_()
        safety = {"seq": 0, "from": "bot", "at": "", "text": "Call (555) 555-0100.", "card": None}
        return route.fulfill(status=503, json={"error": "unavailable", "messages": [safety]})

    with routed(patient.page, fail_twice):
        patient.say("none of these")
    assert len(ids) == 3
    assert len(set(ids)) == 1
    shown = patient.page.locator(".bubble").filter(has_text=re.compile("Call .555. 555-0100.$"))
    expect(shown).to_have_count(1)


def test_a_message_that_failed_for_good_can_be_sent_again(patient: Patient) -> None:
    patient.say(STORY)
    with routed(patient.page, lambda r: r.abort("connectionfailed")):
        write(patient, "none of these")
        for _ in range(8):
            patient.page.evaluate("document.querySelector('spasm-chat').panel.conversation.pump()")
            patient.page.wait_for_timeout(60)
        again = patient.page.locator(".patient").last.get_by_role("button", name="Try again")
        expect(again).to_be_visible()
    again.click()
    patient.settled()
    assert from_patient(patient) == [STORY, "none of these"]


def test_a_text_that_is_too_long_comes_back_to_be_changed(patient: Patient) -> None:
    patient.say(STORY)
    with routed(patient.page, lambda r: r.fulfill(status=413, json={"error": "too_long"})):
        write(patient, "a long story")
        patient.page.get_by_role("button", name="Change it").click()
    expect(patient.page.get_by_label("Your message")).to_have_value("a long story")
    assert patient.said() == [STORY]


def test_a_choice_that_another_tab_took_can_be_said_in_words(
    open_tab: Opens, patient: Patient
) -> None:
    patient.say(STORY)
    with routed(patient.page, lambda r: r.fulfill(status=400, json={"error": "not_offered"})):
        patient.page.get_by_role("button", name="None of these").click()
        words = patient.page.get_by_role("button", name="Send it as words")
        expect(words).to_be_visible()
    words.click()
    patient.settled()
    assert from_patient(patient) == [STORY, "None of these"]
