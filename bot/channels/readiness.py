"""What /health says: green only when a patient would be answered now.

Stock Rasa is green without a model. Here: the model is loaded, the last turn succeeded, the
store can be written, the lock can be had and the danger check hears its test sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.desk import Desk
from bot.channels.safety import SELF_TEST
from bot.store.errors import StoreError

PATIENCE = 2.0
"""Seconds for one check; a check that hangs has failed."""
_LOCK_NAME = "health"
PARTS = ("engine", "store", "lock", "danger_check", "last_turn")
"""Names of all that can be down."""


async def readiness(desk: Desk | None) -> list[str]:
    """Names of what is down; [] when all is well."""
    if desk is None:
        return ["engine"]
    checks: dict[str, Callable[[Desk], Awaitable[bool]]] = {
        "engine": _engine,
        "store": _store,
        "lock": _lock,
        "danger_check": _danger_check,
    }
    results = await asyncio.gather(*(_in_time(check(desk)) for check in checks.values()))
    down = [name for name, good in zip(checks, results, strict=True) if not good]
    return down + (["last_turn"] if desk.health.reason else [])


async def _engine(desk: Desk) -> bool:
    return await desk.engine.start(desk.turns.is_ready())


async def _store(desk: Desk) -> bool:
    try:
        await asyncio.to_thread(desk.ledger.check)
    except StoreError:
        return False
    return True


async def _lock(desk: Desk) -> bool:
    return await desk.engine.start(desk.turns.can_lock(_LOCK_NAME))


async def _danger_check(desk: Desk) -> bool:
    return desk.net.hear(SELF_TEST) is not None


async def _in_time(check: Awaitable[Any]) -> bool:
    try:
        return bool(await asyncio.wait_for(check, PATIENCE))
    except Exception:  # the edge: whatever a check raises, it has failed
        return False
