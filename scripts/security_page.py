"""Writes docs/security.md from docs/security/*.yml and the tests' `security` markers.

python scripts/security_page.py
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/security.md"
STATUSES = ("met", "partly", "not met", "not applicable")
MISSING = "V5, V10, V12, V15 and V17"
SOURCES = {
    "OWASP ASVS 5.0, levels 1 and 2": ("asvs.yml", "ASVS-5.0-"),
    "HIPAA 164.312": ("hipaa.yml", "HIPAA-"),
}
INTRO = f"""# Security, requirement by requirement

Written by `make security` from `docs/security/*.yml` and the tests that carry the marker
`security`; a test fails when this page is old. The words of the requirements are ours and
short: read the standards themselves for what exactly is asked. Nobody from outside has
verified this page. What is met *by tests* names them; what is met without one says why.

Not yet looked at: the chapters {MISSING} of ASVS.
"""


@dataclass(frozen=True)
class Requirement:
    """One requirement as we read it. `marker` is how tests name it."""

    marker: str
    id: str
    level: str
    asks: str
    status: str
    why: str = ""


def load(source: str) -> dict[str, list[Requirement]]:
    """Chapter -> its requirements. Raises ValueError for a status that there is not."""
    file, prefix = SOURCES[source]
    data = yaml.safe_load((ROOT / "docs/security" / file).read_text(encoding="utf-8"))
    return {
        f"{key} {chapter.pop('name')}": [_requirement(prefix, k, v) for k, v in chapter.items()]
        for key, chapter in data.items()
    }


def _requirement(prefix: str, name: str, fields: dict[str, Any]) -> Requirement:
    made = Requirement(prefix + name, name, **fields)
    if made.status not in STATUSES:
        raise ValueError(f"{name}: status is one of {', '.join(STATUSES)}")
    return made


@cache
def evidence() -> dict[str, list[str]]:
    """Marker -> `file::test` of each test that carries it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for marker in _markers(node):
                    found[marker].append(f"{path.relative_to(ROOT).as_posix()}::{node.name}")
    return dict(found)


def _markers(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    for call in node.decorator_list:
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.security":
            yield from (ast.literal_eval(word) for word in call.args)


def page() -> str:
    """The whole page."""
    tests = evidence()
    return INTRO + "".join(_part(source, tests) for source in SOURCES)


def _part(source: str, tests: dict[str, list[str]]) -> str:
    chapters = load(source)
    counts = Counter(r.status for chapter in chapters.values() for r in chapter)
    figures = ", ".join(f"{counts[status]} {status}" for status in STATUSES)
    tables = "".join(_table(name, chapter, tests) for name, chapter in chapters.items())
    return f"\n## {source}\n\n{sum(counts.values())} requirements: {figures}.\n{tables}"


def _table(name: str, chapter: list[Requirement], tests: dict[str, list[str]]) -> str:
    rows = "".join(_row(requirement, tests) for requirement in chapter)
    head = (
        "| id | level | asks that | status | evidence or reason |\n| --- | --- | --- | --- | --- |"
    )
    return f"\n### {name}\n\n{head}\n{rows}"


def _row(requirement: Requirement, tests: dict[str, list[str]]) -> str:
    proofs = ", ".join(f"`{test}`" for test in sorted(tests.get(requirement.marker, [])))
    words = "; ".join(part for part in (requirement.why, proofs) if part)
    r = requirement
    return f"| {r.id} | {r.level} | {r.asks} | {r.status} | {words} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
