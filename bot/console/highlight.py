"""A message cut into pieces: plain text, and text in which something was understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.console.names import name_of
from bot.store.queries import MessageView


@dataclass(frozen=True)
class Heard:
    """One thing that was understood. `rule`: the wording in the lexicon that heard it."""

    kind: str
    name: str
    assertion: str
    rule: str
    words: str = field(repr=False)
    side: str = ""


@dataclass(frozen=True)
class Piece:
    """A part of a message; `heard` None is plain text. `found`: a word that was searched for."""

    text: str = field(repr=False)
    heard: Heard | None = None
    found: bool = False


def heard_in(message: MessageView) -> list[Heard]:
    """Everything that was understood in a message, in its order."""
    return [_heard(one) for one in message.entities if one.get("assertion")]


def pieces(message: MessageView) -> list[Piece]:
    """The message in pieces. Of overlapping parts the longest is marked."""
    taken: list[tuple[int, int, Heard]] = []
    for one in sorted(_placed(message), key=lambda e: e["start"] - e["end"]):
        if all(one["end"] <= start or end <= one["start"] for start, end, _ in taken):
            taken.append((one["start"], one["end"], _heard(one)))
    return _cut(message.text, sorted(taken, key=lambda part: part[0]))


def found_pieces(text: str, spans: Iterable[tuple[int, int]], around: int = 90) -> list[Piece]:
    """A part of `text` around the first of `spans`, with all of them marked."""
    spans = sorted(spans)
    if not spans:
        return [Piece(text[: 2 * around])]
    first = max(0, spans[0][0] - around)
    last = min(len(text), spans[0][0] + 2 * around)
    parts, at = [Piece("…" if first else "")], first
    for start, end in spans:
        if end <= last:
            parts += [Piece(text[at:start]), Piece(text[start:end], found=True)]
            at = end
    parts += [Piece(text[at:last]), Piece("…" if last < len(text) else "")]
    return [part for part in parts if part.text]


def _placed(message: MessageView) -> list[Mapping[str, Any]]:
    """Mentions whose place in the shown text is certain (a button's label has none)."""
    text = message.text
    return [
        one
        for one in message.entities
        if one.get("assertion")
        and isinstance(one.get("start"), int)
        and isinstance(one.get("end"), int)
        and 0 <= one["start"] < one["end"] <= len(text)
        and text[one["start"] : one["end"]].casefold() == str(one.get("words", "")).casefold()
    ]


def _cut(text: str, taken: list[tuple[int, int, Heard]]) -> list[Piece]:
    parts, at = [], 0
    for start, end, heard in taken:
        parts += [Piece(text[at:start]), Piece(text[start:end], heard)]
        at = end
    return [part for part in (*parts, Piece(text[at:])) if part.text]


def _heard(one: Mapping[str, Any]) -> Heard:
    value, kind = one.get("value"), str(one.get("entity", "")).replace("_", " ")
    return Heard(
        kind=kind,
        name=f"{kind} {value}" if isinstance(value, int | float) else name_of(str(value)),
        assertion=str(one["assertion"]),
        rule=str(one.get("rule") or ""),
        words=str(one.get("words") or ""),
        side=str(one.get("side") or ""),
    )
