"""The suite fails when a test that proves a control of the hazard log failed or was skipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from bot.knowledge.hazards import Hazard, load_hazards

_UNPROVEN = pytest.StashKey[list[str]]()
_outcomes: dict[str, str] = {}


def unproven(hazards: Iterable[Hazard], outcomes: Mapping[str, str]) -> list[str]:
    """One line for each control with a test that ran and did not pass.

    `outcomes`: node ids without parameters -> the worst outcome seen. A test that was not
    chosen for this run proves and disproves nothing.
    """
    return [
        f"{hazard.id} ({hazard.name}): {control.what}: {test} {outcomes[test]}"
        for hazard in hazards
        for control in hazard.controls
        for test in control.tests
        if outcomes.get(test, "passed") != "passed"
    ]


def note(outcomes: dict[str, str], node: str, outcome: str) -> None:
    """Keep the worst outcome of a test over its parameters and phases."""
    name = node.partition("[")[0]
    if outcome != "passed" or name not in outcomes:
        outcomes[name] = "failed" if outcomes.get(name) == "failed" else outcome


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep what became of each test, on the controlling process."""
    note(_outcomes, report.nodeid, report.outcome)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that leaves a control unproven, also one that was only skipped."""
    if hasattr(session.config, "workerinput"):
        return
    lines = unproven(load_hazards(), _outcomes)
    session.config.stash[_UNPROVEN] = lines
    if lines and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name the controls that are not proven."""
    lines = config.stash.get(_UNPROVEN, [])
    if lines:
        terminalreporter.section("controls of the hazard log that are not proven")
        for line in lines:
            terminalreporter.line(line, red=True)
