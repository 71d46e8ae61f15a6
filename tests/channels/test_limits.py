"""How often one may write: honest patients never notice, a flood does."""

from __future__ import annotations

import gc
import os
import socket
import uuid
from dataclasses import replace
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisDown
from redis.exceptions import RedisError

from bot.channels.errors import TooManyRequests
from bot.channels.limits import REST, SPARE, InProcess, InRedis, Rates
from bot.settings import Rate, Settings


class Clock:
    """Time that passes when told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(settings: Settings, clock: Clock) -> Rates:
    """The limits that a clinic gets if it sets none."""
    made = Rates.of(Settings(settings.secret_key, settings.field_encryption_key))
    return replace(made, counter=InProcess(clock))


def test_fifty_patients_in_one_waiting_room_are_never_refused(rates: Rates, clock: Clock) -> None:
    for patient in range(50):
        rates.check_session("clinic")
        rates.check_read("clinic")
        rates.check_message("clinic", str(patient), characters=400)
    for _ in range(40):  # turns of all, a new one every three seconds
        clock.now += 3
        for patient in range(50):
            rates.check_message("clinic", str(patient), characters=80)


def test_a_whole_conversation_may_be_played_at_once(rates: Rates) -> None:
    for _ in range(30):
        rates.check_message("lab", "one", characters=80)


@pytest.mark.security("ASVS-5.0-V2.3.2", "ASVS-5.0-V2.4.1")
def test_a_flood_from_one_address_is_cut_to_what_the_engine_can_answer(
    rates: Rates, clock: Clock
) -> None:
    passed = 0
    for number in range(6000):
        clock.now += 0.002
        passed += _passes(rates.check_message, "attacker", str(number % 200), 40)
    assert passed <= 1000
    assert _passes(rates.check_message, "honest", "another", 40)


def test_long_texts_cost_as_much_as_they_take_to_read(rates: Rates) -> None:
    sent = sum(_passes(rates.check_message, "a", "one", 4000) for _ in range(60))
    assert 1 <= sent <= 5


def test_who_waits_as_long_as_told_is_let_in(clock: Clock) -> None:
    counter, rate = InProcess(clock), Rate(5, 10)
    assert [counter.wait("a", rate, 1) for _ in range(5)] == [0.0] * 5
    wait = counter.wait("a", rate, 1)
    assert wait == pytest.approx(2.0)
    clock.now += wait
    assert counter.wait("a", rate, 1) == 0.0
    assert counter.wait("b", rate, 5) == 0.0, "another key has its own count"


def test_what_is_paid_off_is_forgotten(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = InProcess(clock)
    for number in range(30_000):
        clock.now += 1
        counter.wait(str(number), Rate(5, 10), 1)
    assert len(counter._paid_off) < 11_000


def test_listening_over_the_rate_has_an_end_too(rates: Rates) -> None:
    heard = [_passes(rates.check_spare, "attacker") for _ in range(100)]
    assert sum(heard) == SPARE[0].amount


def test_without_the_counter_everybody_may_write(rates: Rates) -> None:
    class Down:
        blocks = True

        def wait(self, key: str, rate: Rate, cost: int) -> float:
            raise RedisDown("down")

    replace(rates, counter=Down()).check_message("a", "one", 10)


@pytest.mark.server
def test_several_processes_count_together_in_redis() -> None:
    counters = [InRedis(_redis()) for _ in range(2)]
    gc.collect()
    key, rate = f"test:{uuid.uuid4()}", Rate(4, 60)
    assert [counters[n % 2].wait(key, rate, 1) for n in range(4)] == [0.0] * 4
    assert all(0 < counter.wait(key, rate, 1) <= 60 for counter in counters)


@pytest.mark.server
def test_redis_that_hangs_is_asked_once_and_then_left_alone() -> None:
    clock = Clock()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        counter = InRedis(f"redis://127.0.0.1:{deaf.getsockname()[1]}", clock)
        with pytest.raises(RedisError):
            counter.wait("address:x", Rate(4, 60), 1)
        assert counter.wait("address:x", Rate(4, 60), 1) == 0.0
        clock.now += REST
        with pytest.raises(RedisError):
            counter.wait("address:x", Rate(4, 60), 1)


def _redis() -> str:
    url = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
    try:
        Redis.from_url(url, socket_timeout=2).ping()
    except RedisError:
        pytest.skip("Redis cannot be reached at TEST_REDIS_URL")
    return url


def test_rates_that_are_off_refuse_nobody(settings: Settings) -> None:
    free = Rates.of(replace(settings, rate_conversation=(), rate_address=(), rate_sessions=()))
    for _ in range(3000):
        free.check_message("bench", "one", 4000)


def _passes(check: Any, *words: Any) -> bool:
    try:
        check(*words)
    except TooManyRequests as refused:
        assert refused.retry_after and refused.retry_after >= 1
        return False
    return True
