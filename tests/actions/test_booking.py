"""A booking: what is read, what is asked again, and what never happens without consent."""

from __future__ import annotations

from typing import Any

import pytest

from actions.appointment import ActionRequestAppointment, AskBookingConfirmed
from actions.booking_form import FORM, ValidateBookingForm
from actions.contact import read_contact, read_name, read_other_times, read_when
from bot.triage.intake import Answer, Intake
from tests.actions.turns import Done, heard, run

FILLED = {
    "booking_name": "Ann Lee",
    "booking_contact": "(512) 555-0142",
    "booking_when": "Monday mornings",
    "booking_consent": True,
}


def validate(**turn: Any) -> Done:
    return run(ValidateBookingForm(), **({"form": FORM} | turn))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("512-555-0142", "(512) 555-0142"),
        ("call me at +1 (512) 555 0142 please", "(512) 555-0142"),
        ("5125550142", "(512) 555-0142"),
        ("ann.lee@example.com", "ann.lee@example.com"),
        ("my mail is ann@example.com.", "ann@example.com"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
        ("(555) 123-4567", "(555) 123-4567"),
        ("555-0142", None),
        ("123", None),
        ("ann at example", None),
        ("ann@", None),
        ("", None),
    ],
)
def test_contacts_are_read_or_refused(typed: str, read: str | None) -> None:
    assert read_contact(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Ann Lee", "Ann Lee"),
        ("my name is Ann O'Neil", "Ann O'Neil"),
        ("it's José Ángel Núñez-Díaz.", "José Ángel Núñez-Díaz"),
        ("hi, i'm bo li", "bo li"),
        ("X", None),
        ("why do you want my name?", None),
        ("ann@example.com", None),
        ("<script>", None),
        ("one two three four five six seven", None),
        ("x" * 81, None),
    ],
)
def test_names_are_read_or_refused(typed: str, read: str | None) -> None:
    assert read_name(typed) == read


def test_times_are_kept_as_typed() -> None:
    assert read_when("  mon or\n tue,  after 3 ") == "mon or tue, after 3"
    assert read_when("??") is None
    assert read_when("x" * 301) is None


def test_name_and_phone_in_one_message_fill_both() -> None:
    done = validate(text="Ann Lee, 512-555-0142", requested_slot="booking_name")
    assert done.slots["booking_name"] == "Ann Lee"
    assert done.slots["booking_contact"] == "(512) 555-0142"
    assert done.slots["requested_slot"] == "booking_when"


def test_the_danger_signs_of_the_place_come_first() -> None:
    told = Intake(locations=("calf",)).to_dict()
    done = validate(intent="book", opening=True, intake=told)
    assert done.responses == ["utter_booking_screen_first"]
    assert done.slots["question"] == "screen_leg"
    assert done.slots["requested_slot"] == "booking_screen"


def test_after_the_safety_question_the_booking_goes_on() -> None:
    told = Intake(locations=("calf",)).to_dict()
    done = validate(
        intent="deny", entities=[heard("reply", "none")], question="screen_leg", intake=told,
        requested_slot="booking_screen",
    )  # fmt: skip
    assert done.slots["requested_slot"] == "booking_name"
    assert done.slots["question"] is None


def test_a_safety_question_that_was_not_understood_is_put_once_more() -> None:
    told = Intake(locations=("calf",)).to_dict()
    turn = {"intent": "nlu_fallback", "question": "screen_leg", "intake": told}
    again = validate(**turn, requested_slot="booking_screen")
    assert again.slots["attempts"] == 1
    assert again.slots["requested_slot"] == "booking_screen"
    on = validate(**turn, requested_slot="booking_screen", attempts=1)
    assert on.slots["requested_slot"] == "booking_name"


def test_without_symptoms_a_booking_starts_at_once() -> None:
    done = validate(intent="book", opening=True)
    assert done.slots["requested_slot"] == "booking_name"
    assert done.responses == []


def test_a_contact_that_is_none_is_asked_again() -> None:
    done = validate(text="12 34", requested_slot="booking_contact", booking_name="Ann Lee")
    assert done.responses == ["utter_booking_contact_unclear"]
    assert done.slots["requested_slot"] == "booking_contact"


def test_thanks_is_no_name() -> None:
    done = validate(text="thanks", intent="thank", requested_slot="booking_name")
    assert done.responses == ["utter_booking_name_unclear"]


def test_no_consent_ends_the_form_and_sends_nothing() -> None:
    slots = FILLED | {"booking_consent": None}
    done = validate(text="/deny", intent="deny", requested_slot="booking_consent", **slots)
    assert done.slots["requested_slot"] is None
    sent = run(ActionRequestAppointment(), **slots)
    assert sent.responses[0] == "utter_booking_needs_consent"
    assert "appointment" not in sent.slots


def test_the_read_back_says_what_will_be_sent() -> None:
    (message,) = run(AskBookingConfirmed(), **FILLED).messages
    assert message["response"] == "utter_booking_read_back"
    assert (message["name"], message["contact"]) == ("Ann Lee", "(512) 555-0142")
    assert message["when"] == "Monday mornings"


def test_a_correction_at_read_back_changes_the_contact_and_reads_back_again() -> None:
    done = validate(
        text="no, it is 512 555 0199", intent="deny", entities=[heard("reply", "no")],
        requested_slot="booking_confirmed", **FILLED,
    )  # fmt: skip
    assert done.slots["booking_contact"] == "(512) 555-0199"
    assert done.slots["requested_slot"] == "booking_confirmed"


def test_the_button_to_change_a_field_asks_for_it_again() -> None:
    done = validate(
        text='/correct{"booking_field": "booking_name"}', intent="correct",
        entities=[{"entity": "booking_field", "value": "booking_name"}],
        requested_slot="booking_confirmed", **FILLED,
    )  # fmt: skip
    assert done.slots["booking_name"] is None
    assert done.slots["requested_slot"] == "booking_name"


def test_a_confirmed_request_has_a_reference_and_clears_the_form() -> None:
    done = run(ActionRequestAppointment(), **FILLED, booking_confirmed=True)
    request = done.slots["appointment"]
    assert request["consent"] is True
    assert (request["name"], request["contact"]) == ("Ann Lee", "(512) 555-0142")
    assert len(request["reference"]) == 8
    assert done.responses == ["utter_appointment_requested", "utter_offer_continue"]
    assert done.messages[0]["reference"] == request["reference"]
    assert {done.slots[name] for name in FILLED} == {None}
    assert done.slots["offer"] == "continue"


def test_after_a_result_there_is_nothing_to_go_on_with() -> None:
    done = run(
        ActionRequestAppointment(),
        **FILLED,
        booking_confirmed=True,
        assessment={"disposition": "book"},
    )
    assert done.responses == ["utter_appointment_requested"]


@pytest.mark.parametrize("intent", ["ask_topic", "ask_why", "want_person"])
def test_a_question_in_the_middle_makes_the_form_step_aside(intent: str) -> None:
    done = validate(text="why?", intent=intent, requested_slot="booking_contact")
    assert done.has("action_execution_rejected")


def test_symptoms_told_instead_of_a_name_are_kept_and_screened() -> None:
    done = validate(
        text="it is for my left calf, it cramps",
        entities=[heard("location", "calf", words="left calf")],
        requested_slot="booking_name",
    )
    assert done.slots["booking_name"] is None
    assert done.slots["question"] == "screen_leg"


def test_a_name_corrected_in_words_is_read_back_again() -> None:
    done = validate(
        text="no, the name is Ann Leigh",
        intent="deny",
        entities=[heard("reply", "no")],
        requested_slot="booking_confirmed",
        **FILLED,
    )
    assert done.slots["booking_name"] == "Ann Leigh"
    assert done.slots["requested_slot"] == "booking_confirmed"


def test_a_plain_no_at_read_back_asks_what_to_change_and_a_second_one_ends_it() -> None:
    turn: dict[str, Any] = {"text": "no", "intent": "deny", "entities": [heard("reply", "no")]}
    first = validate(**turn, requested_slot="booking_confirmed", **FILLED)
    assert first.responses == ["utter_booking_what_to_change"]
    assert first.slots["requested_slot"] == "booking_confirmed"
    second = validate(
        **turn, requested_slot="booking_confirmed", attempts=first.slots["attempts"], **FILLED
    )
    assert second.slots["requested_slot"] is None


@pytest.mark.parametrize(
    "asked", ["booking_name", "booking_contact", "booking_when", "booking_consent"]
)
@pytest.mark.parametrize("text", ["no", "no never mind", "no thanks"])
def test_a_no_to_any_booking_question_leaves_politely_and_the_triage_goes_on(
    asked: str, text: str
) -> None:
    slots = {name: value for name, value in FILLED.items() if name < asked}
    turn: dict[str, Any] = {"text": text, "intent": "deny", "entities": [heard("reply", "no")]}
    left = validate(**turn, requested_slot=asked, **slots)
    assert left.slots["requested_slot"] is None
    assert left.responses == []
    done = run(ActionRequestAppointment(), **slots, attempts=left.slots["attempts"])
    assert done.responses[0] in {"utter_booking_declined", "utter_booking_needs_consent"}
    assert done.responses[-1] == "utter_offer_continue"
    assert "appointment" not in done.slots


def test_what_cannot_be_read_three_times_ends_with_the_phone() -> None:
    attempts = 0
    for _ in range(3):
        done = validate(text="12 34", requested_slot="booking_contact", attempts=attempts)
        attempts = done.slots["attempts"]
    assert done.slots["requested_slot"] is None
    ended = run(ActionRequestAppointment(), attempts=attempts)
    assert ended.responses[0] == "utter_booking_not_read"
    assert ended.slots["attempts"] is None


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("no, evenings are better", "evenings are better"),
        ("actually make it Tuesday after 3pm", "Tuesday after 3pm"),
        ("the times are wrong, any day before noon", "any day before noon"),
        ("no", None),
        ("that is wrong", None),
        ("yes, send it", None),
    ],
)
def test_times_corrected_in_words_are_read(typed: str, read: str | None) -> None:
    assert read_other_times(typed) == read


def test_times_corrected_at_read_back_are_read_back_again() -> None:
    done = validate(
        text="no, evenings are better", intent="deny", entities=[heard("reply", "no")],
        requested_slot="booking_confirmed", **FILLED,
    )  # fmt: skip
    assert done.slots["booking_when"] == "evenings are better"
    assert done.slots["booking_contact"] == FILLED["booking_contact"]
    assert done.slots["requested_slot"] == "booking_confirmed"


@pytest.mark.parametrize("asked", ["booking_name", "booking_when", "booking_confirmed"])
def test_a_sign_to_be_seen_today_is_told_before_the_booking_goes_on(asked: str) -> None:
    """Wherever it is said; a booking must not bury it."""
    done = validate(
        text="calf swollen red", entities=[heard("red_flag", "rf_dvt", words="calf swollen red")],
        requested_slot=asked, intake=Intake(locations=("calf",)).to_dict(),
    )  # fmt: skip
    assert done.responses[0] == "utter_assessment_urgent"
    assert done.slots["assessment"]["disposition"] == "urgent"
    assert done.slots["intake"]["findings"]["rf_dvt"]["status"] == "present"
    assert done.slots["requested_slot"] is not None


def test_a_bad_answer_to_the_safety_question_is_told_at_once() -> None:
    told = Intake(locations=("calf",)).to_dict()
    done = validate(
        entities=[heard("finding", "calf_swelling_one_side"), heard("finding", "skin_red_warm")],
        question="screen_leg", intake=told, requested_slot="booking_screen",
    )  # fmt: skip
    assert done.responses[0] == "utter_assessment_urgent"
    assert done.slots["requested_slot"] == "booking_name"


def test_what_was_told_as_urgent_is_not_told_again_and_the_request_says_not_to_wait() -> None:
    known = Intake(locations=("calf",), findings={"rf_dvt": Answer("present", "red")}).to_dict()
    urgent = {"disposition": "urgent"}
    again = validate(text="Ann Lee", requested_slot="booking_name", intake=known, assessment=urgent)
    assert again.responses == []
    sent = run(ActionRequestAppointment(), **FILLED, booking_confirmed=True, assessment=urgent)
    assert sent.responses == ["utter_appointment_requested_urgent"]


def test_days_that_exclude_some_are_times_and_no_refusal() -> None:
    done = validate(
        text="no mondays please",
        intent="deny",
        entities=[heard("reply", "no")],
        requested_slot="booking_when",
        booking_name="Ann Lee",
        booking_contact="ann@example.com",
    )
    assert done.slots["booking_when"] == "no mondays please"


def test_a_wish_with_the_first_symptoms_is_kept_until_the_triage_is_done() -> None:
    told = [heard("location", "foot_toes", words="toe")]
    first = validate(text="toe cramp, book me in", intent="book", opening=True, entities=told)
    assert first.responses == ["utter_booking_after_questions"]
    assert first.slots["visit_wanted"] is True
    assert any(e["event"] == "followup" and e["name"] == "triage_form" for e in first.events)


def test_asked_again_the_booking_starts() -> None:
    told = Intake(locations=("foot_toes",)).to_dict()
    again = validate(text="book", intent="book", opening=True, intake=told, visit_wanted=True)
    assert "utter_booking_after_questions" not in again.responses
    assert again.slots["requested_slot"] in ("booking_screen", "booking_name")
