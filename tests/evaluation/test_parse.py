"""Reading texts in bulk: what counts as a text, and one line out for each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.evaluation.errors import InputError
from bot.evaluation.parse import Said, read_texts
from bot.nlu.parse import in_light_of
from bot.settings import ROOT


def texts(tmp_path: Path, content: str) -> list[str]:
    file = tmp_path / "texts.txt"
    file.write_text(content, encoding="utf-8")
    return [said.text for said in read_texts(str(file))]


def test_a_line_is_a_text_and_empty_lines_keep_their_place(tmp_path: Path) -> None:
    assert texts(tmp_path, "my calf\r\n\nno numbness\n") == ["my calf", "", "no numbness"]
    assert texts(tmp_path, "") == []


def test_json_lines_are_read(tmp_path: Path) -> None:
    assert texts(tmp_path, '{"text": "a\\nb", "id": 1}\nplain') == ["a\nb", "plain"]


def test_json_lines_may_say_what_was_asked(tmp_path: Path) -> None:
    file = tmp_path / "texts.jsonl"
    file.write_text('{"text": "a", "asked": null}\n{"text": "b", "asked": "age"}\n{"text": "c"}')
    expected = [Said("a", None, True), Said("b", "age", True), Said("c")]
    assert read_texts(str(file)) == expected


def test_to_tell_is_an_answer_only_when_something_was_asked() -> None:
    told = {"name": "inform", "confidence": 0.9}
    assert in_light_of(told, None) == {"name": "report_symptoms", "confidence": 0.9}
    assert in_light_of({"name": "report_symptoms"}, "location") == {"name": "inform"}
    assert in_light_of({"name": "book"}, None) == {"name": "book"}


def test_an_odd_brace_is_just_text(tmp_path: Path) -> None:
    assert texts(tmp_path, "{hurts") == ["{hurts"]


def test_json_without_text_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^Line 2 "):
        texts(tmp_path, 'fine\n{"words": "x"}\n')


@pytest.mark.model
def test_each_text_gets_one_line_in_order(model_path: Path) -> None:
    payload = '/answer{"finding": "fever"}'
    said = ["my left calf cramps every night", "", '{"text": "no numbness"}', payload]
    command = [sys.executable, "-m", "bot", "parse", "-"]
    done = subprocess.run(
        command, cwd=ROOT, input="\n".join(said), capture_output=True, text=True, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == 4
    assert set(lines[0]) == {
        "text", "intent", "confidence", "locations", "side", "frequency", "duration",
        "severity", "triggers", "findings", "red_flags",
    }  # fmt: skip
    assert (lines[0]["locations"], lines[0]["side"]) == (["calf"], "left")
    assert lines[0]["frequency"] == "daily"
    assert lines[1]["text"] == ""
    assert [(f["id"], f["assertion"]) for f in lines[2]["findings"]] == [("numbness", "absent")]
    assert lines[3]["confidence"] < 1, "typed text acted as a button"
