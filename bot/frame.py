"""Tuning of the frame: the same behaviour as stock Rasa 3.6.21, with less work.

Measured on 3.6.21: nearly three quarters of a form's turn went into checking Rasa's own
response schema against the JSON-Schema meta-schema again on every action's answer; each
event was then tried against the schemas of all 23 kinds of events; every stored event
looked for its class by walking all subclasses; and what only a DEBUG line would show was
copied in depth first. Here each of these is done once, or not at all.

    WrongFrame    another version of Rasa: every patch must be looked at again
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import jsonschema
import rasa
from jsonschema.exceptions import best_match
from rasa.core import processor
from rasa.core.actions import forms
from rasa.core.actions.action import RemoteAction
from rasa.core.policies import rule_policy
from rasa.shared.constants import DOCS_BASE_URL
from rasa.shared.core.events import Event
from rasa.shared.utils.schemas.events import EVENT_SCHEMA

EXPECTED_RASA = "3.6.21"
COPYING_FOR_LOGS = (processor, forms, rule_policy)
"""Modules that use `copy` for nothing but the arguments of debug lines."""


class WrongFrame(RuntimeError):
    """These patches were written for one version of Rasa."""


def tune() -> None:
    """Put the faster functions in place; doing it twice changes nothing. Raises WrongFrame."""
    if rasa.__version__ != EXPECTED_RASA:
        raise WrongFrame(f"tuned for rasa {EXPECTED_RASA}, not {rasa.__version__}")
    if not getattr(RemoteAction._validate_action_result, "tuned", False):
        RemoteAction._validate_action_result = _compiled_validation()
    if not getattr(Event.resolve_by_type, "tuned", False):
        Event.resolve_by_type = staticmethod(_remembered_classes(Event.resolve_by_type))
    for module in COPYING_FOR_LOGS:
        module.copy = SimpleNamespace(deepcopy=_as_it_is, copy=copy.copy)


def _compiled_validation() -> Callable[[RemoteAction, Any], bool]:
    """Stock `_validate_action_result` with its schemas compiled once.

    What passes the quick look would pass the whole schema; all else gets the whole schema,
    so that errors are the same to the letter.
    """
    whole = _compile(RemoteAction.action_response_format_spec())
    kinds = _event_validators()

    def validate(self: RemoteAction, result: Any) -> bool:
        if _passes_at_once(result, kinds):
            return True
        error = best_match(whole.iter_errors(result))
        if error is None:
            return True
        error.message += (
            ". Failed to validate Action server response from API, "
            "make sure your response from the Action endpoint is valid. "
            f"For more information about the format visit {DOCS_BASE_URL}/custom-actions"
        )
        raise error

    validate.tuned = True  # type: ignore[attr-defined]
    return validate


def _passes_at_once(result: Any, kinds: dict[str, Any]) -> bool:
    """True for an answer whose events each fit the one schema that bears their name."""
    if not isinstance(result, dict):
        return False
    events, responses = result.get("events", []), result.get("responses", [])
    return (
        isinstance(events, list)
        and isinstance(responses, list)
        and all(isinstance(response, dict) for response in responses)
        and all(_fits(event, kinds) for event in events)
    )


def _fits(event: Any, kinds: dict[str, Any]) -> bool:
    name = event.get("event") if isinstance(event, dict) else None
    return isinstance(name, str) and name in kinds and kinds[name].is_valid(event)


def _event_validators() -> dict[str, Any]:
    """A validator for each kind of event. Kinds exclude each other by their constant name."""
    common = {key: value for key, value in EVENT_SCHEMA.items() if key != "oneOf"}
    names = [kind["properties"]["event"]["const"] for kind in EVENT_SCHEMA["oneOf"]]
    return {
        name: _compile(common | {"allOf": [kind]})
        for name, kind in zip(names, EVENT_SCHEMA["oneOf"], strict=True)
        if names.count(name) == 1
    }


def _compile(schema: dict[str, Any]) -> Any:
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    return validator_class(schema)


def _remembered_classes(
    stock: Callable[..., type[Event] | None],
) -> Callable[..., type[Event] | None]:
    """Stock `Event.resolve_by_type` that remembers what it found, never what it missed."""
    known: dict[str, type[Event]] = {}

    def resolve(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        if type_name in known:
            return known[type_name]
        found = stock(type_name, default)
        if found is not None and found.type_name == type_name:
            known[type_name] = found
        return found

    resolve.tuned = True  # type: ignore[attr-defined]
    return resolve


def _as_it_is(value: Any) -> Any:
    """Stands for `copy.deepcopy` where the copy would only be thrown away."""
    return value
