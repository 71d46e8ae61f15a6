"""A wrong model never serves; the actions run in the process as a server would run them."""

from __future__ import annotations

import asyncio
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection as Rejection

from bot.engine import EngineError, check_manifest, load_agent, newest_model, understands
from bot.inprocess import ActionFailed, InProcessActions
from bot.settings import Settings
from bot.store.tracker_store import ClinicTrackerStore
from bot.training import MANIFEST, MODEL_NAME, file_hash
from tests.channels.tiny_actions import CANARY


@pytest.fixture
def published(tiny_models: Path, tmp_path: Path) -> Path:
    """A model as training publishes it, with its manifest."""
    model = tmp_path / "models" / MODEL_NAME
    model.parent.mkdir()
    shutil.copy(tiny_models / "tiny.tar.gz", model)
    manifest = {"model_sha256": file_hash(model)}
    model.with_name(MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return model


def test_a_sound_model_passes(published: Path) -> None:
    check_manifest(published)


def test_a_model_with_one_changed_byte_is_refused(published: Path) -> None:
    data = bytearray(published.read_bytes())
    data[len(data) // 2] ^= 1
    published.write_bytes(data)
    with pytest.raises(EngineError, match="damaged"):
        check_manifest(published)


@pytest.mark.parametrize("size", [0, 1000])
def test_a_cut_off_model_stops_the_start(settings: Settings, tmp_path: Path, size: int) -> None:
    folder = tmp_path / "cut"
    folder.mkdir()
    whole = (settings.model_dir / "tiny.tar.gz").read_bytes()
    (folder / "model.tar.gz").write_bytes(whole[:size])
    with pytest.raises(EngineError, match="make train"):
        load_agent(replace(settings, model_dir=folder), _store(settings))


def test_no_model_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="There is no model"):
        newest_model(tmp_path)


@pytest.mark.parametrize(
    "parsed",
    [
        {},
        {"intent": {"name": None, "confidence": 0.0}, "entities": []},
        {"intent": {"name": "report", "confidence": 0.9}, "entities": []},
        {"intent": {"name": None, "confidence": 0.0}, "entities": [{"entity": "location"}]},
    ],
)
def test_a_model_with_an_untrained_part_does_not_pass_the_smoke_test(
    parsed: dict[str, Any],
) -> None:
    assert not understands(parsed)


def test_an_untrained_model_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.engine.SMOKE_TEXT", "words that no part of the model knows")
    with pytest.raises(EngineError, match="understands nothing"):
        load_agent(settings, _store(settings))


class Mirror(Action):
    """Gives back what it was called with."""

    seen: dict[str, Any]

    def name(self) -> str:
        return "action_mirror"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        Mirror.seen = {"slots": tracker.slots, "domain": domain}
        tracker.slots["note"] = "changed in place"
        dispatcher.utter_message(text="seen", json_message={"pair": (1, 2)})
        return []


class Declines(Action):
    def name(self) -> str:
        return "action_declines"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        raise Rejection(self.name())


@pytest.fixture
def actions() -> InProcessActions:
    return InProcessActions("tests.channels.tiny_actions")


def _run(name: str, actions: InProcessActions) -> tuple[list[Any], DialogueStateTracker]:
    domain = Domain.load(str(Path(__file__).parent / "tiny" / "domain.yml"))
    tracker = DialogueStateTracker.from_events("one", [UserUttered("pain")], domain.slots)
    action = RemoteAction(name, actions)
    events = asyncio.run(action.run(CollectingOutputChannel(), None, tracker, domain))
    return events, tracker


def test_an_action_gets_no_domain_and_cannot_change_the_tracker(actions: InProcessActions) -> None:
    (uttered,), tracker = _run("action_mirror", actions)
    assert Mirror.seen["domain"] == {}
    assert tracker.get_slot("note") is None
    assert uttered.data["custom"] == {"pair": [1, 2]}, "plain JSON, as from a server"


def test_an_action_that_declines_is_a_rejection_as_from_a_server(actions: InProcessActions) -> None:
    with pytest.raises(ActionExecutionRejection):
        _run("action_declines", actions)


@pytest.mark.parametrize("name", ["action_boom", "action_nobody_wrote"])
def test_an_action_that_fails_tells_its_name_and_no_words(
    actions: InProcessActions, name: str
) -> None:
    with pytest.raises(ActionFailed) as caught:
        _run(name, actions)
    assert name in str(caught.value)
    assert CANARY not in str(caught.value)
    assert caught.value.__cause__ is None


def _store(settings: Settings) -> ClinicTrackerStore:
    return ClinicTrackerStore(None, url=settings.database_url)
