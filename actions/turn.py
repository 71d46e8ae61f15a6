"""One turn as an action sees it: the latest message, and what was known before it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from rasa_sdk import Tracker

from bot.knowledge import knowledge
from bot.triage.answers import Heard, apply
from bot.triage.content import Knowledge, Question
from bot.triage.doubt import question_of
from bot.triage.intake import Intake
from bot.triage.reading import Mention, Reading

_STORY = ("timing", "trigger", "relief")
"""Groups of findings that tell of the spasms themselves."""


class Turn:
    """A read-only view of Rasa's tracker in the words of triage."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker

    @property
    def knowledge(self) -> Knowledge:
        """The clinical content."""
        return knowledge()

    @property
    def conversation_id(self) -> str:
        """Rasa's sender id."""
        return str(self._tracker.sender_id)

    @property
    def text(self) -> str:
        """What was typed, or the payload of a button."""
        return (self._tracker.latest_message or {}).get("text") or ""

    @property
    def is_button(self) -> bool:
        """True when a button was pressed; typed text never reaches Rasa with a slash."""
        return self.text.startswith("/")

    @property
    def intent(self) -> str:
        """Name of the intent, "" if there is none."""
        return self._intent.get("name") or ""

    @property
    def confidence(self) -> float:
        """Confidence of the intent, 0 to 1."""
        return float(self._intent.get("confidence") or 0.0)

    @property
    def _intent(self) -> dict[str, Any]:
        return (self._tracker.latest_message or {}).get("intent") or {}

    @cached_property
    def entities(self) -> list[dict[str, Any]]:
        """Rasa's entities of the message, booking details among them."""
        return (self._tracker.latest_message or {}).get("entities") or []

    @cached_property
    def reading(self) -> Reading:
        """The mentions in the message."""
        return Reading.from_entities(self.entities)

    @property
    def is_repeated(self) -> bool:
        """True when these very words were also the patient's message before."""
        said = (e.get("text") for e in reversed(self._tracker.events or []) if e["event"] == "user")
        latest, before = next(said, None), next(said, None)
        return latest is not None and latest == before

    def replied(self, *values: str) -> bool:
        """True when the message holds one of these plain replies (yes, no, none, unsure ...)."""
        return any(m.value in values for m in self.reading.of("reply"))

    @property
    def topic(self) -> Mention | None:
        """The first of the page's items that the message names."""
        return next((m for m in self.reading.of("topic") if m.value in self.knowledge.items), None)

    @cached_property
    def intake(self) -> Intake:
        """All that is known of the patient so far."""
        return Intake.from_dict(self.slot("intake"))

    @property
    def question(self) -> Question | None:
        """The question that waits for an answer."""
        return question_of(self.slot("question"), self.knowledge)

    def heard(self) -> Heard:
        """What the message does to the intake, in the light of the pending question."""
        fixes = self.intent == "correct"
        return apply(self.intake, self.question, self.reading, self.knowledge, fixes)

    @property
    def tells_symptoms(self) -> bool:
        """True when it is known of the spasms where they are, how often, or what goes with them."""
        told = self.heard().intake
        present = (name for name, answer in told.findings.items() if answer.status == "present")
        known = (self.knowledge.findings.get(name) for name in present)
        return bool(told.locations or told.frequency) or any(f and f.group in _STORY for f in known)

    @property
    def attempts(self) -> int:
        """How often that question was put again because it was not understood."""
        return int(self.slot("attempts") or 0)

    @property
    def warned_at(self) -> int | None:
        """How many questions had been asked when the patient was told to be seen today."""
        return self.slot("warned_at")

    @property
    def form(self) -> str | None:
        """Name of the open form."""
        return (self._tracker.active_loop or {}).get("name")

    def opens(self, form: str) -> bool:
        """True while this message is opening the form (Rasa calls it open already)."""
        return any(
            e["event"] == "active_loop" and e.get("name") == form
            for e in self._events_since_message()
        )

    def slot(self, name: str) -> Any:
        """Value of a slot; None when it is empty."""
        return self._tracker.slots.get(name)

    def form_stepped_aside(self, form: str) -> bool:
        """True when this form already declined this message, so that a rule could answer it."""
        return any(
            e["event"] == "action_execution_rejected" and e.get("name") == form
            for e in self._events_since_message()
        )

    def _events_since_message(self) -> Iterator[dict[str, Any]]:
        for event in reversed(self._tracker.events or []):
            if event["event"] == "user":
                return
            yield event
