"""Tells an assessment: one message an idea, the urgency first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.reasons import come_back, contributor_line, first_words, rule_lines
from actions.wording import in_line, in_list, sign_label
from bot.triage.assessment import AdviceItem, Assessment, Disposition
from bot.triage.content import Knowledge
from bot.triage.intake import Intake

_MOST_CONTRIBUTORS = 3
_MOST_DIAGNOSTICS = 4


@dataclass(frozen=True)
class Report:
    """One assessment, told through the dispatcher in the responses of the domain."""

    assessment: Assessment
    intake: Intake
    knowledge: Knowledge
    say: CollectingDispatcher

    def tell(self) -> None:
        """Utter everything; `text` alone is enough to understand it all."""
        self._urgency()
        self._why()
        self._contributors()
        self._care_at_home()
        self._clinic_offers()
        self._when_to_come_back()

    def _urgency(self) -> None:
        days = self.assessment.within_days
        name = f"utter_assessment_{self.assessment.disposition}"
        if self.assessment.disposition == "book" and days:
            name += "_within"
        self.say.utter_message(response=name, days=days, json_message={"card": self.card()})

    def _why(self) -> None:
        self._list("utter_assessment_why", rule_lines(self.assessment, self.knowledge))
        signs = (sign_label(sign, self.knowledge) for sign in self.assessment.unknown)
        self._list("utter_assessment_unknown", signs)

    def _contributors(self) -> None:
        shown = [(name, self._linked(name)) for name in ("more", "possible") if self._linked(name)]
        for likelihood, lines in shown:
            self._list(f"utter_contributors_{likelihood}", lines)
        if shown:
            self.say.utter_message(response="utter_not_a_diagnosis")
        elif self._calm():
            self.say.utter_message(response="utter_contributors_none")

    def _linked(self, likelihood: str) -> list[str]:
        ranked = (c for c in self.assessment.contributors if c.likelihood == likelihood)
        lines = (contributor_line(c, self.intake, self.knowledge) for c in ranked)
        return list(lines)[:_MOST_CONTRIBUTORS]

    def _care_at_home(self) -> None:
        self._list("utter_advice", (self._advice(item) for item in self.assessment.advice))
        self._list("utter_withheld", self._withheld())

    def _advice(self, item: AdviceItem) -> str:
        strategy = self.knowledge.strategies[item.id]
        notes = (self.knowledge.cautions[name].text for name in item.cautions)
        return first_words(strategy.label, " ".join((strategy.text, *notes)))

    def _withheld(self) -> list[str]:
        """One line for each reason, with everything it leaves out."""
        labels: dict[str, list[str]] = {}
        for one in self.assessment.withheld:
            label = self.knowledge.strategies[one.id].label
            labels.setdefault(one.because, []).append(label)
        cautions = self.knowledge.cautions
        return [first_words(in_line(names), cautions[why].text) for why, names in labels.items()]

    def _clinic_offers(self) -> None:
        if self.assessment.disposition != "book":
            return
        steps = self.assessment.diagnostics[:_MOST_DIAGNOSTICS]
        self._list("utter_diagnostics", self._names(steps))
        treatments = in_line(self._names(self.assessment.treatments))
        if treatments:
            self.say.utter_message(response="utter_treatments", items=treatments)

    def _when_to_come_back(self) -> None:
        for level, response in _COME_BACK.items():
            self._list(response, come_back(level, self.intake, self.knowledge))
        if self.assessment.disposition == "self_care":
            self.say.utter_message(response="utter_self_care_limit")

    def _list(self, response: str, lines: Iterable[str]) -> None:
        items = in_list(lines)
        if items:
            self.say.utter_message(response=response, items=items)

    def _names(self, items: Iterable[str]) -> list[str]:
        return [self.knowledge.items[name].name for name in items]

    def _calm(self) -> bool:
        return self.assessment.disposition in ("book", "self_care")

    def card(self) -> dict[str, Any]:
        """The result for a widget that can draw it; says no more than the texts do."""
        return {
            "type": "assessment",
            "disposition": self.assessment.disposition,
            "within_days": self.assessment.within_days,
            "contributors": [
                {"id": c.id, "name": self.knowledge.items[c.id].name, "likelihood": c.likelihood}
                for c in self.assessment.contributors
                if c.likelihood != "less"
            ],
            "advice": [
                {"id": item.id, "label": self.knowledge.strategies[item.id].label}
                for item in self.assessment.advice
            ],
        }


_COME_BACK: dict[Disposition, str] = {
    "emergency": "utter_come_back_emergency",
    "urgent": "utter_come_back",
}
