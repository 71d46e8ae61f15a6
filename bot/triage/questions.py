"""What to ask next: what could still change the level of care, then what may explain it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice
from typing import Any

from bot.triage.assessment import DISPOSITIONS
from bot.triage.content import LOG_ODDS, Knowledge, Question
from bot.triage.contributors import MORE_LIKELY, Scored, rank
from bot.triage.dispositions import emergency_of
from bot.triage.doubt import in_doubt, question_of
from bot.triage.facts import Facts
from bot.triage.intake import Intake
from bot.triage.lists import parts_of, with_alike
from bot.triage.outlook import Outlook
from bot.triage.same_day import MOST_QUESTIONS, calming, graver, possible_answers
from bot.triage.truth import holds, holds_so_far

BUDGET = 8
"""Questions after which none is asked but the mandatory ones."""
HOME_BUDGET = 12
"""The same while care at home is within reach and only unanswered questions stand against it."""
_COLLECTED_TOPICS = ("location", "frequency", "triggers")
"""What every triage collects: worth asking for by itself while there is room."""
_TOLD_GROUPS = ("timing", "trigger")
_LEVEL, _SETTLED, _RANKING, _ADVICE, _COLLECTED = 2.0, 0.5, 0.25, 0.08, 0.15
"""Weights of: one step of the level, one open condition of care at home settled, a unit of
log-odds of a contributor in play, a caution about the advice decided, more of what every
triage collects (start values)."""
_WORTH_ASKING = 0.1
_CONTENDERS = 5
_CLEAR_LEAD = 1.0


def next_question(
    intake: Intake, knowledge: Knowledge, warned_at: int | None = None
) -> Question | None:
    """The question to put now, or None when there is enough (or an emergency) to act on.

    `warned_at`: how many questions had been asked when the patient was told to be seen today.
    """
    facts = Facts(intake, knowledge)
    if emergency_of(facts):
        return None
    doubted = next(in_doubt(facts), None)
    if doubted:
        return question_of(doubted, knowledge)
    waiting = _waiting(facts)
    outlook = Outlook(facts)
    if outlook.level == "urgent":
        left = MOST_QUESTIONS - (len(intake.asked) - warned_at if warned_at is not None else 0)
        return _while_urgent(waiting, outlook) if left > 0 else None
    forced = [q for q in waiting if _is_forced(q, facts)]
    if forced:
        forced.sort(key=lambda q: (q.topic != "location", not _fits(q, facts), q.order))
        return with_alike(forced[0], (q for q in forced if _fits(q, facts)), intake)
    if len(intake.asked) >= (HOME_BUDGET if outlook.home_in_reach else BUDGET):
        return None
    return _most_telling(waiting, outlook)


def is_for_today(intake: Intake, knowledge: Knowledge) -> bool:
    """Whether somebody should see the patient today, and no open question may make that less."""
    facts = Facts(intake, knowledge)
    outlook = Outlook(facts)
    return outlook.level == "urgent" and not calming(_waiting(facts), outlook)


def questions_left(
    asked: Question, intake: Intake, knowledge: Knowledge, warned_at: int | None = None
) -> int:
    """About how many questions follow `asked`, which waits for its answer.

    As things stand now: an answer may end the questions, or bring others. `warned_at` as above.
    """
    facts = Facts(intake, knowledge)
    outlook = Outlook(facts)
    own = parts_of(asked.id)
    waiting = [q for q in _waiting(facts) if q.id not in own]
    put = len(intake.asked) + len(own)
    if outlook.level == "urgent":
        room = MOST_QUESTIONS - (put - (len(intake.asked) if warned_at is None else warned_at))
        ways = {q.id for q in (*graver(waiting, outlook), *calming(waiting, outlook))}
        return max(0, min(room, len(ways)))
    forced = sum(_is_forced(q, facts) for q in waiting)
    room = max(0, (HOME_BUDGET if outlook.home_in_reach else BUDGET) - put - forced)
    contenders = _in_play(facts)
    telling = (q for q in waiting if not _is_forced(q, facts) and _tells(q, outlook, contenders))
    return forced + len(tuple(islice(telling, room)))


def _tells(question: Question, outlook: Outlook, contenders: list[Scored]) -> bool:
    return _worth(question, outlook, contenders)[1] >= _WORTH_ASKING


def _waiting(facts: Facts) -> list[Question]:
    questions = facts.knowledge.questions.values()
    alone = next((q for q in questions if q.alone and q.when and holds(q.when, facts)), None)
    return [q for q in ([alone] if alone else questions) if _is_open(q, facts)]


def _while_urgent(waiting: list[Question], outlook: Outlook) -> Question | None:
    """Lists of danger signs, then what may make it less urgent, then what may make it more."""
    worse = graver(waiting, outlook)
    lists = [q for q in worse if q.topic == "screen"]
    asking = lists or calming(waiting, outlook) or worse
    return with_alike(asking[0], asking, outlook.facts.intake) if asking else None


def _is_open(question: Question, facts: Facts) -> bool:
    intake = facts.intake
    if question.template or any(question.id in parts_of(name) for name in intake.asked):
        return False
    if question.field is not None:
        if question.field in facts.fields or question.field in intake.unsure:
            return False
    elif _is_told(question, facts):
        return False
    return _fits(question, facts) or _is_mandatory(question, facts)


def _is_told(question: Question, facts: Facts) -> bool:
    """Whether every finding is known, or one where one is enough.

    One is enough where only one can be chosen, and for what brings the spasms on.
    """
    if question.topic == "triggers" and question.when is None and _told_triggers(facts):
        return True
    known = [n in facts.intake.findings or n in facts.signs for n in question.findings]
    one_of = question.kind == "single" and any(facts.signs.get(n) for n in question.findings)
    return all(known) or one_of


def _fits(question: Question, facts: Facts) -> bool:
    return question.when is None or holds_so_far(question.when, facts)


def _is_mandatory(question: Question, facts: Facts) -> bool:
    """Whether a danger sign of the place is still open that this question screens.

    Another screen may settle it first; one that does not fit the place is put last.
    """
    return any(flag.question == question.id for flag in facts.unanswered())


def _is_forced(question: Question, facts: Facts) -> bool:
    """Danger signs of the place, and what `must` be asked."""
    if _is_mandatory(question, facts):
        return True
    return question.must


def _told_triggers(facts: Facts) -> bool:
    findings = facts.knowledge.findings
    return any(
        present and name in findings and findings[name].group in _TOLD_GROUPS
        for name, present in facts.signs.items()
    )


def _most_telling(waiting: list[Question], outlook: Outlook) -> Question | None:
    calm = outlook.level in ("book", "self_care")  # above them, only the danger is asked for
    contenders = _in_play(outlook.facts) if calm else []
    worth = [(*_worth(q, outlook, contenders), -q.order, q) for q in waiting]
    asking = [one for one in worth if one[1] >= _WORTH_ASKING]
    return max(asking, key=lambda one: one[:3])[3] if asking else None


def _in_play(facts: Facts) -> list[Scored]:
    """The leading contributors; none when the first is clear of the second."""
    best = [one for one in rank(facts)[:_CONTENDERS] if one.score > 0]
    if not best:
        return []
    second = best[1].score if len(best) > 1 else 0.0
    clear = best[0].score >= MORE_LIKELY and best[0].score - second >= _CLEAR_LEAD
    return [] if clear else best


def _worth(question: Question, outlook: Outlook, contenders: list[Scored]) -> tuple[bool, float]:
    """How much the answer is expected to change: the level far more than the ranking.

    First whether it may settle something on which care at home hangs: such questions come
    before all others, as one that is left open turns care at home into a visit.
    """
    now = DISPOSITIONS.index(outlook.level)
    total = 0.0
    settles = False
    if outlook.level in ("book", "self_care"):
        total += _ADVICE * math.sqrt(len(_cautioned(question, outlook.facts)))
        total += _COLLECTED * (question.topic in _COLLECTED_TOPICS)
    for chance, signs, fields in possible_answers(question, outlook.facts):
        level, settled = outlook.look(signs, fields)
        total += chance * _LEVEL * abs(DISPOSITIONS.index(level) - now)
        if outlook.home_in_reach:
            total += chance * _SETTLED * settled
            settles = settles or settled > 0
        total += chance * _RANKING * _shift(contenders, signs, fields, outlook.facts)
    return settles, total


def _cautioned(question: Question, facts: Facts) -> list[str]:
    """Illnesses and medicines it asks for on which the safety of some advice hangs."""
    unknown = (n for n in question.findings if n not in facts.signs)
    return [n for n in unknown if n in facts.index.cautioned]


def _shift(
    contenders: list[Scored], signs: Mapping[str, bool], fields: Mapping[str, Any], facts: Facts
) -> float:
    """The largest change of log-odds that the answer brings to a contributor in play."""
    changed = {*signs, *fields}
    then: Facts | None = None
    largest = 0.0
    for one in contenders:
        for evidence, needed in facts.index.evidence_keys[one.item.id]:
            if needed.isdisjoint(changed):
                continue
            then = then or facts.supposing(signs, fields)
            if holds(evidence.when, then) != (evidence in one.evidence):
                largest = max(largest, abs(LOG_ODDS[evidence.strength]))
    return largest
