"""Weighs what was heard by meaning against what was heard by phrase; phrases come first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from bot.nlu.meaning import Hearing, Meant
from bot.triage.reading import MEANING, Mention, MentionKind

_ONE_ANSWER: frozenset[MentionKind] = frozenset({"frequency", "episode_length", "location"})
"""Kinds of which a message that names one by phrase needs no second by meaning."""
_SIGNS: frozenset[MentionKind] = frozenset({"finding", "red_flag"})
_OF_WORDS = _SIGNS | {"frequency"}
_TOLD = frozenset({"present", "uncertain"})
_FEW_WORDS = 6
_NUMBERS = frozenset({"duration", "age", "severity"})
_OF_PHRASES = frozenset({"finding", "location", "frequency"})
_AGREES, _SPEAKS_AGAINST = 0.3, 0.7
"""Confidence from which weak words count, and from which a denial is in doubt; chosen on the
development messages."""


@dataclass(frozen=True)
class Relations:
    """What follows from a finding.

    `flags`: red flags that it is by itself; `implied`: findings that are then present;
    `excluded`: findings that are then absent.
    """

    flags: Mapping[str, Sequence[str]]
    implied: Mapping[str, AbstractSet[str]]
    excluded: Mapping[str, AbstractSet[str]]


def agreed(
    text: str,
    phrases: Sequence[Mention],
    hearing: Hearing,
    weak: AbstractSet[str],
    danger: AbstractSet[str],
) -> Iterator[Mention]:
    """What phrases said, without what `weak` rules alone say and the message as a whole does not.

    Such a danger is in doubt. So is one that is denied in words that tell it: "can't say I don't".
    In an answer of few words, weak ones are all there is.
    """
    if len(text.split()) <= _FEW_WORDS:
        weak = frozenset()
    for mention in phrases:
        kind, _, value = mention.rule.split(":", 1)[0].partition(".")
        sure = hearing.sure_of.get((kind, value))
        if sure is None or kind not in _OF_PHRASES:
            yield mention
        elif mention.assertion == "absent" and value in danger and sure >= _SPEAKS_AGAINST:
            yield _in_doubt(mention)
        elif mention.assertion not in _TOLD or mention.rule not in weak or sure >= _AGREES:
            yield mention
        elif value in danger:
            yield _in_doubt(mention)


def _in_doubt(mention: Mention) -> Mention:
    return replace(mention, assertion="uncertain", rule=MEANING)


def meant_mentions(
    text: str,
    meant: Sequence[Meant],
    phrases: Sequence[Mention],
    ruled_out: AbstractSet[tuple[str, str]],
    related: Relations,
) -> Iterator[Mention]:
    """What the phrases leave open. What a phrase denies, or says of another, stays so.

    `ruled_out`: kind and id of what the words only sound like. A finding whose kind in general
    is denied ("no swelling", and yet one calf is fat) is in doubt.
    """
    kinds = {m.kind for m in phrases}
    denials = [m for m in phrases if m.kind == "finding" and m.assertion == "absent"]
    denied = {m.value for m in denials}
    owned = [*denials, *(m for m in phrases if m.kind in _NUMBERS)]
    told = [m for m in phrases if m.kind in _SIGNS and m.assertion == "present"]
    signs = bool(told)
    excluded = {name for m in told for name in related.excluded.get(str(m.value), ())}
    settled = {(m.kind, m.value) for m in phrases} | ruled_out
    settled |= {("finding", name) for name in excluded}
    for one in sorted(meant, key=lambda one: one.kind == "reply"):
        if (one.kind, one.value) in settled or (one.kind in _ONE_ANSWER and one.kind in kinds):
            continue
        if one.kind == "reply" and ("reply" in kinds or signs):
            continue
        if one.kind in _OF_WORDS and any(_is_these_words(one, m) for m in owned):
            continue
        signs = signs or one.kind in _SIGNS
        sure = one.sure and denied.isdisjoint(related.implied.get(one.value, ()))
        yield _mention(text, one, one.kind, one.value, sure)
        for flag in related.flags.get(one.value, ()) if one.kind == "finding" and sure else ():
            if ("red_flag", flag) not in settled:
                yield _mention(text, one, "red_flag", flag, sure)


def _is_these_words(one: Meant, owned: Mention) -> bool:
    """Whether hardly any words told it but those of a denial or a number."""
    shared = min(one.end, owned.end) - max(one.start, owned.start)
    return shared > 0 and one.end - one.start <= 2 * shared


def _mention(text: str, one: Meant, kind: MentionKind, value: str, sure: bool) -> Mention:
    return Mention(
        kind,
        value,
        "present" if sure else "uncertain",
        one.start,
        one.end,
        rule=MEANING,
        words=text[one.start : one.end],
    )
