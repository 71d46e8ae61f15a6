"""Checks `domain.yml` before a model is made from it, as the clinical content is checked.

Rasa takes a mistyped place like `{emergncy_number}` and an empty text for good, and both would
reach a patient. Here every response that is needed is there, says something, and has only
places that are filled when it is uttered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.errors import Problems, nearest
from bot.knowledge.loader import FOLDER, read_yaml
from bot.knowledge.places import CLINIC, check_places, given_to
from bot.triage.content import Knowledge
from bot.triage.dispositions import GENERAL_RESPONSE

DOMAIN = "domain.yml"
TRAINING = ("data/rules.yml", "data/stories.yml")
"""Files whose steps name responses, actions and intents of the domain."""
_KEYS = (
    "version", "session_config", "intents", "entities", "slots", "forms", "actions", "responses",
)  # fmt: skip
_VARIANT_KEYS = ("text", "buttons", "custom", "channel", "condition", "id", "metadata")
_BUTTON_KEYS = ("title", "payload")
_SHAPES: Mapping[str, tuple[str, ...]] = {
    "intents": ("use_entities", "ignore_entities"),
    "slots": (
        "type", "influence_conversation", "mappings", "initial_value", "values", "min_value",
        "max_value",
    ),
    "forms": ("required_slots", "ignored_intents"),
}  # fmt: skip
"""What may stand below each entry of these keys."""
_SLOT_TYPES = ("text", "bool", "categorical", "float", "list", "any")
_STEP = re.compile(r"^\s*- (action|intent): (\w+)\s*$")
_OF_RASA = frozenset({"action_listen", "action_restart", "action_session_start", "action_back"})
_NEAR = 0.8
"""How near a name is to a missing one before it is suggested; all begin alike."""
_NUMBERS = ("{emergency_number}", "{crisis_number}")


def check_domain(content: Knowledge, root: Path = FOLDER.parent) -> None:
    """Check the domain of the project at `root` against its steps and `content`.

    Raises:
        KnowledgeError: one line for each mistake: file, line, entry, allowed values.
    """
    problems = Problems(base="")
    data = read_yaml(root / DOMAIN, problems)
    problems.raise_if_any()
    if not isinstance(data, Mapping):
        problems.add(DOMAIN, "expected keys: " + ", ".join(_KEYS))
        problems.raise_if_any()
    _Checker(data, (root / DOMAIN).read_text(encoding="utf-8"), problems).check(content, root)
    problems.raise_if_any()


class _Checker:
    """Notes the mistakes of one domain. A path is the keys and indices that lead to a value."""

    def __init__(self, data: Mapping[str, Any], text: str, problems: Problems) -> None:
        self.data = data
        self.text = text
        self.problems = problems
        self.missing: set[str] = set()
        listed = data.get("responses")
        self.responses: Mapping[str, Any] = listed if isinstance(listed, Mapping) else {}

    def check(self, content: Knowledge, root: Path) -> None:
        self._known((), self.data, _KEYS)
        self.problems.raise_if_any()  # all below such a key would seem to be missing
        for key, allowed in _SHAPES.items():
            self._entries(key, allowed)
        for name, variants in self.responses.items():
            self._response(str(name), variants)
        for file in TRAINING:
            self._steps(file, (root / file).read_text(encoding="utf-8"))
        flags = {flag.response: flag.id for flag in content.red_flags.values()}
        for name, flag in flags.items():
            self._needed(name, f"knowledge/red_flags.yml: {flag}.response")
        for name in (*flags, GENERAL_RESPONSE):
            self._has_number(name)

    def _entries(self, key: str, allowed: tuple[str, ...]) -> None:
        """The entries of `key` have only the keys they may have, and known types and slots."""
        for path, raw in _entries(key, self.data.get(key)):
            if not isinstance(raw, Mapping):
                self._add(path, "expected a mapping with keys: " + ", ".join(allowed))
                continue
            self._known(path, raw, allowed)
            if key == "slots" and raw.get("type") not in _SLOT_TYPES:
                self._not_allowed((*path, "type"), raw.get("type"), _SLOT_TYPES)
            for slot in raw.get("required_slots") or ():
                if slot not in (self.data.get("slots") or {}):
                    self._not_allowed((*path, "required_slots"), slot, self.data.get("slots") or ())

    def _response(self, name: str, variants: Any) -> None:
        if not isinstance(variants, list) or not variants:
            self._add(("responses", name), "expected a list of texts: - text: ...")
            return
        for number, variant in enumerate(variants):
            self._variant(name, ("responses", name, number), variant)

    def _variant(self, name: str, path: tuple[str | int, ...], variant: Any) -> None:
        if not isinstance(variant, Mapping):
            self._add(path, "expected a mapping with keys: " + ", ".join(_VARIANT_KEYS))
            return
        self._known(path, variant, _VARIANT_KEYS)
        said = variant.get("text")
        if not isinstance(said, str) or not said.strip():
            self._add(path, "the text is missing or empty")
        for number, button in enumerate(variant.get("buttons") or ()):
            if isinstance(button, Mapping):
                self._known((*path, "buttons", number), button, _BUTTON_KEYS)
        for inner, text in _texts(variant):
            allowed = CLINIC | given_to(name)
            for sentence in check_places(text, allowed, optional=inner == ("text",)):
                self._add((*path, *inner), sentence)

    def _steps(self, file: str, text: str) -> None:
        """Whatever a rule or story names is in the domain."""
        for number, line in enumerate(text.splitlines(), 1):
            step = _STEP.match(line)
            if not step:
                continue
            kind, name = step.groups()
            where = f"{file}: line {number}"
            if kind == "intent":
                self._listed("intents", name, where)
            elif name.startswith("utter_"):
                self._needed(name, where)
            elif name not in _OF_RASA and name not in (self.data.get("forms") or {}):
                self._listed("actions", name, where)

    def _needed(self, name: str, where: str) -> None:
        if name not in self.responses:
            self._missing("responses", name, where, self.responses)

    def _listed(self, key: str, name: str, where: str) -> None:
        names = _names(self.data.get(key))
        if name not in names:
            self._missing(key, name, where, names)

    def _missing(self, key: str, name: str, where: str, there: Any) -> None:
        if name not in self.missing:
            self.missing.add(name)
            hint = nearest(name, there, _NEAR)
            self._add((key,), f"{name} is missing{hint}, and {where} needs it")

    def _has_number(self, name: str) -> None:
        for number, variant in enumerate(self.responses.get(name) or ()):
            text = str(variant.get("text") if isinstance(variant, Mapping) else "")
            if not any(place in text for place in _NUMBERS):
                path = ("responses", name, number, "text")
                self._add(path, f"an emergency text names {' or '.join(_NUMBERS)}")

    def _known(self, path: tuple[str | int, ...], raw: Mapping[str, Any], keys: Any) -> None:
        for key in raw:
            if key not in keys:
                self._not_allowed((*path, str(key)), key, keys)

    def _not_allowed(self, path: tuple[str | int, ...], value: Any, allowed: Any) -> None:
        self.problems.not_allowed(self._place(path), value, allowed)

    def _add(self, path: tuple[str | int, ...], sentence: str) -> None:
        self.problems.add(self._place(path), sentence)

    def _place(self, path: tuple[str | int, ...]) -> str:
        shown = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
        return f"{DOMAIN}: line {line_of(self.text, path)}: {shown.removeprefix('.')}"


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """The line of a YAML text on which the value at `path` (keys and indices) is named."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    line = 1
    for key in path:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(key)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
            node = node.value[key]
            line = node.start_mark.line + 1
    return line


def _entries(key: str, raw: Any) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The entries of a mapping, or those of a list that hold a mapping, each with its path."""
    if isinstance(raw, Mapping):
        yield from (((key, str(name)), one) for name, one in raw.items())
    for number, one in enumerate(raw if isinstance(raw, list) else ()):
        if isinstance(one, Mapping):
            yield from (((key, number, str(name)), below) for name, below in one.items())


def _names(listed: Any) -> list[str]:
    """Names of a list of `name` or `name: {...}`."""
    return [str(next(iter(one))) if isinstance(one, Mapping) else str(one) for one in listed or ()]


def _texts(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, str]]:
    """Every text of a response with its path; payloads and conditions are no words."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key not in ("payload", "condition", "metadata"):
                yield from _texts(one, (*path, str(key)))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _texts(one, (*path, number))
