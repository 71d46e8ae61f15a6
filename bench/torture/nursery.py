"""Bears bots quickly: loads everything once, then forks a serving process for each order.

    start PORT METRICS_PORT    answered by the process id
    reap PID                   waits for a process that was killed; answered by its id

A bot so born serves as `python -m bot serve` does. It only skips the loading, so that two
hundred can be killed in minutes.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import signal
import sys
from dataclasses import replace

from bot import logs
from bot.settings import Settings, get_settings, quiet_frame

_DIE_WITH_PARENT = 1


def main() -> None:
    """Take orders from standard input until it ends."""
    from bot.serve import load_engine, settle
    from bot.store.database import open_database

    quiet_frame()
    logs.configure()
    settings = get_settings()
    agent = load_engine(settings)
    open_database(settings.database_url).engine.dispose()  # no connection may be shared
    settle()
    print("ready", flush=True)
    for line in sys.stdin:
        order, *numbers = line.split()
        if order == "start":
            print(_start(settings, agent, *map(int, numbers)), flush=True)
        else:
            print(os.waitpid(int(numbers[0]), 0)[0], flush=True)


def _start(settings: Settings, agent: object, port: int, metrics_port: int) -> int:
    child = os.fork()
    if child:
        return child
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        _serve(replace(settings, bot_port=port, metrics_port=metrics_port), agent)
    finally:
        os._exit(1)


def _serve(settings: Settings, agent: object) -> None:
    from bot.serve import build_app, run
    from bot.store import inbox

    inbox.THIS_PROCESS = secrets.token_hex(8)  # as if it had been loaded anew
    run(build_app(settings, agent), settings.bot_host, settings.bot_port)


if __name__ == "__main__":
    main()
