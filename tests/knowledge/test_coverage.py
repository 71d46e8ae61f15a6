"""Nothing in `knowledge/` lies idle: every item, rule, caution and question can come up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest

from bot.nlu.reading import read
from bot.triage.assess import assess
from bot.triage.assessment import Assessment
from bot.triage.content import Caution, Item, Question, RedFlag, Requirement, Rule
from bot.triage.intake import Answer, Intake
from bot.triage.lists import parts_of
from bot.triage.questions import next_question
from tests.knowledge.patients import KNOWN, ORDINARY, settled
from tests.knowledge.reach import making_true, patients_of
from tests.nlu.reading_helpers import SUNDAY

SCORED = [item for item in KNOWN.items.values() if item.scored and item.evidence]
LISTED = [i for i in KNOWN.items.values() if i.kind in ("diagnostic", "home", "treatment")]
TRIES = 400


def assessed(intakes: Iterator[Intake]) -> Iterator[Assessment]:
    return (assess(intake, KNOWN) for intake in islice(intakes, TRIES))


@pytest.mark.parametrize("item", SCORED, ids=lambda i: i.id)
def test_every_scored_item_is_named_in_some_assessment(item: Item) -> None:
    named = ({one.id for one in a.contributors} for a in assessed(patients_of(item, KNOWN)))
    wanted = {item.id, item.same_as}  # two names of one thing take one line
    assert any(wanted & names for names in named)


@pytest.fixture(scope="module")
def ordinary() -> list[Assessment]:
    """Assessments of plain patients, one for each place and one for each contributor."""
    plain = [settled(place) for place in ORDINARY]
    typical = [list(islice(patients_of(item, KNOWN), 2))[-1] for item in SCORED]
    return [assess(intake, KNOWN) for intake in (*plain, *typical)]


@pytest.mark.parametrize("item", LISTED, ids=lambda i: i.id)
def test_every_step_treatment_and_home_strategy_is_in_some_assessment(
    item: Item, ordinary: list[Assessment]
) -> None:
    of_kind = {
        "diagnostic": lambda a: a.diagnostics,
        "treatment": lambda a: a.treatments,
        "home": lambda a: [advice.item for advice in a.advice],
    }[item.kind]
    assert any(item.id in of_kind(assessment) for assessment in ordinary)


@pytest.mark.parametrize("item", KNOWN.items.values(), ids=lambda i: i.id)
def test_every_item_of_the_page_is_answered_when_asked_about(item: Item) -> None:
    if item.kind == "other":
        return  # outcomes that the page lacks; nobody asks for them by name
    heard = read(f"what is {item.name.lower()}?", SUNDAY).of("topic")
    assert item.id in {mention.value for mention in heard}


@pytest.mark.parametrize("rule", KNOWN.rules.values(), ids=lambda r: r.id)
def test_every_rule_is_named_by_some_assessment(rule: Rule) -> None:
    fired = ({one.id for one in a.rules} for a in assessed(making_true(rule.when, KNOWN, Intake())))
    assert any(rule.id in names for names in fired)


@pytest.mark.parametrize("flag", KNOWN.red_flags.values(), ids=lambda f: f.id)
def test_every_red_flag_is_named_by_some_assessment(flag: RedFlag) -> None:
    told = Intake(locations=flag.sites[:1], findings={flag.id: Answer("present")})
    assert flag.id in {one.id for one in assess(told, KNOWN).rules}
    if flag.when:
        ways = assessed(making_true(flag.when, KNOWN, Intake(locations=flag.sites[:1])))
        assert any(flag.id in {one.id for one in a.rules} for a in ways), "not from findings"


@pytest.mark.parametrize("one", KNOWN.requirements.values(), ids=lambda r: r.id)
def test_every_condition_of_home_care_sends_home_and_keeps_from_it(one: Requirement) -> None:
    home = assess(settled("calf"), KNOWN)
    assert one.id in {rule.id for rule in home.rules}
    assert one.id in {rule.id for rule in assess(Intake(locations=("neck",)), KNOWN).rules}


@pytest.mark.parametrize("caution", KNOWN.cautions.values(), ids=lambda c: c.id)
def test_every_caution_changes_or_withholds_something(caution: Caution) -> None:
    offers = [KNOWN.strategies[name].offer_when for name in caution.strategies]
    starts = [t for o in offers if o for t in making_true(o, KNOWN, Intake())] or [Intake()]
    people = (t for start in starts for t in making_true(caution.when, KNOWN, start))
    found = (_heeded(assess(p, KNOWN)) for t in islice(people, TRIES) for p in (t, _booked(t)))
    assert any(caution.id in names for names in found)


def _heeded(assessment: Assessment) -> set[str]:
    changed = {name for advice in assessment.advice for name in advice.cautions}
    return changed | {one.because for one in assessment.withheld}


def _booked(told: Intake) -> Intake:
    """The same person with an ordinary cramp, so that there is advice at all."""
    plain = settled(told.locations[0] if told.locations else "calf")
    return replace(plain, age=told.age, findings={**plain.findings, **told.findings})


def test_every_strategy_is_offered_to_somebody(ordinary: list[Assessment]) -> None:
    offered = {advice.id for assessment in ordinary for advice in assessment.advice}
    left = [s for s in KNOWN.strategies.values() if s.id not in offered]
    for strategy in left:
        starts = making_true(strategy.offer_when, KNOWN, Intake()) if strategy.offer_when else ()
        offers = ({a.id for a in assess(_booked(told), KNOWN).advice} for told in starts)
        assert any(strategy.id in names for names in offers), strategy.id


@pytest.fixture(scope="module")
def put() -> set[str]:
    """Questions put to ordinary patients, to those of each contributor, and at each place."""
    starts = [Intake(), *(Intake(locations=(place,)) for place in KNOWN.locations)]
    starts += [told for item in SCORED for told in islice(patients_of(item, KNOWN), 2)]
    starts += [settled(place) for place in ORDINARY]
    starts += [replace(t, frequency="weekly") for t in starts if t.locations and not t.frequency]
    return {question for told in starts for question in _asked(told)}


@pytest.mark.parametrize("question", KNOWN.questions.values(), ids=lambda q: q.id)
def test_every_question_is_put_in_some_conversation(question: Question, put: set[str]) -> None:
    if question.id in put or question.template:
        return
    assert question.when, "asked of everybody, and yet of nobody"
    starts = [Intake(), *(Intake(locations=(place,)) for place in KNOWN.locations)]
    people = (told for one in starts for told in islice(making_true(question.when, KNOWN, one), 8))
    assert any(question.id in _asked(told) for told in people)


def _asked(told: Intake) -> Iterator[str]:
    for _ in range(12):
        question = next_question(told, KNOWN)
        if question is None:
            return
        yield from parts_of(question.id)
        told = replace(told, asked=(*told.asked, question.id))
