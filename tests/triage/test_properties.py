"""Properties that hold for every intake, on the small knowledge and on the clinic's own."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.knowledge import knowledge as clinic_knowledge
from bot.triage.answers import apply
from bot.triage.assess import assess, emergency
from bot.triage.assessment import DISPOSITIONS
from bot.triage.content import Knowledge
from bot.triage.facts import Facts
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
    assert again.intake == once.intake
    assert Intake.from_dict(once.intake.to_dict()) == once.intake
    following = next_question(once.intake, knowledge)
    if question is not None and once.answered and following is not None:
        assert following.id != question.id


def _mention(name: str, knowledge: Knowledge) -> Mention:
    return Mention("red_flag" if name in knowledge.red_flags else "finding", name)
