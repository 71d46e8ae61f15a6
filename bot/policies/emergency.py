"""What to say next when there is, or was, an emergency. Pure: values in, a move out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from bot.triage.intake import Answer, Intake
from bot.triage.reading import Reading

CHECK = "utter_emergency_check"
REMINDER = "utter_emergency_reminder"
CLEARED = "utter_emergency_cleared"
Plain = Literal["yes", "no"]


class Fired(Protocol):
    """An emergency that the engine found: the response to utter and the signs behind it."""

    @property
    def response(self) -> str: ...
    @property
    def red_flags(self) -> tuple[str, ...]: ...
    @property
    def findings(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Standing:
    """An emergency that was told to the patient and not yet taken back.

    `checking`: the bot has asked whether it is still so. `red_flags`: every sign heard so
    far (findings where a rule fired on no red flag). `response`: the last one uttered.
    """

    state: Literal["heard", "checking"]
    red_flags: tuple[str, ...]
    response: str

    @classmethod
    def from_slot(cls, value: Mapping[str, Any] | None) -> Standing | None:
        """Read the slot `emergency`; None when there is no emergency."""
        if not value:
            return None
        return cls(value["state"], tuple(value["red_flags"]), value.get("response", ""))

    def to_slot(self) -> dict[str, Any]:
        """JSON for the slot `emergency`."""
        return {
            "state": self.state,
            "red_flags": list(self.red_flags),
            "response": self.response,
        }


@dataclass(frozen=True)
class Move:
    """The response to utter, and what is then known. `standing` is None once it is cleared."""

    response: str
    intake: Intake
    standing: Standing | None


def next_move(
    standing: Standing | None,
    intake: Intake,
    plain: Plain | None,
    emergency: Callable[[Intake], Fired | None],
    responses: Iterable[str],
) -> Move | None:
    """The move that safety demands after a message, or None when the dialogue may go on.

    `intake` already holds the message. `plain`: a bare yes or no. `emergency`: the engine's
    search. `responses`: names the domain has, for checks worded for one kind of danger.
    """
    fired = emergency(intake)
    if standing is None:
        return _first(fired, intake)
    if fired and not set(_signs(fired)) <= set(standing.red_flags):
        return _another(standing, fired, intake)
    if standing.state == "heard":
        return Move(_worded(CHECK, standing, responses), intake, _checking(standing))
    return _after_check(standing, intake, plain, emergency, responses)


_UNCHANGED = frozenset({"new", "unusual", "different", "just", "only"})
"""Words of "nothing new" or "just the cramp", which do not say that a danger is over."""


def plain_reply(
    intent: str | None, reading: Reading, text: str, red_flags: Iterable[str] = ()
) -> Plain | None:
    """A bare yes or no: a button, or words that say that and name no fact as present.

    Denying one of the standing `red_flags` by its name ("no chest pain") is a no.
    """
    if text.startswith("/"):
        return {"affirm": "yes", "deny": "no"}.get(intent or "")  # type: ignore[return-value]
    if any(_is_fact(m.kind) and m.assertion != "absent" for m in reading.mentions):
        return None
    said = {m.value for m in reading.of("reply")}
    named = {m.value for m in reading.of("red_flag", "absent")} & set(red_flags)
    if said == {"none"} and not named and _UNCHANGED & set(text.casefold().split()):
        return None
    denies = intent == "deny" or named or ("no" in said and intent != "affirm")
    if denies and not said & {"yes", "unsure", "some", "all"}:
        return "no"
    return "yes" if intent == "affirm" and not said & {"no", "none", "unsure"} else None


def _is_fact(kind: str) -> bool:
    return kind not in ("reply", "topic", "person")


def _first(fired: Fired | None, intake: Intake) -> Move | None:
    if fired is None:
        return None
    return Move(fired.response, intake, Standing("heard", _signs(fired), fired.response))


def _signs(fired: Fired) -> tuple[str, ...]:
    """What a "no, I do not have that" takes back. Of a combination only the danger signs:
    what else raised the risk, like a pregnancy, stays true."""
    return fired.red_flags or fired.findings


def _another(standing: Standing, fired: Fired, intake: Intake) -> Move:
    flags = tuple(dict.fromkeys((*standing.red_flags, *_signs(fired))))
    return Move(fired.response, intake, Standing("heard", flags, fired.response))


def _after_check(
    standing: Standing,
    intake: Intake,
    plain: Plain | None,
    emergency: Callable[[Intake], Fired | None],
    responses: Iterable[str],
) -> Move:
    safe = _denied(intake, standing.red_flags)
    if plain == "no" and emergency(safe) is None:
        return Move(_worded(CLEARED, standing, responses), safe, None)
    return Move(_worded(REMINDER, standing, responses), intake, _checking(standing))


def _denied(intake: Intake, red_flags: Iterable[str]) -> Intake:
    absent = {flag: Answer("absent", heard="asked") for flag in red_flags}
    return replace(intake, findings={**intake.findings, **absent})


def _checking(standing: Standing) -> Standing:
    return replace(standing, state="checking")


def _worded(general: str, standing: Standing, responses: Iterable[str]) -> str:
    """`utter_emergency_self_harm_check` before `utter_emergency_check`, where there is one."""
    kind = general.removeprefix("utter_emergency_")
    own = f"{standing.response}_{kind}"
    return own if own in responses else general
