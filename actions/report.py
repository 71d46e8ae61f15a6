"""Tells an assessment in five or six messages, the urgency first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa_sdk.executor import CollectingDispatcher

from actions.reasons import (
    come_back,
    contributor_line,
    first_words,
    needed_lines,
    route_of,
    rule_lines,
)
from actions.wording import in_line, in_list, sign_label
from bot.triage.assessment import AdviceItem, Assessment, RankedContributor
from bot.triage.content import Knowledge
from bot.triage.intake import Intake

_MOST_CONTRIBUTORS = 3
_MOST_ADVICE = 4
_MOST_LEFT_OUT = 3
_MOST_DIAGNOSTICS = 3
_MOST_TREATMENTS = 4


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
        self._contributors()
        self._care_at_home()
        self._when_to_call()
        self._clinic_steps()

    def _urgency(self) -> None:
        signs = (sign_label(sign, self.knowledge) for sign in self.assessment.unknown)
        level, rules = self.assessment.disposition, self.assessment.rules
        route = route_of(rules, self.knowledge) if level == "urgent" else ""
        self.say.utter_message(
            response=f"utter_assessment_{level}{route}",
            days=self.assessment.within_days,
            why=in_list(rule_lines(level, rules, self.intake, self.knowledge)),
            unknown=in_list(signs),
            needed=in_list(needed_lines(self.assessment, self.knowledge)),
            json_message={"card": self.card()},
        )

    def _contributors(self) -> None:
        shown = [c for c in self.assessment.contributors if c.likelihood != "less"]
        shown = shown[:_MOST_CONTRIBUTORS]
        if shown:
            more, possible = self._linked("more", shown), self._linked("possible", shown)
            self.say.utter_message(response="utter_contributors", more=more, possible=possible)
        elif self._calm():
            self.say.utter_message(response="utter_contributors_none")

    def _linked(self, likelihood: str, shown: Iterable[RankedContributor]) -> str:
        ranked = [one for one in shown if one.likelihood == likelihood]
        return in_list(contributor_line(one, self.intake, self.knowledge) for one in ranked)

    def _care_at_home(self) -> None:
        """The few things that fit best; on request the chat tells of the others."""
        shown = self.assessment.advice[:_MOST_ADVICE]
        advice = in_list(self._advice(item) for item in shown)
        known, doubted = self._withheld(unknown=False), self._withheld(unknown=True)
        if advice or known or doubted:
            self.say.utter_message(
                response="utter_advice",
                advice=advice,
                withheld=in_list(known[:_MOST_LEFT_OUT]),
                unsure=in_list(doubted[:_MOST_LEFT_OUT]),
            )

    def _advice(self, item: AdviceItem) -> str:
        strategy = self.knowledge.strategies[item.id]
        notes = (self._caution(name, name in item.unknown) for name in item.cautions)
        return first_words(strategy.label, " ".join((strategy.text, *notes)))

    def _withheld(self, *, unknown: bool) -> list[str]:
        """One line for each reason, with everything it leaves out. `unknown`: not ruled out."""
        labels: dict[str, list[str]] = {}
        for one in self.assessment.withheld:
            if one.unknown != unknown:
                continue
            label = self.knowledge.strategies[one.id].label
            labels.setdefault(self._caution(one.because, one.unknown), []).append(label)
        return [first_words(in_line(names), why) for why, names in labels.items()]

    def _caution(self, name: str, unknown: bool) -> str:
        """What a caution says; a fact that nobody told is not told as one."""
        caution = self.knowledge.cautions[name]
        return caution.text_unknown if unknown and caution.text_unknown else caution.text

    def _when_to_call(self) -> None:
        emergency, urgent = (
            in_list(come_back(level, self.intake, self.knowledge))
            for level in ("emergency", "urgent")
        )
        if emergency or urgent:
            self.say.utter_message(response="utter_come_back", emergency=emergency, urgent=urgent)
        if self.assessment.disposition == "self_care":
            self.say.utter_message(response="utter_self_care_limit")

    def _clinic_steps(self) -> None:
        if self.assessment.disposition != "book":
            return
        self.say.utter_message(
            response="utter_clinic_steps",
            steps=in_line(self._names(self.assessment.diagnostics[:_MOST_DIAGNOSTICS])),
            treatments=in_line(self._names(self.assessment.treatments[:_MOST_TREATMENTS])),
        )

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
