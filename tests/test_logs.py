"""What reaches the log: ids and places in the code, never a value."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot import logs

CANARY = "canaryword"


@pytest.fixture(autouse=True)
def sealed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(logs, "_sealed", True)
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.security("ASVS-5.0-V16.2.5")
def test_an_exception_shows_its_class_and_places_and_no_local_value(
    capsys: pytest.CaptureFixture[str], plain: bool
) -> None:
    logs.configure(plain=plain)
    _raise_and_log(structlog.get_logger("rasa.core.nlg"), CANARY)
    shown = "".join(capsys.readouterr())
    assert "KeyError" in shown
    assert "_raise_and_log" in shown
    assert CANARY not in shown


@pytest.mark.parametrize(
    "name", ["rasa.core", "botocore.client", "actions_of_others", "sqlalchemy"]
)
@pytest.mark.security("ASVS-5.0-V16.2.5")
def test_records_of_others_show_only_where_they_come_from(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    logs.configure()
    logging.getLogger(name).error("text: %s", CANARY)
    shown = "".join(capsys.readouterr())
    assert name in shown
    assert CANARY not in shown


@pytest.mark.security("ASVS-5.0-V16.2.5")
def test_values_under_unknown_names_are_withheld(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure()
    structlog.get_logger("bot").error("turn.failed", text=CANARY, conversation_id="c1")
    shown = "".join(capsys.readouterr())
    assert CANARY not in shown
    assert "c1" in shown


def _raise_and_log(log: structlog.BoundLogger, words: str) -> None:
    try:
        {}[words]
    except KeyError:
        log.exception("interpolator.interpolate.text", values={"slot": words})
