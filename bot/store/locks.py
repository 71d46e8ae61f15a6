"""One turn at a time for each conversation, in the order in which they came.

    endpoints.yml:  lock_store: {type: bot.store.locks.ClinicLockStore}

Inside one process waiters queue without polling. Over several processes the one at the
head of each queue takes a lock in Redis (redis-py's own, which is atomic) and renews it
while the turn lasts, so that a process that died holds up a patient for LEASE at most.
Should a lock ever be lost, the tracker store still refuses the second writer.

The engine asks of a lock store nothing but `lock`, so no class of its own is needed here.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog
from redis.asyncio import Redis
from redis.asyncio.lock import Lock as RedisLock
from redis.exceptions import LockError, RedisError

from bot.settings import Settings, get_settings
from bot.store.errors import Busy, StoreUnavailable, UnsafeSetup

log = structlog.get_logger(__name__)

WAIT = 15.0
"""Seconds that a message waits for the turns before it."""
LEASE = 5.0
"""Seconds that a lock in Redis outlives the process that held it."""
POLL = 0.02
KEY = "spasm-triage:lock:"


class ClinicLockStore:
    """The engine's lock store: Redis when REDIS_URL (or `url` in endpoints.yml) is set."""

    def __init__(self, endpoint_config: Any = None) -> None:
        url = getattr(endpoint_config, "url", None) or get_settings().redis_url
        self._locks: Locks = RedisLocks(url) if url else InProcessLocks()

    def lock(
        self, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
    ) -> AbstractAsyncContextManager[None]:
        """Hold the conversation: `async with store.lock(id)`. Raises Busy, StoreUnavailable.

        The engine's two times do not matter: a turn holds its lock as long as it lasts.
        """
        return self._locks.hold(conversation_id)

    async def check(self) -> None:
        """For a health check. Raises StoreUnavailable."""
        await self._locks.check()


class Locks(Protocol):
    """Locks by conversation."""

    def hold(self, conversation_id: str) -> AbstractAsyncContextManager[None]:
        """Wait for the turns before, then keep others out until the end of the block."""

    async def check(self) -> None:
        """Raises StoreUnavailable when locks cannot be had."""


@dataclass
class _Queue:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class InProcessLocks:
    """First come, first served, in one event loop."""

    def __init__(self, wait: float = WAIT) -> None:
        self._wait = wait
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        """See Locks."""
        queue = self._queues.setdefault(conversation_id, _Queue())
        queue.users += 1
        try:
            await self._acquire(queue)
            try:
                yield
            finally:
                queue.lock.release()
        finally:
            queue.users -= 1
            if queue.users == 0:
                del self._queues[conversation_id]

    async def check(self) -> None:
        """Always well."""

    async def _acquire(self, queue: _Queue) -> None:
        try:
            await asyncio.wait_for(queue.lock.acquire(), self._wait)
        except asyncio.TimeoutError as error:
            raise Busy("The turn before did not end in time.") from error


class RedisLocks:
    """The same over several processes. Order holds inside each process."""

    def __init__(self, url: str, wait: float = WAIT, lease: float = LEASE) -> None:
        self._redis = Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._local = InProcessLocks(wait)
        self._wait = wait
        self._lease = lease

    @asynccontextmanager
    async def hold(self, conversation_id: str) -> AsyncIterator[None]:
        """See Locks."""
        async with self._local.hold(conversation_id):
            lock = await self._acquire(conversation_id)
            keeper = asyncio.create_task(self._renew(lock))
            try:
                yield
            finally:
                keeper.cancel()
                await _release(lock)

    async def check(self) -> None:
        """Ask Redis for a sign of life."""
        try:
            await self._redis.ping()
        except (RedisError, OSError) as error:
            raise StoreUnavailable("Redis cannot be reached.") from error

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.close()

    async def _acquire(self, conversation_id: str) -> RedisLock:
        lock = self._redis.lock(
            KEY + conversation_id, timeout=self._lease, sleep=POLL, blocking_timeout=self._wait
        )
        try:
            if await lock.acquire():
                return lock
        except (RedisError, OSError) as error:
            raise StoreUnavailable("Redis cannot be reached.") from error
        raise Busy("The turn before did not end in time.")

    async def _renew(self, lock: RedisLock) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            with contextlib.suppress(RedisError, OSError):
                await lock.extend(self._lease, replace_ttl=True)


async def _release(lock: RedisLock) -> None:
    """Let the next one in. A lock that ran out meanwhile is somebody else's: leave it alone."""
    try:
        await lock.release()
    except LockError:
        log.warning("store.lock_ran_out", lock=str(lock.name))
    except (RedisError, OSError) as error:
        log.warning("store.lock_not_released", lock=str(lock.name), error=type(error).__name__)


def refuse_unsafe(settings: Settings, workers: int = 1) -> None:
    """Raises UnsafeSetup when several processes would answer without a shared lock and store.

    `workers`: how many this start would make (SANIC_WORKERS). Each must know of the others
    by BOT_PROCESSES, or it takes their messages for left behind by a crash.
    """
    if workers > settings.bot_processes:
        raise UnsafeSetup(
            f"SANIC_WORKERS is {workers} and BOT_PROCESSES is {settings.bot_processes}: take "
            "SANIC_WORKERS out, or set BOT_PROCESSES to the number of all bot processes."
        )
    shared = settings.redis_url and settings.database_url.startswith("postgresql")
    if settings.bot_processes > 1 and not shared:
        raise UnsafeSetup(
            "More than one bot process needs REDIS_URL and a postgresql:// DATABASE_URL, or "
            "messages get lost: set both, or run one process."
        )
