"""Checks between files: every id that is named exists, and nothing lies unused."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bot.knowledge.errors import Problems
from bot.triage.content import Knowledge
from bot.triage.intake import Intake

_PAGE_LINE = re.compile(r"^SEED L\d+(-L\d+)?$")
_INTAKE_FIELDS = frozenset(Intake.__dataclass_fields__) - {"findings", "asked", "unsure", "words"}


def check_references(knowledge: Knowledge, used: set[str], problems: Problems) -> None:
    """Note unknown ids and unused findings. `used`: ids that some condition names."""
    check = _Checker(knowledge, problems)
    check.sources()
    check.findings()
    check.red_flags()
    check.items()
    check.advice()
    check.questions()
    check.unused(used)


class _Checker:
    def __init__(self, knowledge: Knowledge, problems: Problems) -> None:
        self.knowledge = knowledge
        self.problems = problems
        self.signs = [*knowledge.findings, *knowledge.red_flags]

    def known(self, path: str, names: Iterable[str | None], allowed: Iterable[str]) -> None:
        for name in names:
            if name is not None and name not in allowed:
                self.problems.not_allowed(path, name, allowed)

    def sources(self) -> None:
        """Each tag is listed in sources.yml; of the clinic's page also the line is named."""
        tables = ("findings", "locations", "red_flags", "rules", "requirements", "items")
        for table in (*tables, "strategies", "cautions", "questions"):
            for entry in getattr(self.knowledge, table).values():
                cited = (entry, *getattr(entry, "evidence", ()))
                tags = dict.fromkeys(tag for one in cited for tag in one.source)
                plain = [_PAGE_LINE.sub("SEED", tag) for tag in tags]
                self.known(f"{table}: {entry.id}.source", plain, self.knowledge.sources)

    def findings(self) -> None:
        for name in set(self.knowledge.findings) & set(self.knowledge.red_flags):
            self.problems.add(f"red_flags.yml: {name}", "is also the id of a finding")
        for one in self.knowledge.findings.values():
            path = f"findings.yml: {one.id}"
            self.known(f"{path}.implies", one.implies, self.signs)
            self.known(f"{path}.excludes", one.excludes, self.signs)
        for place in self.knowledge.locations.values():
            path = f"locations.yml: {place.id}.part_of"
            self.known(path, [place.part_of], self.knowledge.locations)

    def red_flags(self) -> None:
        for flag in self.knowledge.red_flags.values():
            path = f"red_flags.yml: {flag.id}"
            self.known(f"{path}.sites", flag.sites, self.knowledge.locations)
            self.known(f"{path}.question", [flag.question], self.knowledge.questions)
            self.known(f"{path}.points_to", flag.points_to, self.knowledge.items)
            if flag.sites and not flag.question:
                self.problems.add(f"{path}.question", "is missing: a flag with sites must be asked")
            if not flag.response.startswith("utter_emergency"):
                self.problems.add(f"{path}.response", "must start with utter_emergency")

    def items(self) -> None:
        items = self.knowledge.items
        kinds = {kind: [i.id for i in items.values() if i.kind == kind] for kind in _kinds(items)}
        for item in items.values():
            path = f"page: {item.id}"
            self.known(f"{path}.parent", [item.parent], items)
            self.known(f"{path}.same_as", [item.same_as], items)
            self.known(f"{path}.home", item.home, kinds.get("home", []))
            self.known(f"{path}.diagnostics", item.diagnostics, kinds.get("diagnostic", []))

    def advice(self) -> None:
        for strategy in self.knowledge.strategies.values():
            home = [i.id for i in self.knowledge.items.values() if i.kind == "home"]
            self.known(f"strategies.yml: {strategy.id}.item", [strategy.item], home)
        for caution in self.knowledge.cautions.values():
            path = f"cautions.yml: {caution.id}.strategies"
            self.known(path, caution.strategies, self.knowledge.strategies)
            if caution.cautious and not caution.text_unknown:
                self.problems.add(f"cautions.yml: {caution.id}.text_unknown", "is missing or empty")

    def questions(self) -> None:
        for question in self.knowledge.questions.values():
            path = f"questions.yml: {question.id}"
            self.known(f"{path}.field", [question.field], _INTAKE_FIELDS)
            self.known(f"{path}.findings", question.findings, self.signs)
            if (question.field is None) == (not question.findings):
                self.problems.add(path, "needs either a field or findings")
            for option in question.options:
                self.known(f"{path}.options.{option.id}.sets", option.sets, self.signs)

    def unused(self, used: set[str]) -> None:
        asked = {f for q in self.knowledge.questions.values() for f in q.findings}
        implied = {f for one in self.knowledge.findings.values() for f in one.implies}
        for name in self.knowledge.findings:
            if name not in used | asked | implied:
                self.problems.add(f"findings.yml: {name}", "is used by no rule, question or item")


def _kinds(items: Any) -> set[str]:
    return {item.kind for item in items.values()}
