"""Labels of the clinical content for what is known of a patient. No words of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.triage.content import Knowledge, Question
from bot.triage.index import index_of
from bot.triage.intake import Intake

_MARK = "- "
_FIELD_WORDS = ("frequency", "episode_length", "duration_days", "course", "severity", "age")
KIND_OF_FIELD: Mapping[str, str] = {
    "locations": "location",
    "duration_days": "duration",
}
"""Intake field -> kind of mention that fills it, where the two differ."""


def in_line(labels: Iterable[str]) -> str:
    """Labels as one line, each once."""
    return ", ".join(dict.fromkeys(label for label in labels if label))


def in_list(lines: Iterable[str]) -> str:
    """Lines as a list, each once; single line ends, so that it stays one message."""
    return "\n".join(_MARK + line for line in dict.fromkeys(lines) if line)


def sign_label(sign: str, knowledge: Knowledge, *, absent: bool = False) -> str:
    """What the content calls a finding or red flag when it is present (or absent)."""
    known = knowledge.findings.get(sign) or knowledge.red_flags.get(sign)
    if known is None:
        return ""
    return known.label_absent if absent else known.label


def ingredients_told(flag: str, intake: Intake, knowledge: Knowledge) -> list[str]:
    """The findings that were told and make this red flag; [] for other signs."""
    made_of = index_of(knowledge).ingredients.get(flag, frozenset())
    return [n for n in intake.findings if n in made_of and intake.status(n) == "present"]


def place_label(place: str, knowledge: Knowledge) -> str:
    """What the content calls a body area, as it stands inside a sentence."""
    known = knowledge.locations.get(place)
    return known.label if known else ""


def field_label(name: str, intake: Intake, knowledge: Knowledge) -> str:
    """The value of a field: the patient's words, else the label of the choice it equals."""
    value = getattr(intake, name, None)
    if value is None:
        return ""
    return intake.words.get(name) or _choice(name, value, knowledge)


def _choice(name: str, value: object, knowledge: Knowledge) -> str:
    options = (o for q in knowledge.questions.values() if q.field == name for o in q.options)
    return next((o.label.lower() for o in options if o.value == value), str(value))


def known_facts(intake: Intake, knowledge: Knowledge) -> list[str]:
    """Labels of everything that is present: places, fields, findings, as they were told."""
    present = [name for name, a in intake.findings.items() if a.status == "present"]
    return [
        *(place_label(place, knowledge) for place in intake.locations),
        intake.words.get("side") or intake.side or "",
        *(field_label(name, intake, knowledge) for name in _FIELD_WORDS),
        *(sign_label(name, knowledge) for name in present),
    ]


def absent_facts(intake: Intake, knowledge: Knowledge) -> list[str]:
    """Labels of the findings that were denied."""
    return [
        sign_label(name, knowledge)
        for name, answer in intake.findings.items()
        if answer.status == "absent" and name in knowledge.findings
    ]


def unknown_facts(intake: Intake, knowledge: Knowledge) -> list[str]:
    """Labels of the findings that were asked and not answered."""
    return [
        sign_label(name, knowledge)
        for name, answer in intake.findings.items()
        if answer.status == "unknown"
    ]


def changed_facts(changed: Iterable[str], intake: Intake, knowledge: Knowledge) -> list[str]:
    """Labels of the fields and findings that one message changed."""
    return [label for name in changed for label in _labels_of(name, intake, knowledge)]


def _labels_of(name: str, intake: Intake, knowledge: Knowledge) -> list[str]:
    if name == "locations":
        return [place_label(place, knowledge) for place in intake.locations]
    status = intake.status(name)
    if name == "writes" or ingredients_told(name, intake, knowledge):
        return []
    if status is None:
        return [field_label(name, intake, knowledge)]
    return [sign_label(name, knowledge, absent=status == "absent")]


def is_choice_question(question: Question) -> bool:
    """True when exactly one of the choices is the answer."""
    return question.kind == "single" and bool(question.options)
