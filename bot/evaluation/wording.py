"""How easy everything that the bot may say is to read, sentence by sentence of its sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import textstat
import yaml

from bot.settings import ROOT
from bot.triage.content import Knowledge

HIGHEST_GRADE = 8.0
AIM = 6.0
_DOMAIN = ROOT / "domain.yml"
_NAMES = re.compile(
    r"ibuprofen|acetaminophen|magnesium|potassium|pharmacist|baclofen|stimulator", re.IGNORECASE
)
"""Names of medicines and devices: the patient meets them anyway."""
_LIST_LINE = re.compile(r"\n- ([^\n]+)")
_FILLED = re.compile(r"\n\{\w+\}|[\[\]]")
_HOLE = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Text:
    """Something that patients read. `name`: what is named in it and need not be easy."""

    id: str
    text: str
    name: str = ""


def wording(content: Knowledge) -> dict[str, Any]:
    """Every text above the aim with its grade, hardest first."""
    graded = [(grade(text), text) for text in patient_texts(content)]
    hard = sorted((one for one in graded if one[0] > AIM), key=lambda one: (-one[0], one[1].id))
    return {
        "texts": len(graded),
        "above_limit": sum(g > HIGHEST_GRADE for g, _ in graded),
        "above_aim": [{"id": t.id, "grade": round(g, 1), "text": t.text} for g, t in hard],
    }


def grade(text: Text) -> float:
    """Automated Readability Index (Smith and Senter 1967): letters, words and sentences.

    The grades that count syllables fetch a dictionary from the internet. A line of a list is
    a sentence; what is filled in, and names, are taken as short words.
    """
    plain = text.text.lower().replace(text.name.lower(), "it") if text.name else text.text
    lines = _LIST_LINE.sub(lambda m: f" {m[1].capitalize()}.", plain)
    whole = _HOLE.sub("911", _FILLED.sub(".", _NAMES.sub("it", lines)))
    return float(textstat.automated_readability_index(whole))


def patient_texts(content: Knowledge) -> Iterator[Text]:
    """Every text of the domain and of the clinical content that is uttered as a whole."""
    yield from _responses()
    for question in content.questions.values():
        for number, text in enumerate(question.texts, start=1):
            yield Text(f"questions: {question.id} {number}", text)
        yield Text(f"questions: {question.id} why", question.why)
    for rule in (*content.rules.values(), *content.requirements.values()):
        yield Text(f"rules: {rule.id}", f"We say so because {rule.why}.")
    for strategy in content.strategies.values():
        yield Text(f"strategies: {strategy.id}", strategy.text)
    for caution in content.cautions.values():
        yield Text(f"cautions: {caution.id}", caution.text)
        if caution.text_unknown:
            yield Text(f"cautions: {caution.id} unknown", caution.text_unknown)
    for item in content.items.values():
        yield Text(f"page: {item.id}", item.summary, item.name)
    for sign in (*content.findings.values(), *content.red_flags.values()):
        yield Text(f"labels: {sign.id}", f"You told me about {sign.label}.")
        yield Text(f"labels: {sign.id} absent", f"You said you have {sign.label_absent}.")


def _responses() -> Iterator[Text]:
    domain = yaml.safe_load(_DOMAIN.read_text(encoding="utf-8"))
    for name, variants in domain["responses"].items():
        for number, variant in enumerate(variants, start=1):
            if variant.get("text"):
                yield Text(f"domain: {name} {number}", variant["text"])
