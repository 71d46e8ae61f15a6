"""Whose trouble a message tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.nlu.clauses import Clause
from bot.nlu.engine import Message
from bot.triage.reading import Mention

_FAMILY = frozenset(
    "mom moms mother mum mama dad dads father papa husband husbands hubby wife wifes spouse"
    " partner boyfriend girlfriend fiance brother sister grandma grandmother granny nana grandpa"
    " grandfather aunt uncle cousin friend buddy pal teammate boss classmate roommate neighbor"
    " coworker inlaw patient client".split()
)
_CHILD = frozenset(
    "son sons daughter daughters kid kids child toddler baby infant newborn grandson granddaughter"
    " grandkid grandchild nephew niece teenager".split()
)
_OWN = frozenset({"my", "myself", "mine"})
_OF_ONESELF = frozenset(
    "am have had has get got feel felt cant could cannot lost woke wake cramp hurt fell need take"
    " took also too ve still just never was do did".split()
)
"""Words after "i" that tell of oneself; "i pressed", "when i ask her" tell of the other."""
_THIRD_PERSON = frozenset({"he", "she", "her", "his", "him", "hers"})
_SUBJECT_FOLLOWS = frozenset(
    "'s is has had was gets got cant can keeps says complains woke wakes started feels felt"
    " fell does doesnt did didnt wont who just been having have also always suddenly hurt hurts"
    " cramps and passed collapsed took legs leg back neck arm arms feet foot calf calves hands"
    " hand face died never used lost ended of".split()
)
_LOST = frozenset("died dead diagnosed once".split())
_HAD = frozenset("had got ended has".split())
_ILLNESSES = ("stroke", "attack", "clot", "embol", "aneurysm", "rhabdo", "mening", "guillain",
              "als", "cancer", "tumor", "tetanus", "dissection")  # fmt: skip
_OF_NOW = frozenset(
    "now today tonight just since minutes minute hours hour ago right moment yesterday morning"
    " noon evening afternoon week cant wont isnt arent keeps think thinks maybe".split()
)
_BEFORE_ADULT = 18


@dataclass(frozen=True)
class Subjects:
    """For each clause, the position from which it speaks of somebody else, or None."""

    others: tuple[int | None, ...]
    is_child: bool = False
    asked_for: bool = False

    def speaks_of_other(self, clause: int, position: int) -> bool:
        """True when the word at `position` is said of somebody else."""
        start = self.others[clause]
        return start is not None and position >= start


def find_subjects(message: Message) -> Subjects:
    """Read who each clause is about; "she" and "his" go on from a named person."""
    others: list[int | None] = []
    child = asked = False
    known = False
    for clause in message.clauses:
        start = None
        for at in range(clause.start, clause.end):
            if _is_person(message, at) and _is_subject(message, at, clause.start):
                start = at
                child = child or message.word(at) in _CHILD
                asked = asked or _is_asked_for(message, at)
                break
        words = {message.word(n) for n in range(clause.start, clause.end)}
        own = _is_of_oneself(message, clause)
        if start is None and known and words & _THIRD_PERSON and not own:
            start = clause.start
        known = known or start is not None
        others.append(start)
    return Subjects(tuple(others), child, asked)


def is_a_story(message: Message, clause: Clause, sign: str) -> bool:
    """Words that only recall somebody's illness: "dad died of a stroke", "my aunt had a clot".

    `sign`: the words of the danger sign. "My wife had a seizure" recalls nothing: it may be now.
    """
    words = {message.word(n) for n in range(clause.start, clause.end)}
    if not words.isdisjoint(_OF_NOW):
        return False
    named = any(illness in sign.lower() for illness in _ILLNESSES)
    return bool(words & _LOST) or (named and bool(words & _HAD))


def person_mention(message: Message, subjects: Subjects, own: bool, age: int | None) -> str | None:
    """`other_adult` or `child` when somebody else is to be triaged, else None.

    `own`: the writer tells of trouble of their own.
    """
    if own or not (subjects.asked_for or any(s is not None for s in subjects.others)):
        return None
    is_child = subjects.is_child and (age is None or age < _BEFORE_ADULT)
    return "child" if is_child or (age is not None and age < _BEFORE_ADULT) else "other_adult"


def _is_of_oneself(message: Message, clause: Clause) -> bool:
    """ "my calf", "i have"; not "i pressed a glass on them" or "to look at me"."""
    return any(
        (message.word(n) in _OWN and not _is_person(message, n + 1))
        or (message.word(n) == "i" and message.word(n + 1) in _OF_ONESELF)
        for n in range(clause.start, clause.end)
    )


def _is_person(message: Message, at: int) -> bool:
    return message.word(at) in _FAMILY or message.word(at) in _CHILD


def _is_subject(message: Message, at: int, start: int) -> bool:
    if _is_asked_for(message, at):
        return True
    if message.word(at + 1) in _SUBJECT_FOLLOWS or message.word(at + 1).isdigit():
        return at - start <= 6 and not _is_object(message, at)
    return False


def _is_object(message: Message, at: int) -> bool:
    before = {message.word(at - 1), message.word(at - 2)}
    return bool(before & {"with", "had", "have", "lifting", "lifted", "carrying", "holding", "w"})


def _is_asked_for(message: Message, at: int) -> bool:
    """ "asking for my husband", "this is about my mom"."""
    before = [message.word(n) for n in range(max(0, at - 5), at)]
    return ("for" in before or "about" in before or "behalf" in before) and bool(
        {"asking", "is", "writing", "here", "question", "typing", "behalf", "help"} & set(before)
    )


def tells_of_self(message: Message, subjects: Subjects, symptoms: Sequence[Mention]) -> bool:
    """True when a symptom is the writer's own: with "my" or "i", or told before anybody else
    comes up ("hammy locked up last night. a buddy had the same")."""
    first = next((n for n, other in enumerate(subjects.others) if other is not None), None)
    for number, clause in enumerate(message.clauses):
        if subjects.others[number] is not None:
            continue
        low, high = message.offsets(clause.start, clause.end)
        alone = first is not None and number < first and not subjects.asked_for
        own = alone or _is_of_oneself(message, clause)
        if own and any(low <= m.start < high for m in symptoms):
            return True
    return False
