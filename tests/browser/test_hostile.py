"""Whatever somebody types is shown as text: in the chat, after a reload, and to staff."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import jwt
import pytest

from bot.channels.text import normalise
from bot.settings import Settings
from tests.browser.conftest import Patient

pytestmark = [pytest.mark.browser, pytest.mark.model]

_MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<style>*{display:none}</style>",
    "</textarea><script>alert(1)</script>",
    "<b>bold</b>",
    "&lt;script&gt;",
    "&#x3C;script&#x3E;",
    "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
    "<template><script>alert(1)</script>",
    "<!--<img src=x onerror=alert(1)>-->",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//evil.example><button>go</button></form>",
    "<object data=//evil.example>",
    "<spasm-chat></spasm-chat>",
    "<slot></slot>",
    "<link rel=stylesheet href=//evil.example>",
    "<video><source onerror=alert(1)></video>",
    "<marquee onstart=alert(1)>",
]
_CODE = [
    "javascript:alert(1)",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "{% raw %}",
    "'; DROP TABLE messages; --",
    '" OR 1=1 --',
    "__proto__",
    "constructor",
    "[object Object]",
    "undefined",
    "null",
    "NaN",
    "true",
    "%s%s%s%n",
    "{clinic_phone}",
    "{emergency_number}",
    "[brackets {name}]",
    "\\u003cscript\\u003e",
    "/book",
    '/answer{"finding": "fever"}',
    "/restart",
    "//",
    "/ ",
    "../../etc/passwd",
    "data:text/html,<script>alert(1)</script>",
    "=1+1",
    "@SUM(A1)",
    "-1+1",
    "+1",
]
_ODD = [
    "\u202egnp.exe",
    "\u202a\u202b\u202c",
    "a\u2066b\u2069c",
    "\u200f\u200eabc",
    "\ufeffbom",
    "a\u0000b",
    "a\u0007b",
    "tab\tand\ttab",
    "line\nbreak\nbreak",
    "\u2028line\u2029para",
    "\u00a0nbsp\u00a0",
    "zero\u200bwidth\u200djoin",
    "Z" + "\u0335\u0321\u030d" * 20 + "algo",
    "e\u0301" * 40,
    "\u0301lone",
    "😀" * 60,
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏿",
    "🇺🇸" * 20,
    "لدي تشنج في الساق",
    "יש לי התכווצות",
    "腿抽筋" * 30,
    "ขาเป็นตะคริว",
    "ﷺ" * 40,
    "𝕮𝖗𝖆𝖒𝖕",
    "ｃｒａｍｐ",
    "ĿÍñé",
    "½ ¼ ⅓",
    "①②③",
    "ﬁﬂ",
    "ǅ",
    "cramp" * 200,
    "a" * 1000,
    "www." + "x" * 500 + ".example",
    "-" * 400,
    "!" * 300,
    "." * 200,
    "(((((((((",
    "]]]]]]",
    "}}}}{{{{",
    "|||||",
    "~~~~",
    "`code` **bold** _it_",
    "# heading",
    "- list\n- list",
    "> quote",
    "[link](javascript:alert(1))",
    "![img](x)",
    "http://evil.example/?q=cramp",
    "tel:911",
    "mailto:a@b.c",
]
_MORE = [
    f"{tag} note {n} <script>window.hacked={n}</script>"
    for n, tag in enumerate("abcdefghijklmnopqrst")
]
_PAIRS = [f"calf <i>{mark}</i> cramp {mark * 3}" for mark in "'\"`<>&;:/\\|?*%$#@!^~()[]{}"]
STRINGS = [*_MARKUP, *_CODE, *_ODD, *_MORE, *_PAIRS]
_CALLS = "window.alert = () => { window.hacked = 'alert'; };"
_BATCH = 50


def test_there_are_enough_of_them() -> None:
    assert len(set(STRINGS)) >= 150


@pytest.mark.parametrize("start", range(0, len(STRINGS), _BATCH))
@pytest.mark.security("ASVS-5.0-V3.2.2")
def test_hostile_strings_are_shown_as_text(open_tab: Callable[..., Patient], start: int) -> None:
    patient = open_tab()
    patient.page.evaluate(_CALLS)
    batch = STRINGS[start : start + _BATCH]
    for text in batch:
        patient.page.evaluate("t => document.querySelector('spasm-chat').panel.say(t)", text)
    patient.settled()
    assert patient.said() == batch
    assert elements_in_bubbles(patient) == {"SPAN"}
    stored = [m["text"] for m in patient.transcript() if m["from"] == "patient"]
    assert len(stored) == len([text for text in batch if normalise(text)])
    patient.page.reload()
    patient.page.locator(".patient").nth(len(stored) - 1).wait_for()
    assert patient.said() == stored
    assert patient.page.evaluate("window.hacked") is None
    assert patient.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def elements_in_bubbles(patient: Patient) -> set[str]:
    found = patient.page.locator(".patient .bubble *").evaluate_all(
        "all => all.map(e => e.tagName)"
    )
    return set(found)


@pytest.mark.security("ASVS-5.0-V1.3.3")
def test_texts_reach_the_engine_clean() -> None:
    for text in STRINGS:
        clean = normalise(text)
        assert clean == unicodedata.normalize("NFC", clean)
        assert "\u0000" not in clean


def test_hostile_strings_are_text_to_staff_too(
    open_tab: Callable[..., Patient], bot_settings: Settings
) -> None:
    patient = open_tab()
    for text in _MARKUP:
        patient.page.evaluate("t => document.querySelector('spasm-chat').panel.say(t)", text)
    patient.settled()
    page = staff_page(bot_settings, patient)
    blank = patient.page.context.new_page()  # our own pages let nobody parse markup
    tags = blank.evaluate(
        """html => [...new DOMParser().parseFromString(html, "text/html").querySelectorAll(
          "script:not([src]), img[onerror], svg[onload], iframe, object, base, marquee, video")]
          .map(e => e.outerHTML)""",
        page,
    )
    assert tags == []
    assert "&lt;marquee" in page  # the console shows the last messages first


def staff_page(settings: Settings, patient: Patient) -> str:
    """The conversation as a clinician sees it in the console."""
    from bot.console.app import create_app
    from bot.console.staff import add_staff
    from bot.store.database import open_database
    from tests.console.conftest import Staff, sign_in

    mail = "clinician@clinic.example"
    app = create_app(database=open_database(settings.database_url))
    client = sign_in(app, Staff({"clinician": (mail, add_staff(mail, "clinician"))}), "clinician")
    claims = jwt.decode(patient.token(), options={"verify_signature": False})
    return client.get(f"/conversations/{claims['sub']}").get_data(as_text=True)
