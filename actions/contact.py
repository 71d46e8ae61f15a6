"""Reads a name, a phone number or an email from what a patient typed."""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email

_REGION = "US"
_LONGEST_NAME = 80
_LONGEST_WHEN = 300
_EMAIL = re.compile(r"[^\s<>,;:()]+@[^\s<>,;:()]+")
_LEAD = re.compile(
    r"^\s*(?:(?:hi|hello|yes|sure|ok(?:ay)?)[\s,.]+)?"
    r"(?:(?:my|the)\s+(?:full\s+)?name(?:'s|\s+is|:)|name:|it(?:'s|\s+is)|this\s+is|i\s+am|i'?m)\s+",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\bname(?:'s|\s+is|:|\s+should\s+be)\s+(.+)$", re.IGNORECASE)
_NAME = re.compile(r"^[^\W\d_][^\d_@/\\<>{}\[\]\n?!]*$")
_MOST_WORDS = 6
_TIME = re.compile(
    r"\b(?:(?:mon|tues?|wednes|wed|thurs?|thu|fri|satur|sun)(?:days?)?|(?:to|week|every|any|other)"
    r"[\s-]?days?|tomorrow|weekends?|weeks?|mornings?|noon|midday|(?:after)?noons?|evenings?|nights?"
    r"|earl(?:y|ier)|later?|any\s?time|lunch(?:time)?|\d{1,2}(?::\d\d|\s?[ap]\.?m\b|\s?o.?clock))",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"^(?:(?:yes|no|nope|actually|sorry|but|please|wait|well|make\s+it|change\s+it\s+to"
    r"|(?:the\s+|my\s+)?(?:good\s+)?times?\s+(?:are|is|should\s+be)(?:\s+wrong)?|rather|instead)[\s,.:;]+)+",
    re.IGNORECASE,
)


def read_contact(text: str) -> str | None:
    """An email address, or a US phone number like (512) 555-0100; None if there is neither."""
    return _email(text) or _phone(text)


def _email(text: str) -> str | None:
    found = _EMAIL.search(text)
    if not found:
        return None
    try:
        return str(validate_email(found[0].rstrip("."), check_deliverability=False).email)
    except EmailNotValidError:
        return None


def _phone(text: str) -> str | None:
    """The first possible number; numbers without a country code are read as US numbers.

    Possible is enough, as area codes come and go; the patient reads it back anyway.
    """
    leniency = phonenumbers.Leniency.POSSIBLE
    match = next(iter(phonenumbers.PhoneNumberMatcher(text, _REGION, leniency=leniency)), None)
    if match is None or not _is_complete(match.number):
        return None
    national = match.number.country_code == phonenumbers.country_code_for_region(_REGION)
    style = phonenumbers.PhoneNumberFormat
    return str(
        phonenumbers.format_number(
            match.number, style.NATIONAL if national else style.INTERNATIONAL
        )
    )


def _is_complete(number: phonenumbers.PhoneNumber) -> bool:
    reason = phonenumbers.is_possible_number_with_reason(number)
    return bool(reason == phonenumbers.ValidationResult.IS_POSSIBLE)


def read_name(text: str) -> str | None:
    """A person's name of at most 80 characters; None when the text does not look like one."""
    name = " ".join(_LEAD.sub("", text).split()).strip(" .,")
    if not 2 <= len(name) <= _LONGEST_NAME or len(name.split()) > _MOST_WORDS:
        return None
    return name if _NAME.match(name) else None


def read_named(text: str) -> str | None:
    """The name in "no, the name is Ann Lee"; None when the words do not introduce one."""
    found = _NAMED.search(text)
    return read_name(found[1]) if found else None


def read_when(text: str) -> str | None:
    """Preferred days and times, as typed; None when there is nothing to read."""
    when = " ".join(text.split())
    return when if 2 <= len(when) <= _LONGEST_WHEN and re.search(r"\w", when) else None


def names_time(text: str) -> bool:
    """True when a day or a time of day is named: "no mondays please", but not "no thanks"."""
    return bool(_TIME.search(text))


def read_other_times(text: str) -> str | None:
    """The times in "no, make it tuesday evenings"; None when no day or time is named."""
    return read_when(_CHANGE.sub("", " ".join(text.split()))) if names_time(text) else None
