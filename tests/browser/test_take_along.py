"""What a patient takes along: a summary to print, and a record for other programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fhir.resources.bundle import Bundle
from playwright.sync_api import Page, expect

from tests.browser.conftest import Patient, assert_accessible
from tests.browser.flows import STORY, answer_all, book

pytestmark = [pytest.mark.browser, pytest.mark.model]
Opens = Callable[..., Patient]


def menu(patient: Patient, name: str) -> None:
    patient.page.get_by_role("button", name="More").click()
    patient.page.get_by_role("button", name=name).click()


def summary_of(patient: Patient) -> Page:
    with patient.page.expect_popup() as opened:
        menu(patient, "Print or save a summary")
    return opened.value


def test_the_summary_tells_answers_result_and_reference_and_prints(patient: Patient) -> None:
    patient.say(STORY)
    answer_all(patient)
    reference = book(patient)
    paper = summary_of(patient)
    main = paper.get_by_role("main")
    for words in (STORY, "These may well play a part", "What may help at home", reference):
        expect(main).to_contain_text(words)
    expect(main).to_contain_text("In an emergency call 911")
    assert_accessible(paper)
    paper.emulate_media(media="print")
    expect(paper.get_by_role("button", name="Print or save as PDF")).to_be_hidden()
    assert paper.pdf(format="Letter").startswith(b"%PDF")
    assert paper.evaluate("document.styleSheets.length + document.scripts.length") == 0


def test_a_summary_without_a_result_says_so(patient: Patient) -> None:
    patient.say(STORY)
    expect(summary_of(patient).get_by_role("main")).to_contain_text("There is no result yet.")


def test_the_record_is_fhir_r4_and_only_for_its_own_patient(
    patient: Patient, address: str, tmp_path: Path
) -> None:
    patient.say(STORY)
    answer_all(patient)
    reference = book(patient)
    with patient.page.expect_download() as loading:
        menu(patient, "Download my record")
    assert loading.value.suggested_filename == "chat-record.fhir.json"
    file = tmp_path / "record.json"
    loading.value.save_as(file)
    record = json.loads(file.read_text())
    Bundle.parse_obj(record)
    kinds = {entry["resource"]["resourceType"] for entry in record["entry"]}
    assert kinds >= {
        "Patient",
        "QuestionnaireResponse",
        "Condition",
        "Observation",
        "ServiceRequest",
    }
    assert reference in file.read_text()
    assert STORY in file.read_text()
    stranger = patient.page.request.get(f"{address}/webhooks/web/record")
    assert stranger.status == 401


def test_a_confirmed_time_can_be_put_into_a_calendar(open_tab: Opens, tmp_path: Path) -> None:
    patient = open_tab("/examples")
    cards = patient.page.locator("#requested")
    expect(cards.locator(".reference")).to_be_visible()
    expect(cards.get_by_role("button", name="Add to calendar")).to_have_count(0)
    expect(patient.page.locator("#confirmed")).to_contain_text("Monday, May 6, 2030 at 2:30 PM")
    with patient.page.expect_download() as loading:
        patient.page.locator("#confirmed").get_by_role("button", name="Add to calendar").click()
    loading.value.save_as(tmp_path / "visit.ics")
    lines = (tmp_path / "visit.ics").read_text().splitlines()
    assert "DTSTART:20300506T143000Z" in lines
    assert "DTEND:20300506T151500Z" in lines
