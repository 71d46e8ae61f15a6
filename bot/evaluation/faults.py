"""Danger signs told while something is broken: each custom action in turn fails every time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from bot.evaluation.dialogues import Dialogue, Spoken, hold
from bot.evaluation.player import level_of, play
from bot.triage.content import Knowledge

if TYPE_CHECKING:
    from bot.evaluation.engine import Bench

Pair = tuple[str, Dialogue]
"""An action that fails, and the dialogue that is held meanwhile."""
Shown = Callable[[Sequence[Pair], str], Iterable[Pair]]


def every_pair(dialogues: Sequence[Dialogue], actions: Sequence[str]) -> list[Pair]:
    """Every emergency under every failing action."""
    return [(action, d) for action in actions for d in emergencies(dialogues)]


def spread_pairs(dialogues: Sequence[Dialogue], actions: Sequence[str]) -> list[Pair]:
    """Every emergency once, the actions dealt out in turn: a sample that touches all of both."""
    told = emergencies(dialogues)
    return [(actions[number % len(actions)], d) for number, d in enumerate(told)]


def emergencies(dialogues: Sequence[Dialogue]) -> list[Dialogue]:
    """The dialogues whose sign must be heard in the turn in which it is said."""
    return [d for d in dialogues if d.level == "emergency"]


def held_under(
    pairs: Iterable[Pair], lengths: dict[str, int], content: Knowledge, on: Bench
) -> list[tuple[Pair, Spoken]]:
    """Hold each dialogue while its action fails. `lengths`: turns of each unharmed patient."""
    held = []
    for action, dialogue in pairs:
        with on.failing(action):
            spoken = hold(dialogue, on.converse(), lengths[dialogue.patient.id], content)
        held.append(((action, dialogue), spoken))
    return held


def lengths_of(dialogues: Sequence[Dialogue], content: Knowledge, on: Bench) -> dict[str, int]:
    """How many messages each patient of the dialogues needs when nothing fails."""
    patients = {d.patient.id: d.patient for d in dialogues}
    return {name: play(p, on.converse(), content).turns for name, p in patients.items()}


def under_faults(
    dialogues: Sequence[Dialogue], content: Knowledge, on: Bench, shown: Shown
) -> dict[str, Any]:
    """By action: of all emergencies, how many were heard in the turn in which they were said."""
    lengths = lengths_of(dialogues, content, on)
    pairs = shown(every_pair(dialogues, on.actions()), "Failing actions")
    figures: dict[str, Any] = {}
    for (action, dialogue), spoken in held_under(pairs, lengths, content, on):
        of = figures.setdefault(action, {"heard": 0, "of": 0, "missed": []})
        heard = level_of(spoken.answer) == "emergency"
        of["of"] += 1
        of["heard"] += heard
        of["missed"] += [] if heard else [dialogue.id]
    return figures
