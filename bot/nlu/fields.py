"""Numbers that answer a question: how long ago, how often, how long at a time, age, pain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.nlu.ages import COUNTED, ages_in
from bot.nlu.clauses import Clause
from bot.nlu.dates import days_since
from bot.nlu.quantities import DAYS, UNITS, Span, amount_at, time_span_at
from bot.nlu.tokens import Token
from bot.triage.intake import EpisodeLength, Frequency
from bot.triage.reading import MentionKind

_COUNTED = COUNTED | {"ones"}
_BEFORE_A_COUNT = frozenset(
    "it its is has happened hit came about maybe like around just only had i have got yes well um"
    " roughly probably been so far".split()
)
_AFTER_A_COUNT = frozenset(
    "so total altogether overall in that now only ever for if i its tops max or and on".split()
)
_DAY_PARTS = frozenset({"morning", "afternoon", "evening", "night", "noon", "day"})
_PER = frozenset({"a", "an", "per", "each", "every", "in", "this", "last", "past", "out", "of",
                  "the", "within"})  # fmt: skip
_ONCE = {"once": 1.0, "twice": 2.0, "thrice": 3.0}
_FOR = frozenset({"for", "past", "last", "on", "about", "almost", "nearly", "over", "been", "like",
                  "around", "roughly", "going", "approximately", "maybe", "least", "than", "lasts",
                  "lasting", "lasted", "of", "probably", "only", "just", "these", "a"})  # fmt: skip
_NOT_DURATION = frozenset({"old", "pregnant", "along", "after", "later", "post", "before", "apart",
                           "until", "prior", "of", "sober", "clean", "gestation"})  # fmt: skip
_NOT_EPISODE = frozenset((
    "walk walking sit sitting sat stand standing drive driving drove flight shift shifts sleep "
    "slept ride loosen run running work working feet desk workout trip gym exercise later stiff "
    "stiffness up before asleep into workouts hike after car raid gaming session play played "
    "playing marathon tournament practice class game ruck").split())  # fmt: skip
_ONSET = frozenset((
    "start started starting began begun begin since came noticed happened first onset flared "
    "threw pulled cramping hurting woke appeared").split())  # fmt: skip
_LONG_MINUTES = 10
_AT_MOST = frozenset({"max", "tops", "maximum"})
_HAD = frozenset({"had", "got", "hurt", "cramped", "seized", "locked", "hit"})
BARE_COUNT = "bare_count"
"""The rule of a count without a period; any other word on how often says more."""
_RECENT_DAYS, _LONG_AGO_DAYS, _SHORT_ANSWER, _FEW = 14, 180, 3, 2


@dataclass(frozen=True)
class Reckoned:
    """A value worked out from the words `start` to `end` (exclusive), and by which rule."""

    kind: MentionKind
    value: str | int
    start: int
    end: int
    rule: str


def reckon(
    tokens: Sequence[Token], clauses: Sequence[Clause], about_history: Sequence[bool], today: date
) -> list[Reckoned]:
    """All numeric facts. `about_history[n]`: clause n speaks of an illness or an event."""
    found: list[Reckoned] = []
    taken: set[int] = set()
    finders = (_ages, _severities, _frequencies, _times)
    for finder in finders:
        for number, clause in enumerate(clauses):
            for fact in finder(tokens, clause, about_history[number], today):
                span = set(range(fact.start, fact.end))
                if not span & taken:
                    found.append(fact)
                    taken |= span
    return found


def lies_long_ago(tokens: Sequence[Token], clause: Clause, today: date) -> bool:
    """True when the clause names a time at least half a year back, not a "since"."""
    for at in range(clause.start, clause.end):
        if _word(tokens, at - 1) == "since" or _word(tokens, at) == "since":
            continue
        span = time_span_at(tokens, at)
        if span and _word(tokens, span.end) in ("ago", "back"):
            return span.days >= _LONG_AGO_DAYS
        named = days_since(tokens, at, today) if _word(tokens, at - 1) in ("in", "back") else None
        if named and named[0] >= _LONG_AGO_DAYS:
            return True
    return False


def frequency_of(times: float, days: float) -> Frequency:
    """The class of "`times` in `days` days": daily from 6 a week, weekly from 1 a week."""
    per_week = times * 7 / days
    if per_week >= 6:
        return "daily"
    return "weekly" if per_week >= 0.99 else "occasional"


def episode_of(span: Span) -> EpisodeLength:
    """The class of an episode's length; ten minutes and more is long (NHS-LC)."""
    if span.unit == "second" or span.minutes < 1:
        return "seconds"
    if span.minutes < _LONG_MINUTES:
        return "under_10_min"
    return "over_10_min" if span.minutes < 60 else "hours"


def _ages(
    tokens: Sequence[Token], clause: Clause, history: bool, today: date
) -> Iterator[Reckoned]:
    for value, start, end, rule in ages_in(tokens, clause):
        yield Reckoned("age", value, start, end, rule)


def _severities(
    tokens: Sequence[Token], clause: Clause, history: bool, today: date
) -> Iterator[Reckoned]:
    for at in range(clause.start, clause.end):
        amount = None if tokens[at].text in ("a", "an") else amount_at(tokens, at)
        if not amount or not 0 <= amount.high <= 10 or amount.high % 1:
            continue
        after = [t.text for t in tokens[amount.end : amount.end + 4]]
        slash = amount.end < len(tokens) and tokens[amount.end].mark == "/"
        ten = after[:1] in (["10"], ["ten"])
        if (
            (slash and ten)
            or after[:3] in (["out", "of", "10"], ["out", "of", "ten"])
            or (after[:2] in (["of", "10"], ["of", "ten"]) or after[:3] == ["on", "a", "scale"])
            or after[:4] in (["on", "the", "pain", "scale"],)
        ):
            size = 1 if slash else 3 if after[0] == "out" or after[:2] == ["on", "a"] else 2
            yield Reckoned("severity", int(amount.high), at, amount.end + size, "out_of_ten")
        elif _names_pain([t.text for t in tokens[max(clause.start, at - 4) : at]], after):
            yield Reckoned("severity", int(amount.high), at, amount.end, "pain_number")


def _names_pain(before: list[str], after: list[str]) -> bool:
    following = after[0] if after else ""
    if following in UNITS or following in COUNTED or following in ("in", "of", "or"):
        return False
    words = " ".join(before)
    leads = ("pain is", "pain was", "pain at", "pain level", "pain level is", "pain around",
             "pain about", "pain like", "severity", "level", "level is", "pain of", "rate it",
             "id say", "would say", "hurts like", "it at", "pain", "a solid", "a good")  # fmt: skip
    trimmed = words.removesuffix(" a").removesuffix(" an").removesuffix(" about")
    return any(trimmed.endswith(lead) for lead in leads)


def _frequencies(
    tokens: Sequence[Token], clause: Clause, history: bool, today: date
) -> Iterator[Reckoned]:
    for at in range(clause.start, clause.end):
        found = (
            _every(tokens, at, clause.end)
            or _count_per(tokens, at, clause.end)
            or _bare_count(tokens, at, clause, today)
        )
        if found:
            value, end, rule = found
            yield Reckoned("frequency", value, at, end, rule)


def _every(tokens: Sequence[Token], at: int, stop: int) -> tuple[Frequency, int, str] | None:
    """ "every other night", "every 3 days", "every few weeks", "every night"."""
    if tokens[at].text not in ("every", "each", "once", "evry"):
        return None
    step = at + 2 if tokens[at].text == "once" and _word(tokens, at + 1) == "every" else at + 1
    if tokens[at].text == "once" and step == at + 1:
        return None
    days, end = 1.0, step
    if _word(tokens, step) in ("other", "second"):
        days, end = 2.0, step + 1
    elif _word(tokens, step) == "third":
        days, end = 3.0, step + 1
    else:
        amount = amount_at(tokens, step) if step < stop else None
        if amount:
            days, end = amount.high, amount.end
    while _word(tokens, end) in ("single", "damn", "freaking", "fucking", "blessed"):
        end += 1
    unit = UNITS.get(_word(tokens, end))
    if unit is None or end >= stop:
        return None
    if unit in ("second", "minute", "hour"):
        return "daily", end + 1, "every_hours"
    return frequency_of(1, days * DAYS[unit]), end + 1, "every_n"


def _count_per(tokens: Sequence[Token], at: int, stop: int) -> tuple[Frequency, int, str] | None:
    """ "2-3x a week", "twice a month", "four nights out of seven", "3 nights a week"."""
    word = tokens[at].text
    if word in _ONCE:
        times, end = _ONCE[word], at + 1
        if _word(tokens, end) == "or" and _word(tokens, end + 1) in _ONCE:
            times, end = _ONCE[_word(tokens, end + 1)], end + 2
        if _word(tokens, end) == "maybe" and _word(tokens, end + 1) in _ONCE:
            times, end = _ONCE[_word(tokens, end + 1)], end + 2
    else:
        amount = amount_at(tokens, at)
        counted = amount.end if amount else 0
        if not amount or _word(tokens, counted) not in COUNTED | {"day", "days", "night", "nights"}:
            return None
        times, end = amount.high, counted + 1
    return _per_unit(tokens, times, end, stop, counted_days=_word(tokens, end - 1) not in COUNTED)


def _bare_count(
    tokens: Sequence[Token], at: int, clause: Clause, today: date
) -> tuple[Frequency, int, str] | None:
    """ "twice", "3 times so far", "two cramps", "4 or 5 times since yesterday".

    Now and then; many within a day are daily, two are one bout. "I fell twice" counts falls.
    """
    word = tokens[at].text
    amount = None if word in _ONCE else amount_at(tokens, at)
    if word not in ("twice", "thrice") and not (amount and _word(tokens, amount.end) in _COUNTED):
        return None
    times, end = (amount.high, amount.end + 1) if amount else (_ONCE[word], at + 1)
    if times < 2 or not _opens_a_part(tokens, at, clause):
        return None
    day = _within_a_day(tokens, end)
    named = None if day else _since_when(tokens, end, today)
    if named:
        return frequency_of(times, max(named[0], 1)), named[1], "count_since"
    rest = tokens[day or end].text if (day or end) < clause.end else ""
    if rest and not tokens[day or end].gap and rest not in _AFTER_A_COUNT:
        return None
    many: Frequency = "occasional" if not day else "daily" if times > _FEW else "once"
    return many, day or end, BARE_COUNT


def _opens_a_part(tokens: Sequence[Token], at: int, clause: Clause) -> bool:
    before = [t.text for t in tokens[clause.start : at]]
    return tokens[at].gap > 0 or not set(before) - _BEFORE_A_COUNT


def _since_when(tokens: Sequence[Token], at: int, today: date) -> tuple[int, int] | None:
    """Days since the day named behind "since" at `at`, and the position after it."""
    named = _word(tokens, at) == "since" and at + 1 < len(tokens)
    return days_since(tokens, at + 1, today) if named else None


def _within_a_day(tokens: Sequence[Token], at: int) -> int | None:
    """The position after "today", "since yesterday" or "this evening"."""
    at += 1 if _word(tokens, at) in ("since", "just", "so") else 0
    if _word(tokens, at) in ("today", "tonight", "yesterday"):
        return at + 1
    if _word(tokens, at) in ("this", "that", "last") and _word(tokens, at + 1) in _DAY_PARTS:
        return at + 2
    return None


def _per_unit(
    tokens: Sequence[Token], times: float, end: int, stop: int, counted_days: bool
) -> tuple[Frequency, int, str] | None:
    if _word(tokens, end) in UNITS and not counted_days:  # "3x week"
        return frequency_of(times, DAYS[UNITS[_word(tokens, end)]] or 1), end + 1, "count_per"
    if end < stop and tokens[end].mark == "/" and _word(tokens, end) in UNITS:
        return frequency_of(times, DAYS[UNITS[_word(tokens, end)]] or 1), end + 1, "count_per"
    if _word(tokens, end) not in _PER:
        return None
    recent = _word(tokens, end) in ("last", "this")
    while _word(tokens, end) in _PER:
        end += 1
    if recent and UNITS.get(_word(tokens, end)) in ("day", "night"):
        return None
    window = time_span_at(tokens, end) if end < stop else None
    if window:
        few = times <= _FEW and window.days > 7
        value = "occasional" if few else frequency_of(times, window.days or 1)
        return value, window.end, "count_per"
    if _word(tokens, end) in ("seven", "7"):
        return frequency_of(times, 7), end + 1, "count_per"
    unit = UNITS.get(_word(tokens, end))
    if unit is None or end >= stop:
        return None
    return frequency_of(times, DAYS[unit] or 1), end + 1, "count_per"


def _times(
    tokens: Sequence[Token], clause: Clause, history: bool, today: date
) -> Iterator[Reckoned]:
    words = [t.text for t in tokens[clause.start : clause.end]]
    has_onset = any(word in _ONSET for word in words)
    for at in range(clause.start, clause.end):
        found = _since(tokens, at, clause, today) or _span(tokens, at, clause, words, history)
        if not found and not history:
            found = _named_day(tokens, at, clause, today)
            recent = found is not None and int(found.value) <= _RECENT_DAYS
            alone = clause.end - clause.start <= _SHORT_ANSWER or (
                found is not None and _stands_apart(tokens, found.start, found.end)
            )
            if not (has_onset or alone or (recent and _HAD & set(words))):
                found = None
        if found:
            yield found


def _since(tokens: Sequence[Token], at: int, clause: Clause, today: date) -> Reckoned | None:
    if tokens[at].text not in ("since", "sense") or at + 1 >= clause.end:
        return None
    for start in range(at + 1, min(at + 6, clause.end)):
        named = days_since(tokens, start, today)
        if named:
            return Reckoned("duration", named[0], at, named[1], "since_day")
        span = time_span_at(tokens, start)
        if span and _word(tokens, span.end) in ("ago", "back"):
            return Reckoned("duration", int(span.days), at, span.end + 1, "since_ago")
    return None


def _span(
    tokens: Sequence[Token], at: int, clause: Clause, words: list[str], history: bool
) -> Reckoned | None:
    span = time_span_at(tokens, at)
    if span is None or span.end > clause.end or _word(tokens, at - 1) in ("every", "after", "in"):
        return None
    if _word(tokens, at - 2) == "in":
        return None
    following = _word(tokens, span.end)
    if following in ("ago", "back"):
        if history and not any(w in ("started", "start", "began", "since") for w in words):
            return None
        return Reckoned("duration", int(span.days), at, span.end + 1, "ago")
    if following in _NOT_DURATION or (following == "and" and _word(tokens, span.end + 1) == "old"):
        return None
    clear = span.unit in ("second", "minute")  # in these, only spasms are told
    clear = clear or clause.end - clause.start <= (span.end - span.start) + 3
    if not (clear or _word(tokens, at - 1) in _FOR or _stands_apart(tokens, at, span.end)):
        return None
    if span.unit in ("second", "minute", "hour"):
        if history or any(word in _NOT_EPISODE for word in words):
            return None
        most = following in _AT_MOST or (following, _word(tokens, span.end + 1)) == ("at", "most")
        length = "under_10_min" if most and span.minutes == _LONG_MINUTES else episode_of(span)
        return Reckoned("episode_length", length, at, span.end, "episode")
    if history and not any(word in _ONSET for word in words):
        return None
    return Reckoned("duration", int(span.days), at, span.end, "for")


def _stands_apart(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Between commas: "stiff neck, 3 months, worse at work"."""
    return (at == 0 or tokens[at].gap > 0) and (end >= len(tokens) or tokens[end].gap > 0)


def _named_day(tokens: Sequence[Token], at: int, clause: Clause, today: date) -> Reckoned | None:
    named = days_since(tokens, at, today)
    if named is None or named[1] > clause.end or (tokens[at].text == "now" and len(tokens) > 1):
        return None
    return Reckoned("duration", named[0], at, named[1], "onset_day")


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""
