"""What the level of care would be if one more thing were known.

Works from the level that holds now and looks again only at the red flags, rules and
requirements that the new fact can change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.triage.assessment import DISPOSITIONS, Disposition
from bot.triage.content import RedFlag
from bot.triage.facts import Facts
from bot.triage.truth import truth

_SELF_CARE = DISPOSITIONS.index("self_care")


class Outlook:
    """The present state of a triage, ready to be supposed otherwise.

    `level`: the level now. `open`: ids of requirements and mandatory red flags that are
    unknown. `home_in_reach`: nothing speaks against care at home but what is unknown.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        knowledge = facts.knowledge
        self._flags = {flag.id: self._flag_rank(flag, facts) for flag in facts.present_flags()}
        self._rules = {
            rule.id: DISPOSITIONS.index(rule.level)
            for rule in knowledge.rules.values()
            if truth(rule.when, facts)
        }
        self._requirements = {
            one.id: truth(one.when, facts) for one in knowledge.requirements.values()
        }
        self._unanswered = {flag.id: flag for flag in facts.unanswered()}
        self.level: Disposition = self._level(
            self._flags, self._rules, self._requirements, bool(self._unanswered)
        )
        self.open = {k for k, v in self._requirements.items() if v is None} | set(self._unanswered)
        self.home_in_reach = bool(self._requirements) and not (
            self._flags or self._rules or False in self._requirements.values()
        )

    @staticmethod
    def _flag_rank(flag: RedFlag, facts: Facts) -> int:
        return DISPOSITIONS.index(facts.level(flag))

    def supposing(
        self, signs: Mapping[str, bool], fields: Mapping[str, Any] | None = None
    ) -> Disposition:
        """The level if these signs were present or absent and these fields known."""
        return self.look(signs, fields or {})[0]

    def look(self, signs: Mapping[str, bool], fields: Mapping[str, Any]) -> tuple[Disposition, int]:
        """The level then, and how many of the open questions for care at home it settles."""
        facts = self.facts.supposing(signs, fields)
        changed = (*signs, *fields)
        flags = self._flags_then(facts, changed)
        rules = self._rules_then(facts, changed)
        requirements = self._requirements_then(facts, changed)
        unanswered = [f for f in self._unanswered.values() if facts.flag(f) is None]
        level = self._level(flags, rules, requirements, bool(unanswered))
        still = sum(v is None for v in requirements.values()) + len(unanswered)
        return level, len(self.open) - still

    def _flags_then(self, facts: Facts, changed: tuple[str, ...]) -> dict[str, int]:
        ranks = dict(self._flags)
        for key in changed:
            for flag in facts.index.flags_by_key.get(key, ()):
                ranks.pop(flag.id, None)
                if facts.flag(flag):
                    ranks[flag.id] = self._flag_rank(flag, facts)
        return ranks

    def _rules_then(self, facts: Facts, changed: tuple[str, ...]) -> dict[str, int]:
        ranks = dict(self._rules)
        for name in {n for key in changed for n in facts.index.rules_by_key.get(key, ())}:
            rule = facts.knowledge.rules[name]
            ranks.pop(name, None)
            if truth(rule.when, facts):
                ranks[name] = DISPOSITIONS.index(rule.level)
        return ranks

    def _requirements_then(self, facts: Facts, changed: tuple[str, ...]) -> dict[str, bool | None]:
        values = dict(self._requirements)
        for key in changed:
            for name in facts.index.requirements_by_key.get(key, ()):
                values[name] = truth(facts.knowledge.requirements[name].when, facts)
        return values

    @staticmethod
    def _level(
        flags: Mapping[str, int],
        rules: Mapping[str, int],
        requirements: Mapping[str, bool | None],
        unanswered: bool,
    ) -> Disposition:
        worst = min((*flags.values(), *rules.values()), default=_SELF_CARE)
        home = bool(requirements) and all(requirements.values()) and not unanswered
        return DISPOSITIONS[worst if home else min(worst, DISPOSITIONS.index("book"))]
