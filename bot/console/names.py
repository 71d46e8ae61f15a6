"""What ids are called on the screen: names from the clinical content, never made up here."""

from __future__ import annotations

from collections.abc import Mapping

from bot.knowledge import knowledge

DISPOSITION_LABELS: Mapping[str, str] = {
    "emergency": "Emergency",
    "urgent": "Same day",
    "book": "Appointment",
    "self_care": "Self-care",
}
VERDICTS: Mapping[str, str] = {
    "right": "The result was right",
    "too_low": "Should have been more urgent",
    "too_high": "Should have been less urgent",
    "misunderstood": "The patient was misunderstood",
}
LIKELIHOODS: Mapping[str, str] = {
    "more": "more likely",
    "possible": "possible",
    "less": "less likely",
}

ROLES: Mapping[str, str] = {
    "viewer": "Reads conversations",
    "reviewer": "Reads and reviews conversations",
    "clinician": "Reviews, and decides on clinical content",
    "admin": "Everything, and staff logins",
}


def name_of(item: str) -> str:
    """The name of a finding, red flag, area, page item, strategy or rule; else the id."""
    content = knowledge()
    for table in (content.findings, content.red_flags, content.locations, content.strategies):
        if item in table:
            return str(table[item].label)
    if item in content.items:
        return content.items[item].name
    if item in content.rules:
        return content.rules[item].why
    if item in content.cautions:
        return content.cautions[item].text
    return item.replace("_", " ")
