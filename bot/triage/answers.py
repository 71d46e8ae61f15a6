"""Merge one message into the intake, in the light of the question that was pending."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from bot.triage.content import Knowledge, Question
from bot.triage.draft import Draft
from bot.triage.intake import Answer, Intake
from bot.triage.lists import parts_of
from bot.triage.mentions import hear_mentions
from bot.triage.reading import Reading
from bot.triage.replies import hear_replies

_BOOKKEEPING = frozenset({"findings", "asked", "words", "unsure"})


@dataclass(frozen=True)
class Heard:
    """What a message did.

    `changed`: fields and findings that are not what they were. `corrected`: those of them
    that had another known value before. `answered`: the pending question got an answer,
    "I don't know" included. `understood`: something of use was heard at all.
    """

    intake: Intake
    changed: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    answered: bool = False
    understood: bool = False


def apply(
    intake: Intake,
    question: Question | None,
    reading: Reading,
    knowledge: Knowledge,
    correction: bool = False,
) -> Heard:
    """The intake after this message. Pure, and the same message twice changes nothing more.

    `correction`: the message is known to correct (its intent says so); then the body areas
    it names replace the earlier ones. A question that got its answer is noted in `asked`.
    """
    draft = Draft(intake, knowledge)
    hear_mentions(draft, question, reading, correction)
    answered = question is not None and hear_replies(draft, question, reading)
    if question is not None and answered:
        draft.asked += [name for name in parts_of(question.id) if name not in draft.asked]
    after = draft.finish()
    changed = tuple(_changed(intake, after))
    return Heard(
        intake=after,
        changed=changed,
        corrected=tuple(name for name in changed if _was_known(name, intake)),
        answered=answered,
        understood=answered or any(m.kind != "reply" for m in reading.mentions),
    )


def give_up(intake: Intake, question: Question) -> Intake:
    """Note that a question was put often enough: what it asks stays unknown."""
    answers = dict(intake.findings)
    for name in question.findings:
        answers.setdefault(name, Answer("unknown", heard="asked"))
    unsure = intake.unsure
    if question.field and not getattr(intake, question.field):
        unsure = tuple(dict.fromkeys((*unsure, question.field)))
    asked = tuple(dict.fromkeys((*intake.asked, *parts_of(question.id))))
    return replace(intake, findings=answers, unsure=unsure, asked=asked)


def _changed(before: Intake, after: Intake) -> Iterable[str]:
    names = [field.name for field in fields(Intake) if field.name not in _BOOKKEEPING]
    yield from (name for name in names if getattr(before, name) != getattr(after, name))
    yield from (name for name in after.unsure if name not in before.unsure)
    for name in dict.fromkeys((*before.findings, *after.findings)):
        if (before.status(name) or "unknown") != (after.status(name) or "unknown"):
            yield name


def _was_known(name: str, before: Intake) -> bool:
    if name == "writes":
        return False
    if name in Intake.__dataclass_fields__:
        return getattr(before, name) not in (None, ())
    return before.status(name) in ("present", "absent")
