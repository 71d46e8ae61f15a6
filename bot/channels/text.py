"""Makes typed text safe to store, to log around and to hand to the engine.

The engine has no limits of its own: a NUL ends it on PostgreSQL, a lone surrogate makes
stored JSON unreadable, and a leading "/" would be taken for a button's payload.
"""

from __future__ import annotations

import re
import unicodedata

from bot.channels.errors import MalformedRequest, TooLong

MAX_TEXT = 4_000
"""Longest text of one message, in characters as sent."""

_MAX_MARKS = 4  # combining marks in a row; no writing system needs more
_KEPT_CONTROLS = frozenset("\n\t")
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PAYLOAD_SIGN = "/"
_HARMLESS_SLASH = "\uff0f"  # looks like "/", means nothing to the engine


def clean_text(raw: object) -> str:
    """The patient's text, normalised and unable to act as a payload.

    Raises TooLong over MAX_TEXT characters, MalformedRequest when nothing readable is left.
    """
    if not isinstance(raw, str):
        raise MalformedRequest()
    if len(raw) > MAX_TEXT:
        raise TooLong()
    text = _escape_payload(normalise(raw))
    if not text:
        raise MalformedRequest()
    return text


def normalise(raw: str) -> str:
    """NFC text without NUL, surrogates, control or direction-override characters, stripped."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(character for character in text if not _is_unwanted(character))
    return _thin_marks(unicodedata.normalize("NFC", kept)).strip()


def _is_unwanted(character: str) -> bool:
    if character in _KEPT_CONTROLS:
        return False
    if character in _BIDI or ord(character) & 0xFFFE == 0xFFFE:
        return True
    return unicodedata.category(character) in ("Cc", "Cs")


def _thin_marks(text: str) -> str:
    if text.isascii():
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MAX_MARKS:
            kept.append(character)
    return "".join(kept)


def _escape_payload(text: str) -> str:
    """Rasa takes every text that starts with "/" for an intent; typed text never may."""
    return re.sub(f"^{_PAYLOAD_SIGN}+", lambda m: _HARMLESS_SLASH * len(m.group()), text)
