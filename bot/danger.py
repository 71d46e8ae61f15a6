"""The danger check of the channel's failure path: raw text -> emergency response.

It needs neither model nor store nor action. It knows only this one message, so it leans to
the safe side: a sign that can be an emergency counts as one.
"""

from __future__ import annotations

from bot.knowledge import knowledge
from bot.nlu.sentinel import hear
from bot.triage.reading import Mention

_COUNTED = ("present", "uncertain")


def emergency_response(text: str) -> str | None:
    """Name of the domain's response for the first danger sign in `text`; None without one."""
    return next((r for m in hear(text) if (r := _response(m)) is not None), None)


def _response(mention: Mention) -> str | None:
    red_flag = knowledge().red_flags.get(str(mention.value))
    if red_flag is None or mention.assertion not in _COUNTED:
        return None
    can_be = any(urgency.level == "emergency" for urgency in red_flag.urgencies)
    return red_flag.response if can_be else None
