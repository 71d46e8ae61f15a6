"""Every test runs with settings of its own: no `.env`, no database of this machine."""

from __future__ import annotations

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

from bot import training  # noqa: E402
from bot.settings import ROOT, Settings, load_settings, quiet_frame  # noqa: E402

quiet_frame()


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
