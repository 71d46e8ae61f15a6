"""A small knowledge built by hand, and short ways to write an intake or a message."""

from __future__ import annotations

from typing import Any

from bot.triage.content import (
    Caution,
    Condition,
    Evidence,
    Finding,
    Item,
    Knowledge,
    Location,
    Option,
    Question,
    RedFlag,
    Requirement,
    Rule,
    Strategy,
    Urgency,
)
from bot.triage.intake import Answer, Intake
from bot.triage.reading import Assertion, Mention, MentionKind, Reading

SOURCE = ("GCK",)


def is_(name: str) -> Condition:
    return Condition("finding", ids=(name,))


def all_(*parts: Condition) -> Condition:
    return Condition("all", parts=parts)


def any_(*parts: Condition) -> Condition:
    return Condition("any", parts=parts)


def none_(*parts: Condition) -> Condition:
    return Condition("none", parts=parts)


def where(*ids: str) -> Condition:
    return Condition("location", ids=ids)


def often(*ids: str) -> Condition:
    return Condition("frequency", ids=ids)


def _finding(name: str, group: Any = "associated", **more: Any) -> Finding:
    return Finding(name, group, name, f"no {name}", SOURCE, **more)


def _flag(name: str, *levels: Urgency, **more: Any) -> RedFlag:
    return RedFlag(name, name, f"no {name}", SOURCE, levels, f"utter_emergency_{name}", **more)


def _rule(name: str, level: Any, when: Condition, **more: Any) -> Rule:
    return Rule(name, level, when, name, SOURCE, **more)


def _item(name: str, kind: Any, *evidence: tuple[Any, Condition, Any], **more: Any) -> Item:
    facts = tuple(Evidence(column, when, strength, SOURCE) for column, when, strength in evidence)
    return Item(name, kind, name, name, SOURCE, "draft", evidence=facts, **more)


def _question(name: str, topic: Any, kind: Any = "multiple", **more: Any) -> Question:
    return Question(name, topic, kind, ("?", "??", "???"), "why", SOURCE, **more)


FINDINGS = (
    _finding("nocturnal", "timing"),
    _finding("exercise_intense", "trigger"),
    _finding("prolonged_sitting", "trigger"),
    _finding("relief_stretch", "relief"),
    _finding("numbness"),
    _finding("tingling"),
    _finding("fever"),
    _finding("saddle_numbness", implies=("numbness",)),
    _finding("bladder_trouble", "sign"),
    _finding("calf_swollen", "sign"),
    _finding("feels_dying", "sign"),
    _finding("wound", "sign"),
    _finding("sedentary", "history", excludes=("trains",)),
    _finding("trains", "history", excludes=("sedentary",)),
    _finding("car_accident", "history"),
    _finding("accident_within_72h", "sign", excludes=("accident_over_72h",)),
    _finding("accident_over_72h", "sign", excludes=("accident_within_72h",)),
    _finding("spine_surgery", "history"),
    _finding("age_60_plus", "history"),
    _finding("thinner", "medicine"),
    _finding("statin", "medicine"),
)
LOCATIONS = (
    Location("leg", "leg", SOURCE, "leg"),
    Location("calf", "calf", SOURCE, "leg", part_of="leg"),
    Location("low_back", "lower back", SOURCE, "spine"),
    Location("neck", "neck", SOURCE, "spine"),
)
RED_FLAGS = (
    _flag(
        "rf_cord",
        Urgency("emergency"),
        when=any_(is_("saddle_numbness"), is_("bladder_trouble")),
        sites=("low_back",),
        question="screen_back",
    ),
    _flag("rf_heart", Urgency("emergency")),
    _flag(
        "rf_clot",
        Urgency("emergency", is_("rf_breath")),
        Urgency("urgent"),
        when=is_("calf_swollen"),
        sites=("calf",),
        question="screen_leg",
    ),
    _flag("rf_breath", Urgency("emergency", is_("rf_clot")), Urgency("urgent")),
    _flag("rf_infection", Urgency("urgent"), when=all_(is_("fever"), is_("wound"))),
    _flag("rf_twitch", Urgency("book")),
)
RULES = (
    _rule("E2", "emergency", Condition("red_flags", ids=("urgent",), minimum=2)),
    _rule("E3", "emergency", is_("feels_dying")),
    _rule("U_severe", "urgent", Condition("severity", minimum=10)),
    _rule("B_often", "book", often("daily", "constant"), within_days=14),
    _rule("B_numb", "book", any_(is_("numbness"), is_("tingling")), within_days=5),
    _rule("B_accident", "book", all_(is_("car_accident"), is_("accident_over_72h"))),
)
REQUIREMENTS = (
    Requirement("rare", often("once", "occasional"), "rare", SOURCE),
    Requirement("no_nerve", none_(is_("numbness"), is_("tingling")), "no nerve sign", SOURCE),
)
ITEMS = (
    _item(
        "exercise_lack",
        "cause",
        ("location", where("leg"), "w+"),
        ("history", is_("sedentary"), "S+"),
        ("trigger", is_("prolonged_sitting"), "M+"),
        ("against", is_("trains"), "M-"),
        home=("stretch_item",),
        diagnostics=("exam",),
    ),
    _item(
        "tired",
        "cause",
        ("trigger", is_("exercise_intense"), "S+"),
        ("trigger", is_("relief_stretch"), "M+"),
        ("course", is_("nocturnal"), "w+"),
    ),
    _item("nerve", "cause", ("associated", any_(is_("numbness"), is_("tingling")), "S+")),
    _item("radiculopathy", "condition", ("associated", is_("numbness"), "S+"), parent="nerve"),
    _item(
        "sciatica",
        "condition",
        ("associated", is_("numbness"), "M+"),
        ("location", where("low_back"), "S+"),
        parent="radiculopathy",
    ),
    _item("whiplash", "injury", ("location", where("neck"), "S+"), gate=is_("car_accident")),
    _item(
        "sprain",
        "injury",
        ("location", where("neck"), "S+"),
        gate=is_("car_accident"),
        same_as="whiplash",
    ),
    _item("night_cramps", "other", ("course", is_("nocturnal"), "S+")),
    _item("exam", "diagnostic"),
    _item("stretch_item", "home"),
    _item("drink_item", "home"),
    _item("pill_item", "home"),
    _item("physio", "treatment"),
)
STRATEGIES = (
    Strategy("drink", "drink_item", "drink", "drink", SOURCE),
    Strategy("stretch", "stretch_item", "stretch", "stretch", SOURCE),
    Strategy("pill", "pill_item", "pill", "pill", SOURCE),
    Strategy("salts", "drink_item", "salts", "salts", SOURCE, is_("exercise_intense")),
)
CAUTIONS = (
    Caution("pill_thinner", ("pill",), is_("thinner"), "ask_first", "ask", SOURCE, cautious=True),
    Caution("pill_surgery", ("pill",), is_("spine_surgery"), "withhold", "no", SOURCE),
    Caution("no_stretch", ("stretch",), is_("car_accident"), "withhold", "no", SOURCE),
)
QUESTIONS = (
    _question(
        "location",
        "location",
        "body_map",
        field="locations",
        order=1,
        must=True,
        options=(Option("calf", "calf", value="calf"), Option("neck", "neck", value="neck")),
    ),
    _question(
        "screen_back",
        "screen",
        findings=("saddle_numbness", "bladder_trouble", "fever"),
        when=where("low_back"),
        order=5,
        must=True,
        options=(
            Option("numb", "numb", ("saddle_numbness",)),
            Option("bladder", "bladder", ("bladder_trouble",)),
            Option("none", "none"),
        ),
    ),
    _question(
        "screen_leg", "screen", "single", findings=("calf_swollen",), when=where("leg"), order=5
    ),
    _question(
        "frequency",
        "frequency",
        "single",
        field="frequency",
        order=10,
        must=True,
        options=(
            Option("once", "once", value="once"),
            Option("weekly", "weekly", value="weekly"),
            Option("daily", "daily", value="daily"),
        ),
    ),
    _question(
        "triggers",
        "triggers",
        findings=("nocturnal", "exercise_intense", "prolonged_sitting"),
        order=20,
        must=True,
    ),
    _question("associated", "associated", findings=("numbness", "tingling", "fever"), order=30),
    _question("severity", "severity", "single", field="severity", order=40),
    _question("duration", "duration", "single", field="duration_days", order=41),
    _question(
        "accident_when",
        "accident",
        "single",
        findings=("accident_within_72h", "accident_over_72h"),
        when=is_("car_accident"),
        order=6,
        must=True,
    ),
    _question("medicines", "medicines", findings=("thinner", "statin"), order=60),
    _question(
        "age",
        "age",
        "single",
        findings=("age_60_plus",),
        order=70,
        options=(Option("yes", "yes", ("age_60_plus",)), Option("no", "no")),
    ),
)


def _by_id(entries: tuple[Any, ...]) -> dict[str, Any]:
    return {entry.id: entry for entry in entries}


SMALL = Knowledge(
    version="small",
    findings=_by_id(FINDINGS),
    locations=_by_id(LOCATIONS),
    red_flags=_by_id(RED_FLAGS),
    rules=_by_id(RULES),
    requirements=_by_id(REQUIREMENTS),
    items=_by_id(ITEMS),
    strategies=_by_id(STRATEGIES),
    cautions=_by_id(CAUTIONS),
    questions=_by_id(QUESTIONS),
)


def intake(*present: str, absent: tuple[str, ...] = (), **fields: Any) -> Intake:
    """An intake with these findings present or denied when asked, and these fields."""
    findings = {name: Answer("present") for name in present}
    findings |= {name: Answer("absent", heard="asked") for name in absent}
    return Intake(findings=findings, **fields)


def mention(
    kind: MentionKind, value: str | int, assertion: Assertion = "present", **more: Any
) -> Mention:
    return Mention(kind, value, assertion, **more)


def said(*names: str, assertion: Assertion = "present") -> tuple[Mention, ...]:
    """Findings (or red flags, by their prefix) named in a message."""
    return tuple(
        Mention("red_flag" if name.startswith("rf_") else "finding", name, assertion)
        for name in names
    )


def reading(*mentions: Mention) -> Reading:
    return Reading(mentions)


def reply(value: str) -> Reading:
    return Reading((Mention("reply", value),))
