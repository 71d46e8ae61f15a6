"""The hazard log: what could harm a patient, what stands against it, and which tests prove that.

It is data (`knowledge/hazards.yml`), read and checked like the clinical content, but no part
of a triage: a changed hazard makes no other `knowledge_version`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bot.knowledge.build import Builder
from bot.knowledge.errors import Problems
from bot.knowledge.loader import FOLDER, HAZARDS, read_yaml
from bot.triage.content import Condition

Severity = Literal["catastrophic", "major", "moderate", "minor"]
SEVERITIES: tuple[Severity, ...] = ("catastrophic", "major", "moderate", "minor")
MARK = "<!-- Made from knowledge/hazards.yml by `make safety`. -->"
"""Below this line docs/safety.md is made by a program."""
_TEST = "tests/"


@dataclass(frozen=True)
class Control:
    """What is done against a hazard. `tests`: pytest node ids without parameters."""

    what: str
    where: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Hazard:
    """`severity`: the worst credible harm without controls. `remains`: what they leave open."""

    id: str
    name: str
    cause: str
    effect: str
    severity: Severity
    controls: tuple[Control, ...]
    remains: str


def load_hazards(file: Path = FOLDER / HAZARDS) -> tuple[Hazard, ...]:
    """The hazard log, in the file's order.

    Raises KnowledgeError: one line for each mistake: file, entry, key, allowed values.
    """
    problems = Problems()
    data = read_yaml(file, problems)
    problems.raise_if_any()
    if not isinstance(data, dict) or set(data) != {"hazards"}:
        problems.add(file.name, "expected the one key 'hazards' with a list")
        problems.raise_if_any()
    hazards = tuple(_read(data["hazards"], file.name, problems))
    problems.raise_if_any()
    return hazards


def to_markdown(hazards: Sequence[Hazard]) -> str:
    """The log as a page, worst hazards first."""
    ordered = sorted(hazards, key=lambda hazard: SEVERITIES.index(hazard.severity))
    lines = [_overview(ordered), *(_section(hazard) for hazard in ordered)]
    return "\n\n".join(lines) + "\n"


def put_into(page: Path, log: str) -> None:
    """Replace what stands below the page's mark by the log."""
    above, mark, _ = page.read_text(encoding="utf-8").partition(MARK)
    page.write_text(f"{above}{mark}\n\n{log}", encoding="utf-8")


def _read(entries: Any, file: str, problems: Problems) -> Iterator[Hazard]:
    builder = Builder(problems, lambda raw, path: Condition("none"))
    seen: set[str] = set()
    for number, entry in enumerate(entries):
        name = entry.get("id", number) if isinstance(entry, dict) else number
        path = f"{file}: {name}"
        hazard = builder.build(Hazard, entry, path)
        if hazard is None:
            continue
        if hazard.id in seen:
            problems.add(path, "the id stands twice")
        seen.add(hazard.id)
        _check_tests(hazard, path, problems)
        yield hazard


def _check_tests(hazard: Hazard, path: str, problems: Problems) -> None:
    for number, control in enumerate(hazard.controls):
        for test in control.tests:
            file, _, name = test.partition("::")
            if not (file.startswith(_TEST) and file.endswith(".py") and name.startswith("test_")):
                where = f"{path}.controls[{number}].tests"
                problems.add(where, f"{test!r} is not like tests/room/test_file.py::test_name")


def _overview(hazards: Sequence[Hazard]) -> str:
    rows = [
        f"| [{h.id}](#{h.id.lower()}) | {h.name} | {h.severity} | {len(h.controls)} |"
        for h in hazards
    ]
    return "\n".join(["| id | hazard | severity | controls |", "|---|---|---|---|", *rows])


def _section(hazard: Hazard) -> str:
    controls = "\n".join(
        f"- {c.what} (`{c.where}`)\n" + "\n".join(f"  - proved by `{t}`" for t in c.tests)
        for c in hazard.controls
    )
    return (
        f'<a id="{hazard.id.lower()}"></a>\n'
        f"### {hazard.id}: {hazard.name}\n\n"
        f"**Severity without controls:** {hazard.severity}. **Cause:** {hazard.cause}\n"
        f"**Effect:** {hazard.effect}\n\n{controls}\n\n**What remains:** {hazard.remains}"
    )
