"""Custom actions in the bot's own process: no second server, no open port, no HTTP.

`InProcessActions` stands where Rasa expects the endpoint of an action server and gives the
same answers, so `rasa run` with `rasa run actions` behaves alike.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import structlog
from rasa.core.actions.constants import SELECTIVE_DOMAIN
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

_log = structlog.get_logger(__name__)
_REJECTED = 400  # what the action server answers when a form's action declines


class ActionFailed(RasaException):
    """A custom action raised. Names the action and the kind of error, never its text."""


class InProcessActions(EndpointConfig):
    """The actions of one package behind the interface of an action server's endpoint."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="in-process", **{SELECTIVE_DOMAIN: True})
        self.executor = ActionExecutor()
        self.executor.register_package(package)

    async def request(self, method: str = "post", **kwargs: Any) -> dict[str, Any] | None:
        """Run the action that `json` asks for.

        Raises ClientResponseError(400) when the action declines, as the server would, and
        ActionFailed for every other error.
        """
        call = _detached(kwargs["json"])
        name = call.get("next_action", "")
        try:
            return _as_json(await self.executor.run(call))
        except ActionExecutionRejection as rejection:
            reply = {"action_name": rejection.action_name, "error": str(rejection.message)}
            raise ClientResponseError(_REJECTED, "rejected", json.dumps(reply)) from None
        except ActionNotFoundException:
            raise _failed(name, "not_found") from None
        except Exception as error:  # the edge: whatever an action raises, the turn goes on
            raise _failed(name, type(error).__name__) from None


def _failed(name: str, error: str) -> ActionFailed:
    _log.error("action.failed", action=name, error=error)
    return ActionFailed(f"action {name} failed: {error}")


def _detached(call: dict[str, Any]) -> dict[str, Any]:
    """The call with its own copy of what an action could change in place."""
    tracker = call["tracker"]
    own = {key: copy.deepcopy(tracker.get(key)) for key in ("slots", "latest_message")}
    return {**call, "tracker": {**tracker, **own}}


def _as_json(answer: dict[str, Any] | None) -> dict[str, Any] | None:
    """What would have come back over HTTP: plain JSON values, tuples turned into lists."""
    result: dict[str, Any] | None = json.loads(json.dumps(answer))
    return result
