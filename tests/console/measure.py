"""How long the console's pages take: `DATABASE_URL=... python -m tests.console.measure`.

On a database filled by `python -m bot seed --conversations 20000 --messages 40 --rows-only`.
"""

from __future__ import annotations

import random
import re
import sys
import time
from statistics import median

from flask.testing import FlaskClient
from sqlalchemy import func, select

from bot.console.app import create_app
from bot.console.staff import StaffError, add_staff, set_password
from bot.store.database import open_database
from bot.store.models import Conversation, Message

EMAIL = "measure@clinic.example"
ROUNDS = 11
PAGES = (
    "/", "/?state=all", "/?state=all&sort=newest", "/?state=unread", "/?disposition=emergency",
    "/?state=all&location=calf", "/?state=all&contributor=dehydration&frequency=weekly",
    "/?state=all&verdict=right", "/?state=all&booking=asked&location=neck",
    "/?state=all&fallback=1",
    "/?state=all&confidence_below=40", "/?state=all&since=2026-06-01&dates=started",
    "/?state=all&q=calf", "/?state=all&q=calf+night", "/?state=all&q=%22lower+back%22",
    "/?state=all&q=swollen&disposition=book", "/?state=all&q=zebra", "/appointments",
    "/appointments?status=all", "/inbox", "/incidents", "/audit", "/dashboard?days=7",
    "/dashboard?days=30", "/dashboard?days=365",
)  # fmt: skip


def main() -> None:
    """Print the median and the slowest times of each page, and the 95th percentile of all."""
    client, ids = signed_in(), conversations()
    chance, every, every_cpu = random.Random(1), [], []
    deep = deep_page(client)
    for page in (*PAGES, deep, "conversation"):
        times, cpu = [], []
        for _ in range(ROUNDS):
            path = page if page != "conversation" else f"/conversations/{chance.choice(ids)}"
            start, used = time.perf_counter(), time.process_time()
            answer = client.get(path)
            times.append(1000 * (time.perf_counter() - start))
            cpu.append(1000 * (time.process_time() - used))
            assert answer.status_code == 200, (path, answer.status_code)
        every += times
        shown = page if page != deep else "/?state=all&sort=newest, page 40"
        sys.stdout.write(
            f"| `{shown}` | {median(times):.0f} | {sorted(times)[-2]:.0f} | {median(cpu):.0f} |\n"
        )
        every_cpu += cpu
    for name, times in (("time", every), ("CPU time of this process", every_cpu)):
        sys.stdout.write(
            f"95th percentile, {name}: {sorted(times)[int(0.95 * len(times))]:.0f} ms\n"
        )


def signed_in() -> FlaskClient:
    """A client of the console, as an administrator."""
    try:
        password = add_staff(EMAIL, "admin")
    except StaffError:
        password = set_password(EMAIL)
    client = create_app().test_client()
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login").text)
    assert found
    data = {"email": EMAIL, "password": password, "csrf_token": found[1]}
    assert client.post("/login", data=data).status_code == 302
    return client


def conversations() -> list[str]:
    """Some ids; says how large the database is."""
    with open_database().begin() as session:
        ids = list(session.execute(select(Conversation.id).limit(500)).scalars())
        chats = session.execute(select(func.count()).select_from(Conversation)).scalar_one()
        said = session.execute(select(func.count()).select_from(Message)).scalar_one()
    sys.stdout.write(
        f"{chats} conversations, {said} messages\n| page | median ms | slow ms | CPU ms |\n"
    )
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
