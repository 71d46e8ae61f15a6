"""Loads the dialogue engine so that nothing in it can fail silently.

Stock Rasa wraps every tracker store in one that forgets to memory, takes a mistyped store
for "in memory, please", and loads a damaged model with a debug line. Here a wrong model or
store stops the start with a sentence.

    EngineError    the model or the store cannot be used
"""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.engine.exceptions import GraphComponentException
from rasa.exceptions import ModelNotFound
from rasa.utils.endpoints import EndpointConfig

from bot.channels.responses import ClinicResponses
from bot.frame import tune
from bot.inprocess import InProcessActions
from bot.settings import Settings
from bot.training import MANIFEST, MODEL_NAME, file_hash

SMOKE_TEXT = "I get cramps in my calf at night"
"""A message that every sound model understands: an intent and at least one entity."""
_UNLOADABLE = (ModelNotFound, GraphComponentException, OSError, EOFError, ValueError, KeyError)


class EngineError(Exception):
    """The engine cannot serve patients. The message is one sentence for a person."""


def load_agent(
    settings: Settings,
    tracker_store: TrackerStore,
    lock_store: LockStore | None = None,
    actions: EndpointConfig | None = None,
) -> Agent:
    """The verified engine with the strict store and the actions inside. Raises EngineError."""
    tune()
    model = newest_model(settings.model_dir)
    check_manifest(model)
    agent = Agent(
        generator=ClinicResponses(settings=settings),
        tracker_store=tracker_store,
        lock_store=lock_store,
        action_endpoint=actions or InProcessActions(),
    )
    try:
        agent.load_model(model)
    except _UNLOADABLE as error:
        raise EngineError(f"The model {model.name} cannot be loaded: run `make train`.") from error
    keep_strict(agent, tracker_store)
    check_model(agent)
    return agent


def newest_model(folder: Path) -> Path:
    """The model that training published, or else the newest file. Raises EngineError."""
    published = folder / MODEL_NAME
    found = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if published.is_file():
        return published
    if not found:
        raise EngineError(f"There is no model in {folder}: run `make train`.")
    return found[-1]


def check_manifest(model: Path) -> None:
    """Raises EngineError when the model's file is not the one that training wrote."""
    manifest = model.with_name(MANIFEST)
    if model.name != MODEL_NAME or not manifest.is_file():
        return
    try:
        expected = json.loads(manifest.read_text(encoding="utf-8"))["model_sha256"]
    except (ValueError, KeyError) as error:
        raise EngineError(f"{manifest} is damaged: run `make train`.") from error
    if file_hash(model) != expected:
        raise EngineError(f"The model {model.name} is damaged: run `make train`.")


def keep_strict(agent: Agent, tracker_store: TrackerStore) -> None:
    """Take the forgetful wrapper off again: a failed save must be an error."""
    tracker_store.domain = agent.domain
    agent.tracker_store = tracker_store
    agent.processor.tracker_store = tracker_store


def check_model(agent: Agent) -> None:
    """Raises EngineError when the model understands or decides nothing."""
    with ThreadPoolExecutor(1) as thread:  # the caller may be inside a running loop
        parsed = thread.submit(asyncio.run, agent.parse_message(SMOKE_TEXT)).result()
    if not understands(parsed):
        raise EngineError("The model understands nothing: run `make train`.")
    if not agent.processor.model_metadata.core_target:
        raise EngineError("The model has no policies: run `make train`.")


def understands(parsed: dict[str, Any]) -> bool:
    """True if a parsed smoke text has an intent with some confidence, and an entity."""
    intent = parsed.get("intent") or {}
    return bool(intent.get("name") and intent.get("confidence", 0) > 0 and parsed.get("entities"))
