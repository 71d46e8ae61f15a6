"""What the bot tells Prometheus: counts and times, never a word or an id of a patient.

Every label takes its values from the code (stages, error codes, names of responses), so no
text that somebody typed can become one. With the setting METRICS_PORT the figures are served
from a thread of their own, which answers even when the engine hangs.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import structlog
from prometheus_client import Counter, Gauge, Histogram, start_http_server

T = TypeVar("T")
_log = structlog.get_logger(__name__)
LOOK_SECONDS = 15.0
"""How often the parts of the bot are looked at for `spasm_up`."""
LAG_SECONDS = 0.25
"""How often an event loop is asked whether it comes in time."""
_TURN_STEPS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 0.8, 1, 2, 4, 8)
_STAGE_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)

TURNS = Counter("spasm_turns", "Messages of patients, by what became of them", ["outcome"])
TURN_SECONDS = Histogram("spasm_turn_seconds", "Time until the answer", buckets=_TURN_STEPS)
STAGE_SECONDS = Histogram(
    "spasm_stage_seconds", "Time in one stage of a turn", ["stage"], buckets=_STAGE_STEPS
)
OPEN_TURNS = Gauge("spasm_open_turns", "Messages that wait for an answer now")
LOOP_LAG = Histogram(
    "spasm_loop_lag_seconds", "How late an event loop comes", ["loop"], buckets=_STAGE_STEPS
)
RESULTS = Counter("spasm_results", "Triages that came to a result", ["disposition"])
EMERGENCIES = Counter("spasm_emergency_texts", "Emergency texts, by who gave them", ["by"])
FALLBACKS = Counter("spasm_fallbacks", "Messages that were not understood", ["kind"])
FAILURES = Counter("spasm_failures", "Safety texts in place of an answer", ["reason"])
INCIDENTS = Counter("spasm_incidents", "Incidents shown to staff", ["reason"])
UP = Gauge("spasm_up", "1 while a part of the bot is sound", ["part"])


def serve_metrics(host: str, port: int) -> Callable[[], None]:
    """Answer Prometheus on a port of its own; returns what ends it.

    A port that is taken is an error in the log: patients matter more than figures.
    """
    try:
        server, thread = start_http_server(port, host)
    except OSError as error:
        _log.error("metrics.not_served", port=port, error=type(error).__name__)
        return lambda: None

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join(2)

    return stop


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Count the time of the block as one stage of a turn, whether or not it succeeds."""
    begin = time.perf_counter()
    try:
        yield
    finally:
        STAGE_SECONDS.labels(name).observe(time.perf_counter() - begin)


def queued(work: Coroutine[Any, Any, T]) -> Coroutine[Any, Any, T]:
    """`work`, with the time from now until it is begun counted as the stage `queue`."""
    return _begun(work, time.perf_counter())


def counted_turn(
    answer: Callable[..., Coroutine[Any, Any, dict[str, Any]]],
) -> Callable[..., Coroutine[Any, Any, dict[str, Any]]]:
    """The function that answers one message, with every outcome and its time counted."""

    @functools.wraps(answer)
    async def counted(*words: Any) -> dict[str, Any]:
        begin = time.perf_counter()
        with OPEN_TURNS.track_inprogress():
            try:
                said = await answer(*words)
            except Exception as error:
                _count_refusal(error)
                raise
            finally:
                TURN_SECONDS.observe(time.perf_counter() - begin)
        _count_answer(said)
        return said

    return counted


def count_not_understood(intent: str, responses: Iterable[str]) -> None:
    """Count a message that the model or the form could not read."""
    if intent == "nlu_fallback":
        FALLBACKS.labels("intent").inc()
    if "utter_not_understood" in responses:
        FALLBACKS.labels("answer").inc()


async def watch_lag(loop: str) -> None:
    """Note for ever how late the running event loop comes."""
    while True:
        begin = time.perf_counter()
        await asyncio.sleep(LAG_SECONDS)
        LOOP_LAG.labels(loop).observe(max(0.0, time.perf_counter() - begin - LAG_SECONDS))


async def watch_parts(
    parts: Iterable[str], look: Callable[[], Coroutine[Any, Any, list[str]]]
) -> None:
    """Show for ever which parts are sound. `look` gives the names of those that are down."""
    while True:
        show_parts(dict.fromkeys(parts, True) | dict.fromkeys(await look(), False))
        await asyncio.sleep(LOOK_SECONDS)


def show_parts(parts: Mapping[str, bool]) -> None:
    """Set `spasm_up` for each part."""
    for name, sound in parts.items():
        UP.labels(name).set(sound)


async def _begun(work: Coroutine[Any, Any, T], asked: float) -> T:
    STAGE_SECONDS.labels("queue").observe(time.perf_counter() - asked)
    return await work


def _count_answer(said: Mapping[str, Any]) -> None:
    if said.get("replayed"):
        TURNS.labels("replayed").inc()
        return
    TURNS.labels("answered").inc()
    if said.get("assessment"):
        RESULTS.labels(said["assessment"]["disposition"]).inc()
    _count_emergency(said["messages"], "engine")


def _count_refusal(error: Exception) -> None:
    TURNS.labels(getattr(error, "code", "raised")).inc()
    _count_emergency(getattr(error, "messages", None) or (), "channel")


def _count_emergency(messages: Iterable[Mapping[str, Any]], by: str) -> None:
    if any((message.get("card") or {}).get("type") == "emergency" for message in messages):
        EMERGENCIES.labels(by).inc()
