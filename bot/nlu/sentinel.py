"""The ear for danger signs in raw text; needs neither Rasa nor a trained model."""

from __future__ import annotations

from datetime import date

from bot.nlu.reading import reader
from bot.triage.reading import Mention


def hear(text: str) -> tuple[Mention, ...]:
    """Danger signs in the text, each with its assertion. Never raises on any text.

    A sign that is denied comes as `absent`; `past` only when it clearly lies long ago.
    A sign said of somebody else is as present as one's own.
    """
    return reader().red_flags(text, date.today())
