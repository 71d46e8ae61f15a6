"""The places in texts, like `{clinic_phone}`, and what they are filled with when they are said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from bot.knowledge.errors import allowed_only

CLINIC = frozenset(
    {"clinic_phone", "clinic_name", "emergency_number", "crisis_number", "booking_url"}
)
"""Settings that every response, and every text of the content, may name."""
_ASSESSMENT = frozenset({"days", "why", "unknown", "needed"})
_FACTS = frozenset({"facts"})
GIVEN: Mapping[str, frozenset[str]] = {
    "utter_question": frozenset({"wording"}),
    "utter_noted": _FACTS,
    "utter_corrected": _FACTS,
    "utter_explain_question": frozenset({"why"}),
    "utter_understanding": _FACTS,
    "utter_understanding_absent": _FACTS,
    "utter_understanding_unknown": _FACTS,
    "utter_topic": frozenset({"name", "summary"}),
    "utter_topic_caution": frozenset({"cautions"}),
    "utter_see_today": frozenset({"why"}),
    "utter_assessment_urgent": _ASSESSMENT,
    "utter_assessment_book": _ASSESSMENT,
    "utter_assessment_self_care": _ASSESSMENT,
    "utter_contributors": frozenset({"more", "possible"}),
    "utter_advice": frozenset({"advice", "withheld", "unsure"}),
    "utter_come_back": frozenset({"emergency", "urgent"}),
    "utter_clinic_steps": frozenset({"steps", "treatments"}),
    "utter_booking_read_back": frozenset({"name", "contact", "when"}),
    "utter_appointment_requested": frozenset({"reference"}),
    "utter_appointment_requested_urgent": frozenset({"reference"}),
}
"""Response -> what the action that utters it gives besides (tests hold it to the actions)."""
_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OPTIONAL = re.compile(r"\[[^\[\]]*\]")


def given_to(response: str) -> frozenset[str]:
    """Names that the action gives to this response; of all others only CLINIC is filled."""
    return GIVEN.get(response, frozenset())


def check_places(text: str, allowed: Collection[str], *, optional: bool = False) -> Iterator[str]:
    """One sentence for each place that nobody fills and each brace or bracket that stands alone.

    `optional`: the text may hold parts in [brackets] that are left out when they are empty.
    """
    for name in dict.fromkeys(_PLACE.findall(text)):
        if name not in allowed:
            yield allowed_only(f"{{{name}}}", [f"{{{one}}}" for one in allowed])
    if re.search(r"[{}]", _PLACE.sub("", text)):
        yield "a brace { or } is left over: a place is written like {clinic_phone}"
    if optional and re.search(r"[\[\]]", _OPTIONAL.sub("", text)):
        yield "a bracket [ or ] is left over: [a part] in brackets holds no other"
