"""Health is green only when a patient would be answered now."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from bot.channels import safety
from bot.channels.desk import Desk
from bot.channels.office import open_desk
from bot.channels.readiness import readiness
from bot.channels.safety import SELF_TEST, Health
from bot.settings import Settings
from bot.store.errors import StoreUnavailable
from tests.channels.conftest import danger


@pytest.fixture
def desk(settings: Settings, agent: Any) -> Iterator[Desk]:
    made = open_desk(lambda: agent, danger, settings)
    yield made
    made.engine.stop()


def test_all_is_well(desk: Desk) -> None:
    assert look(desk) == []


def test_before_the_engine_is_there(desk: Desk) -> None:
    assert look(None) == ["engine"]


def test_a_model_that_is_gone(desk: Desk, agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agent, "processor", None)
    assert "engine" in look(desk)


def test_a_lock_that_cannot_be_had(desk: Desk, agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def no_lock(*_args: Any, **_more: Any) -> Any:
        raise StoreUnavailable("Redis cannot be reached.")
        yield

    monkeypatch.setattr(agent.lock_store, "lock", no_lock)
    assert look(desk) == ["lock"]


def test_a_store_that_cannot_be_written(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_database: object) -> None:
        raise StoreUnavailable("The database cannot be used now.")

    monkeypatch.setattr("bot.store.database.Database.check", broken)
    assert look(desk) == ["store"]


def test_an_ear_that_does_not_hear(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk.net, "_danger", lambda text: None)
    assert desk.net.hear(SELF_TEST) is None
    assert look(desk) == ["danger_check"]


def test_an_engine_that_hangs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.readiness.PATIENCE", 0.2)
    with hanging(desk, 1.0):
        assert look(desk) == ["engine", "lock"]


def test_a_failed_turn_does_not_count_for_ever() -> None:
    now = [0.0]
    health = Health(lambda: now[0])
    health.turn_failed("turn.silent")
    assert health.reason == "turn.silent"
    now[0] = safety.RED_SECONDS + 1
    assert health.reason is None


def look(desk: Desk | None) -> list[str]:
    return asyncio.run(readiness(desk))


@contextmanager
def hanging(desk: Desk, seconds: float) -> Iterator[None]:
    sleep: Callable[[float], None] = time.sleep
    desk.engine.loop.call_soon_threadsafe(sleep, seconds)
    yield
    time.sleep(seconds)
