"""Which button payloads a conversation accepts now.

Only what the last bot messages offered: exactly, or, for a pending question with several
answers, a subset of its options' values in one `/answer{...}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.errors import PayloadNotOffered

MAX_PAYLOAD = 2_000
_ANSWER = "/answer"
_SEVERAL = frozenset({"multiple", "body_map"})
Message = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """An accepted payload with the label that the server itself had shown for it."""

    payload: str
    label: str


def accept(payload: object, last_messages: Iterable[Message]) -> Choice:
    """The choice behind a payload. Raises PayloadNotOffered for all that was not on offer."""
    if not isinstance(payload, str) or len(payload) > MAX_PAYLOAD:
        raise PayloadNotOffered()
    messages = list(last_messages)
    label = _labels(messages).get(payload) or _several(payload, messages)
    if not label:
        raise PayloadNotOffered()
    return Choice(payload, label)


def _labels(messages: Iterable[Message]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for message in messages:
        labels |= {b["payload"]: b["label"] for b in message.get("buttons") or []}
        labels |= {o["payload"]: o["label"] for o in _options(message) if o.get("payload")}
    return labels


def _options(message: Message) -> list[dict[str, Any]]:
    return list((message.get("question") or {}).get("options") or [])


def _several(payload: str, messages: Iterable[Message]) -> str:
    """The joined labels when `payload` is a subset of a question's options, else ""."""
    wanted = _values(payload)
    for message in messages:
        if wanted and (message.get("question") or {}).get("kind") in _SEVERAL:
            labels = _labels_of(wanted, _options(message))
            if labels:
                return ", ".join(labels)
    return ""


def _labels_of(
    wanted: frozenset[tuple[str, str]], options: Iterable[Mapping[str, Any]]
) -> list[str]:
    """Labels of the options that together say exactly `wanted`; [] if they cannot."""
    chosen = [o for o in options if (v := _values(o.get("payload", ""))) and v <= wanted]
    covered = frozenset[tuple[str, str]]().union(*(_values(o["payload"]) for o in chosen))
    return [str(o["label"]) for o in chosen] if covered == wanted else []


def _values(payload: str) -> frozenset[tuple[str, str]]:
    """`/answer{"finding": ["a", "b"]}` as {("finding", "a"), ("finding", "b")}; else empty."""
    if not payload.startswith(_ANSWER + "{"):
        return frozenset()
    try:
        said = json.loads(payload.removeprefix(_ANSWER))
    except (ValueError, RecursionError):
        return frozenset()
    pairs = [(kind, v) for kind, values in said.items() for v in _as_list(values)]
    if not all(isinstance(value, (str, int)) for _, value in pairs):
        return frozenset()
    return frozenset((kind, str(value)) for kind, value in pairs)


def _as_list(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [values]
