"""The Rasa component writes the mentions as entities."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.parse import to_parse_line
from bot.nlu.reader import ClinicalReader
from bot.nlu.reading import read
from bot.triage.reading import Reading
from tests.nlu.reading_helpers import SUNDAY


def _process(text: str | None) -> list[dict[str, object]]:
    component = ClinicalReader.create({}, MagicMock(), MagicMock(), MagicMock())
    message = Message({"text": text} if text is not None else {})
    entities: list[dict[str, object]] = component.process([message])[0].get("entities")
    return entities


def test_each_mention_becomes_an_entity_with_its_assertion() -> None:
    entities = _process("left calf, no numbness")
    found = {(e["entity"], e["value"], e["assertion"], e.get("side")) for e in entities}
    assert ("location", "calf", "present", "left") in found
    assert ("finding", "numbness", "absent", None) in found
    assert all(e["extractor"] == "ClinicalReader" for e in entities)


def test_entities_read_back_as_the_same_mentions() -> None:
    text = "my r calf since tuesday, 8/10, cant feel it when I wipe"
    back = Reading.from_entities(_process(text))
    assert {(m.kind, m.value) for m in back.mentions} >= {
        ("location", "calf"), ("severity", 8), ("red_flag", "rf_cauda_equina"),
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", None, "   "])
def test_an_empty_text_has_no_entities(text: str | None) -> None:
    assert _process(text) == []


def test_a_parse_line_has_the_keys_of_the_contract() -> None:
    text = "left calf cramps 3x a week at night, no numbness, chest pain"
    line = to_parse_line(text, {"name": "inform", "confidence": 0.9}, read(text, SUNDAY))
    assert list(line) == [
        "text", "intent", "confidence", "locations", "side", "frequency", "duration",
        "severity", "triggers", "findings", "red_flags",
    ]  # fmt: skip
    assert line["frequency"] == "weekly"
    assert line["side"] == "left"
    assert "calf" in line["locations"]
    assert "nocturnal" in line["triggers"]
    assert {"id", "assertion", "start", "end", "rule"} == set(line["findings"][0])
    assert {flag["id"] for flag in line["red_flags"]} >= {"rf_cardiac"}
