"""Takes personal details out of a text by their shape, and names that are known.

Patterns find what has a shape: addresses of mail and web, phone and other long numbers, dates,
house addresses, and names after "my name is". A name without such a sign stays, so somebody
reads each text before it leaves the clinic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*"
_PATTERNS = (
    (r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", "[email]"),
    (r"\b(?:https?://|www\.)\S+", "[link]"),
    (r"\b\d{3}-\d{2}-\d{4}\b", "[number]"),
    (r"(?<!\w)(?:\+?\d{1,2}[\s.-]?)?(?:\(\d{3}\)|\d{3})[\s.-]?\d{3}[\s.-]?\d{4}(?!\w)", "[phone]"),
    (rf"\b{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d\b", "[date]"),
    (rf"\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?{_MONTH},? (?:19|20)\d\d\b", "[date]"),
    (r"\b\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}\b", "[date]"),
    (
        r"\b\d{1,5} (?:[A-Za-z]+\.? ){1,3}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|"
        r"boulevard|blvd|court|ct|way)\b\.?",
        "[address]",
    ),
    (r"\b\d{6,}\b", "[number]"),
)
_COMPILED = [(re.compile(pattern, re.IGNORECASE), put) for pattern, put in _PATTERNS]
_INTRODUCED = re.compile(
    r"\b((?i:my name is|my name's|this is|name:|call me|i am called|signed,?)) "
    r"((?:(?:Mr|Mrs|Ms|Dr)\.? )?[A-Z][\w'-]+(?: [A-Z][\w'-]+){0,2})"
)


def deidentify(text: str, names: Iterable[str] = ()) -> str:
    """The text with placeholders; `names` are those known from the patient's request."""
    for pattern, placeholder in _COMPILED:
        text = pattern.sub(placeholder, text)
    text = _INTRODUCED.sub(r"\1 [name]", text)
    for name in {part for whole in names for part in re.findall(r"[^\W\d_]{2,}", whole)}:
        text = re.sub(rf"\b{re.escape(name)}\b", "[name]", text, flags=re.IGNORECASE)
    return text
