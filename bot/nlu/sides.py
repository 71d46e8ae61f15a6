"""Left, right, both or changing: of one location and of the whole message."""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.engine import Heard, Message

_REACH_BEFORE, _REACH_AFTER = 3, 4
_CHANGING = frozenset({"sometimes", "then", "or", "other", "mostly", "usually", "occasionally"})


def side_of(message: Message, place: Heard, sides: Sequence[Heard]) -> Heard | None:
    """The side said right before a place ("left lower calf") or behind it ("calf, left")."""
    inside = [s for s in sides if set(s.words) & set(place.words)]
    if inside:
        return inside[0]
    before = [s for s in sides if 0 <= place.start - s.end < _REACH_BEFORE]
    near = [s for s in before if _is_open(message, s.end, place.start)]
    if near:
        return near[-1]
    after = [s for s in sides if 0 <= s.start - place.end < _REACH_AFTER]
    return next((s for s in after if _is_open(message, place.end, s.start)), None)


def overall_side(message: Message, sides: Sequence[Heard]) -> str | None:
    """One side for the message: several different ones mean both or alternating."""
    sides = [side for side in sides if not _is_denied(message, side)] or sides
    values = {side.id for side in sides}
    if not values:
        return None
    if "alternating" in values:
        return "alternating"
    if len(values) == 1:
        return values.pop()
    first, last = min(s.end for s in sides), max(s.start for s in sides)
    between = {message.word(n) for n in range(first - 1, min(last + 4, len(message.tokens)))}
    return "alternating" if between & _CHANGING else "both"


def _is_denied(message: Message, side: Heard) -> bool:
    """ "not the left one"."""
    return "not" in {message.word(side.start - 1), message.word(side.start - 2)}


def _is_open(message: Message, start: int, end: int) -> bool:
    """No other place, "and" or sentence end between the two."""
    between = message.tokens[start : end + 1]
    words = {token.text for token in message.tokens[start:end]}
    places = [p for p in message.of("location") if p.start >= start and p.end <= end]
    return not places and not words & {"and", "but"} and all(t.gap < 2 for t in between[1:] or ())
