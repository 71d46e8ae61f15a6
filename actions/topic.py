"""`action_answer_topic`: answers a question about something on the clinic's page."""

from __future__ import annotations

from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, SafeAction
from actions.triage_form import FORM
from actions.turn import Turn
from bot.triage.advice import advise
from bot.triage.facts import Facts

_MOST_CAUTIONS = 2


class ActionAnswerTopic(SafeAction):
    """What the page says of the topic, and what this person should be careful with."""

    def name(self) -> str:
        return "action_answer_topic"

    def handle(self, turn: Turn, say: CollectingDispatcher) -> Events:
        if turn.topic is None:
            say.utter_message(response="utter_topic_unknown")
            return []
        item = turn.knowledge.items[str(turn.topic.value)]
        say.utter_message(
            response="utter_topic",
            name=item.name,
            summary=item.summary,
            json_message={"card": {"type": "topic", "id": item.id, "kind": item.kind}},
        )
        cautions = cautions_for(item.id, turn)
        if cautions:
            say.utter_message(response="utter_topic_caution", cautions=" ".join(cautions))
        return [FollowupAction(FORM)] if _also_tells_symptoms(turn) else []


def _also_tells_symptoms(turn: Turn) -> bool:
    """True when the question came with a first story: the triage then goes on by itself."""
    return turn.form is None and not turn.slot("assessment") and turn.tells_symptoms


def cautions_for(item: str, turn: Turn) -> list[str]:
    """Texts of the cautions that leave out or change this home strategy for the patient."""
    content = turn.knowledge
    advice = advise(Facts(turn.intake, content), ())
    names = [w.because for w in advice.withheld if content.strategies[w.id].item == item]
    names += [name for one in advice.offered if one.item == item for name in one.cautions]
    texts = dict.fromkeys(content.cautions[name].text for name in names)
    return list(texts)[:_MOST_CAUTIONS]
