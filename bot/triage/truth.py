"""Three-valued (Kleene) truth of conditions: True, False, or None for unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from bot.triage.content import Condition, RedFlag
from bot.triage.index import FIELDS

if TYPE_CHECKING:
    from bot.triage.facts import Facts


def truth(condition: Condition, facts: Facts) -> bool | None:
    """Whether the condition holds; None when what is known does not decide it."""
    return _TESTS[condition.op](condition, facts)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether the condition is known to be true; stops at the first part that decides."""
    op = condition.op
    if op == "finding":
        return facts.sign(condition.ids[0]) is True
    if op == "any":
        for part in condition.parts:  # noqa: SIM110 - a plain loop, as this is the hot path
            if holds(part, facts):
                return True
        return False
    if op == "all":
        for part in condition.parts:  # noqa: SIM110
            if not holds(part, facts):
                return False
        return True
    if op == "at_least":
        return sum(holds(part, facts) for part in condition.parts) >= (condition.minimum or 0)
    return _TESTS[op](condition, facts) is True


def holds_so_far(condition: Condition, facts: Facts) -> bool:
    """Whether it holds when all that is unknown is taken as not so."""
    value = truth(condition, facts)
    if value is not None:
        return value
    so_far = [holds_so_far(part, facts) for part in condition.parts]
    if condition.op == "all":
        return all(so_far)
    if condition.op == "any":
        return any(so_far)
    if condition.op == "none":
        return not any(so_far)
    return condition.op == "at_least" and sum(so_far) >= (condition.minimum or 0)


def _finding(condition: Condition, facts: Facts) -> bool | None:
    return facts.sign(condition.ids[0])


def _all(condition: Condition, facts: Facts) -> bool | None:
    result: bool | None = True
    sign = facts.sign
    for part in condition.parts:
        value = sign(part.ids[0]) if part.op == "finding" else _TESTS[part.op](part, facts)
        if value is False:
            return False
        if value is None:
            result = None
    return result


def _any(condition: Condition, facts: Facts) -> bool | None:
    result: bool | None = False
    sign = facts.sign
    for part in condition.parts:
        value = sign(part.ids[0]) if part.op == "finding" else _TESTS[part.op](part, facts)
        if value:
            return True
        if value is None:
            result = None
    return result


def _none(condition: Condition, facts: Facts) -> bool | None:
    value = _any(condition, facts)
    return None if value is None else not value


def _unless(condition: Condition, facts: Facts) -> bool:
    return _any(condition, facts) is not True


def _at_least(condition: Condition, facts: Facts) -> bool | None:
    values = [truth(part, facts) for part in condition.parts]
    wanted = condition.minimum or 0
    if values.count(True) >= wanted:
        return True
    return None if values.count(True) + values.count(None) >= wanted else False


def _location(condition: Condition, facts: Facts) -> bool | None:
    return _either(facts.place(condition.ids))


def _only_location(condition: Condition, facts: Facts) -> bool | None:
    inside = facts.place(condition.ids)
    if not inside or None in inside:
        return False if False in inside else None
    return False not in inside


def _either(values: Iterable[bool | None]) -> bool | None:
    seen = set(values)
    if True in seen:
        return True
    return None if None in seen or not seen else False


def _field(condition: Condition, facts: Facts) -> bool | None:
    value = facts.fields.get(FIELDS[condition.op])
    return None if value is None else value in condition.ids


def _number(condition: Condition, facts: Facts) -> bool | None:
    value = facts.fields.get(FIELDS[condition.op])
    return None if value is None else _within(condition, value, value)


def _age(condition: Condition, facts: Facts) -> bool | None:
    return _within(condition, *facts.age_range())


def _within(condition: Condition, low: float, high: float) -> bool | None:
    """Whether every value from `low` to `high` is in range; None when only some are."""
    least = float("-inf") if condition.minimum is None else condition.minimum
    most = float("inf") if condition.maximum is None else condition.maximum
    if low > most or high < least:
        return False
    return True if least <= low and high <= most else None


def _red_flags(condition: Condition, facts: Facts) -> bool | None:
    flags = [flag for flag in facts.present_flags() if facts.level(flag) in condition.ids]
    wanted = condition.minimum or 1
    return len(flags) >= wanted and (wanted == 1 or _stories(flags, facts) >= wanted)


def _stories(flags: Iterable[RedFlag], facts: Facts) -> int:
    """How many signs were told apart: flags that rest on one finding are one sign."""
    stories: list[set[str]] = []
    for flag in flags:
        told = _told(flag, facts)
        near = [one for one in stories if not told.isdisjoint(one)]
        stories = [one for one in stories if one not in near] + [told.union(*near)]
    return len(stories)


def _told(flag: RedFlag, facts: Facts) -> set[str]:
    """What a flag that is present rests on: findings, and the words in which it was said."""
    names = {n for n in facts.index.ingredients[flag.id] if facts.signs.get(n)} | {flag.id}
    answers = (facts.intake.findings.get(name) for name in names)
    return names | {f"“{answer.words}”" for answer in answers if answer and answer.words}


_TESTS: Mapping[str, Callable[[Condition, Facts], bool | None]] = {
    "finding": _finding,
    "location": _location,
    "only_location": _only_location,
    "side": _field,
    "frequency": _field,
    "episode_length": _field,
    "course": _field,
    "duration_days": _number,
    "severity": _number,
    "age": _age,
    "all": _all,
    "any": _any,
    "none": _none,
    "unless": _unless,
    "at_least": _at_least,
    "red_flags": _red_flags,
}
