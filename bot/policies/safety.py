"""The policy that speaks before every form and rule when a danger sign was heard.

It predicts plain responses of the domain, so nothing it does needs a custom action. Rasa lets
an open form outrank every rule; only a prediction that is marked as made without user input,
with a priority above RulePolicy's, comes before it.
"""

from __future__ import annotations

from typing import Any

import structlog
from rasa.core.policies.policy import Policy, PolicyPrediction, SupportedData, confidence_scores_for
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActiveLoop, Event, SlotSet
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.knowledge import knowledge
from bot.policies.emergency import Move, Standing, next_move, plain_reply
from bot.triage.answers import apply
from bot.triage.assess import assess, emergency
from bot.triage.doubt import question_of
from bot.triage.intake import Intake
from bot.triage.reading import Reading

_log = structlog.get_logger(__name__)
_PREFIX = "utter_emergency_"
_CLEARED = "_cleared"
_AFTER_CLEARED = "triage_form"


@DefaultV1Recipe.register(
    DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True
)
class SafetyPolicy(Policy):  # type: ignore[misc]
    """Utters the emergency response in the same turn as the danger sign, in or out of forms."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Priority above RulePolicy's (6)."""
        return {"priority": 9}

    @staticmethod
    def supported_data() -> SupportedData:
        """Rules and stories alike: it learns from neither."""
        return SupportedData.ML_AND_RULE_DATA

    def train(
        self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any
    ) -> Resource:
        """Nothing is learnt: what is an emergency stands in the clinical content."""
        with self._model_storage.write_to(self._resource):
            return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """An emergency response right after a message that needs one, then the end of the turn."""
        done = tracker.latest_action_name or ""
        if done == ACTION_LISTEN_NAME:
            move = _move(tracker, domain)
            return self._say(move, tracker, domain) if move else self._abstain(domain)
        if done.startswith(_PREFIX) and done.endswith(_CLEARED):
            return self._predict(_AFTER_CLEARED, domain)
        if done.startswith(_PREFIX):
            return self._predict(ACTION_LISTEN_NAME, domain)
        return self._abstain(domain)

    def _say(self, move: Move, tracker: DialogueStateTracker, domain: Domain) -> PolicyPrediction:
        _log.info(
            "safety.spoke",
            conversation_id=tracker.sender_id,
            response=move.response,
            red_flags=list(move.standing.red_flags) if move.standing else [],
        )
        return self._predict(move.response, domain, _events(move, tracker))

    def _predict(
        self, action: str, domain: Domain, events: list[Event] | None = None
    ) -> PolicyPrediction:
        return self._prediction(
            confidence_scores_for(action, 1.0, domain),
            optional_events=events or [],
            is_no_user_prediction=True,
        )

    def _abstain(self, domain: Domain) -> PolicyPrediction:
        return self._prediction(self._default_predictions(domain))


def _move(tracker: DialogueStateTracker, domain: Domain) -> Move | None:
    """What safety demands after the latest message."""
    content = knowledge()
    message = tracker.latest_message
    reading = Reading.from_entities(message.entities)
    question = question_of(tracker.get_slot("question"), content)
    intake = Intake.from_dict(tracker.get_slot("intake"))
    fixes = message.intent_name == "correct"
    standing = Standing.from_slot(tracker.get_slot("emergency"))
    signs = standing.red_flags if standing else ()
    return next_move(
        standing,
        apply(intake, question, reading, content, fixes).intake,
        plain_reply(message.intent_name, reading, message.text or "", signs),
        lambda known: emergency(known, content),
        domain.responses,
    )


def _events(move: Move, tracker: DialogueStateTracker) -> list[Event]:
    """What Rasa writes down before it utters the response; ends an open form."""
    ended = [ActiveLoop(None)] if tracker.active_loop_name else []
    return [
        SlotSet("intake", move.intake.to_dict()),
        SlotSet("emergency", move.standing.to_slot() if move.standing else None),
        SlotSet("assessment", _result(move)),
        SlotSet("question", None),
        SlotSet("attempts", None),
        SlotSet("offer", None),
        SlotSet(REQUESTED_SLOT, None),
        *ended,
    ]


def _result(move: Move) -> dict[str, Any] | None:
    """The assessment while an emergency stands; none once it is cleared."""
    return assess(move.intake, knowledge()).to_record() if move.standing else None
