"""Rasa's response generator that also knows the clinic: `{clinic_phone}` and the like.

Set in endpoints.yml as `nlg: {type: bot.channels.responses.ClinicResponses}`; the failure
path uses it without a tracker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import structlog
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from bot.channels.output import CHANNEL_NAME, contract_message
from bot.settings import Settings, get_settings

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
"""A part of a text in square brackets: left out when a place in it has nothing to say."""
_log = structlog.get_logger(__name__)


EMERGENCY_PREFIX = "utter_emergency_"
EMERGENCY_GENERAL = "utter_emergency_general"
LAST_RESORT = "Call {emergency_number} now. Do not drive yourself. This chat cannot watch over you."
"""Said when domain.yml itself cannot be relied on; the only text that must not come from it."""


class ClinicResponses(TemplatedNaturalLanguageGenerator):  # type: ignore[misc]
    """Responses of the domain, filled with slots and the clinic's settings."""

    def __init__(
        self,
        endpoint_config: EndpointConfig | None = None,
        domain: Domain | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(domain.responses if domain else {})
        self._clinic = clinic_words(settings or get_settings())

    def generate_from_slots(
        self,
        utter_action: str,
        filled_slots: dict[str, Any],
        output_channel: str,
        **kwargs: Any,
    ) -> dict[str, Any] | None:
        """The filled response; None if the domain lacks it.

        An emergency text always says what to do: one that is missing, empty or has a place
        that nobody fills gives way to the general one, and that to `LAST_RESORT`.
        """
        stock = super().generate_from_slots
        said: dict[str, Any] | None = stock(utter_action, filled_slots, output_channel, **kwargs)
        if not utter_action.startswith(EMERGENCY_PREFIX) or _is_whole(said):
            return said
        _log.error("response.unsafe", response=utter_action)
        general = stock(EMERGENCY_GENERAL, {}, output_channel)
        text = general["text"] if general and _is_whole(general) else LAST_RESORT
        card = {"card": {"type": "emergency"}}
        return {"custom": card, **(said or {}), "text": _fill(text, self._clinic)}

    def _fill_response(
        self,
        response: dict[str, Any],
        filled_slots: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Slots and the action's words over the clinic's; knowledge texts may name the clinic.

        Stock takes payloads and patients' words for format strings, and logs what it could
        not fill with all values. Here only `{name}` of a response is filled, once.
        """
        words = self._clinic | (filled_slots or {}) | _fill(kwargs, self._clinic)
        for name in _PLACE.findall(str(response.get("text"))):
            if name not in words:
                _log.error("response.not_filled", placeholder=name)
        said = response | {"text": _chosen_parts(str(response.get("text") or ""), words)}
        return {key: _fill(value, words) for key, value in said.items()}

    def say(self, response: str) -> list[dict[str, Any]]:
        """A response without a conversation, as contract messages; [] if the domain lacks it."""
        said = self.generate_from_slots(response, {}, CHANNEL_NAME)
        return [contract_message(said)] if said else []


def _is_whole(said: Mapping[str, Any] | None) -> bool:
    """True for a text that says something and holds no brace that was to be filled."""
    text = str((said or {}).get("text") or "")
    return bool(text.strip()) and not re.search(r"[{}]", text)


def _chosen_parts(text: str, words: Mapping[str, Any]) -> str:
    """`Seen[ within {days} days].` with the part in brackets, or without it when days is empty."""

    def part(found: re.Match[str]) -> str:
        return found[1] if all(words.get(name) for name in _PLACE.findall(found[1])) else ""

    return _OPTIONAL.sub(part, text).strip()


def _fill(value: Any, words: Mapping[str, Any]) -> Any:
    """`value` with the places in its texts filled; places that nobody knows stay."""
    if isinstance(value, str):
        return _PLACE.sub(lambda place: str(words.get(place[1], place[0])), value)
    if isinstance(value, dict):
        return {key: _fill(each, words) for key, each in value.items()}
    if isinstance(value, list):
        return [_fill(each, words) for each in value]
    return value


def clinic_words(settings: Settings) -> dict[str, str]:
    """The clinic's details that a text may name in braces."""
    return {
        "clinic_phone": settings.clinic_phone,
        "clinic_name": settings.clinic_name,
        "emergency_number": settings.emergency_number,
        "crisis_number": settings.crisis_number,
        "booking_url": settings.booking_url,
    }
