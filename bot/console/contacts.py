"""Masks how to reach a patient wherever a transcript would show it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.store.deidentify import deidentify
from bot.store.queries import AppointmentView, MessageView

MASK = "••••••"
ASKED = frozenset({"booking_name", "booking_contact"})
"""Questions whose answers are masked as a whole."""


def mask_contacts(
    messages: Sequence[MessageView], requests: Iterable[AppointmentView]
) -> list[MessageView]:
    """The messages without names, phone numbers and mail addresses of the patient.

    Masked are the answers to the two questions, what a request holds, and whatever looks like
    a phone number or a mail address in a patient's message.
    """
    known = [value for one in requests for value in (one.name, one.contact) if value]
    masked, asked = [], ""
    for message in messages:
        if message.sender == "bot":
            asked = str((message.question or {}).get("id", ""))
            masked.append(replace(message, text=_without(message.text, known)))
        else:
            if asked in ASKED:
                known.append(message.text)
            masked.append(_patient(message, asked in ASKED, known))
    return masked


def mask_text(text: str) -> str:
    """A patient's words with what looks like personal details masked."""
    return re.sub(r"\[(email|phone|number|name|address)\]", MASK, deidentify(text))


def _patient(message: MessageView, whole: bool, known: list[str]) -> MessageView:
    text = MASK if whole else _without(mask_text(message.text), known)
    if text == message.text:
        return message
    # The places and words of what was heard no longer fit the text.
    heard = tuple({k: v for k, v in one.items() if k != "words"} for one in message.entities)
    return replace(message, text=text, entities=() if whole else heard)


def _without(text: str, known: Iterable[str]) -> str:
    for value in known:
        if len(value) > 3:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", MASK, text, flags=re.IGNORECASE)
    return text
