"""The danger check of the channel's failure path: raw text -> emergency response.

It needs neither model nor store nor action. It knows only this one message, so it leans to
the safe side: what the triage rules call an emergency, and besides every danger sign that
can be one.
"""

from __future__ import annotations

from bot.knowledge import knowledge
from bot.nlu.reading import read
from bot.triage.answers import apply
from bot.triage.dispositions import emergency
from bot.triage.intake import Intake
from bot.triage.reading import Mention, Reading

_COUNTED = ("present", "uncertain")


def emergency_response(text: str) -> str | None:
    """Name of the domain's response for the danger in `text`; None without one."""
    reading = read(text)
    return _by_rules(reading) or next(filter(None, map(_by_sign, reading.of("red_flag"))), None)


def _by_rules(reading: Reading) -> str | None:
    """What the triage would say if this message were all that is known."""
    content = knowledge()
    heard = apply(Intake(), None, reading, content)
    fired = emergency(heard.intake, content)
    return fired.response if fired else None


def _by_sign(mention: Mention) -> str | None:
    red_flag = knowledge().red_flags.get(str(mention.value))
    if red_flag is None or mention.assertion not in _COUNTED:
        return None
    can_be = any(urgency.level == "emergency" for urgency in red_flag.urgencies)
    return red_flag.response if can_be else None
