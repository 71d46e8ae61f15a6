"""What can go wrong between a website and the engine.

    ChannelError            root; has `status`, `code`, `message`, `retry_after`
      MalformedRequest      400  not the JSON that the contract asks for
      PayloadNotOffered     400  a button that the last bot messages did not show
      TokenRefused          401  no token, a wrong one, or one that ran out
      UnknownConversation   404  deleted, or never there
      NoSuchPage            404  no such address
      WrongMethod           405  an address that does not take this method
      TurnInProgress        409  the message before this one is still being answered
      TooLong               413  text or body over its limit
      TooManyRequests       429  over a rate limit
      ServiceDown           503  the turn was not answered and not saved
    TurnFailed              the engine or the store failed in a turn; carries no text

Nothing here ever carries words of a patient: neither in `message` nor in the arguments.
"""

from __future__ import annotations

from typing import Any


class ChannelError(Exception):
    """An answer other than 2xx. `message` is a sentence for the client's developer."""

    status = 500
    code = "error"
    message = "Something went wrong."

    def __init__(self, *, retry_after: int | None = None) -> None:
        super().__init__(self.code)
        self.retry_after = retry_after
        self.messages: list[dict[str, Any]] = []
        """What the patient should see all the same: a safety text."""


class MalformedRequest(ChannelError):
    status = 400
    code = "malformed"
    message = "The request is not the JSON that this address expects."


class PayloadNotOffered(ChannelError):
    status = 400
    code = "not_offered"
    message = "That choice is not one of those on offer now."


class TokenRefused(ChannelError):
    status = 401
    code = "token"
    message = "The conversation token is missing, wrong or has run out."


class UnknownConversation(ChannelError):
    status = 404
    code = "not_found"
    message = "There is no such conversation."


class NoSuchPage(ChannelError):
    status = 404
    code = "not_found"
    message = "There is nothing at this address."


class WrongMethod(ChannelError):
    status = 405
    code = "method"
    message = "This address does not take that method."


class TurnInProgress(ChannelError):
    status = 409
    code = "turn_in_progress"
    message = "The message before this one is still being answered."


class TooLong(ChannelError):
    status = 413
    code = "too_long"
    message = "The message is too long."


class TooManyRequests(ChannelError):
    status = 429
    code = "too_many_requests"
    message = "Too many messages in a short time."


class ServiceDown(ChannelError):
    status = 503
    code = "unavailable"
    message = "The message could not be answered and was not saved. Send it again with the same id."


class TurnFailed(Exception):
    """A turn that must not be acknowledged. `reason` is one dotted word for log and incident."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
