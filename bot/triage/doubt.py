"""Danger signs that a message only seems to tell: the bot asks for them, one by one.

A sign in doubt stands in the intake as unknown and volunteered. Nobody who has it should have
to wait for a list, and nobody who has not should be sent to an emergency room.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.triage.assessment import DISPOSITIONS
from bot.triage.content import Knowledge, Question
from bot.triage.dispositions import decide
from bot.triage.facts import Facts
from bot.triage.lists import joined_question

MOST_DOUBTS = 3
"""Signs that are asked for by themselves in one triage; the lists ask for the rest."""
_GRAVE = ("emergency", "urgent")
_ASKED_GROUPS = ("sign", "associated")


def question_of(name: str | None, knowledge: Knowledge) -> Question | None:
    """The question of this id; the id of a danger sign stands for asking for that sign alone.

    Ids with `+` between them stand for one list of them all (bot/triage/lists.py).
    """
    if name and (listed := joined_question(name, knowledge)):
        return listed
    sign = knowledge.findings.get(name or "") or knowledge.red_flags.get(name or "")
    template = next((q for q in knowledge.questions.values() if q.template), None)
    if sign is None or template is None:
        return None
    return replace(
        template,
        id=sign.id,
        texts=tuple(text.replace("{sign}", sign.label) for text in template.texts),
        findings=(sign.id,),
        options=tuple(
            replace(option, sets=(sign.id,) if option.id == "yes" else ())
            for option in template.options
        ),
    )


def in_doubt(facts: Facts) -> Iterator[str]:
    """Signs in doubt that would raise the level of care, in the order in which they were told."""
    asked = facts.intake.asked
    if sum(_is_danger(name, facts) for name in asked) >= MOST_DOUBTS:
        return
    for name, answer in facts.intake.findings.items():
        open_ = answer.status == "unknown" and answer.heard == "volunteered"
        if open_ and name not in asked and _is_danger(name, facts) and _raises(name, facts):
            yield name


def _is_danger(name: str, facts: Facts) -> bool:
    finding = facts.knowledge.findings.get(name)
    if finding is None:
        return name in facts.knowledge.red_flags
    return name in facts.index.danger and finding.group in _ASKED_GROUPS


def _raises(name: str, facts: Facts) -> bool:
    implied = facts.index.implied.get(name)
    signs = dict.fromkeys((*(implied.present if implied else ()), name), True)
    then, now = decide(facts.supposing(signs, {})).level, decide(facts).level
    return then in _GRAVE and DISPOSITIONS.index(then) < DISPOSITIONS.index(now)
