"""A conversation told as a vignette: what its patient wrote, and what should have come out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from bot.store.deidentify import deidentify
from bot.store.queries import ConversationDetail, MessageView

Vignette = dict[str, Any]


def vignette_of(found: ConversationDetail, level: str | None = None) -> Vignette | None:
    """The vignette, without personal details; None when the patient said nothing.

    `level`: the disposition that is right (default: the one that was given). Nothing said
    after the first result belongs to it.
    """
    names = [one.name for one in found.appointments if one.name]
    opening, answers = _told(found.messages, names)
    level = level or found.summary.disposition
    if not opening or level is None:
        return None
    gold: dict[str, Any] = {"level": level, "acceptable_levels": [level]}
    return {
        "id": f"review_{found.summary.id[:10]}",
        "opening": opening,
        "answers": answers,
        "gold": gold,
    }


def vignettes_to_yaml(vignettes: Sequence[Vignette]) -> str:
    """A file that `python -m bot evaluate` plays."""
    head = "# Conversations whose level a reviewer corrected. Read each before it is shared.\n"
    return head + str(yaml.safe_dump(list(vignettes), sort_keys=False, allow_unicode=True))


def _told(
    messages: Sequence[MessageView], names: Sequence[str]
) -> tuple[str, Mapping[str, str | list[str]]]:
    """The first message, and the replies to each topic, in order."""
    opening, topic, replies = "", "other", dict[str, list[str]]()
    for message in messages:
        if message.sender == "bot":
            if _is_result(message):
                break
            topic = str(message.question["topic"]) if message.question else topic
        elif text := deidentify(message.text, names).strip():
            if not opening:
                opening = text
            else:
                replies.setdefault(topic, []).append(text)
    return opening, {t: said[0] if len(said) == 1 else said for t, said in replies.items()}


def _is_result(message: MessageView) -> bool:
    return bool(message.card) and (message.card or {}).get("type") in ("assessment", "emergency")
