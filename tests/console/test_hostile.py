"""What patients and staff write never runs: 150 payloads in every field, in a real browser."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import product
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from bot.console.addresses import LONGEST
from bot.store.acts import add_review
from bot.store.audit import record_audit
from bot.store.conversations import add_conversation
from bot.store.database import Database
from bot.store.filters import FACET_KINDS
from bot.store.models import AppointmentRequest, AssessmentRow, Conversation, Escalation, Message
from bot.store.proposals import Correction, propose
from bot.store.queries import record_incident
from bot.store.search import add_entries
from bot.store.views import save_view
from bot.store.work import Facet
from tests.console.conftest import Staff
from tests.console.test_accessibility import address, browser  # noqa: F401

pytestmark = pytest.mark.browser
TAGS = (
    "script img svg iframe object embed video audio body details input math style link base".split()
)
SHAPES = (
    "<{t} src=x onerror=HIT>", "<{t} onload=HIT>", '"><{t} onfocus=HIT autofocus tabindex=1>',
    "'><{t} onmouseover=HIT style=position:fixed;inset:0>",
    "</textarea></title><{t} src=//evil.example/x>",
    "<{t} href=javascript:HIT>click", "<{t}>HIT</{t}>", "{{{{HIT}}}}<{t} ontoggle=HIT open>",
    "--><{t} srcdoc='<script>parent.HIT</script>'>", "\u2028<{t}/onpointerenter=HIT//",
)  # fmt: skip
PAYLOADS = [s.format(t=tag).replace("HIT", "window.hit()") for tag in TAGS for s in SHAPES]
CHATS = [f"{n:040x}" for n in range(5)]


@pytest.fixture(scope="module")
def hostile(database: Database) -> None:
    """Five conversations with thirty payloads each: all thirty in every field.

    Where a field holds one value, that is the thirty in one text. Column widths are those of
    PostgreSQL only, so nothing is cut.
    """
    assert len(set(PAYLOADS)) == 150
    for number, chat in enumerate(CHATS):
        mine = PAYLOADS[number * 30 : number * 30 + 30]
        with database.begin() as session:
            _conversation(session, chat, mine)
            _messages(session, chat, mine)
            _result(session, chat, mine)
            _request(session, chat, number, mine)
            _staffs_own(session, chat, mine)


def _conversation(session: Any, chat: str, mine: list[str]) -> None:
    add_conversation(session, chat)
    whole, now = " ".join(mine), datetime.now(timezone.utc)
    row = session.get(Conversation, chat)
    row.page = row.locale = row.model_version = row.knowledge_version = row.assignee = whole
    row.frequency = row.last_question = whole
    row.patient_message_count = row.message_count = row.fallbacks = 30
    row.waiting_since, row.urgency, row.disposition = now, 1, "urgent"
    row.red_flags, row.facets = mine, dict.fromkeys(FACET_KINDS, mine)
    row.intake = {
        "locations": mine, "frequency": whole, "course": whole,
        "words": {"locations": whole, "frequency": whole, "course": whole},
        "findings": {mine[0]: {"status": "present", "words": whole}},
    }  # fmt: skip
    for kind in FACET_KINDS:
        session.add_all(Facet(conversation_id=chat, kind=kind, value=value) for value in mine)


def _messages(session: Any, chat: str, mine: list[str]) -> None:
    now = datetime.now(timezone.utc)
    said = [
        {"seq": seq, "sender": sender, "text": f"zebra {text}"}
        for seq, (text, sender) in enumerate(product(mine, ("patient", "bot")), 1)
    ]
    for each in said:
        text = each["text"]
        heard = {
            "entity": text, "value": text, "assertion": "present", "start": 0, "end": 5,
            "words": "zebra", "rule": text, "side": text,
        }  # fmt: skip
        rest: dict[str, Any] = {"intent": text, "confidence": 0.5, "entities": [heard]}
        rest |= {"runner_up": text, "runner_up_confidence": 0.1}
        buttons = [{"label": text, "payload": text}]
        session.add(
            Message(
                conversation_id=chat, event_seq=each["seq"], at=now, **each, **rest, buttons=buttons
            )
        )
    session.flush()
    add_entries(session, chat, said)


def _result(session: Any, chat: str, mine: list[str]) -> None:
    now = datetime.now(timezone.utc)
    reasons = [{"id": x, "kind": x, "speaks": x, "status": x, "words": x} for x in mine]
    data = {
        "disposition": "urgent", "rules": mine, "treatments": mine,
        "contributors": [
            {"id": x, "kind": x, "likelihood": x, "reasons": reasons if x == mine[0] else []}
            for x in mine
        ],
        "advice": [{"id": x, "item": x, "cautions": [x]} for x in mine],
        "withheld": [{"id": x, "because": x, "unknown": True} for x in mine],
        "ledger": [{"sign": x, "state": "asked", "was_asked": True} for x in mine],
    }  # fmt: skip
    row = {"conversation_id": chat, "at": now}
    session.add(AssessmentRow(**row, seq=90, disposition="urgent", data=data))
    session.add(Escalation(**row, seq=91, red_flags=mine))


def _request(session: Any, chat: str, number: int, mine: list[str]) -> None:
    whole = " ".join(mine)
    session.add(
        AppointmentRequest(
            conversation_id=chat, seq=92, created_at=datetime.now(timezone.utc), consent=True,
            reference=f"HOSTILE-{number}", name=whole, contact=whole, preferred_when=whole,
            note=whole, handled_by=whole, handled_at=datetime.now(timezone.utc), booked_for=whole,
        )
    )  # fmt: skip


def _staffs_own(session: Any, chat: str, mine: list[str]) -> None:
    details = {"wrong": mine, "missing": " ".join(mine)}
    for text in mine:
        record_incident(session, text, conversation_id=chat, event_id=text)
        add_review(session, chat, text, "right", text, should_be="urgent", details=details)
        propose(session, Correction(chat, 1, "intent", text, text, text, text), text)
        save_view(session, text, text, urlencode({"q": text}), True)
        record_audit(session, text, "conversation.changed", text, what=text, value=text)


def sign_in(browser: Browser, address: str, staff: Staff, role: str) -> Page:  # noqa: F811
    """A page of somebody with this role, in which every hit counts."""
    opened = browser.new_context(base_url=address).new_page()
    opened.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1 }")
    email, password = staff.passwords[role]
    opened.goto("/login")
    opened.get_by_label("Email").fill(email)
    opened.get_by_label("Password").fill(password)
    opened.get_by_role("button", name="Sign in").click()
    opened.wait_for_url("**/")
    return opened


def watch(page: Page) -> list[str]:
    """What must not happen: dialogs, requests to elsewhere, reports of the policy."""
    bad: list[str] = []
    page.on("dialog", lambda dialog: (bad.append("dialog"), dialog.dismiss()))
    own = urlsplit(page.url).netloc
    page.on("request", lambda r: bad.append(r.url) if urlsplit(r.url).netloc != own else None)
    page.on(
        "console", lambda m: bad.append(m.text) if "Content Security Policy" in m.text else None
    )
    return bad


def harmless(page: Page, path: str) -> None:
    """Nothing ran, nothing became an element that could run."""
    page.mouse.move(300, 300)
    page.keyboard.press("Tab")
    assert page.evaluate("window.hits") == 0, path
    foreign = "iframe, object, embed, base, script, style, [onerror], [onload], [onfocus]"
    inside = ", ".join(f"main {one.strip()}" for one in foreign.split(","))
    assert page.locator(inside).count() == 0, path


PATHS = (
    [f"/conversations/{chat}{rest}" for chat in CHATS
     for rest in ("?all=1", "/print", "/messages/1/correct")]
    + ["/?state=all", "/?state=all&q=zebra", "/appointments?status=all", "/inbox",
       "/inbox?before=51", "/inbox?before=101", "/incidents", "/dashboard?days=30", "/account",
       "/audit", "/audit?before=101", "/audit?action=conversation.changed", "/staff"]
)  # fmt: skip


@pytest.mark.security("ASVS-5.0-V3.2.2")
@pytest.mark.security("ASVS-5.0-V1.2.1", "ASVS-5.0-V1.2.3")
def test_no_payload_runs_in_any_view(
    hostile: None,
    browser: Browser,  # noqa: F811
    address: str,  # noqa: F811
    staff: Staff,
) -> None:
    page = sign_in(browser, address, staff, "admin")
    bad = watch(page)
    for path in PATHS:
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        harmless(page, path)
    for number in range(len(CHATS)):
        page.goto("/appointments?status=all")
        page.get_by_role("button", name=f"Show contact of HOSTILE-{number}").click()
        page.wait_for_url("**/reveal")
        harmless(page, "reveal")
    assert bad == []


@pytest.mark.security("ASVS-5.0-V1.2.1", "ASVS-5.0-V1.2.2", "ASVS-5.0-V1.2.3")
def test_no_payload_runs_that_an_address_carries(
    hostile: None,
    browser: Browser,  # noqa: F811
    address: str,  # noqa: F811
    staff: Staff,
) -> None:
    page = sign_in(browser, address, staff, "admin")
    bad = watch(page)
    names = ("q", "location", "tag", "assignee", "reviewer", "model", "knowledge", "frequency")
    for number in range(0, len(PAYLOADS), 3):
        text = " ".join(PAYLOADS[number : number + 3])
        assert len(text) <= LONGEST
        page.goto("/?" + urlencode({"state": "all"} | dict.fromkeys(names, text)))
        harmless(page, text)
    assert bad == []
