"""Opens the desk of one bot process from its parts."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from rasa.core.agent import Agent

from bot.channels.desk import Desk
from bot.channels.ledger import Ledger
from bot.channels.limits import Rates
from bot.channels.responses import EMERGENCY_PREFIX, ClinicResponses
from bot.channels.safety import SELF_TEST, TECHNICAL_PROBLEM, Danger, SafetyNet
from bot.channels.tokens import Tokens
from bot.channels.turns import Turns
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.tracker_store import strict

_log = structlog.get_logger(__name__)


class MissingResponse(Exception):
    """The domain lacks a response that safety needs. The message names it."""


def open_desk(agent: Callable[[], Agent], danger: Danger, settings: Settings) -> Desk:
    """The desk of this process. Raises StoreError or MissingResponse: then do not start."""
    strict(agent())
    ledger = Ledger(open_database(settings.database_url), alone=settings.bot_processes == 1)
    return Desk(
        tokens=Tokens(settings.secret_key),
        rates=Rates.of(settings),
        ledger=ledger,
        net=safety_net(agent(), danger, settings),
        turns=Turns(agent, ledger),
    )


def safety_net(agent: Agent, danger: Danger, settings: Settings) -> SafetyNet:
    """The danger check with its texts filled in. Raises MissingResponse."""
    responses = ClinicResponses(domain=agent.domain, settings=settings)
    names = [n for n in responses.responses if n.startswith(EMERGENCY_PREFIX)]
    if TECHNICAL_PROBLEM not in responses.responses:
        raise MissingResponse(f"The domain has no response {TECHNICAL_PROBLEM}.")
    net = SafetyNet(danger, responses.say, [TECHNICAL_PROBLEM, *names])
    if net.hear(SELF_TEST) is None:  # which also loads what the ear needs
        _log.error("sentinel.deaf", check="self_test")
    return net
