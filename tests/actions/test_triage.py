"""The result is told urgency first, with reasons, and says what changed."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from actions.triage import ActionTriage, recorded
from bot.knowledge import knowledge
from bot.triage.assess import assess
from bot.triage.intake import Answer, Intake
from tests.actions.turns import Done, run

KNOWN = knowledge()
DENIED = {name: Answer("absent", heard="asked") for name in KNOWN.findings}
CALM = Intake(
    locations=("calf",),
    frequency="occasional",
    episode_length="seconds",
    duration_days=5,
    course="same",
    severity=3,
    age=40,
    findings=DENIED | {"nocturnal": Answer("present", "at night")},
    words={"frequency": "now and then"},
)


def having(*present: str, **fields: Any) -> Intake:
    told = {name: Answer("present", name) for name in present}
    return replace(CALM, findings={**CALM.findings, **told}, **fields)


def triage(intake: Intake, **slots: Any) -> Done:
    return run(ActionTriage(), intake=intake.to_dict(), **slots)


def part_of(done: Done, response: str, part: str) -> str:
    return next(str(m[part]) for m in done.messages if m["response"] == response)


def test_the_slot_holds_the_contract_and_what_staff_need() -> None:
    found = triage(CALM).slots["assessment"]
    result = assess(CALM, KNOWN)
    assert found == recorded(result)
    assert found["disposition"] == result.disposition
    assert {"diagnostics", "unknown", "within_days"} <= found.keys()


@pytest.mark.parametrize(
    ("intake", "level"),
    [
        (CALM, "self_care"),
        (replace(CALM, frequency="daily", duration_days=60), "book"),
        (having("rf_dvt"), "urgent"),
    ],
    ids=["self_care", "book", "urgent"],
)
def test_how_urgent_comes_first_and_carries_the_card(intake: Intake, level: str) -> None:
    done = triage(intake)
    assert done.responses[0] == f"utter_assessment_{level}"
    assert done.messages[0]["custom"]["card"]["disposition"] == level
    assert done.messages[0]["why"].startswith("- ")


def test_a_result_is_told_in_at_most_six_messages() -> None:
    unsure = {**DENIED, "skin_red_warm": Answer("unknown", heard="asked")}
    for intake in (
        CALM,
        replace(CALM, frequency="daily", duration_days=60),
        replace(CALM, frequency="daily", duration_days=60, findings=unsure),
        having("numbness", "old_deficit"),
        having("rf_dvt"),
    ):
        assert len(triage(intake).messages) <= 6


def test_what_stands_against_home_care_is_said() -> None:
    told = triage(having("weight_loss")).messages[0]
    assert "weight_loss" in told["why"]
    not_known = triage(replace(CALM, frequency=None)).messages[0]
    assert not_known["why"] == ""
    assert KNOWN.requirements["t4_frequency"].why in not_known["needed"]


def test_self_care_offers_no_visit_and_says_when_to_come_back() -> None:
    done = triage(CALM)
    assert not any(name.startswith("utter_offer") for name in done.responses)
    assert done.slots["offer"] is None
    assert {"utter_advice", "utter_come_back", "utter_self_care_limit"} <= set(done.responses)
    assert part_of(done, "utter_come_back", "emergency")
    assert part_of(done, "utter_come_back", "urgent")


@pytest.mark.parametrize(
    ("intake", "offer"),
    [
        (replace(CALM, frequency="daily", duration_days=60), "utter_offer_appointment"),
        (having("rf_dvt"), "utter_offer_appointment_urgent"),
    ],
    ids=["book", "urgent"],
)
def test_book_and_urgent_offer_a_visit_as_the_last_message(intake: Intake, offer: str) -> None:
    done = triage(intake)
    assert done.responses[-1] == offer
    assert done.slots["offer"] == "booking"


def test_no_second_visit_is_offered_after_a_request() -> None:
    done = triage(having("rf_dvt"), appointment={"reference": "ABCD2345"})
    assert not any(name.startswith("utter_offer") for name in done.responses)


def test_urgent_has_no_list_of_things_to_try() -> None:
    said = triage(having("rf_dvt")).responses
    assert not {"utter_advice", "utter_clinic_steps", "utter_self_care_limit"} & set(said)


def test_what_is_unsafe_for_this_person_is_left_out_with_the_reason() -> None:
    done = triage(having("numbness", "old_deficit"))
    left_out = part_of(done, "utter_advice", "withheld")
    assert KNOWN.strategies["heat"].label in left_out
    assert KNOWN.cautions["heat_numb_skin"].text in left_out
    assert KNOWN.strategies["heat"].text not in part_of(done, "utter_advice", "advice")


def test_reasons_are_in_the_words_of_the_patient() -> None:
    assert "“now and then”" in triage(CALM).messages[0]["why"]


def test_an_emergency_gets_only_its_own_response_and_stands() -> None:
    done = triage(having("rf_cauda_equina"))
    assert done.responses == ["utter_emergency_spine"]
    assert done.slots["emergency"]["state"] == "heard"
    assert done.slots["offer"] is None


def test_the_same_result_again_is_not_told_twice() -> None:
    stored = json.loads(json.dumps(triage(CALM).slots["assessment"]))
    assert triage(CALM, assessment=stored).responses == ["utter_assessment_unchanged"]


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (CALM, having("rf_dvt"), "utter_assessment_changed_up"),
        (having("rf_dvt"), CALM, "utter_assessment_changed_down"),
        (CALM, having("low_fluids"), "utter_assessment_updated"),
    ],
    ids=["up", "down", "same_level"],
)
def test_a_changed_result_says_what_changed_first(before: Intake, now: Intake, said: str) -> None:
    done = triage(now, assessment=recorded(assess(before, KNOWN)))
    assert done.responses[0] == said


def test_no_message_has_a_blank_line_that_a_channel_could_split() -> None:
    for intake in (CALM, having("numbness", "old_deficit"), having("rf_dvt")):
        for message in triage(intake).messages:
            assert not any("\n\n" in str(part) for part in message.values())


def test_a_visit_that_was_wanted_is_offered_with_any_result() -> None:
    assert triage(CALM, visit_wanted=True).responses[-1] == "utter_offer_appointment"


def test_when_to_call_names_what_a_patient_can_see() -> None:
    back = replace(CALM, locations=("low_back",), findings=DENIED)
    emergency = part_of(triage(back), "utter_come_back", "emergency")
    assert KNOWN.findings["saddle_numbness"].label in emergency
    assert KNOWN.red_flags["rf_cauda_equina"].label not in emergency


def test_a_danger_sign_is_explained_by_what_was_told_not_by_an_illness() -> None:
    why = triage(having("calf_swelling_one_side", side="left")).messages[0]["why"]
    assert KNOWN.findings["calf_swelling_one_side"].label in why
    assert KNOWN.red_flags["rf_dvt"].label not in why


def test_a_child_is_sent_to_its_own_doctor_and_offered_no_visit() -> None:
    done = triage(replace(CALM, age=6))
    assert done.responses[0] == "utter_assessment_urgent_child"
    assert not any(name.startswith("utter_offer") for name in done.responses)


def test_a_sign_told_outright_is_not_called_by_its_illness() -> None:
    words = {"rf_dvt": Answer("present", "swollen"), "calf_swelling_one_side": Answer("present")}
    why = triage(replace(CALM, findings=CALM.findings | words)).messages[0]["why"]
    assert KNOWN.red_flags["rf_dvt"].label not in why


def test_two_bare_yeses_say_what_made_the_emergency() -> None:
    done = triage(having("yes_to_danger_list"))
    assert done.responses == ["utter_emergency_unclear"]
    assert done.slots["assessment"]["rules"][0] == "E4"
