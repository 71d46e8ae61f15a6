"""Short replies ("no", "the second one", "no idea") in the light of what was asked."""

from __future__ import annotations

from collections.abc import Mapping

from bot.triage.content import FindingGroup, Option, Question
from bot.triage.draft import Draft
from bot.triage.lists import is_danger_list
from bot.triage.reading import Reading

_ORDINALS = {"first": 0, "second": 1, "third": 2, "last": -1}
_NO = frozenset({"no", "none"})
_YES = frozenset({"yes", "some"})
_DENIED_ENOUGH = 2
"""So many danger signs denied by name, and none told, deny the list that was read out."""
_UNCLEAR = "yes_to_danger_list"
_GROUPS: Mapping[str, tuple[FindingGroup, ...]] = {
    "triggers": ("trigger", "timing", "relief", "medicine"),
    "associated": ("associated", "sign"),
    "conditions": ("history",),
    "medicines": ("medicine",),
}
"""Topics that list examples: any finding of these groups answers them."""
_NUMBERED = {"severity": (0, 10), "age": (0, 120)}


def hear_replies(draft: Draft, question: Question, reading: Reading) -> bool:
    """Merge the replies; True when the pending question has got an answer."""
    replies = [str(m.value) for m in reading.of("reply", "present", "uncertain")]
    chosen = _chosen(question, replies, reading)
    if chosen is not None:
        return _choose(draft, question, chosen)
    if question.field is not None:
        return _hear_field_reply(draft, question, replies, reading)
    if question.topic == "age" and _hear_number(draft, "age", reading):
        return True
    return _hear_findings_reply(draft, question, replies, reading)


def _chosen(question: Question, replies: list[str], reading: Reading) -> Option | None:
    """The option meant by "the second one", or by yes or no where an option is called so."""
    for reply in replies:
        if reply in _ORDINALS and question.options:
            at = _ORDINALS[reply]
            return question.options[at] if at < len(question.options) else None
    by_id = {option.id: option for option in question.options}
    plain = [r for r in replies if r in ("yes", "no")]
    named = _named(reading)
    return by_id.get(plain[0]) if len(set(plain)) == 1 and not named else None


def _choose(draft: Draft, question: Question, option: Option) -> bool:
    """Take an option: its findings are present, those of the other options absent."""
    if question.field is not None and option.value is not None:
        if question.field == "locations":
            draft.add_place(str(option.value))
        else:
            draft.fill(question.field, option.value)
    for name in option.sets:
        draft.say(name, "present", asked=True)
    _deny_rest(draft, question)
    return True


def _hear_field_reply(
    draft: Draft, question: Question, replies: list[str], reading: Reading
) -> bool:
    name = str(question.field)
    if name in draft.filled or _hear_number(draft, name, reading):
        return True
    if "unsure" in replies or _tells_a_sibling(draft, question):
        if name not in draft.unsure:
            draft.unsure.append(name)
        return True
    by_id = {option.id: option for option in question.options}
    none = next((by_id[r] for r in replies if r in by_id), None)
    return none is not None and _choose(draft, question, none)


def _tells_a_sibling(draft: Draft, question: Question) -> bool:
    """Whether the other field of the topic was told: "3 weeks" to how long one spasm lasts.

    The patient has answered as they read it; asking again in other words brings the same.
    """
    siblings = (q.field for q in draft.knowledge.questions.values() if q.topic == question.topic)
    return any(field in draft.filled for field in siblings if field)


def _hear_number(draft: Draft, name: str, reading: Reading) -> bool:
    """A bare number as severity or age. Never as days: "3" may as well be weeks."""
    low, high = _NUMBERED.get(name, (1, 0))
    fitting = [m for m in reading.of("number") if low <= int(m.value) <= high]
    if fitting and name not in draft.filled:
        largest = max(fitting, key=lambda m: int(m.value))  # "7 then, 1 now": its worst counts
        draft.fill(name, int(largest.value), largest.words)
    return name in draft.filled


def _hear_findings_reply(
    draft: Draft, question: Question, replies: list[str], reading: Reading
) -> bool:
    single = len(question.findings) == 1
    if is_danger_list(question, draft.index) and _wavers(replies, reading):
        return _leave_open(draft, question, reading)
    if _NO & set(replies):  # also "no to all of those"
        _deny_rest(draft, question, _words(reading))
        return True
    if "all" in replies or ("yes" in replies and single):
        for name in question.findings:
            if name not in draft.said:
                draft.say(name, "present", _words(reading), asked=True)
        return True
    if "unsure" in replies:
        return _leave_open(draft, question, reading)
    return "other" in replies or _hear_named(draft, question, reading)


def _wavers(replies: list[str], reading: Reading) -> bool:
    """Not sure, or yes and no in one breath, and no sign named."""
    both = bool(_NO & set(replies)) and bool(_YES & set(replies))
    return ("unsure" in replies or both) and not _named(reading)


def _leave_open(draft: Draft, question: Question, reading: Reading) -> bool:
    """Put down as not known what was not settled before."""
    for name in question.findings:
        if name not in draft.said:
            draft.say(name, "unknown", _words(reading), asked=True)
    return True


def _hear_named(draft: Draft, question: Question, reading: Reading) -> bool:
    """An answer that only names findings, without a yes or no."""
    named = [n for n in _named(reading) if _fits(n, draft, question)]
    told = [n for n in question.findings if draft.said.get(n) in ("present", "unknown")] + named
    denied = [n for n in question.findings if draft.said.get(n) == "absent"]
    if is_danger_list(question, draft.index):
        _hear_unclear_yes(draft, told, reading)
        return _hear_screen(draft, question, told, reading)
    if not told and not denied:
        return False
    if question.topic != "triggers" or _is_picked(reading):
        _deny_rest(draft, question)
    return True


def _fits(name: str, draft: Draft, question: Question) -> bool:
    """Whether a finding that was told answers the question: asked for, or of its kind."""
    if name in question.findings:
        return True
    finding = draft.knowledge.findings.get(name)
    return finding is not None and finding.group in _GROUPS.get(question.topic, ())


def _hear_screen(draft: Draft, question: Question, told: list[str], reading: Reading) -> bool:
    """Danger signs are only taken as denied when that is plain; else they stay open."""
    told = [name for name in told if name in question.findings]
    if (not told and _denies_enough(draft, question, reading)) or (told and _is_picked(reading)):
        _deny_rest(draft, question)
        return True
    return bool(told)


def _hear_unclear_yes(draft: Draft, told: list[str], reading: Reading) -> None:
    """A yes to a list names no sign. The bot asks which; a second such yes is a danger sign."""
    again = draft.status(_UNCLEAR) == "unknown"
    if told and again:
        draft.say(_UNCLEAR, "absent", asked=True)
    elif not told and {m.value for m in reading.of("reply", "present")} & _YES:
        draft.say(_UNCLEAR, "present" if again else "unknown", _words(reading), asked=True)


def _denies_enough(draft: Draft, question: Question, reading: Reading) -> bool:
    """One sign of the list is denied by name, and another danger sign of whatever list.

    What follows from a denial ("no swelling": then not of one leg either) does not count.
    """
    denials = reading.of("finding", "absent")
    named = {(m.start if m.end else m.value): str(m.value) for m in denials}
    listed = [name for name in named.values() if name in question.findings]
    dangers = [name for name in named.values() if name in listed or draft.is_danger(name)]
    return bool(listed) and len(dangers) >= min(_DENIED_ENOUGH, len(question.findings))


def _named(reading: Reading) -> list[str]:
    """Findings and red flags that the message tells of."""
    told = reading.of("finding", "present", "uncertain", "past", "other_person")
    return [str(m.value) for m in (*told, *reading.of("red_flag", "present", "uncertain"))]


def _is_picked(reading: Reading) -> bool:
    """Whether the answer came from the choices on the screen, all at once."""
    return bool(reading.mentions) and all(m.rule == "payload" for m in reading.mentions)


def _deny_rest(draft: Draft, question: Question, words: str = "") -> None:
    """What was asked and not named is absent; of several, what was told before stays."""
    for name in question.findings:
        known = len(question.findings) > 1 and draft.status(name) == "present"
        if name not in draft.said and not known:
            draft.say(name, "absent", words, asked=True)


def _words(reading: Reading) -> str:
    return next((m.words for m in reading.of("reply") if m.words), "")
