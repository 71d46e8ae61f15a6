"""Load `knowledge/` into one frozen `Knowledge`, or name every mistake in it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.knowledge.build import Builder
from bot.knowledge.check import check_references
from bot.knowledge.conditions import ConditionReader
from bot.knowledge.errors import Problems
from bot.triage.content import (
    Caution,
    Finding,
    Item,
    Knowledge,
    Location,
    Question,
    RedFlag,
    Requirement,
    Rule,
    Source,
    Strategy,
)

T = TypeVar("T")
FOLDER = Path(__file__).resolve().parents[2] / "knowledge"
HAZARDS = "hazards.yml"
"""The hazard log stands beside the content and is no part of it (`bot.knowledge.hazards`)."""
_FILES: Mapping[str, type] = {
    "sources": Source,
    "findings": Finding,
    "locations": Location,
    "red_flags": RedFlag,
    "rules": Rule,
    "requirements": Requirement,
    "strategies": Strategy,
    "cautions": Caution,
    "questions": Question,
}
_PAGE = ("causes", "conditions", "injuries", "diagnostics", "home", "treatments", "other")


def load_knowledge(folder: Path = FOLDER) -> Knowledge:
    """All clinical content of `folder`.

    Raises:
        KnowledgeError: with one line for each mistake: file, entry, key, allowed values.
    """
    problems = Problems()
    raw = {name: _read_list(folder, f"{name}.yml", name, problems) for name in _FILES}
    page = {name: _read_list(folder, f"page/{name}.yml", "items", problems) for name in _PAGE}
    raw["red_flags"] = list(map(_plain_urgency, raw["red_flags"]))
    signs = _ids(raw["findings"], raw["red_flags"])
    reader = ConditionReader(problems, signs, {}, _levels(raw["red_flags"]))
    builder = Builder(problems, reader.read)
    content: dict[str, Any] = {}
    for name in ("locations", *_FILES):
        if name not in content:
            content[name] = _build(builder, _FILES[name], raw[name], f"{name}.yml")
            reader.locations = content["locations"]
    content["items"] = _items(builder, page)
    problems.raise_if_any()
    knowledge = Knowledge(version=version(folder), **content)
    check_references(knowledge, reader.used, _files_of(page), problems)
    problems.raise_if_any()
    return knowledge


def version(folder: Path = FOLDER) -> str:
    """First 12 hex digits of the SHA-256 over each content file's name and bytes."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*.yml") if p.name != HAZARDS):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def read_yaml(path: Path, problems: Problems, name: str = "") -> Any:
    """The file's content; a missing or broken file is noted and gives None.

    `name`: how the file is called, when it lies deeper than the folder of `problems`.
    """
    name = name or path.name
    if not path.is_file():
        problems.add(name, "the file is missing")
        return None
    try:
        return YAML(typ="safe").load(path)
    except (YAMLError, UnicodeDecodeError) as error:
        problems.add(name, _broken(error))
        return None


def _broken(error: Exception) -> str:
    """What is wrong with the YAML of a file, with the line."""
    if not isinstance(error, MarkedYAMLError) or not error.problem_mark:
        return "the file is not valid YAML, or not saved as UTF-8"
    line, begin = error.problem_mark.line + 1, error.context_mark
    since = f" {error.context} that begins in line {begin.line + 1}" if begin else ""
    return (
        f"line {line} is not valid YAML: {error.problem}{since}. Most often a quote, a bracket, "
        "a colon or a space at the start is missing there, or in the line before"
    )


def _read_list(folder: Path, file: str, key: str, problems: Problems) -> list[dict[str, Any]]:
    data = read_yaml(folder / file, problems, file)
    if data is None:
        return []
    if not isinstance(data, dict) or set(data) != {key} or not isinstance(data[key], list):
        problems.add(file, f"expected the one key {key!r} with a list")
        return []
    entries: list[dict[str, Any]] = data[key]
    return entries


def _ids(*lists: Iterable[Any]) -> frozenset[str]:
    return frozenset(
        str(e["id"]) for entries in lists for e in entries if isinstance(e, dict) and "id" in e
    )


def _plain_urgency(entry: dict[str, Any]) -> dict[str, Any]:
    """`urgency: LEVEL` is short for a list of one."""
    if not isinstance(entry, dict) or "urgency" not in entry:
        return entry
    rest = {key: value for key, value in entry.items() if key != "urgency"}
    return rest | {"urgencies": [{"level": entry["urgency"]}]}


def _levels(flags: Iterable[Any]) -> Mapping[str, int]:
    """Level of urgency -> how many red flags can have it."""
    listed = (flag.get("urgencies") for flag in flags if isinstance(flag, dict))
    return Counter(
        level
        for urgencies in listed
        if isinstance(urgencies, list)
        for level in {str(one.get("level")) for one in urgencies if isinstance(one, dict)}
    )


def _files_of(page: Mapping[str, Iterable[Mapping[str, Any]]]) -> Mapping[str, str]:
    """Item -> its file below `knowledge/`."""
    return {str(e["id"]): f"page/{name}.yml" for name, entries in page.items() for e in entries}


def _build(builder: Builder, cls: type[T], entries: Iterable[Any], file: str) -> dict[str, T]:
    built: dict[str, T] = {}
    for number, entry in enumerate(entries):
        name = str(entry.get("id", "")) if isinstance(entry, dict) else ""
        name = name or f"[{number}]"
        if name in built:
            builder.problems.add(f"{file}: {name}", "the id stands twice")
        value = builder.build(cls, entry, f"{file}: {name}")
        if value is not None:
            built[name] = value
    return built


def _items(builder: Builder, page: Mapping[str, list[dict[str, Any]]]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    for name, entries in page.items():
        for key, item in _build(builder, Item, entries, f"page/{name}.yml").items():
            if key in items:
                builder.problems.add(f"page/{name}.yml: {key}", "the id stands in another file too")
            items[key] = item
    return items
