"""How often one address and one conversation may write.

A long text costs as much as several short ones, because reading it takes as long.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog
from limits import RateLimitItemPerSecond
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from bot.channels.errors import TooManyRequests
from bot.settings import Rate, Settings

SPARE = (Rate(30, 60),)
"""How many messages over the rate are still listened to for danger, for each address."""
CHARACTERS_A_UNIT = 250
REST = 5.0
_PATIENCE = 0.2
_MANY = 10_000
_log = structlog.get_logger(__name__)


class Counter(Protocol):
    """Counts what was let in. `blocks`: a call may wait for another machine."""

    blocks: bool

    def wait(self, key: str, rate: Rate, cost: int) -> float:
        """Count `cost` under `key`: 0.0, or the seconds to wait when it is over the rate."""


@dataclass(frozen=True)
class Rates:
    """The limits of the settings. Its checks raise TooManyRequests with the seconds to wait."""

    conversation: tuple[Rate, ...]
    address: tuple[Rate, ...]
    sessions: tuple[Rate, ...]
    counter: Counter

    @classmethod
    def of(cls, settings: Settings) -> Rates:
        """Counted in this process, or for several processes in Redis."""
        counter = InRedis(settings.redis_url) if settings.redis_url else InProcess()
        limits = (settings.rate_conversation, settings.rate_address, settings.rate_sessions)
        return cls(*limits, counter)

    def check_message(self, address: str, conversation_id: str, characters: int) -> None:
        """Count one message."""
        cost = 1 + characters // CHARACTERS_A_UNIT
        self._hit(self.address, f"address:{address}", cost)
        self._hit(self.conversation, f"conversation:{conversation_id}", cost)

    def check_read(self, address: str) -> None:
        """Count one look at a transcript."""
        self._hit(self.address, f"read:{address}")

    def check_session(self, address: str) -> None:
        """Count one new conversation."""
        self._hit(self.sessions, f"session:{address}")

    def check_spare(self, address: str) -> None:
        """Count one message that is refused, but listened to."""
        self._hit(SPARE, f"spare:{address}")

    def _hit(self, rates: tuple[Rate, ...], key: str, cost: int = 1) -> None:
        try:
            for rate in rates:
                wait = self.counter.wait(key, rate, min(cost, rate.amount))
                if wait > 0:
                    raise TooManyRequests(retry_after=math.ceil(wait))
        except RedisError as error:
            # A patient matters more than a limit: without the counter everybody may write.
            _log.error("limits.unavailable", error=type(error).__name__)


class InProcess:
    """Counts in memory, by a clock that never jumps.

    Each key holds the moment at which all it was let in for is paid off; it may be `seconds`
    ahead at most (the generic cell rate algorithm, ITU-T I.371).
    """

    blocks = False

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._paid_off: dict[tuple[str, Rate], float] = {}
        self._guard = threading.Lock()
        self._room = _MANY

    def wait(self, key: str, rate: Rate, cost: int) -> float:
        """See Counter."""
        with self._guard:
            now = self._clock()
            begin = max(now, self._paid_off.get((key, rate), now))
            end = begin + cost * rate.seconds / rate.amount
            too_early = end - now - rate.seconds
            if too_early > 1e-6:
                return too_early
            self._paid_off[key, rate] = end
            if len(self._paid_off) > self._room:
                self._forget(now)
            return 0.0

    def _forget(self, now: float) -> None:
        self._paid_off = {key: end for key, end in self._paid_off.items() if end > now}
        self._room = max(_MANY, 2 * len(self._paid_off))


class InRedis:
    """Counts for several processes, in windows by the clock of Redis.

    When Redis fails nothing is asked of it for REST seconds: a danger sign must not wait for
    a counter that hangs.
    """

    blocks = True

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._storage = storage_from_string(  # kept here: the limiter itself holds it weakly
            url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE
        )
        self._limiter = FixedWindowRateLimiter(self._storage)
        self._clock = clock
        self._rests_until = 0.0

    def wait(self, key: str, rate: Rate, cost: int) -> float:
        """See Counter. Raises RedisError."""
        if self._clock() < self._rests_until:
            return 0.0
        try:
            return self._ask(key, rate, cost)
        except RedisError:
            self._rests_until = self._clock() + REST
            raise

    def _ask(self, key: str, rate: Rate, cost: int) -> float:
        item = RateLimitItemPerSecond(rate.amount, rate.seconds)
        if self._limiter.hit(item, key, cost=cost):
            return 0.0
        reset, _ = self._limiter.get_window_stats(item, key)
        return float(min(max(1, reset - time.time()), rate.seconds))
