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
from bot.triage.truth import holds, truth

_SELF_CARE = DISPOSITIONS.index("self_care")
_BOOK = DISPOSITIONS.index("book")


class Outlook:
    """The present state of a triage, ready to be supposed otherwise.

    `level`: the level now. `open`: ids of requirements and mandatory red flags that are
    unknown. `home_in_reach`: nothing speaks against care at home but what is unknown.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        knowledge = facts.knowledge
        self._rules = {
            rule.id: DISPOSITIONS.index(rule.level)
            for rule in knowledge.rules.values()
            if holds(rule.when, facts)
        }
        self._requirements = {
            one.id: truth(one.when, facts) for one in knowledge.requirements.values()
        }
        self._unanswered = {flag.id: flag for flag in facts.unanswered()}
        self.open = {k for k, v in self._requirements.items() if v is None} | set(self._unanswered)
        self.home_in_reach = bool(self._requirements) and not (
            facts.present_flags() or self._rules or False in self._requirements.values()
        )
        self._rank = self._rank_of(facts, (), self._requirements, bool(self._unanswered))
        self.level: Disposition = DISPOSITIONS[self._rank]

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
        changed = (*signs, *fields)
        if not any(self._may_move(key) for key in changed):
            return self.level, 0
        facts = self.facts.supposing(signs, fields)
        requirements = self._requirements_then(facts, changed)
        unanswered = [f for f in self._unanswered.values() if facts.flag(f) is None]
        still = sum(v is None for v in requirements.values()) + len(unanswered)
        rank = self._rank_of(facts, changed, requirements, bool(unanswered))
        return DISPOSITIONS[rank], len(self.open) - still

    def _may_move(self, key: str) -> bool:
        """Whether more knowledge of this key can change the level, or settle an open condition."""
        index = self.facts.index
        if key in index.flags_by_key:
            return True
        if self.home_in_reach and key in index.requirements_by_key:
            return True
        ranks = index.rule_rank
        return any(
            name in self._rules or ranks[name] < self._rank
            for name in index.rules_by_key.get(key, ())
        )

    def _rank_of(
        self,
        facts: Facts,
        changed: tuple[str, ...],
        requirements: Mapping[str, bool | None],
        unanswered: bool,
    ) -> int:
        at_home = bool(requirements) and not unanswered and all(requirements.values())
        worst = min(self._flags_then(facts), _SELF_CARE if at_home else _BOOK)
        return self._rules_then(facts, changed, worst)

    def _flags_then(self, facts: Facts) -> int:
        """Rank of the most urgent red flag then."""
        return min((self._flag_rank(f, facts) for f in facts.present_flags()), default=_SELF_CARE)

    def _rules_then(self, facts: Facts, changed: tuple[str, ...], worst: int) -> int:
        """Rank of the most urgent rule then, if more urgent than `worst`."""
        at = facts.index.rules_by_key
        touched = {name for key in changed for name in at.get(key, ())}
        worst = min((worst, *(r for n, r in self._rules.items() if n not in touched)))
        for name, rank in facts.index.rule_rank.items():
            if rank >= worst:
                break
            if name in touched and holds(facts.knowledge.rules[name].when, facts):
                return rank
        return worst

    def _requirements_then(self, facts: Facts, changed: tuple[str, ...]) -> dict[str, bool | None]:
        values = dict(self._requirements)
        for key in changed:
            for name in facts.index.requirements_by_key.get(key, ()):
                values[name] = truth(facts.knowledge.requirements[name].when, facts)
        return values
