"""The tiny bot as a process of its own: `python -m tests.channels.tiny_bot PORT`.

Settings come from the environment. Told to be slow, its turns last long enough to be killed.
"""

from __future__ import annotations

import os
import sys

from bot import logs
from bot.engine import load_agent
from bot.inprocess import InProcessActions
from bot.serve import build_app, run, settle
from bot.settings import get_settings, quiet_frame
from bot.store.locks import ClinicLockStore
from bot.store.tracker_store import ClinicTrackerStore
from tests.channels import tiny_actions
from tests.channels.conftest import danger


def main(port: int) -> None:
    quiet_frame()
    logs.configure()
    tiny_actions.NAP_SECONDS = float(os.environ["NAP_SECONDS"])
    settings = get_settings()
    agent = load_agent(
        settings,
        ClinicTrackerStore(None, url=settings.database_url),
        ClinicLockStore(),
        InProcessActions("tests.channels.tiny_actions"),
    )
    app = build_app(settings, agent, danger)
    settle()
    run(app, "127.0.0.1", port)


if __name__ == "__main__":
    main(int(sys.argv[1]))
