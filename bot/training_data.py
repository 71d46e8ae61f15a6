"""The lines that the model is trained on, as text: what is there, and lines to add.

Files are changed line by line, so that comments and the order of everything stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from bot.settings import ROOT

NLU = ROOT / "data/nlu.yml"
LEXICON = ROOT / "knowledge/lexicon"
_INTENT = re.compile(r"^\s*- intent: (\w+)\s*$", re.MULTILINE)


class ImprovementError(Exception):
    """The lines cannot be added; the message says why."""


@cache
def trained_intents() -> list[str]:
    """Names of the intents that have examples."""
    return sorted(set(_INTENT.findall(NLU.read_text(encoding="utf-8"))))


def improve(file: Path, nlu: Path = NLU, lexicon: Path = LEXICON) -> int:
    """Add the lines of an exported file to training data and lexicon; returns how many.

    A line that is there already is left out. Raises ImprovementError before anything is changed.
    """
    try:
        given = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
        examples = {
            block["intent"]: [line[2:] for line in block["examples"].splitlines()]
            for block in given.get("nlu", ())
        }
        wordings: Mapping[str, Mapping[str, Sequence[str]]] = given.get("lexicon") or {}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise ImprovementError(f"{file} is no exported file of the inbox.") from error
    texts = {
        path: path.read_text(encoding="utf-8") for path in (nlu, *sorted(lexicon.glob("*.yml")))
    }
    before = dict(texts)
    added = sum(_add_examples(texts, nlu, intent, lines) for intent, lines in examples.items())
    for kind, ids in wordings.items():
        added += sum(_add_wordings(texts, kind, name, lines) for name, lines in ids.items())
    for path, text in texts.items():
        if text != before[path]:
            path.write_text(text, encoding="utf-8")
    return added


def _add_examples(texts: dict[Path, str], path: Path, intent: str, lines: Sequence[str]) -> int:
    head = re.search(
        rf"^(\s*)- intent: {re.escape(intent)}\n\s+examples: \|\n", texts[path], re.MULTILINE
    )
    if head is None:
        raise ImprovementError(f"{path} has no intent {intent}.")
    block = re.match(r"(?:(?:[ \t]+- .*)?\n)*", texts[path][head.end() :])
    known = block.group() if block else ""
    indent = re.match(r"\s*", known).group() if known.strip() else "    "  # type: ignore[union-attr]
    there = {line.strip()[2:].casefold() for line in texts[path].splitlines() if "- " in line}
    new = [line for line in dict.fromkeys(lines) if line.casefold() not in there]
    _insert(texts, path, head.end(), [f"{indent}- {line}" for line in new])
    return len(new)


def _add_wordings(texts: dict[Path, str], kind: str, name: str, lines: Sequence[str]) -> int:
    for path, text in texts.items():
        head = re.search(rf"^{re.escape(kind)}:\n", text, re.MULTILINE)
        if head is None:
            continue
        entry = re.compile(rf"^  {re.escape(name)}:\n((?:(?:    .*)?\n)*)", re.MULTILINE)
        if found := entry.search(text, head.end()):
            new = [w for w in dict.fromkeys(lines) if not _stands(w, found[1])]
            at, keyed = found.start(1), re.search(r"^    \w+:", found[1], re.MULTILINE)
            added = [f"{' ' * (6 if keyed else 4)}- {json.dumps(w)}" for w in new]
            if phrases := re.search(r"^    phrases:\n", found[1], re.MULTILINE):
                at += phrases.end()
            elif new and keyed:
                added.insert(0, "    phrases:")
            _insert(texts, path, at, added)
            return len(new)
    raise ImprovementError(f"The lexicon has no {kind} {name} that a wording could be added to.")


def _stands(wording: str, known: str) -> bool:
    return any(f"- {form}\n" in known for form in (wording, json.dumps(wording)))


def _insert(texts: dict[Path, str], path: Path, at: int, lines: Sequence[str]) -> None:
    text = texts[path]
    texts[path] = text[:at] + "".join(f"{line}\n" for line in lines) + text[at:]
