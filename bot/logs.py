"""Logging that cannot carry a patient's words.

Rasa logs message texts, slot values and whole trackers at DEBUG, and writes the text of
exceptions at ERROR; unless structlog is configured, everything goes to stdout. Two gates:

- structured events (ours and Rasa's) pass only keys that are known to be harmless;
- records of other libraries show where they come from, not what they say, once patients
  are being served (`seal`). Before that, at start-up, their words help and hold nothing.

Exceptions show their class and the places in the code, never their values.
"""

from __future__ import annotations

import logging
import sys
import traceback
import warnings
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any

import structlog

SAFE_KEYS = frozenset(
    {
        *("event", "level", "timestamp", "logger", "exc_info", "stack_info"),
        *("conversation_id", "message_id", "event_id", "incident_id", "reference"),
        *("action", "action_name", "rule", "rules", "red_flags", "disposition", "response"),
        *("error", "reason", "kind", "status", "code", "seconds", "count", "attempts", "check"),
        *("host", "port", "address", "path", "model", "version", "knowledge_version", "setting"),
        *("placeholder", "lock"),
    }
)
"""Keys whose values are ids, names of code, or figures."""

WITHHELD = "[withheld]"
_OURS = ("bot", "actions")
_NOISY = (
    "sanic.access",
    "py.warnings",
    "asyncio",
    "apscheduler",
    "matplotlib",
    "tensorflow",
    "PyRuSH",
)
_sealed = False


def configure(level: int = logging.INFO, *, plain: bool = False) -> None:
    """Send all logs through the gates to stderr. `plain`: for people, not as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_WordlessFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(True)
    warnings.simplefilter("ignore")
    _quieten()
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    _configure_structlog(level, plain=plain)


def seal() -> None:
    """From now on other libraries' records show only their origin."""
    global _sealed
    _sealed = True


def frames_of(error: BaseException) -> str:
    """The class of an error and where it passed, without any value: safe to log."""
    return _frames(type(error), error.__traceback__)


def _quieten() -> None:
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in logging.root.manager.loggerDict:
        logger = logging.getLogger(name)
        if not _is_ours(name):
            logger.handlers = []
            logger.propagate = True
    try:
        from loguru import logger as loguru_logger
    except ImportError:
        return
    loguru_logger.remove()


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _OURS


def _configure_structlog(level: int, *, plain: bool) -> None:
    renderer = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_no_exception)
        if plain
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            _keep_safe_keys,
            _exception_frames,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _no_exception(_stream: Any, _exc_info: Any) -> None:
    """Frames were already added as a plain key."""


def _keep_safe_keys(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    return {key: value if _is_safe(key, value) else WITHHELD for key, value in event.items()}


def _is_safe(key: str, value: Any) -> bool:
    return key in SAFE_KEYS or value is None or isinstance(value, (bool, int, float))


def _exception_frames(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> Mapping[str, Any]:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0] is not None:
        event["frames"] = _frames(info[0], info[2])
    return event


def _frames(kind: type[BaseException], trace: TracebackType | None) -> str:
    places = (f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace))
    return " < ".join([kind.__name__, *reversed(list(places))])


class _WordlessFormatter(logging.Formatter):
    """Other libraries' records: their origin, and their words only before `seal`."""

    def format(self, record: logging.LogRecord) -> str:
        where = f"{record.levelname} {record.name} {record.funcName}:{record.lineno}"
        words = "" if _sealed and not _is_ours(record.name) else f" {record.getMessage()}"
        info = record.exc_info
        frames = f" {_frames(info[0], info[2])}" if info and info[0] else ""
        return f"{where}{words}{frames}"
