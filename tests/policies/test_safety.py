"""The safety policy beats an open form, without any action, in the same turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.agent import Agent
from rasa.core.policies.ensemble import DefaultPolicyPredictionEnsemble
from rasa.core.policies.policy import PolicyPrediction, confidence_scores_for
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.safety import SafetyPolicy
from bot.settings import ROOT
from tests.actions.dialogue import Dialogue, load_agent

RED = [{"entity": "red_flag", "value": "rf_cauda_equina", "assertion": "present"}]
DENIED = [{"entity": "red_flag", "value": "rf_cauda_equina", "assertion": "absent"}]
ABROAD = "my calf cramps, and since this morning I can't feel it when I wipe"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load(str(ROOT / "domain.yml"))


@pytest.fixture()
def policy() -> SafetyPolicy:
    config = SafetyPolicy.get_default_config()
    context = ExecutionContext(GraphSchema({}))
    return SafetyPolicy(config, None, Resource("safety"), context)


def after(domain: Domain, *events: Any) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c1", list(events), domain.slots)


def message(entities: list[dict[str, Any]], intent: str = "inform") -> list[Any]:
    return [
        ActionExecuted(ACTION_LISTEN_NAME),
        UserUttered("...", {"name": intent, "confidence": 1.0}, entities),
    ]


def chosen(policy: SafetyPolicy, tracker: DialogueStateTracker, domain: Domain) -> PolicyPrediction:
    """What the ensemble makes of this policy and of an open form that wants to run."""
    form = PolicyPrediction(
        confidence_scores_for("triage_form", 1.0, domain), "RulePolicy", 6,
        is_no_user_prediction=True,
    )  # fmt: skip
    mine = policy.predict_action_probabilities(tracker, domain)
    return DefaultPolicyPredictionEnsemble().combine_predictions([form, mine], tracker, domain)


def action_of(prediction: PolicyPrediction, domain: Domain) -> str:
    return domain.action_names_or_texts[prediction.max_confidence_index]


def test_a_danger_sign_beats_an_open_form_and_closes_it(
    policy: SafetyPolicy, domain: Domain
) -> None:
    tracker = after(domain, ActiveLoop("triage_form"), *message(RED))
    prediction = chosen(policy, tracker, domain)
    assert action_of(prediction, domain) == "utter_emergency_spine"
    assert ActiveLoop(None) in prediction.events
    assert SlotSet("requested_slot", None) in prediction.events
    slots = {e.key: e.value for e in prediction.events if isinstance(e, SlotSet)}
    assert slots["emergency"]["red_flags"] == ["rf_cauda_equina"]


def test_the_emergency_is_also_the_result_until_it_is_cleared(
    policy: SafetyPolicy, domain: Domain
) -> None:
    slots = dict(slots_set(chosen(policy, after(domain, *message(RED)), domain)))
    assert slots["assessment"]["disposition"] == "emergency"
    assert slots["assessment"]["rules"][0] == "rf_cauda_equina"
    assert slots["assessment"]["contributors"] == slots["assessment"]["advice"] == []
    checking = SlotSet("emergency", slots["emergency"] | {"state": "checking"})
    tracker = after(
        domain, SlotSet("intake", slots["intake"]), checking, *message(DENIED, intent="deny")
    )
    assert dict(slots_set(chosen(policy, tracker, domain)))["assessment"] is None


def slots_set(prediction: PolicyPrediction) -> list[tuple[str, Any]]:
    return [(e.key, e.value) for e in prediction.events if isinstance(e, SlotSet)]


def test_after_the_emergency_text_the_turn_ends(policy: SafetyPolicy, domain: Domain) -> None:
    done = [*message(RED), ActionExecuted("utter_emergency_spine")]
    tracker = after(domain, ActiveLoop("triage_form"), *done)
    assert action_of(chosen(policy, tracker, domain), domain) == ACTION_LISTEN_NAME


def test_without_danger_the_form_goes_on_and_nothing_is_set(
    policy: SafetyPolicy, domain: Domain
) -> None:
    tracker = after(domain, ActiveLoop("triage_form"), *message(DENIED))
    prediction = chosen(policy, tracker, domain)
    assert action_of(prediction, domain) == "triage_form"
    assert not [e for e in prediction.events if isinstance(e, SlotSet)]


def test_a_yes_to_the_pending_safety_question_is_a_danger_sign(
    policy: SafetyPolicy, domain: Domain
) -> None:
    """The sign is not in the words: only the question says what "the first" means."""
    said = [{"entity": "reply", "value": "first"}]
    asked = [SlotSet("question", "screen_spine"), ActiveLoop("triage_form")]
    tracker = after(domain, *asked, *message(said, "answer"))
    assert action_of(chosen(policy, tracker, domain), domain) == "utter_emergency_spine"


def test_a_cleared_emergency_goes_back_to_the_form(policy: SafetyPolicy, domain: Domain) -> None:
    tracker = after(domain, *message([], "deny"), ActionExecuted("utter_emergency_cleared"))
    prediction = policy.predict_action_probabilities(tracker, domain)
    assert action_of(prediction, domain) == "triage_form"


@pytest.fixture(scope="module")
def agent(model_path: Path) -> Iterator[Agent]:
    yield load_agent(model_path)


@pytest.mark.model
@pytest.mark.parametrize("actions", [True, False], ids=["actions_on", "actions_off"])
class TestTrained:
    def test_in_the_middle_of_the_form(self, agent: Agent, actions: bool) -> None:
        talk = Dialogue(agent, sender=f"in-form-{actions}")
        talk.say("my calf cramps at night")
        talk.say("none of these")
        assert talk.tracker.active_loop_name == "triage_form"
        (answer,) = Dialogue(agent, actions=actions, sender=talk.sender).say(ABROAD)
        assert answer["card"] == {"type": "emergency"}
        assert answer["question"] is None
        assert talk.said() == ["utter_emergency_spine", ACTION_LISTEN_NAME]
        assert talk.tracker.active_loop_name is None
        assert talk.slot("emergency")["state"] == "heard"

    def test_as_the_first_message(self, agent: Agent, actions: bool) -> None:
        talk = Dialogue(agent, actions=actions, sender=f"first-{actions}")
        (answer,) = talk.say(ABROAD)
        assert answer["card"] == {"type": "emergency"}
        assert talk.said() == ["utter_emergency_spine", ACTION_LISTEN_NAME]

    def test_nothing_else_is_done_while_it_stands(self, agent: Agent, actions: bool) -> None:
        talk = Dialogue(agent, actions=actions, sender=f"stands-{actions}")
        talk.say(ABROAD)
        for text in ("/book", "what is sciatica", "start over", "thanks", "/affirm"):
            (answer,) = talk.say(text)
            assert answer["question"]["id"] == "emergency", text
        assert talk.slot("appointment") is None


@pytest.mark.model
def test_after_a_clear_no_the_triage_goes_on(agent: Agent) -> None:
    talk = Dialogue(agent, sender="cleared")
    talk.say(ABROAD)
    talk.say("hello?")
    answers = talk.say("no")
    assert talk.said()[0] == "utter_emergency_cleared"
    assert answers[-1]["question"] is not None
    assert talk.tracker.active_loop_name == "triage_form"
    assert talk.slot("emergency") is None
