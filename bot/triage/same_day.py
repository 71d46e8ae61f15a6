"""Once it is plain that somebody should see the patient today: what is still worth a question.

The patient is told at once, so only that is asked which can make an emergency of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.triage.assessment import DISPOSITIONS
from bot.triage.content import Question
from bot.triage.facts import Facts
from bot.triage.index import Index, keys
from bot.triage.outlook import Outlook

MOST_QUESTIONS = 5
"""Questions that are put after the patient was told to be seen today."""
_SOME = 0.4
"""Chance that a patient has anything at all of a list that is read out (start value)."""
_URGENT = DISPOSITIONS.index("urgent")

Answered = tuple[float, Mapping[str, bool], Mapping[str, Any]]
"""A possible answer: its chance, the findings it settles, the fields it fills."""


def possible_answers(question: Question, facts: Facts) -> Iterator[Answered]:
    """What may be said to a question: each value of a field, each finding alone, or none."""
    if question.field is not None:
        values = [option.value for option in question.options if option.value is not None]
        for value in values:
            yield 1 / len(values), {}, {question.field: value}
        return
    unknown = [name for name in question.findings if name not in facts.signs]
    for name in unknown:
        yield _SOME / len(unknown), with_implied(name, facts.index, facts.signs), {}
    yield 1 - _SOME, dict.fromkeys(unknown, False), {}


def with_implied(name: str, index: Index, signs: Mapping[str, bool]) -> dict[str, bool]:
    """A finding that is present, and what follows from it."""
    implied = index.implied.get(name)
    if implied is None:
        return {name: True}
    absent = {other: False for other in implied.absent if not signs.get(other)}
    return {**absent, **dict.fromkeys(implied.present, True), name: True}


def calming(waiting: Iterable[Question], outlook: Outlook) -> list[Question]:
    """The questions on which it still hangs that it is urgent at all; never a list of signs."""
    graded = _graded_by(outlook.facts)
    plain = [q for q in waiting if q.topic != "screen" and q.kind != "multiple"]
    asking = [q for q in plain if (q.field in graded if q.field else _may_calm(q, outlook))]
    return sorted(asking, key=lambda q: (not q.must, q.order))


def _may_calm(question: Question, outlook: Outlook) -> bool:
    return any(_rank(answer, outlook) > _URGENT for answer in _answers(question, outlook))


def _graded_by(facts: Facts) -> frozenset[str]:
    """Keys with which a danger sign that counts as urgent in doubt would be less than that."""
    present = (flag for flag in facts.present_flags() if facts.level(flag) == "urgent")
    lower = (u for flag in present for u in flag.urgencies if DISPOSITIONS.index(u.level) > _URGENT)
    return frozenset().union(*(keys(u.when) for u in lower if u.when))


def graver(waiting: Iterable[Question], outlook: Outlook) -> list[Question]:
    """The questions that may make an emergency of it: what is due first, then what most may."""
    ways = {q.id: _ways_to_emergency(q, outlook) for q in waiting}
    asking = [q for q in waiting if ways[q.id] > 0]
    return sorted(asking, key=lambda q: (not q.must, q.order if q.must else -ways[q.id]))


def _ways_to_emergency(question: Question, outlook: Outlook) -> int:
    return sum(_rank(answer, outlook) < _URGENT for answer in _answers(question, outlook))


def _answers(question: Question, outlook: Outlook) -> Iterator[Answered]:
    return possible_answers(question, outlook.facts)


def _rank(answer: Answered, outlook: Outlook) -> int:
    _, signs, fields = answer
    return DISPOSITIONS.index(outlook.look(signs, fields)[0])
