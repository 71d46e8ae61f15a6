"""One text read in bulk (`python -m bot parse`): the JSON line of the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bot.knowledge import knowledge
from bot.triage.answers import apply
from bot.triage.facts import Facts
from bot.triage.intake import Intake
from bot.triage.reading import MEANING, Assertion, Mention, MentionKind, Reading

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


def _concluded(reading: Reading) -> Iterator[Mention]:
    """Danger signs that no phrase names, but that the findings of this message make up.

    Uncertain are those that they would make up if what is in doubt were so: the bot asks.
    """
    named = {m.value for m in reading.of("red_flag", *_HELD)}
    told = _made_up(reading) - {m.value for m in reading.of("red_flag", "present")}
    if_so = tuple(replace(m, assertion="present") if is_doubt(m) else m for m in reading.mentions)
    for name in sorted(told | (_made_up(Reading(if_so)) - named)):
        sure: Assertion = "present" if name in told else "uncertain"
        yield Mention("red_flag", name, sure, rule=f"red_flags.{name}")


def _made_up(reading: Reading) -> set[str]:
    content = knowledge()
    known = Facts(apply(Intake(), None, reading, content).intake, content)
    return {flag.id for flag in known.present_flags()}


def is_doubt(mention: Mention) -> bool:
    """Whether only the encoder takes it for likely, so that the bot asks."""
    return mention.rule == MEANING and mention.assertion == "uncertain"


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
