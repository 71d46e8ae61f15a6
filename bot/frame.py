"""Tuning of the frame: the same behaviour as stock Rasa 3.6.21, with less work.

Measured on 3.6.21: nearly three quarters of a form's turn went into checking Rasa's own
response schema against the JSON-Schema meta-schema again on every action's answer, and
every stored event looked for its class by walking all subclasses. Both are done once here.

    WrongFrame    another version of Rasa: every patch must be looked at again
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema
import rasa
from jsonschema.exceptions import best_match
from rasa.core.actions.action import RemoteAction
from rasa.shared.constants import DOCS_BASE_URL
from rasa.shared.core.events import Event

EXPECTED_RASA = "3.6.21"


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


def _compiled_validation() -> Callable[[RemoteAction, dict[str, Any]], bool]:
    """Stock `_validate_action_result` with its schema checked and compiled once."""
    schema = RemoteAction.action_response_format_spec()
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)

    def validate(self: RemoteAction, result: dict[str, Any]) -> bool:
        error = best_match(validator.iter_errors(result))
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
