"""One turn at a time for each conversation, without waiting for a clock to tick."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from rasa.core.agent import Agent
from rasa.core.lock_store import LockStore
from rasa.utils.endpoints import EndpointConfig
from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.settings import Settings, use_settings
from bot.store.errors import Busy, StoreUnavailable, UnsafeSetup
from bot.store.locks import KEY, ClinicLockStore, InProcessLocks, Locks, RedisLocks, refuse_unsafe

REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")


@pytest.fixture(params=["process", pytest.param("redis", marks=pytest.mark.server)])
async def locks(request: pytest.FixtureRequest) -> AsyncIterator[Locks]:
    if request.param == "process":
        yield InProcessLocks(wait=0.3)
        return
    made = RedisLocks(await reachable(), wait=0.3, lease=1.0)
    yield made
    await made.close()


async def reachable() -> str:
    client = Redis.from_url(REDIS, socket_connect_timeout=1)
    try:
        await client.ping()
    except (RedisError, OSError):
        pytest.skip("Redis cannot be reached at TEST_REDIS_URL")
    finally:
        await client.close()
    return REDIS


@pytest.fixture
def cid() -> str:
    return secrets.token_hex(20)


async def test_turns_of_one_conversation_keep_their_order_and_never_overlap(locks: Locks, cid: str):
    order: list[int] = []
    inside = 0

    async def turn(number: int) -> None:
        nonlocal inside
        async with locks.hold(cid):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.01)
            inside -= 1
            order.append(number)

    await asyncio.gather(*(turn(number) for number in range(8)))
    assert order == list(range(8))


async def test_other_conversations_do_not_wait(locks: Locks, cid: str):
    async with locks.hold(cid), locks.hold(cid + "x"):
        pass


async def test_a_lock_is_free_again_after_an_error(locks: Locks, cid: str):
    with pytest.raises(RuntimeError):
        async with locks.hold(cid):
            raise RuntimeError
    async with locks.hold(cid):
        pass


async def test_waiting_ends_with_an_honest_error(locks: Locks, cid: str):
    async with locks.hold(cid):
        with pytest.raises(Busy):
            async with locks.hold(cid):
                pass
    async with locks.hold(cid):
        pass


async def test_nothing_is_left_behind(cid: str):
    locks = InProcessLocks()
    async with locks.hold(cid):
        pass
    assert locks._queues == {}


async def test_a_waiter_that_gives_up_does_not_block_the_next(locks: Locks, cid: str):
    async with locks.hold(cid):
        waiter = asyncio.create_task(enter(locks, cid))
        await asyncio.sleep(0.01)
        waiter.cancel()
        await asyncio.gather(waiter, return_exceptions=True)
    await enter(locks, cid)


@pytest.mark.server
async def test_two_processes_exclude_each_other(cid: str):
    one, two = RedisLocks(await reachable(), wait=0.2), RedisLocks(await reachable(), wait=0.2)
    async with one.hold(cid):
        with pytest.raises(Busy):
            await enter(two, cid)
    await enter(two, cid)
    await one.close()
    await two.close()


@pytest.mark.server
async def test_a_long_turn_keeps_its_lock_and_a_dead_process_loses_it(cid: str):
    url = await reachable()
    one, two = RedisLocks(url, lease=0.3), RedisLocks(url, wait=0.5, lease=0.3)
    async with one.hold(cid):
        await asyncio.sleep(0.7)
        with pytest.raises(Busy):
            await enter(two, cid)
    await one._acquire(cid)  # as by a process that dies now: nobody renews or releases
    await enter(two, cid)
    await one.close()
    await two.close()


@pytest.mark.server
async def test_a_lock_that_ran_out_is_not_taken_from_its_new_owner(cid: str):
    url = await reachable()
    locks = RedisLocks(url)
    async with locks.hold(cid):
        await locks._redis.set(KEY + cid, "somebody else")
    assert await locks._redis.get(KEY + cid) == b"somebody else"
    await locks._redis.delete(KEY + cid)
    await locks.close()


async def test_redis_that_is_down_is_an_honest_error(cid: str):
    locks = RedisLocks("redis://127.0.0.1:1/0")
    with pytest.raises(StoreUnavailable):
        await enter(locks, cid)
    with pytest.raises(StoreUnavailable):
        await locks.check()


async def test_the_engine_takes_our_lock_store_from_endpoints(cid: str):
    config = EndpointConfig(type="bot.store.locks.ClinicLockStore")
    store = LockStore.create(config)
    assert isinstance(store, ClinicLockStore)
    agent = Agent(lock_store=store)
    assert agent.lock_store is store
    async with agent.lock_store.lock(cid):
        pass


async def test_redis_is_used_when_it_is_set(settings: Settings):
    assert isinstance(ClinicLockStore()._locks, InProcessLocks)
    use_settings(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    assert isinstance(ClinicLockStore()._locks, RedisLocks)


async def test_a_message_behind_another_turn_does_not_wait_a_second():
    store = ClinicLockStore()
    held = asyncio.create_task(hold_for(store, 0.05))
    await asyncio.sleep(0)
    began = time.monotonic()
    async with store.lock("c"):
        waited = time.monotonic() - began
    await held
    assert waited < 0.5


@pytest.mark.parametrize(
    ("redis_url", "database_url"),
    [("", "postgresql://x"), ("redis://x", "sqlite:///x"), ("", "sqlite:///x")],
)
def test_several_processes_without_shared_lock_and_store_are_refused(
    settings: Settings, redis_url: str, database_url: str
):
    given = replace(settings, redis_url=redis_url, database_url=database_url)
    refuse_unsafe(given)
    with pytest.raises(UnsafeSetup):
        refuse_unsafe(replace(given, bot_processes=2))
    with pytest.raises(UnsafeSetup):
        refuse_unsafe(given, workers=2)


def test_several_processes_with_both_are_welcome(settings: Settings):
    refuse_unsafe(
        replace(settings, bot_processes=4, redis_url="redis://x", database_url="postgresql://x"),
        workers=4,
    )


def test_workers_that_do_not_know_of_each_other_are_refused(settings: Settings):
    shared = replace(settings, redis_url="redis://x", database_url="postgresql://x")
    with pytest.raises(UnsafeSetup, match="SANIC_WORKERS is 4"):
        refuse_unsafe(shared, workers=4)


async def enter(locks: Locks, cid: str) -> None:
    async with locks.hold(cid):
        pass


async def hold_for(store: ClinicLockStore, seconds: float) -> None:
    async with store.lock("c"):
        await asyncio.sleep(seconds)
