"""Keeps a few programs running together, and ends them together."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

RESTARTS = 5
"""A program that ends more than this often within `RESTART_WINDOW` is given up."""
RESTART_WINDOW = 120.0
STOP_SECONDS = 15.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WRONG_SETTINGS = 2
"""Exit code of a program that cannot start as it is set up: restarting will not help."""


class SupervisorError(Exception):
    """A program could not be kept running. The message is one sentence."""


@dataclass
class Program:
    """One program: its name in the output, its command, and when it was started."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[str] | None = None
    starts: list[float] = field(default_factory=list)


class Supervisor:
    """Starts programs, restarts those that end by themselves, stops all on SIGINT or SIGTERM."""

    def __init__(self, programs: Sequence[Program], environment: Mapping[str, str]) -> None:
        self.programs = programs
        self.environment = environment
        self.stopping = threading.Event()

    def run(self, each_round: Callable[[], None] = lambda: None) -> None:
        """Block until told to stop. Raises SupervisorError when a program keeps ending.

        `each_round` is called about five times a second, from this thread.
        """
        usual = {number: signal.signal(number, self._told_to_stop) for number in STOP_SIGNALS}
        try:
            for program in self.programs:
                self._start(program)
            while not self.stopping.wait(0.2):
                for program in self.programs:
                    self._revive(program)
                each_round()
        finally:
            self._stop_all()
            for number, handler in usual.items():
                signal.signal(number, handler)

    def _told_to_stop(self, *_: object) -> None:
        self.stopping.set()

    def _start(self, program: Program) -> None:
        program.starts.append(time.monotonic())
        program.process = subprocess.Popen(
            program.command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env=dict(self.environment),
            start_new_session=True,
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - only a system call, no locks
        )
        assert program.process.stdout is not None
        threading.Thread(
            target=_echo, args=(program.name, program.process.stdout), daemon=True
        ).start()

    def _revive(self, program: Program) -> None:
        code = program.process.poll() if program.process else 0
        if code is None:
            return
        if code == WRONG_SETTINGS:
            raise SupervisorError(f"The {program.name} could not start: see its lines above.")
        now = time.monotonic()
        recent = [start for start in program.starts if now - start < RESTART_WINDOW]
        if len(recent) > RESTARTS:
            raise SupervisorError(
                f"The {program.name} ended {len(recent)} times within {RESTART_WINDOW:.0f} "
                "seconds and was given up: see its lines above."
            )
        print(f"==> The {program.name} ended (code {code}); starting it again", flush=True)
        self._start(program)

    def _stop_all(self) -> None:
        running = [p.process for p in self.programs if p.process and p.process.poll() is None]
        for process in running:
            _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()


def _signal_group(process: subprocess.Popen[str], number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _end_with_parent() -> None:
    """On Linux, a killed supervisor takes its programs along, so that no port stays taken."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _echo(name: str, lines: IO[str]) -> None:
    with lines:
        for line in lines:
            print(f"{name:7} | {line.rstrip()}", flush=True)
