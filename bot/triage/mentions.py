"""The statements of a message: what is said to be so, or not so, of the patient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from bot.triage.content import Question
from bot.triage.draft import Draft
from bot.triage.intake import Course, EpisodeLength, Frequency, Side, Status
from bot.triage.lists import is_danger_list
from bot.triage.reading import MEANING, Assertion, Mention, Reading

DEFICIT_NEW, DEFICIT_OLD = "new_deficit", "old_deficit"
DEFICITS = frozenset({DEFICIT_OLD, "numbness", "weakness", "tingling"})
"""What is told as itself even where it is old."""
ACCIDENT_DAYS = 3
"""Up to this many days ago an accident is fresh (evidence.md, U5: within 72 hours)."""
ACCIDENT_FRESH = "accident_within_72h"
ACCIDENT_OLD = "accident_over_72h"
_CLINICAL = frozenset({
    "finding", "red_flag", "location", "side", "frequency", "episode_length", "duration",
    "course", "severity", "age",
})  # fmt: skip
_FIELD_OF = {
    "frequency": "frequency",
    "episode_length": "episode_length",
    "duration": "duration_days",
    "course": "course",
    "severity": "severity",
    "age": "age",
}
_OF_HEALTH = frozenset({"conditions", "medicines", "surgery", "pregnancy", "age"})
"""Topics whose answers name places of other trouble: "arthritis in my hands"."""
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "side": get_args(Side),
    "frequency": get_args(Frequency),
    "episode_length": get_args(EpisodeLength),
    "course": get_args(Course),
}
_LIMITS = {"severity": (0, 10), "age": (0, 120), "duration_days": (0, 40000)}


def hear_mentions(
    draft: Draft, question: Question | None, reading: Reading, correction: bool
) -> None:
    """Merge every statement of the message, in the order of the text."""
    draft.fields["writes"] = _writer(draft, reading)
    replaced = correction or _takes_back_a_place(draft, reading)
    if replaced and reading.of("location", "present", "uncertain"):
        draft.locations.clear()
        draft.words.pop("locations", None)
    old = _told_as_old(reading)
    only_clear = not correction and _only_clears(draft, question, reading)
    in_passing = question is not None and question.topic in _OF_HEALTH and bool(draft.locations)
    for mention in reading.mentions:
        assertion = _about_patient(mention, draft)
        if _is_old_danger(mention, old, draft):
            continue
        if mention.kind in ("finding", "red_flag"):
            _hear_sign(draft, question, mention, assertion)
        elif mention.kind == "location" and not only_clear and not in_passing:
            _hear_place(draft, mention, assertion)
        elif mention.kind in _FIELD_OF:
            _hear_field(draft, question, mention, assertion)
    _hear_sides(draft, reading)


def _told_as_old(reading: Reading) -> list[Mention]:
    """Words that call numbness or weakness old and unchanged, where none is called new."""
    told = reading.of("finding", "present")
    is_new = any(m.value == DEFICIT_NEW for m in told)
    return [] if is_new else [m for m in told if m.value == DEFICIT_OLD and m.end]


def _is_old_danger(mention: Mention, old: list[Mention], draft: Draft) -> bool:
    """Whether a danger sign is told in the very words that call it old: it is left open, and
    asked for with the signs of the place."""
    is_sign = mention.kind in ("finding", "red_flag") and draft.is_danger(str(mention.value))
    if not is_sign or mention.value in DEFICITS:
        return False
    return any(one.start <= mention.start < one.end for one in old)


def _only_clears(draft: Draft, question: Question | None, reading: Reading) -> bool:
    """Whether it answers a danger screen with "hands fine, no fever": no place of spasms."""
    told = (m for m in reading.mentions if m.kind in ("finding", "red_flag"))
    screen = question is not None and is_danger_list(question, draft.index)
    return screen and all(m.assertion == "absent" for m in told)


def _writer(draft: Draft, reading: Reading) -> str:
    """`carer` when the message is about somebody else who is the patient, else as before.

    A remark about a third person ("my mom has numbness") does not make that person the
    patient: nothing may be known of the writer yet, and the first thing said must be about
    the other person.
    """
    before = draft.before
    people = {m.value for m in reading.of("person", "present")}
    about = [m for m in reading.mentions if m.kind in _CLINICAL and not _is_recalled(m, draft)]
    if "self" in people:
        return before.writes if people > {"self"} or about else "self"
    if before.writes == "carer" or before.locations or before.findings:
        return before.writes
    other_first = bool(about) and about[0].assertion == "other_person"
    nobody_else = bool(people) and all(m.assertion != "other_person" for m in about)
    return "carer" if other_first or nobody_else else "self"


def _is_recalled(mention: Mention, draft: Draft) -> bool:
    """An old illness of somebody else, which makes nobody the patient."""
    if mention.assertion != "other_person":
        return False
    finding = draft.knowledge.findings.get(str(mention.value))
    return mention.kind == "red_flag" or (finding is not None and finding.group == "history")


def _about_patient(mention: Mention, draft: Draft) -> Assertion:
    """The assertion, with "another person" read as the patient when a carer writes."""
    if mention.assertion == "other_person" and draft.fields["writes"] == "carer":
        return "present"
    return mention.assertion


def _takes_back_a_place(draft: Draft, reading: Reading) -> bool:
    denied = {m.value for m in reading.of("location", "absent")}
    return bool(denied & set(draft.before.locations))


def _hear_sign(
    draft: Draft, question: Question | None, mention: Mention, assertion: Assertion
) -> None:
    name = str(mention.value)
    if name not in draft.knowledge.findings and name not in draft.knowledge.red_flags:
        return
    asked = question is not None and name in question.findings
    status = _status(draft, mention, name, assertion, asked)
    if status is not None:
        draft.say(name, status, mention.words, asked)


def _status(
    draft: Draft, mention: Mention, name: str, assertion: Assertion, asked: bool
) -> Status | None:
    """What a statement makes of a finding; None when it settles nothing.

    Uncertain ("maybe", "I think"): present for danger signs and for what was asked, since a
    false alarm costs less than a missed sign; else unknown. Where it is the reader that is not
    sure, a danger sign is unknown too, and will be asked for (bot/triage/doubt.py). Past:
    history stays present, an old danger sign is left open to be asked, anything else is over.
    A danger sign of any person counts unless it is only recalled (bot/nlu/people.py).
    """
    if assertion in ("present", "absent"):
        return "present" if assertion == "present" else "absent"
    if assertion == "uncertain":
        sure = asked or (draft.is_danger(name) and mention.rule != MEANING)
        return "present" if sure else "unknown"
    if assertion == "past":
        finding = draft.knowledge.findings.get(name)
        if finding is not None and finding.group == "history":
            return "present"
        return None if draft.is_danger(name) else "absent"
    return None


def _hear_place(draft: Draft, mention: Mention, assertion: Assertion) -> None:
    if mention.value not in draft.knowledge.locations:
        return
    if assertion in ("present", "uncertain"):
        draft.add_place(str(mention.value), mention.words)
    elif assertion == "absent":
        draft.remove_place(str(mention.value))


def _hear_sides(draft: Draft, reading: Reading) -> None:
    """Left and right in one message make both; otherwise the latest words win."""
    sides = [
        str(side)
        for m in reading.mentions
        if _about_patient(m, draft) in ("present", "uncertain")
        and (side := m.value if m.kind == "side" else m.side if m.kind == "location" else None)
        and _in_range("side", side)
    ]
    if sides:
        draft.fill("side", "both" if {"left", "right"} <= set(sides) else sides[-1])


def _hear_field(
    draft: Draft, question: Question | None, mention: Mention, assertion: Assertion
) -> None:
    name = _FIELD_OF[mention.kind]
    value = _in_range(name, mention.value)
    if value is None:
        return
    if assertion == "absent" and draft.field(name) == value:
        draft.fill(name, None)
    elif assertion in ("present", "uncertain"):
        if name == "duration_days" and _dates_the_accident(question):
            fresh = int(value) <= ACCIDENT_DAYS
            draft.say(ACCIDENT_FRESH if fresh else ACCIDENT_OLD, "present", mention.words)
        elif not (name == "duration_days" and question and question.topic == "surgery"):
            draft.fill(name, value, mention.words)


def _dates_the_accident(question: Question | None) -> bool:
    return question is not None and question.topic == "accident"


def _in_range(name: str, value: str | int) -> str | int | None:
    """The value as the field keeps it; None when it cannot be one."""
    if name in _CHOICES:
        return value if value in _CHOICES[name] else None
    low, high = _LIMITS[name]
    try:
        number = int(value)
    except ValueError:
        return None
    return number if low <= number <= high else None
