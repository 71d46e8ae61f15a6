"""Figures from held dialogues: which danger signs were heard, and which denials alarmed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, get_args

from bot.evaluation.dialogues import Dialogue, Position, Spoken
from bot.evaluation.metrics import clopper_pearson_lower
from bot.evaluation.player import level_of

Held = tuple[Dialogue, Spoken]
_SOON = ("urgent", "emergency")


def talks_report(held: Sequence[Held]) -> dict[str, Any]:
    """Of the signs told, those heard; of the signs denied, those that alarmed."""
    told = [one for one in held if one[0].level is not None]
    denied = [one for one in held if one[0].level is None]
    return {
        "told": _by_position(told, is_heard) | {"signs": len({d.sign for d, _ in told})},
        "emergencies": _bounded([o for o in told if o[0].level == "emergency"], is_heard),
        "urgent": _bounded([o for o in told if o[0].level == "urgent"], is_heard),
        "denied": _by_position(denied, _is_calm) | {"signs": len({d.sign for d, _ in denied})},
        "missed": [_case(one) for one in told if not is_heard(one)],
        "false_alarms": [_case(one) for one in denied if not _is_calm(one)],
    }


def is_heard(held: Held) -> bool:
    """An emergency in the very turn in which it was said; an urgent sign by the result."""
    dialogue, spoken = held
    if dialogue.level == "emergency":
        return level_of(spoken.answer) == "emergency"
    return spoken.played.level in _SOON


def _is_calm(held: Held) -> bool:
    return held[1].played.level != "emergency"


def _by_position(held: Sequence[Held], is_right: Callable[[Held], bool]) -> dict[str, Any]:
    positions = {at: [h for h in held if h[0].position == at] for at in get_args(Position)}
    return {
        "right": _share(held, is_right),
        "with_distractor": _share([h for h in held if h[0].has_distractor], is_right),
        "positions": {at: _share(of, is_right) for at, of in positions.items()},
    }


def _bounded(held: Sequence[Held], is_right: Callable[[Held], bool]) -> dict[str, Any]:
    share = _share(held, is_right)
    return share | {"lower_bound_95": round(clopper_pearson_lower(share["count"], share["of"]), 4)}


def _share(held: Sequence[Held], is_right: Callable[[Held], bool]) -> dict[str, Any]:
    count = sum(map(is_right, held))
    return {"share": round(count / len(held), 4) if held else None, "count": count, "of": len(held)}


def _case(held: Held) -> dict[str, Any]:
    dialogue, spoken = held
    return {
        "id": dialogue.id,
        "sign": dialogue.sign,
        "position": dialogue.position,
        "gold_level": dialogue.level,
        "level": spoken.played.level,
        "rules": list(spoken.played.rules),
        "said": dialogue.say,
        "transcript": [{"from": who, "text": text} for who, text in spoken.played.transcript],
    }
