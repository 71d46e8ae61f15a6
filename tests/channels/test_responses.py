"""Responses are filled with the clinic's details and an action's words, and with nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from bot import logs
from bot.channels.responses import ClinicResponses
from bot.settings import Settings

PAYLOAD = '/answer{"location": "calf"}'


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """No later test may log to a stream that was captured here and is closed by then."""
    yield
    logs.configure()


def responses(settings: Settings, text: str, **more: Any) -> ClinicResponses:
    domain = Domain.from_dict({"responses": {"utter_it": [{"text": text, **more}]}})
    return ClinicResponses(domain=domain, settings=settings)


def fill(made: ClinicResponses, slots: dict[str, Any] | None = None, **words: Any) -> Any:
    return made.generate_from_slots("utter_it", slots or {}, "web", **words)


def test_the_clinic_slots_and_the_actions_words_are_filled_in(settings: Settings) -> None:
    made = responses(settings, "{name}: call {clinic_phone}. {note}", custom={"a": ["{name}"]})
    said = fill(made, {"note": "N", "name": "slot"}, name="Pat")
    assert said["text"] == "Pat: call (555) 555-0100. N"
    assert said["custom"] == {"a": ["Pat"]}


def test_texts_of_the_knowledge_may_name_the_clinic(settings: Settings) -> None:
    said = fill(responses(settings, "{wording}"), wording="Call {clinic_phone}.")
    assert said["text"] == "Call (555) 555-0100."


@pytest.mark.parametrize("words", ["0[", "{0[secret]}", "10[/10", "{secret}", "%s {{secret}}"])
@pytest.mark.security("ASVS-5.0-V1.3.5", "ASVS-5.0-V1.3.7", "ASVS-5.0-V1.3.10")
def test_words_of_a_patient_are_never_a_format(settings: Settings, words: str) -> None:
    said = fill(responses(settings, "You said: {words}"), {"secret": "hidden"}, words=words)
    assert said["text"] == f"You said: {words}"


def test_payloads_stay_as_they_are_and_are_no_error(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    made = responses(settings, "Where?", buttons=[{"title": "Calf", "payload": PAYLOAD}])
    assert fill(made, {"a": 1})["buttons"] == [{"title": "Calf", "payload": PAYLOAD}]
    assert capsys.readouterr() == ("", "")


def test_a_place_that_nobody_fills_is_logged_by_name_and_without_values(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    said = fill(responses(settings, "Hi {nobody}"), {"intake": "canaryword"}, why="canaryword")
    assert said["text"] == "Hi {nobody}"
    shown = "".join(capsys.readouterr())
    assert "nobody" in shown
    assert "canaryword" not in shown


OPTIONAL = "Be seen[ within {days} days].[\nWhy:\n{why}]"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"days": 14, "why": "- often"}, "Be seen within 14 days.\nWhy:\n- often"),
        ({"days": None, "why": "- often"}, "Be seen.\nWhy:\n- often"),
        ({"days": 14, "why": ""}, "Be seen within 14 days."),
        ({"days": None, "why": "[{days}]"}, "Be seen.\nWhy:\n[{days}]"),
    ],
)
def test_a_part_in_brackets_is_left_out_when_its_place_is_empty(
    settings: Settings, words: dict[str, Any], text: str
) -> None:
    assert fill(responses(settings, OPTIONAL), **words)["text"] == text


SOUND = "Call {emergency_number} now. Go to an emergency room."


@pytest.mark.parametrize("wrong", ["Call {emergncy_number} now.", "", "Call {emergency_number"])
@pytest.mark.parametrize(
    ("general", "text"),
    [
        (SOUND, "Call 911 now. Go to an emergency room."),
        ("Call {emergncy_number} now.", "Call 911 now. Do not drive yourself."),
        (None, "Call 911 now. Do not drive yourself."),
    ],
)
def test_an_emergency_text_that_cannot_be_filled_gives_way_to_one_that_can(
    settings: Settings, wrong: str, general: str | None, text: str
) -> None:
    custom = {"card": {"type": "emergency"}, "question": {"id": "emergency"}}
    texts = {"utter_emergency_heart": [{"text": wrong, "custom": custom}]}
    if general:
        texts["utter_emergency_general"] = [{"text": general}]
    made = ClinicResponses(domain=Domain.from_dict({"responses": texts}), settings=settings)
    for name in ("utter_emergency_heart", "utter_emergency_spine"):
        said = made.generate_from_slots(name, {"note": "N"}, "web")
        assert said and said["text"].startswith(text) and "{" not in said["text"]
        assert said["custom"]["card"] == {"type": "emergency"}
    assert made.generate_from_slots("utter_emergency_heart", {}, "web")["custom"] == custom


def test_a_sound_emergency_text_stays_as_it_is(settings: Settings) -> None:
    texts = {"utter_emergency_heart": [{"text": SOUND}]}
    made = ClinicResponses(domain=Domain.from_dict({"responses": texts}), settings=settings)
    (said,) = made.say("utter_emergency_heart")
    assert said["text"] == "Call 911 now. Go to an emergency room."
