"""Patients made out of conditions: the shortest way to make a rule or a contributor come true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, product
from typing import Any

from bot.triage.content import LOG_ODDS, Condition, Item, Knowledge
from bot.triage.intake import Answer, Intake

FIELDS = {"frequency", "episode_length", "course", "side"}
MOST_WAYS = 40
"""Ways to satisfy one condition that are tried."""


def making_true(condition: Condition, knowledge: Knowledge, told: Intake) -> Iterator[Intake]:
    """Intakes in which the condition should hold, each as small a step from `told` as can be."""
    if condition.op == "finding":
        yield _told(told, knowledge, condition.ids)
    elif condition.op in ("location", "only_location"):
        yield from (_at(told, place, condition.op) for place in condition.ids)
    elif condition.op in FIELDS:
        yield from (replace(told, **{condition.op: value}) for value in condition.ids)
    elif condition.op in ("duration_days", "severity", "age"):
        yield replace(told, **{condition.op: _inside(condition)})
    elif condition.op == "all":
        yield from _each(condition.parts, knowledge, told)
    elif condition.op == "any":
        for part in condition.parts:
            yield from making_true(part, knowledge, told)
    elif condition.op == "at_least":
        yield from _each(condition.parts[: int(condition.minimum or 0)], knowledge, told)
    elif condition.op == "red_flags":
        yield from _with_flags(condition, knowledge, told)
    else:  # none, unless: denied as far as it can be
        yield replace(told, findings={**_denied(condition), **told.findings})


def patients_of(item: Item, knowledge: Knowledge) -> Iterator[Intake]:
    """Patients whom more and more of the evidence for this item fits, strongest first."""
    speaking_for = [e for e in item.evidence if LOG_ODDS[e.strength] > 0]
    speaking_for.sort(key=lambda evidence: -LOG_ODDS[evidence.strength])
    starts = list(making_true(item.gate, knowledge, Intake())) if item.gate else [Intake()]
    steps: list[tuple[Intake, Condition]] = []
    for told in starts:
        for evidence in speaking_for:
            steps.append((told, evidence.when))
            told = next(making_true(evidence.when, knowledge, told), told)
            yield told
    for told, condition in steps:
        yield from islice(making_true(condition, knowledge, told), 1, MOST_WAYS)


def _each(parts: Iterable[Condition], knowledge: Knowledge, told: Intake) -> Iterator[Intake]:
    ways = [list(islice(making_true(part, knowledge, Intake()), 6)) for part in parts]
    for chosen in islice(product(*ways), MOST_WAYS):
        merged = told
        for one in chosen:
            merged = _merged(merged, one)
        yield merged


def _merged(one: Intake, other: Intake) -> Intake:
    changed: dict[str, Any] = {
        name: value
        for name, value in vars(other).items()
        if name != "findings" and value not in (None, (), {}, "self")
    }
    return replace(one, **changed, findings={**one.findings, **other.findings})


def _told(told: Intake, knowledge: Knowledge, names: Iterable[str]) -> Intake:
    present = {
        n: Answer("present", words=n) for name in names for n in _with_implied(name, knowledge)
    }
    return replace(told, findings={**told.findings, **present})


def _with_implied(name: str, knowledge: Knowledge) -> tuple[str, ...]:
    finding = knowledge.findings.get(name)
    return (name, *(finding.implies if finding else ()))


def _at(told: Intake, place: str, op: str) -> Intake:
    places = (place,) if op == "only_location" else tuple(dict.fromkeys((*told.locations, place)))
    return replace(told, locations=places)


def _inside(condition: Condition) -> int:
    """A value well inside the range: years for a time that is open to above."""
    low, high = condition.minimum, condition.maximum
    if high is None and condition.op == "duration_days":
        return int(low or 0) + 365
    return int(low if low is not None else high if high is not None else 0)


def _denied(condition: Condition) -> dict[str, Answer]:
    if condition.op == "finding":
        return {condition.ids[0]: Answer("absent", heard="asked")}
    return {k: v for part in condition.parts for k, v in _denied(part).items()}


def _with_flags(condition: Condition, knowledge: Knowledge, told: Intake) -> Iterator[Intake]:
    """As many red flags of the level as are asked for, told in different words."""
    level = condition.ids[0]
    flags = [f.id for f in knowledge.red_flags.values() if f.urgencies[-1].level == level]
    yield _told(told, knowledge, flags[: int(condition.minimum or 1)])
