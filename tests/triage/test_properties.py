"""Properties that hold for every intake, on the small knowledge and on the clinic's own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.knowledge import knowledge as clinic_knowledge
from bot.triage.answers import apply
from bot.triage.assess import assess, emergency
from bot.triage.assessment import DISPOSITIONS
from bot.triage.content import Knowledge, Question
from bot.triage.facts import Facts
from bot.triage.index import index_of
from bot.triage.intake import Answer, Course, EpisodeLength, Frequency, Intake, Side
from bot.triage.outlook import Outlook
from bot.triage.questions import next_question
from bot.triage.reading import Mention, Reading
from tests.triage.small import SMALL

ANSWERS = st.builds(
    Answer,
    status=st.sampled_from(["present", "absent", "unknown"]),
    heard=st.sampled_from(["volunteered", "asked"]),
)
KNOWLEDGES = [pytest.param(lambda: SMALL, id="small"), pytest.param(clinic_knowledge, id="clinic")]
EVERY = pytest.mark.parametrize("load", KNOWLEDGES)
CHECKED = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def maybe(*values: str) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(values)


def intakes(knowledge: Knowledge) -> st.SearchStrategy[Intake]:
    """Any intake that this knowledge has words for."""
    signs = st.sampled_from([*knowledge.findings, *knowledge.red_flags])
    places = st.lists(st.sampled_from(list(knowledge.locations)), unique=True, max_size=3)
    return st.builds(
        Intake,
        locations=places.map(tuple),
        side=maybe(*get_args(Side)),
        frequency=maybe(*get_args(Frequency)),
        episode_length=maybe(*get_args(EpisodeLength)),
        course=maybe(*get_args(Course)),
        duration_days=st.none() | st.integers(0, 4000),
        severity=st.none() | st.integers(0, 10),
        age=st.none() | st.integers(18, 99),
        findings=st.dictionaries(signs, ANSWERS, max_size=25),
    )


def urgency(told: Intake, knowledge: Knowledge) -> int:
    return DISPOSITIONS.index(assess(told, knowledge).disposition)


def with_sign(told: Intake, name: str) -> Intake:
    return replace(told, findings={**told.findings, name: Answer("present")})


@EVERY
@CHECKED
@given(data=st.data())
def test_one_more_red_flag_never_makes_it_less_urgent(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    told = data.draw(intakes(knowledge))
    flag = data.draw(st.sampled_from(list(knowledge.red_flags)))
    assert urgency(with_sign(told, flag), knowledge) <= urgency(told, knowledge)


@EVERY
@CHECKED
@given(data=st.data())
def test_a_flag_that_is_always_an_emergency_gives_one(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    always = [
        flag.id
        for flag in knowledge.red_flags.values()
        if all(u.level == "emergency" for u in flag.urgencies)
    ]
    told = with_sign(data.draw(intakes(knowledge)), data.draw(st.sampled_from(always)))
    assert assess(told, knowledge).disposition == "emergency"
    assert emergency(told, knowledge) is not None
    assert next_question(told, knowledge) is None


@EVERY
@CHECKED
@given(data=st.data())
def test_care_at_home_leaves_no_mandatory_sign_open(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    assessment = assess(data.draw(intakes(knowledge)), knowledge)
    assert assessment.disposition != "self_care" or not assessment.unknown


@EVERY
@CHECKED
@given(data=st.data())
def test_every_assessment_has_a_deciding_rule_of_its_level(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    told = data.draw(intakes(knowledge))
    assessment = assess(told, knowledge)
    assert assessment.rules[0].level == assessment.disposition
    order = [DISPOSITIONS.index(rule.level) for rule in assessment.rules]
    assert order == sorted(order)
    assert (emergency(told, knowledge) is not None) is (assessment.disposition == "emergency")


@EVERY
@CHECKED
@given(data=st.data())
def test_the_same_facts_in_any_order_give_the_same_assessment(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    told = data.draw(intakes(knowledge))
    shuffled = dict(data.draw(st.permutations(list(told.findings.items()))))
    assert assess(replace(told, findings=shuffled), knowledge) == assess(told, knowledge)


@EVERY
@CHECKED
@given(data=st.data())
def test_the_same_intake_gives_the_same_assessment_and_question(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    told = data.draw(intakes(knowledge))
    again = Intake.from_dict(json.loads(json.dumps(told.to_dict())))
    assert assess(again, knowledge) == assess(told, knowledge)
    assert next_question(again, knowledge) == next_question(told, knowledge)


@EVERY
@CHECKED
@given(data=st.data())
def test_answers_in_any_order_give_the_same_assessment(load: object, data: st.DataObject):
    """Each question is answered once; what one answer tells, no other answer denies."""
    knowledge = load()  # type: ignore[operator]
    place = data.draw(st.sampled_from(list(knowledge.locations)))
    said = _agreeing_answers(knowledge, data)
    shuffled = data.draw(st.permutations(said))
    one, other = (_told_in_order(place, answers, knowledge) for answers in (said, shuffled))
    assert assess(one, knowledge).to_record() == assess(other, knowledge).to_record()


@EVERY
@CHECKED
@given(data=st.data())
def test_taking_back_any_answer_never_turns_a_visit_into_home_care(
    load: object, data: st.DataObject
):
    """Knowing less is no reassurance: a fact that becomes unknown never leads home."""
    knowledge = load()  # type: ignore[operator]
    told = data.draw(intakes(knowledge))
    absent = [name for name, answer in told.findings.items() if answer.status == "absent"]
    if not absent or assess(told, knowledge).disposition == "self_care":
        return
    name = data.draw(st.sampled_from(absent))
    less = replace(told, findings={k: v for k, v in told.findings.items() if k != name})
    assert assess(less, knowledge).disposition != "self_care"


@EVERY
@CHECKED
@given(data=st.data())
def test_supposing_a_fact_gives_the_level_of_knowing_it(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    told = data.draw(intakes(knowledge))
    name = data.draw(st.sampled_from([*knowledge.findings, *knowledge.red_flags]))
    supposed = Outlook(Facts(told, knowledge)).supposing({name: True})
    assert supposed == assess(with_sign(told, name), knowledge).disposition


@EVERY
@CHECKED
@given(data=st.data())
def test_shown_items_are_supported_and_few(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    shown = assess(data.draw(intakes(knowledge)), knowledge).contributors
    kinds = [one.kind for one in shown]
    assert kinds.count("cause") <= 3
    assert kinds.count("condition") + kinds.count("injury") <= 3
    assert kinds.count("other") <= 2
    for one in shown:
        assert one.likelihood == "less" or one.score >= 1.5
        assert any(reason.speaks == "for" for reason in one.reasons)


@EVERY
@CHECKED
@given(data=st.data())
def test_a_message_merges_once_and_questions_never_repeat(load: object, data: st.DataObject):
    knowledge = load()  # type: ignore[operator]
    told = data.draw(intakes(knowledge))
    question = next_question(told, knowledge)
    names = st.sampled_from([*knowledge.findings, *knowledge.red_flags])
    named = data.draw(st.lists(names, max_size=3))
    word = data.draw(st.sampled_from(["yes", "no", "unsure", "first", "all", "other"]))
    mentions = [_mention(name, knowledge) for name in named] + [Mention("reply", word)]
    message = Reading(tuple(mentions))
    once = apply(told, question, message, knowledge)
    again = apply(once.intake, question, message, knowledge)
    if once.intake.status("yes_to_danger_list") != "unknown":  # the second such yes is a sign
        assert again.intake == once.intake
    assert Intake.from_dict(once.intake.to_dict()) == once.intake
    following = next_question(once.intake, knowledge)
    if question is not None and once.answered and following is not None:
        assert following.id != question.id


Answered = tuple[Question, Reading]


def _agreeing_answers(knowledge: Knowledge, data: st.DataObject) -> list[Answered]:
    """Answers to different questions that share no finding, also none that follows."""
    asked = [q for q in knowledge.questions.values() if q.findings]
    chosen = data.draw(st.lists(st.sampled_from(asked), unique_by=lambda q: q.id, max_size=6))
    taken: set[str] = set()
    said: list[Answered] = []
    for question in chosen:
        touched = _touched(question, knowledge)
        if touched.isdisjoint(taken):
            taken |= touched
            said.append((question, data.draw(_replies(question, knowledge))))
    return said


def _touched(question: Question, knowledge: Knowledge) -> set[str]:
    """All that an answer can settle, and the red flags that hang on any of it."""
    index = index_of(knowledge)
    named = {*question.findings, *(name for o in question.options for name in o.sets)}
    for name in tuple(named):
        implied = index.implied.get(name)
        named |= (implied.present | implied.absent) if implied else set()
    named |= {n for n, i in index.implied.items() if named & (i.present | i.absent)}
    return named | {flag.id for name in named for flag in index.flags_by_key.get(name, ())}


def _replies(question: Question, knowledge: Knowledge) -> st.SearchStrategy[Reading]:
    one_or_two = st.lists(
        st.sampled_from(question.findings), min_size=1, max_size=2, unique=True
    ).map(lambda names: Reading(tuple(_mention(name, knowledge) for name in names)))
    no, unsure = (Reading((Mention("reply", word),)) for word in ("no", "unsure"))
    return st.just(no) | st.just(unsure) | one_or_two


def _told_in_order(place: str, said: list[Answered], knowledge: Knowledge) -> Intake:
    told = apply(Intake(), None, Reading((Mention("location", place),)), knowledge).intake
    for question, reading in said:
        told = apply(told, question, reading, knowledge).intake
    return told


def _mention(name: str, knowledge: Knowledge) -> Mention:
    return Mention("red_flag" if name in knowledge.red_flags else "finding", name)
