"""Short talks about one danger sign: who says it, when, and what the bot answered.

A harmless patient is played as any vignette; at the dialogue's position the sentence with the
sign takes the place of what the patient would have said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.evaluation.played import Played
from bot.evaluation.player import Conversation, play
from bot.evaluation.vignettes import Gold, Vignette
from bot.triage.assessment import Disposition
from bot.triage.content import Knowledge
from bot.triage.intake import Intake

Position = Literal["opening", "third_answer", "last", "after_result"]
_NUMBER = {"opening": 1, "third_answer": 4}
"""Which message of the patient it is; the others depend on how long the talk is."""


@dataclass(frozen=True)
class Dialogue:
    """`sign` is the id of the red flag said or, when `level` is None, denied.

    `has_distractor`: a harmless sentence stands in the same message, before or after it.
    """

    id: str
    sign: str
    say: str
    position: Position
    patient: Vignette
    level: Disposition | None = None
    has_distractor: bool = False


@dataclass(frozen=True)
class Spoken:
    """`answer` is the channel's answer to the sentence itself, `played` the whole talk."""

    answer: Mapping[str, Any]
    played: Played


def hold(dialogue: Dialogue, conversation: Conversation, length: int, known: Knowledge) -> Spoken:
    """Hold the talk to its result. `length`: messages the patient needs without the sign."""
    patient, say = dialogue.patient, dialogue.say
    opened_with_it = replace(patient, opening=say)
    if dialogue.position == "after_result":
        play(patient, conversation, known)
    number = min(_NUMBER.get(dialogue.position, length), length)
    at_once = dialogue.position in ("opening", "after_result")
    listening = _Interrupted(conversation, 1 if at_once else number, say)
    played = play(opened_with_it if at_once else patient, listening, known)
    # When something fails, a talk may end sooner than its length: then it is said after the end.
    answer = listening.answer or conversation.say(say)
    return Spoken(answer, played)


def load_dialogues(file: Path) -> tuple[list[Dialogue], list[Dialogue]]:
    """The dialogues with a sign and those that deny one, in the file's order."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    patients = {name: _patient(name, told) for name, told in content["patients"].items()}
    told, denied = content["dialogues"], content["denied"]
    return (
        [_dialogue(entry, entry["red_flag"], patients) for entry in told],
        [_dialogue(entry, entry["denies"], patients) for entry in denied],
    )


def _patient(name: str, told: Mapping[str, Any]) -> Vignette:
    answers = {topic: (reply,) for topic, reply in told["answers"].items()}
    gold = Gold("self_care", ("self_care", "book"))
    return Vignette(name, "patients", told["opening"], gold, answers)


def _dialogue(entry: Mapping[str, Any], sign: str, patients: Mapping[str, Vignette]) -> Dialogue:
    return Dialogue(
        id=entry["id"],
        sign=sign,
        say=" ".join(filter(None, (entry.get("distractor"), entry["say"], entry.get("after")))),
        position=entry["position"],
        patient=patients[entry["patient"]],
        level=entry.get("level"),
        has_distractor="distractor" in entry or "after" in entry,
    )


@dataclass
class _Interrupted:
    """A conversation in which message `number` is the sentence instead, whatever was due."""

    conversation: Conversation
    number: int
    sentence: str
    heard: int = 0
    answer: Mapping[str, Any] = field(default_factory=dict)

    def say(self, text: str) -> Mapping[str, Any]:
        self.heard += 1
        if self.heard != self.number:
            return self.conversation.say(text)
        self.answer = self.conversation.say(self.sentence)
        return self.answer

    def intake(self) -> Intake:
        return self.conversation.intake()
