"""The report as a page: complete, escaped, with nothing from the network, and blind where asked."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from bot.evaluation import plots
from bot.evaluation.coverage import coverage
from bot.evaluation.dialogues import Dialogue, Spoken
from bot.evaluation.html import render
from bot.evaluation.metrics import clopper_pearson_upper, report, why_wrong, without_texts
from bot.evaluation.played import Played, Read
from bot.evaluation.talks import talks_report
from bot.evaluation.targets import TARGETS, against_targets
from bot.evaluation.vignettes import Gold, Vignette
from bot.evaluation.wording import wording
from bot.triage.assessment import LedgerEntry
from tests.knowledge.patients import KNOWN

CANARY = "my <b>canary</b> & calf"


def case(gold: Any, got: Any, name: str = "v", **more: Any) -> Played:
    vignette = Vignette(name, "f.yml", CANARY, Gold(gold, (gold,), locations=("calf",)))
    return Played(
        vignette, got, rules=("B1",), topics=("location",), turns=2,
        ledger=(LedgerEntry("rf_dvt", "denied", True),), read=(Read("calf", "calf", CANARY),),
        transcript=(("patient", CANARY), ("bot", "hello")), **more,
    )  # fmt: skip


def talk(level: Any, answered: str, got: Any) -> tuple[Dialogue, Spoken]:
    patient = Vignette("p", "patients", "hi", Gold("self_care", ("self_care",)))
    card = {"type": "emergency"} if answered == "emergency" else None
    answer = {"messages": [{"text": "x", "card": card}], "assessment": None}
    dialogue = Dialogue("d", "rf_dvt", CANARY, "last", patient, level, has_distractor=True)
    return dialogue, Spoken(answer, case("self_care", got))


def figures(*played: Played) -> dict[str, Any]:
    held = [talk("emergency", "emergency", "emergency"), talk("emergency", "-", "book")]
    held += [talk("urgent", "-", "urgent"), talk(None, "-", "emergency")]
    return report(played) | {
        "files": ["f.yml"],
        "knowledge_version": "abc",
        "coverage": coverage(played, KNOWN),
        "wording": wording(KNOWN),
        "dialogues": talks_report(held),
        "faults": {"action_x": {"heard": 1, "of": 2, "missed": ["d"]}},
    }


WRONG = case("urgent", "book", "late_one")
RIGHT = case("book", "book", "right_one")


class Outline(HTMLParser):
    """Tags, ids and addresses of a page; fails on a tag that is closed and not open."""

    VOID = frozenset({"meta", "line", "rect", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("src", "href"):
                self.addresses.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
            self.open.pop()


@pytest.fixture(scope="module")
def page() -> str:
    return render(figures(WRONG, RIGHT))


def test_the_page_is_whole_and_asks_nothing_of_the_network(page: str) -> None:
    outline = Outline(page)
    assert outline.open == []
    assert outline.addresses == []
    assert not {"script", "link", "img", "iframe"} & outline.tags
    assert not re.search(r"https?:|@import|url\(", page)
    assert len(outline.ids) == len(set(outline.ids))
    wanted = {"targets", "confusion", "questions", "elicitation", "dialogues", "faults", "wrong"}
    assert wanted <= set(outline.ids)


def test_words_of_patients_are_escaped(page: str) -> None:
    assert CANARY not in page
    assert "my &lt;b&gt;canary&lt;/b&gt; &amp; calf" in page


def test_a_wrong_case_comes_with_its_trail_and_a_right_one_does_not(page: str) -> None:
    wrong = page.partition('id="wrong"')[2]
    assert "late_one" in wrong and "urgent" in wrong and "rf_dvt denied" in wrong
    assert "right_one" not in wrong


def test_a_set_kept_aside_shows_ids_and_levels_and_no_text() -> None:
    blind = without_texts(figures(WRONG, RIGHT))
    for text in (render(blind), json.dumps(blind)):
        assert "late_one" in text
        assert "canary" not in text
        assert "hello" not in text


def test_the_same_figures_give_the_same_page(page: str) -> None:
    assert render(figures(WRONG, RIGHT)) == page


def test_a_page_can_be_made_of_one_kind_of_case() -> None:
    for level in ("emergency", "self_care"):
        Outline(render(figures(case(level, level)) | {"dialogues": None, "faults": None}))


def test_targets_are_met_missed_or_not_measured() -> None:
    met = {one["label"]: one["met"] for one in against_targets(figures(WRONG, RIGHT))}
    assert len(met) == len(TARGETS)
    assert met["Exact level of care"] is False
    assert met["Over-triage"] is True
    assert met["Emergencies heard"] is None
    assert met["Questions asked, median"] is True


def test_a_wrong_level_is_explained_without_words() -> None:
    assert why_wrong(WRONG) == "nothing that calls for urgent was heard; misread: location"
    assert why_wrong(case("book", "urgent")) == "B1 called for urgent; misread: location"
    assert why_wrong(case("book", None)) == "no result within the limit of turns"


def test_talks_are_counted_by_level_and_position() -> None:
    talks = figures(RIGHT)["dialogues"]
    assert talks["emergencies"]["count"] == 1 and talks["emergencies"]["of"] == 2
    assert talks["urgent"]["count"] == 1
    assert talks["told"]["positions"]["last"] == {"share": 0.6667, "count": 2, "of": 3}
    assert talks["denied"]["right"]["count"] == 0
    assert [case["id"] for case in talks["missed"]] == ["d"]


def test_under_triage_has_an_upper_bound() -> None:
    assert clopper_pearson_upper(0, 10) == pytest.approx(1 - 0.05 ** (1 / 10), abs=1e-6)
    assert clopper_pearson_upper(10, 10) == 1.0


def test_bars_stay_inside_their_plot() -> None:
    (bar,) = plots.share_bars(
        [("a", {"count": 3, "of": 4}, 0.9), ("b", {"count": 0, "of": 0}, None)]
    )
    assert 0 < bar.low < bar.length < bar.high < plots.WIDTH
    assert bar.target == pytest.approx(0.9 * plots.WIDTH)
    stack = plots.stacks(figures(RIGHT)["elicitation"]["signs"])[0]
    assert sum(part.length for part in stack.parts) == pytest.approx(plots.WIDTH)
    assert [c.height for c in plots.columns({"0": 1, "1": 4})] == [0.25, 1.0]


def test_coverage_tells_what_no_vignette_reached() -> None:
    found = coverage([case("book", "book", items=("massage",), heeded=("ibuprofen_heart",))], KNOWN)
    assert found["rules"]["B1"] == 1 and "B2" in found["never"]["rules"]
    assert found["items"]["massage"] == 1 and "intracept" in found["never"]["items"]
    assert found["cautions"]["ibuprofen_heart"] == 1
