"""Every test runs with settings of its own: no `.env`, no database of this machine."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

_WORKSHOP = tempfile.TemporaryDirectory(prefix="spasm-triage-tests-")
_ENVIRONMENT = {
    "SECRET_KEY": "tests-only-0123456789-abcdefghijklmnop",
    "FIELD_ENCRYPTION_KEY": "dGVzdHMtb25seS1rZXktMDEyMzQ1Njc4OWFiY2RlZmc=",
    "DATABASE_URL": f"sqlite:///{_WORKSHOP.name}/tests.db",
    "REDIS_URL": "",
    "BOT_PROCESSES": "1",
    "CLINIC_PHONE": "(555) 555-0100",
}
# Before any of our modules reads them.
os.environ.update(_ENVIRONMENT)

import pytest  # noqa: E402
import structlog  # noqa: E402

from bot import training  # noqa: E402
from bot.settings import ROOT, Settings, load_settings, quiet_frame  # noqa: E402
from tests.safety_case import (  # noqa: E402, F401
    pytest_runtest_logreport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)

quiet_frame()


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """A test that sets up logs leaves none behind that write to a stream which pytest closes."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers = root.handlers[:]
    yield
    structlog.configure(**before)
    root.handlers = handlers


@pytest.fixture()
def settings(tmp_path: Path) -> Settings:
    """Settings with a database of this one test."""
    return load_settings(_ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{tmp_path}/triage.db"})


@pytest.fixture(scope="session")
def model_path() -> Path:
    """The trained model; trained now when it is missing or older than its inputs."""
    folder = ROOT / "models"
    if not training.is_fresh(folder):
        assert training.train() == 0
    return folder / training.MODEL_NAME


@pytest.fixture(scope="session", autouse=True)
def _clean_up() -> Iterator[None]:
    yield
    _WORKSHOP.cleanup()
