"""Days and times are those of the clinic, once it has said its time zone."""

from __future__ import annotations

from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from bot.console.addresses import read_address
from bot.store.conversations import create_conversation, delete_conversation
from bot.store.database import Database
from bot.store.figures import figures
from bot.store.models import Conversation
from tests.console.conftest import CONVERSATION, Staff, sign_in

DENVER = ZoneInfo("America/Denver")
EVENING = datetime(2026, 1, 2, 3, tzinfo=timezone.utc)
"""Eight in the evening of the day before, in Denver."""
SUMMER_NIGHT = datetime(2026, 7, 2, 6, 30, tzinfo=timezone.utc)
"""Half past midnight in Denver, by summer time."""


@pytest.mark.parametrize("name", ["", "America/Denver"])
def test_times_name_their_zone(app: Flask, staff: Staff, database: Database, name: str) -> None:
    app.config["CLINIC_TIME_ZONE"] = name
    with database.begin() as session:
        began = session.get(Conversation, CONVERSATION).created_at
    page = sign_in(app, staff, "viewer").get(f"/conversations/{CONVERSATION}").text
    here = began.astimezone(ZoneInfo(name or "UTC"))
    assert f"{here:%b} {here.day}, {here:%Y, %H:%M %Z}</time>" in page
    assert ("data-local" in page) is not bool(name)


@pytest.mark.parametrize(("name", "hour"), [("", 0), ("America/Denver", 7)])
def test_days_of_a_filter_begin_at_midnight_of_the_clinic(app: Flask, name: str, hour: int) -> None:
    app.config["CLINIC_TIME_ZONE"] = name
    with app.test_request_context():
        wanted = read_address(MultiDict({"since": "2026-01-01", "until": "2026-01-01"})).filter
    assert wanted.since == datetime(2026, 1, 1, hour, tzinfo=timezone.utc)
    assert wanted.until == datetime(2026, 1, 2, hour, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("began", "day", "utc_day"),
    [(EVENING, "2026-01-01", "2026-01-02"), (SUMMER_NIGHT, "2026-07-02", "2026-07-02")],
)
def test_a_conversation_counts_on_the_day_of_the_clinic(
    database: Database, began: datetime, day: str, utc_day: str
) -> None:
    with database.begin() as session:
        chat = create_conversation(session)
        row = session.get(Conversation, chat)
        row.created_at, row.patient_message_count = began, 1
        session.flush()
        for zone, expected in ((DENVER, day), (timezone.utc, utc_day)):
            days = figures(session, datetime(2026, 1, 1, tzinfo=zone)).days
            assert [at for at, counts in days.items() if counts.get("")] == [expected]
        delete_conversation(session, chat)
