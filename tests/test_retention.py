"""`python -m bot retention` removes what is older than the clinic keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from bot.__main__ import main
from bot.settings import Settings, get_settings, use_settings
from bot.store.conversations import create_conversation, is_open
from bot.store.database import open_database, upgrade
from bot.store.models import Conversation


def test_only_what_is_older_than_the_setting_is_removed(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = get_settings()
    use_settings(replace(settings, retention_days=30))
    try:
        upgrade()
        database = open_database()
        with database.begin() as session:
            old, new = create_conversation(session), create_conversation(session)
            long_ago = datetime.now(timezone.utc) - timedelta(days=31)
            session.get(Conversation, old).last_activity_at = long_ago
        assert main(["retention"]) == 0
        with database.begin() as session:
            assert (is_open(session, old), is_open(session, new)) == (False, True)
        assert "Removed 1 conversation" in capsys.readouterr().out
    finally:
        use_settings(before)
