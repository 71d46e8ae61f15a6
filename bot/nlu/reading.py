"""The entry point of understanding: `read(text)` gives every fact a message holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from bot.knowledge import knowledge
from bot.knowledge.lexicon import Entry, Lexicon, load_lexicon
from bot.nlu.accidents import FRESH, OLD, accident_day
from bot.nlu.assertion import Target
from bot.nlu.clauses import clause_of
from bot.nlu.engine import Engine, Heard, Message
from bot.nlu.fields import BARE_COUNT, Reckoned, lies_long_ago, reckon
from bot.nlu.meaning import MeaningReader, Meant, meaning_reader
from bot.nlu.meant import Relations, agreed, meant_mentions
from bot.nlu.people import (
    Subjects,
    find_subjects,
    is_a_story,
    person_mention,
    tells_of_self,
)  # fmt: skip
from bot.nlu.replies import numbers_in, replies_in
from bot.nlu.sides import overall_side, side_of
from bot.triage.content import Knowledge
from bot.triage.index import index_of
from bot.triage.reading import Assertion, Mention, Reading

_NUMERIC = frozenset({"severity"})
_STARTED = frozenset({"exercise_unaccustomed", "recent_immobility"})
_EVENTS = frozenset({"history", "medicine"})
_HAS_ITS_OWN_FREQUENCY = frozenset(
    {"nonprescription_medications", "alcohol", "alcohol_daily", "caffeine_stimulants", "smoking",
     "dialysis", "regular_training", "med_nsaid_daily"}
)  # fmt: skip
_DATES_THE_SPASMS = frozenset({"since", "after", "when", "started", "upped", "began", "start"})
_SPASM_STEMS = ("cramp", "spasm", "charley", "knot", "twitch", "lock", "seiz", "grab", "tight",
                "hurt", "pain", "ache", "twinge")  # fmt: skip
_OWN_THE_NUMBER = frozenset({"finding", "frequency", "episode_length"})
_OWN_THE_PLACE = frozenset({"history", "medicine", "trigger", "timing", "relief"})
"""Groups whose phrases may name a body part that is not where the trouble is."""

_REMEMBERED = 32
"""Messages whose reading is kept: those that are being answered now, and few more."""


def read(text: str, reference_date: date | None = None) -> Reading:
    """Every mention in the text, in its order. Never raises on any text.

    `reference_date`: the day on which it was said (default: today), for "since tuesday".
    """
    return _read(text, reference_date or date.today())


@lru_cache(maxsize=_REMEMBERED)
def _read(text: str, today: date) -> Reading:
    """The danger check of the channel and the engine read the same message one after the other."""
    return reader().read(text, today)


@lru_cache(maxsize=1)
def reader() -> Reader:
    """The reader over the project's own knowledge, made once a process."""
    content = knowledge()
    return Reader(load_lexicon(content), content, meaning_reader())


@dataclass(frozen=True)
class _Fact:
    """A mention before it is judged: its words, and how it may be judged."""

    mention: Mention
    target: Target
    fixed: Assertion | None = None


class Reader:
    """Reads messages with one lexicon and, for what it lacks, by meaning; safe among threads."""

    def __init__(
        self, lexicon: Lexicon, content: Knowledge, meaning: MeaningReader | None = None
    ) -> None:
        self.engine = Engine(lexicon)
        self.meaning = meaning
        self.groups = {finding.id: finding.group for finding in content.findings.values()}
        self.flags_of: dict[str, list[Entry]] = {}
        for entry in lexicon.of("red_flag"):
            for finding in entry.findings:
                self.flags_of.setdefault(finding, []).append(entry)
        self.weak = {
            f"{entry.kind}.{entry.id}:{phrase.text}"
            for entry in lexicon.entries
            for phrase in entry.weak
        }
        self.danger = index_of(content).danger
        self.related = Relations(
            {name: [flag.id for flag in flags] for name, flags in self.flags_of.items()},
            {name: one.present for name, one in index_of(content).implied.items()},
            {name: one.absent for name, one in index_of(content).implied.items()},
        )

    def read(self, text: str, today: date) -> Reading:
        """Every mention in the text."""
        message = self.engine.listen(text, today)
        if not message.tokens:
            return Reading()
        facts = [*self._phrases(message), *self._reckoned(message)]
        mentions = self._judge(message, [f for f in facts if not self._is_idle(message, f, facts)])
        mentions += replies_in(message)
        mentions += list(numbers_in(message, mentions))
        if self.meaning:
            hearing = self.meaning.hear(message.text)
            mentions = list(agreed(text, mentions, hearing, self.weak, self.danger))
            mentions += self._meant(message, hearing.facts, mentions)
        return Reading(tuple(sorted(mentions, key=lambda m: (m.start, m.end, m.kind))))

    def _meant(
        self, message: Message, heard: Sequence[Meant], phrases: Sequence[Mention]
    ) -> Iterator[Mention]:
        """What was heard by meaning, unless it is supposed or said of somebody else."""
        found = list(meant_mentions(message.text, heard, phrases, message.ruled_out, self.related))
        targets = [self._target(message, mention) for mention in found]
        told = [target for target in targets if target]
        judged = iter(self._assertions(message, told))
        subjects = None if any(m.kind == "person" for m in phrases) else find_subjects(message)
        for mention, target in zip(found, targets, strict=True):
            said = next(judged) if target else None
            if said == "hypothetical":
                mention = replace(mention, assertion=said)
            if target and subjects:
                mention = _of_other(message, subjects, _Fact(mention, target), mention)
            yield mention

    def _target(self, message: Message, mention: Mention) -> Target | None:
        """The words by which something was meant; None where they are not known."""
        words = tuple(
            n
            for n, token in enumerate(message.tokens)
            if token.start < mention.end and token.end > mention.start
        )
        if mention.kind not in ("finding", "red_flag") or not words:
            return None
        group = self.groups.get(str(mention.value), "")
        return Target(words, mention.kind == "red_flag" or group == "sign", group == "history")

    def _assertions(self, message: Message, targets: Sequence[Target]) -> list[Assertion | None]:
        old = [lies_long_ago(message.tokens, c, message.today) for c in message.clauses]
        return self.engine.assertions.judge(message.tokens, message.clauses, targets, old)

    def red_flags(self, text: str, today: date) -> tuple[Mention, ...]:
        """Only the danger signs."""
        return self.read(text, today).of("red_flag")

    def _phrases(self, message: Message) -> Iterator[_Fact]:
        sides = message.of("side")
        findings = message.of("finding")
        for heard in message.of("finding", "red_flag", "topic"):
            yield self._fact(message, heard)
        for heard in findings:
            for flag in self.flags_of.get(heard.id, ()):
                yield self._fact(message, heard, flag)
        for heard in message.of("frequency", "course", "severity", "episode_length"):
            yield self._fact(message, heard)
        places = [p for p in message.of("location") if not self._is_owned(p, findings)]
        for place in places:
            side = side_of(message, place, sides)
            fact = self._fact(message, place)
            yield replace(fact, mention=replace(fact.mention, side=side.id if side else None))
        yield from self._side(message, sides)

    def _is_idle(self, message: Message, fact: _Fact, facts: Sequence[_Fact]) -> bool:
        """How often that tells nothing of the spasms: "advil now and then", "weekly, 3 times"."""
        if fact.mention.kind != "frequency":
            return False
        others = (f for f in facts if f.mention.kind == "frequency" and f is not fact)
        if fact.mention.rule == BARE_COUNT:
            return any(other.mention.rule != BARE_COUNT for other in others)
        clause = message.clauses[clause_of(message.clauses, fact.target.start)]
        words = {message.word(n) for n in range(clause.start, clause.end)}
        if words & _DATES_THE_SPASMS or any(w.startswith(_SPASM_STEMS) for w in words):
            return False
        return any(
            heard.start in clause
            and (self.groups.get(heard.id) == "medicine" or heard.id in _HAS_ITS_OWN_FREQUENCY)
            for heard in message.of("finding", "topic")
        )

    def _side(self, message: Message, sides: Sequence[Heard]) -> Iterator[_Fact]:
        overall = overall_side(message, sides)
        if overall:
            fact = self._fact(message, sides[0])
            yield replace(fact, mention=replace(fact.mention, value=overall), fixed="present")

    def _is_owned(self, place: Heard, findings: Sequence[Heard]) -> bool:
        words = set(place.words)
        return any(
            words <= set(range(f.start, f.end)) and words & set(f.words)
            and (self.groups.get(f.id) in _OWN_THE_PLACE or f.id in _PLACELESS)
            for f in findings
        )  # fmt: skip

    def _fact(self, message: Message, heard: Heard, flag: Entry | None = None) -> _Fact:
        entry = flag or heard.label.entry
        value = int(entry.id) if entry.kind in _NUMERIC else entry.id
        start, end = message.offsets(heard.start, heard.end)
        mention = Mention(
            entry.kind, value, "present", start, end,
            rule=f"{heard.kind}.{heard.id}:{heard.label.phrase}", words=message.text[start:end],
        )  # fmt: skip
        group = self.groups.get(heard.id, "") if heard.kind == "finding" else ""
        target = Target(
            heard.words,
            entry.kind == "red_flag" or group == "sign",
            group == "history",
            heard.label.role == "absent",
        )
        return _Fact(mention, target, "absent" if heard.label.role == "absent" else None)

    def _reckoned(self, message: Message) -> Iterator[_Fact]:
        history = [
            any(
                h.start in clause and (self.groups.get(h.id) in _EVENTS or h.id in _STARTED)
                for h in message.of("finding")
            )
            for clause in message.clauses
        ]
        own = {n for h in message.heard if h.kind in _OWN_THE_NUMBER for n in h.words
               if len(h.words) > 1}  # fmt: skip
        day = accident_day(message)
        if day and not any(h.id in (FRESH, OLD) for h in message.of("finding")):
            yield _reckoned_fact(message, day)
        named = any(heard.id == _CHILD for heard in message.of("red_flag"))
        lifted = not named and ("red_flag", _CHILD) in message.ruled_out
        for fact in reckon(message.tokens, message.clauses, history, message.today):
            if lifted and fact.kind == "age" and int(fact.value) < _ADULT:
                continue
            if fact.kind == "frequency" or not own >= set(range(fact.start, fact.end)):
                yield _reckoned_fact(message, fact)

    def _judge(self, message: Message, facts: Sequence[_Fact]) -> list[Mention]:
        assertions = self._assertions(message, [fact.target for fact in facts])
        said = [
            replace(fact, mention=replace(fact.mention, assertion=_settled(fact, assertion)))
            for fact, assertion in zip(facts, assertions, strict=True)
            if assertion
        ]
        denied = {n for f in said if f.mention.assertion == "absent" for n in f.target.words}
        said = [
            _placed(message, f)
            for f in said
            if not (_is_denied_place(message, f, denied) or _is_well(message, f))
        ]
        return self._with_person(message, find_subjects(message), _unique(said))

    def _with_person(
        self,
        message: Message,
        subjects: Subjects,
        facts: Sequence[_Fact],
    ) -> list[Mention]:
        mentions = [fact.mention for fact in facts]
        if not subjects.asked_for and all(start is None for start in subjects.others):
            return mentions
        symptoms = [m for m in mentions if m.kind in ("finding", "location", "red_flag")]
        own = tells_of_self(message, subjects, symptoms)
        age = next((int(m.value) for m in mentions if m.kind == "age"), None)
        person = person_mention(message, subjects, own, age)
        told = any(f.mention in symptoms and not f.target.is_history for f in facts)
        if person and told:
            return [*mentions, Mention("person", person, rule="people")]
        return [
            _of_other(message, subjects, fact, mention)
            for fact, mention in zip(facts, mentions, strict=True)
        ]


def _unique(facts: Sequence[_Fact]) -> list[_Fact]:
    """Without mentions that a longer one of the same value, and as sure, contains."""
    kept: list[_Fact] = []
    for fact in sorted(facts, key=lambda f: f.mention.start - f.mention.end):
        new = fact.mention
        if not any(_covers(old.mention, new) for old in kept):
            kept.append(fact)
    return kept


def _covers(old: Mention, new: Mention) -> bool:
    same = (old.kind, old.value, old.assertion) == (new.kind, new.value, new.assertion)
    same = same or (old.kind == new.kind and old.kind in _SINGLE_VALUED)
    return same and old.start <= new.start and new.end <= old.end


_ONLY_OF_FINDINGS = frozenset({"uncertain", "past"})
_OWNERS = frozenset({"my", "the", "his", "her", "left", "right", "both", "not", "other"})
_LINKING = frozenset(
    "is are was were feel feels felt look looks seem seems both all just still totally perfectly"
    " completely also too now though tho btw work works working".split()
)
_WELL = frozenset(
    "normal normally fine ok okay good great alright strong perfect well asleep".split()
)
_INTO = frozenset("in into down to at on through the my his her either both of".split())
_DENIAL_REACH = 4
_PLACE_DENIALS = frozenset({"not", "isnt", "no", "never", "arent", "nor", "neither", "wasnt"})
_SINGLE_VALUED = frozenset(
    {"frequency", "episode_length", "severity", "course", "duration", "age", "side"}
)
_CHILD, _ADULT, _BIRTH = "rf_child", 18, "pregnancy_postpartum"
"""Of a child that is only lifted or carried the age is nobody's; its birth is the mother's."""
_PLACELESS = frozenset(
    {"saddle_numbness", "bladder_bowel_change", "headache", "vision_change", "abdominal_swelling",
     "radiating_arm", "radiating_leg_below_knee", "worst_headache", "hit_head", "face_droop",
     "confusion", "light_sensitivity", "pulsing_belly", "belly_pain_severe", "weight_loss",
     "face_hand_swelling", "limb_draws_up", "cold_intolerance", "sciatica_both_legs"}
)  # fmt: skip
"""Findings whose body part is not the place of a spasm."""


def _settled(fact: _Fact, judged: Assertion) -> Assertion:
    """Words that deny by themselves stay a denial; a number or place is never unsure."""
    if fact.fixed is not None and judged != "hypothetical":
        return fact.fixed
    if judged in _ONLY_OF_FINDINGS and fact.mention.kind not in ("finding", "red_flag"):
        past_frequency = judged == "past" and fact.mention.kind in ("frequency", "topic")
        return judged if past_frequency else "present"
    return judged


def _is_denied_place(message: Message, fact: _Fact, denied: set[int]) -> bool:
    """In "no chest pain" the chest is no place of trouble; in "my leg isn't red" the leg is."""
    if fact.mention.kind != "location" or not denied.issuperset(fact.target.words):
        return False
    if fact.mention.assertion == "absent" and len(denied) == len(fact.target.words):
        return False
    return message.word(fact.target.start - 1) not in _OWNERS


def _is_well(message: Message, fact: _Fact) -> bool:
    """A place that is named only to say that nothing is wrong there: "arms are normal"."""
    if fact.mention.kind != "location":
        return False
    start, end = fact.target.start, fact.target.end
    clause = message.clauses[clause_of(message.clauses, start)]
    before = [message.word(n) for n in range(max(clause.start, start - _DENIAL_REACH), start)]
    rest = [message.word(n) for n in range(end, clause.end) if message.word(n) not in _LINKING]
    spared = "nothing" in before and set(before[before.index("nothing") + 1 :]) <= _INTO
    return spared or (bool(rest) and set(rest) <= _WELL)


def _placed(message: Message, fact: _Fact) -> _Fact:
    """A place is denied only by a "not" right before it: "my calf isn't red" keeps the calf."""
    mention = fact.mention
    if mention.kind != "location" or mention.assertion != "absent":
        return fact
    start = fact.target.start
    before = {message.word(n) for n in range(max(0, start - _DENIAL_REACH), start)}
    if before & _PLACE_DENIALS:
        return fact
    return replace(fact, mention=replace(mention, assertion="present"))


def _reckoned_fact(message: Message, fact: Reckoned) -> _Fact:
    start, end = message.offsets(fact.start, fact.end)
    mention = Mention(
        fact.kind, fact.value, "present", start, end, rule=fact.rule, words=message.text[start:end]
    )
    fixed: Assertion | None = None if fact.kind == "frequency" else "present"
    return _Fact(mention, Target(tuple(range(fact.start, fact.end))), fixed)


def _of_other(message: Message, subjects: Subjects, fact: _Fact, mention: Mention) -> Mention:
    clause = clause_of(message.clauses, fact.target.start)
    if not subjects.speaks_of_other(clause, fact.target.start):
        return mention
    if mention.value == _BIRTH and subjects.is_child:
        return mention
    alarming = mention.kind == "red_flag" and mention.assertion == "present"
    if alarming and not is_a_story(message, message.clauses[clause], mention.words):
        return mention
    return replace(mention, assertion="other_person")
