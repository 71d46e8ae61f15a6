"""The databases of tests/store, for the scripts of deploy/."""

from __future__ import annotations

from tests.store.conftest import (  # noqa: F401
    database,
    postgres_url,
    settings,
    sqlite_url,
    url,
)
