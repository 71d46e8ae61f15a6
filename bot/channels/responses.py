"""Rasa's response generator that also knows the clinic: `{clinic_phone}` and the like.

Set in endpoints.yml as `nlg: {type: bot.channels.responses.ClinicResponses}`; the failure
path uses it without a tracker.
"""

from __future__ import annotations

from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig

from bot.channels.output import CHANNEL_NAME, contract_message
from bot.settings import Settings, get_settings


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

    def _response_variables(
        self, filled_slots: dict[str, Any] | None, kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        """Slots and the action's words over the clinic's; knowledge texts may name the clinic."""
        words = {key: self._fill(value) for key, value in kwargs.items()}
        return self._clinic | (filled_slots or {}) | words

    def _fill(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        for name, word in self._clinic.items():
            value = value.replace("{" + name + "}", word)
        return value

    def say(self, response: str) -> list[dict[str, Any]]:
        """A response without a conversation, as contract messages; [] if the domain lacks it."""
        said = self.generate_from_slots(response, {}, CHANNEL_NAME)
        return [contract_message(said)] if said else []


def clinic_words(settings: Settings) -> dict[str, str]:
    """The clinic's details that a text may name in braces."""
    return {
        "clinic_phone": settings.clinic_phone,
        "clinic_name": settings.clinic_name,
        "emergency_number": settings.emergency_number,
        "crisis_number": settings.crisis_number,
        "booking_url": settings.booking_url,
    }
