"""Lists of things to pick from: without what is settled, and several lists as one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.triage.content import Knowledge, Option, Question
from bot.triage.index import Index
from bot.triage.intake import Intake

JOIN = "+"
"""Between the ids of the questions that one list puts together."""
CHOICES = "{choices}"
MOST_CHOICES = 16
"""Lines of one list; more are put as two lists."""
_SETTLED = ("present", "absent")


def is_danger_list(question: Question, index: Index) -> bool:
    """Whether danger signs hang on the answer, so that only a plain denial denies them."""
    listed = question.topic == "screen" and question.kind == "multiple"
    return listed or not index.screens.isdisjoint(parts_of(question.id))


def parts_of(name: str) -> tuple[str, ...]:
    """The ids of the questions that this id stands for."""
    return tuple(name.split(JOIN))


def joined(questions: Iterable[Question]) -> Question:
    """One question that puts the lists of several, each choice once."""
    first, *others = questions
    for other in others:
        first = replace(
            first,
            id=f"{first.id}{JOIN}{other.id}",
            why=first.why if other.why in first.why else f"{first.why} {other.why}",
            findings=tuple(dict.fromkeys((*first.findings, *other.findings))),
            options=_together(first.options, other.options),
        )
    return first


def joined_question(name: str, knowledge: Knowledge) -> Question | None:
    """The question of an id that `joined` made; None when a part of it does not exist."""
    parts = [knowledge.questions.get(part) for part in parts_of(name)]
    known = [question for question in parts if question is not None]
    return joined(known) if len(known) == len(parts) else None


def with_alike(first: Question, due: Iterable[Question], intake: Intake) -> Question:
    """`first`, with the other lists that are due and are worded alike as long as it is short."""
    for other in due:
        if other is first or CHOICES not in first.texts[0] or other.texts != first.texts:
            continue
        both = joined((first, other))
        if len(open_options(both, intake)) <= MOST_CHOICES:
            first = both
    return first


def open_options(question: Question, intake: Intake) -> tuple[Option, ...]:
    """The choices that are still worth showing: of several, without those that are settled."""
    if question.kind != "multiple":
        return question.options
    return tuple(o for o in question.options if not _is_settled(o, intake))


def _is_settled(option: Option, intake: Intake) -> bool:
    names = (*option.sets, *option.covers)
    return bool(names) and all(intake.status(name) in _SETTLED for name in names)


def _together(ours: tuple[Option, ...], theirs: tuple[Option, ...]) -> tuple[Option, ...]:
    """Both lists; one choice of two with the same words, and "none of these" at the end."""
    found = {option.label: option for option in ours}
    for option in theirs:
        same = found.get(option.label)
        covers = dict.fromkeys((*(same.covers if same else ()), *option.covers))
        found[option.label] = replace(same or option, covers=tuple(covers))
    named = [option for option in found.values() if option.sets]
    unnamed = [option for option in found.values() if not option.sets]
    return _own_ids((*named, *unnamed))


def _own_ids(options: tuple[Option, ...]) -> tuple[Option, ...]:
    ids = [option.id for option in options]
    return tuple(
        replace(option, id=f"{option.id}_{at}") if option.id in ids[:at] else option
        for at, option in enumerate(options)
    )
