"""Checks between files: every id that is named exists, and nothing lies unused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.knowledge.asking import check_questions, check_words
from bot.knowledge.errors import Problems
from bot.knowledge.numbers import WITHIN_DAYS, number_problem
from bot.triage.content import Knowledge

_PAGE_LINE = re.compile(r"^SEED L\d+(-L\d+)?$")
_TABLES = (
    "findings", "locations", "red_flags", "rules", "requirements", "items", "strategies",
    "cautions", "questions",
)  # fmt: skip


def check_references(
    knowledge: Knowledge, used: set[str], pages: Mapping[str, str], problems: Problems
) -> None:
    """Note unknown ids, unused findings, and texts and numbers that cannot be used.

    `used`: ids that some condition names. `pages`: item -> its file below `knowledge/`.
    """
    check = _Checker(knowledge, pages, problems)
    check.entries()
    check.findings()
    check.red_flags()
    check.rules()
    check.items()
    check.advice()
    check_questions(knowledge, problems)
    check.unused(used)


class _Checker:
    def __init__(self, knowledge: Knowledge, pages: Mapping[str, str], problems: Problems) -> None:
        self.knowledge = knowledge
        self.pages = pages
        self.problems = problems
        self.signs = [*knowledge.findings, *knowledge.red_flags]

    def known(self, path: str, name: str | None, allowed: Iterable[str]) -> None:
        if name is not None and name not in allowed:
            self.problems.not_allowed(path, name, allowed)

    def all_known(self, path: str, names: Iterable[str], allowed: Iterable[str]) -> None:
        for number, name in enumerate(names):
            self.known(f"{path}[{number}]", name, allowed)

    def entries(self) -> None:
        """What holds for every entry: listed sources, and texts that can be said."""
        for table in _TABLES:
            for entry in getattr(self.knowledge, table).values():
                file = self.pages[entry.id] if table == "items" else f"{table}.yml"
                self.sources(entry, f"{file}: {entry.id}")
                check_words(entry, f"{file}: {entry.id}", self.problems)

    def sources(self, entry: Any, path: str) -> None:
        """Each tag is listed in sources.yml; of the clinic's page also the line is named."""
        plain = [_PAGE_LINE.sub("SEED", tag) for tag in entry.source]
        self.all_known(f"{path}.source", plain, self.knowledge.sources)
        for number, evidence in enumerate(getattr(entry, "evidence", ())):
            self.sources(evidence, f"{path}.evidence[{number}]")

    def findings(self) -> None:
        for name in set(self.knowledge.findings) & set(self.knowledge.red_flags):
            self.problems.add(f"red_flags.yml: {name}", "is also the id of a finding")
        for one in self.knowledge.findings.values():
            path = f"findings.yml: {one.id}"
            self.all_known(f"{path}.implies", one.implies, self.signs)
            self.all_known(f"{path}.excludes", one.excludes, self.signs)
        for place in self.knowledge.locations.values():
            path = f"locations.yml: {place.id}.part_of"
            self.known(path, place.part_of, self.knowledge.locations)

    def red_flags(self) -> None:
        for flag in self.knowledge.red_flags.values():
            path = f"red_flags.yml: {flag.id}"
            self.all_known(f"{path}.sites", flag.sites, self.knowledge.locations)
            self.known(f"{path}.question", flag.question, self.knowledge.questions)
            self.all_known(f"{path}.points_to", flag.points_to, self.knowledge.items)
            if flag.sites and not flag.question:
                self.problems.add(f"{path}.question", "is missing: a flag with sites must be asked")
            if not flag.response.startswith("utter_emergency"):
                self.problems.add(f"{path}.response", "must start with utter_emergency")

    def items(self) -> None:
        items = self.knowledge.items
        kinds = {kind: [i.id for i in items.values() if i.kind == kind] for kind in _kinds(items)}
        for item in items.values():
            path = f"{self.pages[item.id]}: {item.id}"
            self.known(f"{path}.parent", item.parent, items)
            self.known(f"{path}.same_as", item.same_as, items)
            self.all_known(f"{path}.home", item.home, kinds.get("home", []))
            self.all_known(f"{path}.diagnostics", item.diagnostics, kinds.get("diagnostic", []))

    def advice(self) -> None:
        for strategy in self.knowledge.strategies.values():
            home = [i.id for i in self.knowledge.items.values() if i.kind == "home"]
            self.known(f"strategies.yml: {strategy.id}.item", strategy.item, home)
        for caution in self.knowledge.cautions.values():
            path = f"cautions.yml: {caution.id}.strategies"
            self.all_known(path, caution.strategies, self.knowledge.strategies)
            if caution.cautious and not caution.text_unknown:
                self.problems.add(f"cautions.yml: {caution.id}.text_unknown", "is missing or empty")

    def rules(self) -> None:
        for rule in self.knowledge.rules.values():
            wrong = rule.within_days is not None and number_problem(rule.within_days, WITHIN_DAYS)
            if wrong:
                self.problems.add(f"rules.yml: {rule.id}.within_days", wrong)

    def unused(self, used: set[str]) -> None:
        asked = {f for q in self.knowledge.questions.values() for f in q.findings}
        implied = {f for one in self.knowledge.findings.values() for f in one.implies}
        for name in self.knowledge.findings:
            if name not in used | asked | implied:
                self.problems.add(f"findings.yml: {name}", "is used by no rule, question or item")


def _kinds(items: Any) -> set[str]:
    return {item.kind for item in items.values()}
