"""The export is FHIR R4 as its own validator reads it, and says no more than the patient did."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from fhir.resources.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.export.fhir import patient_bundle
from bot.knowledge import knowledge
from bot.store.record import Record, Said, Wish
from bot.triage.intake import Answer, Intake

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
QUESTION = {"id": "severity", "topic": "severity", "kind": "single", "options": []}
BOOKING = {"id": "booking_name", "topic": "booking", "kind": "text", "options": []}
INTAKE = Intake(
    locations=("calf", "low_back"), side="left", frequency="daily", duration_days=14, severity=7,
    findings={
        "nocturnal": Answer("present", "every night"),
        "fever": Answer("absent", heard="asked"),
        "numbness": Answer("unknown", heard="asked"),
    },
    words={"frequency": "every night"},
)  # fmt: skip
RESULT = {
    "disposition": "urgent",
    "contributors": [
        {"id": "fatigue", "kind": "cause", "likelihood": "more", "reasons": []},
        {"id": "dehydration", "kind": "cause", "likelihood": "less", "reasons": []},
    ],
}
WISH = Wish("7K2M9QXA", NOW, "new", "Ann Lee", "(512) 555-0123", "Monday morning")
RECORD = Record(
    conversation_id="c" * 40, created_at=NOW, last_activity_at=NOW, red_flags=("rf_dvt",),
    messages=(
        Said("bot", NOW, "How bad is it?", QUESTION),
        Said("patient", NOW, "7 out of 10"),
        Said("bot", NOW, "What is your name?", BOOKING),
        Said("patient", NOW, "Ann Lee"),
    ),
    intake=INTAKE.to_dict(), assessment=RESULT, assessed_at=NOW, wish=WISH,
)  # fmt: skip
EMPTY = replace(RECORD, red_flags=(), messages=(), intake=None, assessment=None, wish=None)


def of_type(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind]


@pytest.mark.parametrize(
    "record",
    [
        RECORD,
        EMPTY,
        replace(RECORD, wish=replace(WISH, name=None, contact=None, when=None, status="withdrawn")),
        replace(RECORD, wish=replace(WISH, contact="ann@example.com")),
        replace(RECORD, assessment=None, assessed_at=None),
    ],
)
def test_every_record_is_a_valid_r4_bundle(record: Record) -> None:
    bundle = patient_bundle(record)
    read = Bundle.parse_raw(json.dumps(bundle))
    assert len(read.entry) == len(bundle["entry"])
    urls = {e["fullUrl"] for e in bundle["entry"]}
    assert len(urls) == len(bundle["entry"])
    assert set(references(bundle)) <= urls


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["reference"]] if isinstance(part.get("reference"), str) else []
        return own + [r for value in part.values() for r in references(value)]
    return [r for value in part for r in references(value)] if isinstance(part, list) else []


def test_no_condition_is_ever_confirmed() -> None:
    conditions = of_type(patient_bundle(RECORD), "Condition")
    assert [c["code"]["text"] for c in conditions] == ["Cramp and spasm", "Fatigue"]
    for one in conditions:
        assert one["verificationStatus"]["coding"][0]["code"] == "unconfirmed"


def test_findings_are_told_denied_or_not_known() -> None:
    seen = {
        o["code"]["coding"][0]["code"]: o
        for o in of_type(patient_bundle(RECORD), "Observation")
        if "coding" in o["code"]
    }
    assert seen["nocturnal"]["valueBoolean"] is True
    assert seen["fever"]["valueBoolean"] is False
    assert "valueBoolean" not in seen["numbness"]
    assert seen["numbness"]["dataAbsentReason"]["coding"][0]["code"] == "asked-unknown"
    assert seen["72514-3"]["valueInteger"] == 7


def test_answers_are_the_patients_own_words_without_the_booking() -> None:
    (response,) = of_type(patient_bundle(RECORD), "QuestionnaireResponse")
    assert response["item"] == [
        {"linkId": "severity", "text": "How bad is it?", "answer": [{"valueString": "7 out of 10"}]}
    ]


def test_a_request_is_a_proposal_with_reference_and_priority() -> None:
    (request,) = of_type(patient_bundle(RECORD), "ServiceRequest")
    assert (request["intent"], request["priority"], request["status"]) == (
        "proposal", "urgent", "active",
    )  # fmt: skip
    assert request["identifier"] == [{"value": "7K2M9QXA"}]


def test_a_person_without_a_request_has_no_name() -> None:
    (person,) = of_type(patient_bundle(EMPTY), "Patient")
    assert set(person) == {"resourceType", "id"}


@pytest.mark.parametrize("name", sorted(knowledge().items))
def test_every_item_of_the_page_can_be_exported(name: str) -> None:
    found = {"id": name, "kind": "other", "likelihood": "possible", "reasons": []}
    record = replace(EMPTY, assessment={"disposition": "book", "contributors": [found]})
    Bundle.parse_raw(json.dumps(patient_bundle(record)))


@given(st.text(min_size=1).filter(str.strip), st.text(min_size=1).filter(str.strip))
@settings(max_examples=100, deadline=None)
def test_any_words_stay_as_they_are(question: str, answer: str) -> None:
    messages = (Said("bot", NOW, question, QUESTION), Said("patient", NOW, answer))
    bundle = patient_bundle(replace(EMPTY, messages=messages))
    (item,) = of_type(bundle, "QuestionnaireResponse")[0]["item"]
    assert (item["text"], item["answer"][0]["valueString"]) == (question, answer)
