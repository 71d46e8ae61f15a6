"""The tuned frame behaves as stock Rasa does."""

from __future__ import annotations

import ast
import copy
from pathlib import Path
from typing import Any

import pytest
import rasa
from jsonschema import ValidationError
from rasa import telemetry
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import (
    BotUttered,
    EntitiesAdded,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.utils.common import all_subclasses

from bot import frame
from bot.channels.web import WebChannel

STOCK_VALIDATE = RemoteAction._validate_action_result
STOCK_RESOLVE = Event.resolve_by_type
RESULTS: tuple[Any, ...] = (
    {"events": [], "responses": []},
    {"events": [{"event": "slot", "name": "note", "value": [1]}], "responses": [{"text": "hi"}]},
    {"events": [{"event": "followup", "name": "action_listen"}]},
    {},
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": None, "metadata": {}}]},
    {"events": [{"event": "slot", "name": "a", "value": 1, "timestamp": True}]},
    {"events": [{"event": "slot", "name": "a", "value": 1, "metadata": []}]},
    {"events": [{"event": "slot", "name": 1, "value": 1}]},
    {"events": [{"event": ["slot"]}]},
    {"events": [{"event": "restart"}, {"name": "nameless"}]},
    {"events": [{"event": "active_loop", "name": None}, {"event": "rewind"}], "other": 1},
    {"events": [{"event": "user", "text": "hi", "parse_data": {"intent": {"name": 1}}}]},
    {"events": [{"event": "no_such_event"}], "responses": []},
    {"events": [{"event": "slot"}]},
    {"events": "none"},
    {"responses": ["text"]},
    [],
    None,
)


@pytest.fixture
def tuned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", STOCK_VALIDATE)
    monkeypatch.setattr(Event, "resolve_by_type", staticmethod(STOCK_RESOLVE))
    for module in frame.COPYING_FOR_LOGS:
        monkeypatch.setattr(module, "copy", copy)
    frame.tune()


@pytest.mark.parametrize("result", RESULTS, ids=str)
def test_an_actions_answer_is_judged_as_stock_judges_it(tuned: None, result: Any) -> None:
    action = RemoteAction("action_x", None)
    assert _verdict(action._validate_action_result, result) == _verdict(
        lambda r: STOCK_VALIDATE(action, r), result
    )


def test_every_event_finds_the_class_that_stock_finds(tuned: None) -> None:
    for each in all_subclasses(Event):
        for _ in range(2):
            assert Event.resolve_by_type(each.type_name) is STOCK_RESOLVE(each.type_name)
    for known in (SlotSet, UserUttered, BotUttered, EntitiesAdded):
        assert Event.resolve_by_type(known.type_name) is known


def test_unknown_events_stay_unknown_as_in_stock(tuned: None) -> None:
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("novel", SlotSet) is SlotSet
    for resolve in (Event.resolve_by_type, STOCK_RESOLVE):
        with pytest.raises(ValueError, match="Unknown event name 'novel'"):
            resolve("novel")


def test_the_schema_is_not_checked_again_at_each_answer(
    tuned: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late(*_args: Any, **_more: Any) -> None:
        raise AssertionError("the meta-schema was checked again")

    monkeypatch.setattr("jsonschema.validators.Draft202012Validator.check_schema", too_late)
    assert RemoteAction("action_x", None)._validate_action_result(RESULTS[0])


def test_the_frame_copies_in_depth_only_for_its_debug_lines() -> None:
    for module in frame.COPYING_FOR_LOGS:
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        lines = [ast.unparse(n) for n in ast.walk(tree) if _is_debug_line(n)]
        copies = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id == "copy"]
        assert copies
        assert len(copies) == sum(line.count("copy.deepcopy(") for line in lines)


def test_tuning_twice_changes_nothing(tuned: None) -> None:
    before = RemoteAction._validate_action_result, Event.resolve_by_type
    frame.tune()
    assert (RemoteAction._validate_action_result, Event.resolve_by_type) == before


def test_telemetry_is_off_however_the_channel_comes_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RASA_TELEMETRY_ENABLED", raising=False)
    monkeypatch.setattr("bot.logs.configure", lambda: None)
    WebChannel.from_credentials(None)
    assert not telemetry.is_telemetry_enabled()


def test_another_version_of_the_frame_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rasa, "__version__", "3.7.0")
    with pytest.raises(frame.WrongFrame):
        frame.tune()


def _is_debug_line(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "structlogger.debug"


def _verdict(validate: Any, result: Any) -> tuple[bool, str, list[Any]]:
    try:
        return validate(result), "", []
    except ValidationError as error:
        return False, error.message, list(error.absolute_path)
