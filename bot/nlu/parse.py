"""One text read in bulk (`python -m bot parse`): the JSON line of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.knowledge import knowledge
from bot.triage.answers import apply
from bot.triage.facts import Facts
from bot.triage.intake import Intake
from bot.triage.reading import Assertion, Mention, MentionKind, Reading

_HELD: tuple[Assertion, ...] = ("present", "uncertain")


_TELLING = frozenset({"report_symptoms", "inform"})


def in_light_of(intent: Mapping[str, Any], asked: str | None) -> Mapping[str, Any]:
    """The intent, given the topic of the pending question (None: there was none).

    To tell of one's trouble is `report_symptoms` when nothing was asked, else `inform`: the
    words do not differ.
    """
    if intent.get("name") not in _TELLING:
        return intent
    return {**intent, "name": "report_symptoms" if asked is None else "inform"}


def to_parse_line(text: str, intent: Mapping[str, Any], reading: Reading) -> dict[str, Any]:
    """The line for one text. `intent`: Rasa's {"name": ..., "confidence": ...}.

    `locations`, `side`, `frequency`, `duration` (days) and `severity` hold what is said to
    be so now; `triggers` are present findings of the groups timing and trigger.
    """
    findings = knowledge().findings
    present = reading.of("finding", *_HELD)
    triggers = [m.value for m in present if findings[str(m.value)].group in ("timing", "trigger")]
    return {
        "text": text,
        "intent": intent.get("name"),
        "confidence": intent.get("confidence"),
        "locations": _unique(m.value for m in reading.of("location", *_HELD)),
        "side": _last(reading, "side"),
        "frequency": _last(reading, "frequency"),
        "duration": _last(reading, "duration"),
        "severity": _last(reading, "severity"),
        "triggers": _unique(triggers),
        "findings": [_finding(m) for m in reading.of("finding")],
        "red_flags": [_red_flag(m) for m in (*reading.of("red_flag"), *_concluded(reading))],
    }


def _concluded(reading: Reading) -> tuple[Mention, ...]:
    """Danger signs that no phrase names, but that the findings of this message make up."""
    content = knowledge()
    known = Facts(apply(Intake(), None, reading, content).intake, content)
    named = {m.value for m in reading.of("red_flag", *_HELD)}
    made_up = (flag.id for flag in known.present_flags() if flag.id not in named)
    return tuple(Mention("red_flag", name, rule=f"red_flags.{name}") for name in made_up)


def _finding(mention: Mention) -> dict[str, Any]:
    return {
        "id": mention.value,
        "assertion": mention.assertion,
        "start": mention.start,
        "end": mention.end,
        "rule": mention.rule,
    }


def _red_flag(mention: Mention) -> dict[str, Any]:
    flag = knowledge().red_flags[str(mention.value)]
    return {
        "id": mention.value,
        "assertion": mention.assertion,
        "urgency": flag.urgencies[0].level if flag.urgencies else None,
        "rule": mention.rule,
    }


def _last(reading: Reading, kind: MentionKind) -> str | int | None:
    said = reading.of(kind, *_HELD)
    return said[-1].value if said else None


def _unique(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))
