"""The shape of the clinical knowledge that triage works on.

Values only: `bot.knowledge` reads `knowledge/*.yml` into these classes and checks
every id; the engine never sees YAML. Every item has an `id` and a `source`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.triage.assessment import Disposition

Strength = Literal["S+", "M+", "w+", "w-", "M-", "S-"]
LOG_ODDS: Mapping[Strength, float] = {
    "S+": 1.8,
    "M+": 1.0,
    "w+": 0.4,
    "w-": -0.4,
    "M-": -0.9,
    "S-": -1.6,
}
"""Start values of evidence.md, "Notation"; about LR 6 / 2.7 / 1.5 / 0.67 / 0.4 / 0.2."""

FindingGroup = Literal["timing", "trigger", "relief", "associated", "history", "medicine", "sign"]
"""`sign`: a danger-sign ingredient that is not in the other groups (see red flags)."""

Topic = Literal[
    "location", "frequency", "triggers", "duration", "severity", "associated", "screen",
    "accident", "surgery", "conditions", "medicines", "pregnancy", "age", "confirm",
    "booking", "other",
]  # fmt: skip
QuestionKind = Literal["text", "single", "multiple", "body_map"]
Column = Literal["location", "course", "trigger", "associated", "history", "against"]
ItemKind = Literal["cause", "condition", "injury", "diagnostic", "home", "treatment", "other"]


@dataclass(frozen=True)
class Condition:
    """A test on an Intake, true, false or unknown (three-valued).

    `op` names the test, and only the fields of that test are set:

    - `finding`: `ids` has one finding or red-flag id; true when present, false when absent
    - `location` / `only_location`: any / every reported location is in `ids`
    - `side`, `frequency`, `episode_length`, `course`: the value is in `ids`
    - `duration_days`, `severity`, `age`: `minimum` <= value <= `maximum`
    - `all`, `any`, `none`: of `parts`; `at_least`: at least `minimum` of `parts`
    - `unless`: true as long as no part is known to be true (unknown is no reassurance)
    - `red_flags`: at least `minimum` red flags of the level in `ids` are known to be present
    """

    op: Literal[
        "finding", "location", "only_location", "side", "frequency", "episode_length",
        "course", "duration_days", "severity", "age", "all", "any", "none", "unless", "at_least",
        "red_flags",
    ]  # fmt: skip
    ids: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Source:
    """What a source tag points to, and how it was read (see knowledge/sources.yml)."""

    id: str
    at: str
    read: Literal["page", "collection", "reproduction", "abstract", "clinic", "judgement"]


@dataclass(frozen=True)
class Finding:
    """One clinical fact that can be present, absent or unknown.

    `label` completes "you told me about ..."; `label_absent` completes "you said you
    have ...". `implies`: findings that are present whenever this one is.
    `excludes`: findings that are absent whenever this one is present.
    `aliases`: other ids that outside programs use for it.
    """

    id: str
    group: FindingGroup
    label: str
    label_absent: str
    source: tuple[str, ...]
    implies: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Location:
    """A body area. `part_of`: the wider area."""

    id: str
    label: str
    source: tuple[str, ...]
    region: Literal["leg", "arm", "spine", "trunk", "head", "any"]
    part_of: str | None = None


@dataclass(frozen=True)
class Urgency:
    """The level of a red flag when `when` holds (always, if None)."""

    level: Disposition
    when: Condition | None = None


@dataclass(frozen=True)
class RedFlag:
    """A finding that demands urgent care.

    Present when said (the sentinel), or when `when` holds. `urgencies`: first that
    holds gives the level. `response`: the domain's response uttered for an emergency.
    `sites`: the locations for which it is mandatory to ask (empty: none);
    `question`: id of the question that screens it. `points_to`: ids of the items that may be
    named while it is urgent; no other is, before it has been examined. `route`: who is to be
    called in place of the clinic; the responses for the same day that end so are uttered.
    """

    id: str
    label: str
    label_absent: str
    source: tuple[str, ...]
    urgencies: tuple[Urgency, ...]
    response: str
    when: Condition | None = None
    sites: tuple[str, ...] = ()
    question: str | None = None
    points_to: tuple[str, ...] = ()
    route: str = ""


@dataclass(frozen=True)
class Rule:
    """A disposition rule. Rules are tried in the order of the file within their level.

    `why` completes "because ..." for the patient. `within_days`: target of a booking.
    `response`: what is uttered when the rule alone makes an emergency (empty: the general one).
    """

    id: str
    level: Disposition
    when: Condition
    why: str
    source: tuple[str, ...]
    within_days: int | None = None
    response: str = ""


@dataclass(frozen=True)
class Requirement:
    """One of the conditions that must all hold, known and true, for self-care alone."""

    id: str
    when: Condition
    why: str
    source: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """What one finding says about one contributor. `column` groups correlated evidence."""

    column: Column
    when: Condition
    strength: Strength
    source: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """A terminology code. `state`: verified, listed or unverified (evidence.md, F)."""

    system: Literal["icd10cm", "snomed"]
    code: str
    display: str
    state: Literal["verified", "listed", "unverified"]


@dataclass(frozen=True)
class Item:
    """One of the page's 53 items, or (kind `other`) an outcome the page lacks.

    `summary`: the page's fact in our own words. `gate`: without it the item is not
    offered. `parent`: the more general item that it replaces; `same_as`: shown in one
    line with it. `home`, `diagnostics`: ids of the page's items it points to.
    """

    id: str
    kind: ItemKind
    name: str
    summary: str
    source: tuple[str, ...]
    review: Literal["draft", "signed"]
    gate: Condition | None = None
    parent: str | None = None
    same_as: str | None = None
    scored: bool = True
    evidence: tuple[Evidence, ...] = ()
    home: tuple[str, ...] = ()
    diagnostics: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True)
class Strategy:
    """A self-care strategy of a home item, with the advice for everyone.

    `offer_when`: offered only when this holds (None: always, after the cautions).
    """

    id: str
    item: str
    label: str
    text: str
    source: tuple[str, ...]
    offer_when: Condition | None = None


@dataclass(frozen=True)
class Caution:
    """Withholds or changes strategies when `when` holds.

    `effect`: `withhold` leaves the strategy out, `ask_first` and `change` add `text`.
    An unknown `when` counts as holding if `cautious` (the default for medicines); then
    `text_unknown` is said, as `text` would tell what nobody knows as a fact.
    """

    id: str
    strategies: tuple[str, ...]
    when: Condition
    effect: Literal["withhold", "ask_first", "change"]
    text: str
    source: tuple[str, ...]
    cautious: bool = False
    text_unknown: str = ""


@dataclass(frozen=True)
class Option:
    """One choice of a question. `sets`: findings it makes present.

    `covers`: other findings that its words ask about, so that "none of these" denies them.
    `value`: what it fills in, for questions on a field.
    """

    id: str
    label: str
    sets: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    value: str | int | None = None


@dataclass(frozen=True)
class Question:
    """Something the bot can ask.

    `field`: the intake field it fills (locations, frequency, episode_length,
    duration_days, severity, age), or None when it asks `findings` (finding and red-flag
    ids; a plain "no" denies all of them). `texts`: first wording, second wording, and the
    one put with the choices. `when`: asked only if this holds, where what is not known yet
    is taken as not so. `why`: answers "why do you ask?". `order`: tie-break, low first;
    `must`: never skipped. `template`: asks for the one danger sign whose label takes the place
    of `{sign}`, whichever it is (bot/triage/doubt.py). `alone`: while its `when` holds, no other
    is put. In the texts `{choices}` stands for the list of choices.
    """

    id: str
    topic: Topic
    kind: QuestionKind
    texts: tuple[str, ...]
    why: str
    source: tuple[str, ...]
    field: str | None = None
    findings: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    when: Condition | None = None
    order: int = 100
    must: bool = False
    template: bool = False
    alone: bool = False


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All clinical content, by id, in the order of the files. `version` is its hash.

    Compared and hashed by identity, so that what is derived from it can be cached.
    """

    version: str
    sources: Mapping[str, Source] = field(default_factory=dict)
    findings: Mapping[str, Finding] = field(default_factory=dict)
    locations: Mapping[str, Location] = field(default_factory=dict)
    red_flags: Mapping[str, RedFlag] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    requirements: Mapping[str, Requirement] = field(default_factory=dict)
    items: Mapping[str, Item] = field(default_factory=dict)
    strategies: Mapping[str, Strategy] = field(default_factory=dict)
    cautions: Mapping[str, Caution] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
