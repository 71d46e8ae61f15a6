"""What patients and staff write never runs: 150 payloads in every field, in a real browser."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from playwright.sync_api import Browser, Page

from bot.store.acts import add_review, set_tags
from bot.store.conversations import add_conversation
from bot.store.database import Database
from bot.store.models import AppointmentRequest, AssessmentRow, Conversation, Message
from bot.store.proposals import Correction, propose
from bot.store.queries import record_incident
from bot.store.search import add_entries
from bot.store.views import save_view
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
    """Five conversations that hold thirty payloads each, in every field that is free text."""
    assert len(PAYLOADS) == 150
    now = datetime.now(timezone.utc)
    for number, chat in enumerate(CHATS):
        mine = PAYLOADS[number * 30 : number * 30 + 30]
        with database.begin() as session:
            add_conversation(session, chat, page=mine[0], locale=mine[1][:35])
            row = session.get(Conversation, chat)
            row.patient_message_count = row.message_count = 30
            row.waiting_since, row.urgency, row.disposition = now, 1, "urgent"
            row.red_flags, row.model_version = [mine[2][:60]], mine[3][:64]
            row.facets = {"location": [mine[4][:60]], "contributor": [mine[5][:60]]}
            said = [
                {"seq": seq, "sender": "patient" if seq % 3 else "bot", "text": f"zebra {text}"}
                for seq, text in enumerate(mine, 1)
            ]
            for each in said:
                heard = [
                    {
                        "entity": each["text"],
                        "value": each["text"],
                        "assertion": "present",
                        "start": 0,
                        "end": 5,
                        "words": "zebra",
                        "rule": each["text"],
                    }
                ]
                session.add(
                    Message(
                        conversation_id=chat,
                        event_seq=each["seq"],
                        at=now,
                        **each,
                        intent=each["text"][:80],
                        confidence=0.5,
                        entities=heard,
                        buttons=[{"label": each["text"], "payload": "/x"}],
                    )
                )
            session.flush()
            add_entries(session, chat, said)
            data = {
                "disposition": "urgent",
                "rules": mine[:3],
                "advice": [],
                "treatments": [],
                "withheld": [{"id": mine[6], "because": mine[7]}],
                "contributors": [
                    {
                        "id": mine[8],
                        "kind": mine[9],
                        "likelihood": mine[10],
                        "reasons": [{"id": mine[11], "speaks": mine[12], "words": mine[13]}],
                    }
                ],
            }
            session.add(
                AssessmentRow(conversation_id=chat, seq=90, at=now, disposition="urgent", data=data)
            )
            session.add(
                AppointmentRequest(
                    conversation_id=chat,
                    seq=91,
                    created_at=now,
                    consent=True,
                    reference=f"HOSTILE-{number}",
                    name=mine[14],
                    contact=mine[15],
                    preferred_when=mine[16],
                    note=mine[17],
                )
            )
            record_incident(session, mine[18][:60], conversation_id=chat, event_id=mine[19][:64])
            add_review(session, chat, "x@clinic.example", "right", mine[20], should_be="urgent")
            set_tags(session, chat, [mine[21][:80]])
            propose(
                session, Correction(chat, 2, "intent", mine[22][:80], None, mine[23], mine[24]), "x"
            )
            save_view(
                session, "clinician@clinic.example", mine[25][:60], "q=" + mine[26][:60], True
            )


@pytest.fixture
def page(browser: Browser, address: str, staff: Staff) -> Page:  # noqa: F811
    context = browser.new_context(base_url=address)
    opened = context.new_page()
    opened.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1 }")
    email, password = staff.passwords["clinician"]
    opened.goto("/login")
    opened.get_by_label("Email").fill(email)
    opened.get_by_label("Password").fill(password)
    opened.get_by_role("button", name="Sign in").click()
    opened.wait_for_url("**/")
    return opened


def test_no_payload_runs_anywhere(hostile: None, page: Page) -> None:
    bad: list[str] = []
    page.on("dialog", lambda dialog: (bad.append("dialog"), dialog.dismiss()))
    page.on("request", lambda r: bad.append(r.url) if "evil.example" in r.url else None)
    page.on(
        "console", lambda m: bad.append(m.text) if "Content Security Policy" in m.text else None
    )
    paths = [f"/conversations/{chat}" for chat in CHATS]
    paths += [f"{path}/print" for path in paths] + [
        f"{path}/messages/2/correct" for path in paths[:5]
    ]
    paths += ["/?state=all", "/?state=all&q=zebra", "/appointments?status=all", "/inbox",
              "/incidents", "/dashboard?days=30"]  # fmt: skip
    for path in paths:
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        page.mouse.move(300, 300)
        page.keyboard.press("Tab")
        assert page.evaluate("window.hits") == 0, path
        foreign = "main iframe, main object, main embed, main script, main [onerror], main [onload]"
        assert page.locator(foreign).count() == 0, path
    for number in range(len(CHATS)):
        page.goto("/appointments?status=all")
        page.get_by_role("button", name=f"Show contact of HOSTILE-{number}").click()
        assert page.evaluate("window.hits") == 0
    assert bad == []
