"""Look-ups derived once from the clinical content, so that triage touches only what matters.

A condition depends on *keys*: ids of findings and red flags, and names of intake fields.
When nothing is known about any key of a condition, its value is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.triage.assessment import DISPOSITIONS
from bot.triage.content import Condition, Evidence, Item, Knowledge, RedFlag

FIELDS: Mapping[str, str] = {
    "location": "locations",
    "only_location": "locations",
    "side": "side",
    "frequency": "frequency",
    "episode_length": "episode_length",
    "course": "course",
    "duration_days": "duration_days",
    "severity": "severity",
    "age": "age",
}
"""Condition op -> name of the intake field that it tests."""
AGE_60_PLUS = "age_60_plus"
"""The finding that answers "are you 60 or older?"; it bounds an age that was not told."""
ADULT_AGE = 18
OLDER_AGE = 60
SCORED_KINDS = frozenset({"cause", "condition", "injury", "other"})


@dataclass(frozen=True)
class Implied:
    """What follows when a finding is present: others that are then present or absent."""

    present: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Index:
    """Derived look-ups of one `Knowledge`.

    `wider`, `narrower`: location -> itself and those around / inside it.
    `flags_by_key`: key -> red flags that may change with it, also by way of other flags.
    `rule_rank`: rule -> place of its level in `DISPOSITIONS`, most urgent first.
    `rules_by_key`, `requirements_by_key`: key -> rules / requirements that test it.
    `items_by_key`: key -> scored items with evidence on it. `evidence_keys`: item -> each of
    its evidence with its keys. `cautioned`: illnesses and medicines that
    cautions test. `danger`: findings that make up
    a danger sign. `sites`: location -> red flags that must be asked there.
    `ingredients`: red flag -> keys of its `when`.
    """

    wider: Mapping[str, frozenset[str]]
    narrower: Mapping[str, frozenset[str]]
    flag_order: Mapping[str, int]
    flags_by_key: Mapping[str, tuple[RedFlag, ...]]
    rule_rank: Mapping[str, int]
    rules_by_key: Mapping[str, tuple[str, ...]]
    requirements_by_key: Mapping[str, tuple[str, ...]]
    items_by_key: Mapping[str, tuple[str, ...]]
    evidence_keys: Mapping[str, tuple[tuple[Evidence, frozenset[str]], ...]]
    scored: tuple[Item, ...]
    danger: frozenset[str]
    cautioned: frozenset[str]
    sites: Mapping[str, tuple[RedFlag, ...]]
    ingredients: Mapping[str, frozenset[str]]
    implied: Mapping[str, Implied]
    screens: frozenset[str]


@lru_cache(maxsize=8)
def index_of(knowledge: Knowledge) -> Index:
    """The index of this knowledge; built on the first call."""
    ingredients = {
        flag.id: keys(flag.when) if flag.when else frozenset()
        for flag in knowledge.red_flags.values()
    }
    flag_keys = _flag_keys(knowledge, ingredients)
    scored = tuple(i for i in knowledge.items.values() if i.kind in SCORED_KINDS and i.scored)
    wider = {name: _chain(name, knowledge) for name in knowledge.locations}
    return Index(
        wider=wider,
        narrower={
            name: frozenset(other for other, around in wider.items() if name in around)
            for name in wider
        },
        flag_order={name: at for at, name in enumerate(knowledge.red_flags)},
        flags_by_key=_inverted((flag, flag_keys[flag.id]) for flag in knowledge.red_flags.values()),
        rule_rank=_rule_rank(knowledge),
        rules_by_key=_inverted(
            (rule.id, _through_flags(keys(rule.when), flag_keys))
            for rule in knowledge.rules.values()
        ),
        requirements_by_key=_inverted(
            (one.id, _through_flags(keys(one.when), flag_keys))
            for one in knowledge.requirements.values()
        ),
        items_by_key=_inverted(
            (item.id, _through_flags(_item_keys(item), flag_keys)) for item in scored
        ),
        evidence_keys={
            item.id: tuple((e, _through_flags(keys(e.when), flag_keys)) for e in item.evidence)
            for item in scored
        },
        scored=scored,
        cautioned=_cautioned(knowledge),
        danger=_danger(knowledge, ingredients),
        sites=_sites(knowledge, wider),
        ingredients=ingredients,
        implied={name: _implied(name, knowledge) for name in knowledge.findings},
        screens=frozenset(f.question for f in knowledge.red_flags.values() if f.question),
    )


def keys(condition: Condition) -> frozenset[str]:
    """The ids and field names on which the condition depends.

    `red_flags` depends on every flag, written as the one key "red_flags".
    """
    if condition.op == "finding":
        return frozenset(condition.ids)
    if condition.op == "red_flags":
        return frozenset({"red_flags"})
    if condition.op == "age":
        return frozenset({"age", AGE_60_PLUS})
    if condition.op in FIELDS:
        return frozenset({FIELDS[condition.op]})
    return frozenset().union(*(keys(part) for part in condition.parts))


def _rule_rank(knowledge: Knowledge) -> dict[str, int]:
    ranks = {rule.id: DISPOSITIONS.index(rule.level) for rule in knowledge.rules.values()}
    return dict(sorted(ranks.items(), key=lambda one: one[1]))


def _flag_keys(
    knowledge: Knowledge, ingredients: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Red flag -> all keys that may change its presence or level, itself included."""
    direct = {
        flag.id: ingredients[flag.id].union(
            {flag.id}, *(keys(u.when) for u in flag.urgencies if u.when)
        )
        for flag in knowledge.red_flags.values()
    }
    for _ in direct:  # a chain of flags is never longer than their number
        wider = {name: _through_flags(found, direct) for name, found in direct.items()}
        if wider == direct:
            break
        direct = wider
    return direct


def _through_flags(
    found: frozenset[str], flag_keys: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    names: Iterable[str] = flag_keys if "red_flags" in found else found & flag_keys.keys()
    return found.union(*(flag_keys[name] for name in names))


def _item_keys(item: Item) -> frozenset[str]:
    gate = keys(item.gate) if item.gate else frozenset()
    return gate.union(*(keys(evidence.when) for evidence in item.evidence))


def _inverted(pairs: Iterable[tuple[object, frozenset[str]]]) -> dict[str, tuple]:  # type: ignore[type-arg]
    found: dict[str, list[object]] = {}
    for value, names in pairs:
        for name in names:
            found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def _chain(name: str, knowledge: Knowledge) -> frozenset[str]:
    chain: list[str] = []
    at: str | None = name
    while at is not None and at not in chain:
        chain.append(at)
        at = knowledge.locations[at].part_of
    return frozenset(chain)


def _sites(
    knowledge: Knowledge, wider: Mapping[str, frozenset[str]]
) -> dict[str, tuple[RedFlag, ...]]:
    """A flag is mandatory for its sites, the areas inside them and those around them."""
    return {
        place: tuple(
            flag
            for flag in knowledge.red_flags.values()
            if any(site in wider[place] or place in wider.get(site, ()) for site in flag.sites)
        )
        for place in knowledge.locations
    }


def _danger(knowledge: Knowledge, ingredients: Mapping[str, frozenset[str]]) -> frozenset[str]:
    signs = {f.id for f in knowledge.findings.values() if f.group == "sign"}
    named = frozenset().union(*ingredients.values()) & knowledge.findings.keys()
    symptoms = {n for n in named if knowledge.findings[n].group in ("associated", "sign")}
    return frozenset(signs | symptoms)


def _cautioned(knowledge: Knowledge) -> frozenset[str]:
    named = frozenset().union(*(keys(c.when) for c in knowledge.cautions.values()))
    background = ("history", "medicine")
    return frozenset(f.id for f in knowledge.findings.values() if f.group in background) & named


def _implied(name: str, knowledge: Knowledge) -> Implied:
    present: set[str] = set()
    todo = [name]
    while todo:
        at = knowledge.findings.get(todo.pop())
        new = set(at.implies) - present if at else set()
        present |= new
        todo.extend(new)
    absent = {
        other
        for at in (name, *present)
        if at in knowledge.findings
        for other in knowledge.findings[at].excludes
    }
    return Implied(frozenset(present - {name}), frozenset(absent - present - {name}))
