"""How often one address and one conversation may write."""

from __future__ import annotations

import time
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from bot.channels.errors import TooManyRequests

PER_CONVERSATION = ("20/10seconds", "100/minute", "1000/hour")
PER_ADDRESS = ("200/10seconds", "900/minute")
SESSIONS_PER_ADDRESS = ("100/minute", "1000/hour")
"""Several patients may share one address (a clinic's waiting room)."""
_PATIENCE = 0.5
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Rates:
    """Moving-window limits, kept in memory or, for several processes, in Redis."""

    storage: Storage

    @classmethod
    def of(cls, redis_url: str) -> Rates:
        """Limits for this set-up: shared through Redis if there is one."""
        if not redis_url:
            return cls(MemoryStorage())
        return cls(storage_from_string(redis_url, socket_timeout=_PATIENCE))

    def check_message(self, address: str, conversation_id: str) -> None:
        """Count one message. Raises TooManyRequests with the seconds to wait."""
        self._hit(PER_ADDRESS, "address", address)
        self._hit(PER_CONVERSATION, "conversation", conversation_id)

    def check_read(self, address: str) -> None:
        """Count one look at a transcript. Raises TooManyRequests."""
        self._hit(PER_ADDRESS, "read", address)

    def check_session(self, address: str) -> None:
        """Count one new conversation. Raises TooManyRequests."""
        self._hit(SESSIONS_PER_ADDRESS, "session", address)

    def _hit(self, limits: tuple[str, ...], kind: str, key: str) -> None:
        limiter = MovingWindowRateLimiter(self.storage)
        try:
            for item in map(_parse, limits):
                if not limiter.hit(item, kind, key):
                    reset, _ = limiter.get_window_stats(item, kind, key)
                    raise TooManyRequests(retry_after=max(1, int(reset - time.time()) + 1))
        except RedisError as error:
            # A patient matters more than a limit: without the counter everybody may write.
            _log.error("limits.unavailable", error=type(error).__name__)


def _parse(text: str) -> RateLimitItem:
    return parse(text.replace("seconds", " seconds"))
