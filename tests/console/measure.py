"""How long the console's pages take: `DATABASE_URL=... python -m tests.console.measure`.

On a database filled by `python -m bot seed --conversations 20000 --messages 40 --rows-only`.
What the console keeps for a minute (figures of the dashboard, choices of the filters) is thrown
away before each page of the group "kept", so that those times are of counting anew.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections.abc import Iterator
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from bot.console.app import create_app
from bot.console.staff import StaffError, add_staff, set_password
from bot.store.database import Database, open_database
from bot.store.models import Conversation, Message

EMAIL = "measure@clinic.example"
ROUNDS = 40
DETAIL = "a conversation"
GROUPS = {
    "list": (
        "/", "/?state=all", "/?state=all&sort=newest", "/?state=all&sort=oldest", "/?state=unread",
        "/?state=snoozed", "/appointments", "/appointments?status=all", "/inbox", "/incidents",
        "/audit",
    ),
    "filter": (
        "/?disposition=emergency", "/?state=all&disposition=none", "/?state=all&location=calf",
        "/?state=all&contributor=dehydration&frequency=weekly", "/?state=all&verdict=right",
        "/?state=all&verdict=too_low", "/?state=all&booking=asked&location=neck",
        "/?state=all&booking=none", "/?state=all&fallback=1", "/?state=all&incident=1",
        "/?state=all&confidence_below=40", "/?state=all&at_least=30&at_most=60",
        "/?state=all&since=2026-06-01&dates=started", "/?state=all&last_question=severity",
        "/?state=all&red_flag=rf_stroke", "/?state=all&rule=B4&trigger=overuse",
    ),
    "search": (
        "/?state=all&q=calf", "/?state=all&q=calf+night", "/?state=all&q=%22lower+back%22",
        "/?state=all&q=swollen&disposition=book", "/?q=cramp", "/?state=all&q=zebra",
    ),
    "page": ("deep", DETAIL, "/dashboard?days=30", "/dashboard?days=365"),
    "kept": ("/", "/dashboard?days=7", "/dashboard?days=30", "/dashboard?days=365"),
}  # fmt: skip
Times = list[tuple[float, float]]
"""Milliseconds, and those in which this process computed."""


def main() -> None:
    """Print the times of each page, and of each group."""
    database = open_database()
    app, ids = create_app(database=database), size_of(database)
    client = signed_in(app)
    deep, chance = deep_page(client), random.Random(1)
    say(f"{'page':58} median    95 %   CPU")
    for group, pages in GROUPS.items():
        every: Times = []
        for page in pages:
            path = deep if page == "deep" else page
            times = list(measured(app, client, path, group, ids, chance))
            every += times
            tell(f"  {page}", times)
        tell(group.upper(), every)
    say(f"load average: {os.getloadavg()[0]:.1f}")


def measured(
    app: Flask, client: FlaskClient, page: str, group: str, ids: list[str], chance: random.Random
) -> Iterator[tuple[float, float]]:
    """Wall clock and CPU time of each round, in milliseconds; the first round is not counted."""
    for number in range(ROUNDS + 1):
        path = f"/conversations/{chance.choice(ids)}" if page == DETAIL else page
        if group == "kept":
            app.extensions.pop("figures", None)
            app.extensions.pop("choices", None)
        start, used = time.perf_counter(), time.process_time()
        answer = client.get(path)
        took = 1000 * (time.perf_counter() - start), 1000 * (time.process_time() - used)
        assert answer.status_code == 200, (path, answer.status_code)
        if number:
            yield took


def tell(name: str, times: Times) -> None:
    """One line of the table."""
    walls, cpu = sorted(wall for wall, _ in times), median(used for _, used in times)
    high = walls[int(0.95 * (len(walls) - 1))]
    say(f"{name:58} {median(walls):6.0f}  {high:6.0f}  {cpu:4.0f}")


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def signed_in(app: Flask) -> FlaskClient:
    """A client of the console, as an administrator."""
    try:
        password = add_staff(EMAIL, "admin")
    except StaffError:
        password = set_password(EMAIL)
    client = app.test_client()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert found
    data = {"email": EMAIL, "password": password, "csrf_token": found[1]}
    assert client.post("/login", data=data).status_code == 302
    return client


def size_of(database: Database) -> list[str]:
    """Some ids; says how large the database is."""
    with database.begin() as session:
        ids = list(session.execute(select(Conversation.id).limit(500)).scalars())
        chats = session.execute(select(func.count()).select_from(Conversation)).scalar_one()
        said = session.execute(select(func.count()).select_from(Message)).scalar_one()
    say(f"{database.engine.dialect.name}: {chats} conversations, {said} messages")
    return ids


def deep_page(client: FlaskClient) -> str:
    """The address of the 40th page of the longest list."""
    path = "/?state=all&sort=newest"
    for _ in range(40):
        found = re.search(r'rel="next" href="([^"]+)"', client.get(path).text)
        if not found:
            break
        path = found[1].replace("&amp;", "&")
    return path


if __name__ == "__main__":
    main()
