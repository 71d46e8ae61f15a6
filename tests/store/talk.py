"""Conversations for the tests, made of the engine's own events."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.store.database import Database
from bot.store.tracker_store import ClinicTrackerStore

DOMAIN = Domain.from_dict(
    {
        "slots": {
            name: {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
            for name in ("intake", "assessment", "emergency", "appointment")
        }
    }
)
ASSESSMENT = {
    "disposition": "book",
    "rules": ["b1"],
    "contributors": [],
    "advice": [],
    "withheld": [],
    "treatments": ["massage"],
    "knowledge_version": "k1",
    "unknown": ["numbness"],
}
APPOINTMENT = {
    "reference": "R-7",
    "name": "Zebulon Quark",
    "contact": "555-0142",
    "when": "Tuesday mornings",
    "consent": True,
}


def make_store(database: Database) -> ClinicTrackerStore:
    return ClinicTrackerStore(DOMAIN, url=str(database.engine.url.render_as_string(False)))


async def say(
    store: ClinicTrackerStore,
    conversation_id: str,
    text: str,
    *reply: Any,
    message_id: str | None = None,
    metadata: dict[str, Any] | None = None,
    intent: str = "inform",
) -> DialogueStateTracker:
    """One turn as the engine plays it: get the tracker, add events, save once."""
    tracker = await store.get_or_create_tracker(conversation_id, append_action_listen=False)
    if not tracker.events:
        begin(tracker)
    tracker.update(
        UserUttered(
            text,
            {"name": intent, "confidence": 0.9},
            [{"entity": "finding", "value": "numbness", "words": text}],
            message_id=message_id,
            metadata=metadata,
        )
    )
    for event in reply or (BotUttered(f"Answer to {len(tracker.events)}"),):
        tracker.update(event)
    tracker.update(ActionExecuted("action_listen"))
    await store.save(tracker)
    return tracker


def begin(tracker: DialogueStateTracker) -> None:
    for event in (
        ActionExecuted("action_session_start"),
        SessionStarted(),
        ActionExecuted("action_listen"),
    ):
        tracker.update(event)


def slot(name: str, value: Any) -> SlotSet:
    return SlotSet(name, value)
