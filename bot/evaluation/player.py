"""Plays one vignette: says the opening, answers what is asked, stops at a result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

from bot.evaluation.played import Played, Read
from bot.evaluation.vignettes import Vignette
from bot.triage.assessment import Disposition
from bot.triage.content import Knowledge
from bot.triage.intake import Intake
from bot.triage.ledger import ledger

MAX_TURNS = 25
"""A patient who has no result after this many messages would have left."""
TRIGGER_GROUPS = frozenset({"timing", "trigger"})
_NOT_READ = frozenset({"findings", "words", "asked"})

Message = Mapping[str, Any]


class Conversation(Protocol):
    """One conversation with the bot, through the code of the website channel."""

    def say(self, text: str) -> Mapping[str, Any]:
        """The answer to a typed text, as the channel gives it (`messages`, `assessment`)."""

    def intake(self) -> Intake:
        """What the bot has understood so far."""


@dataclass
class _Talk:
    """What has happened so far in one played conversation."""

    asked: Counter[str] = field(default_factory=Counter)
    topics: list[str] = field(default_factory=list)
    repeats: int = 0
    turns: int = 0
    last_question: str | None = None
    transcript: list[tuple[str, str]] = field(default_factory=list)


def play(vignette: Vignette, conversation: Conversation, knowledge: Knowledge) -> Played:
    """Play to the result, or to MAX_TURNS; the same input gives the same outcome."""
    talk = _Talk()
    text = vignette.opening
    answer: Mapping[str, Any] = {}
    while talk.turns < MAX_TURNS:
        talk.turns += 1
        talk.transcript.append(("patient", text))
        answer = conversation.say(text)
        talk.transcript += [("bot", m["text"]) for m in answer["messages"]]
        if level_of(answer):
            break
        text = _next_reply(vignette, talk, answer["messages"])
    return _played(vignette, talk, answer, conversation.intake(), knowledge)


def level_of(answer: Mapping[str, Any]) -> Disposition | None:
    """The disposition an answer carries: an emergency text counts as soon as it is said."""
    cards = [m["card"] for m in answer["messages"] if m.get("card")]
    if any(card.get("type") == "emergency" for card in cards):
        return "emergency"
    assessment = answer.get("assessment")
    return cast(Disposition, assessment["disposition"]) if assessment else None


def _next_reply(vignette: Vignette, talk: _Talk, messages: list[Message]) -> str:
    question = next((m["question"] for m in reversed(messages) if m.get("question")), None)
    topic = question["topic"] if question else "other"
    reply = vignette.reply(topic, talk.asked[topic])
    talk.asked[topic] += 1
    if question:
        talk.topics.append(topic)
        talk.repeats += question["id"] == talk.last_question
    talk.last_question = question["id"] if question else None
    return reply


def _played(
    vignette: Vignette,
    talk: _Talk,
    answer: Mapping[str, Any],
    intake: Intake,
    knowledge: Knowledge,
) -> Played:
    assessment = answer.get("assessment") or {}
    return Played(
        vignette=vignette,
        level=level_of(answer),
        rules=tuple(assessment.get("rules", ())),
        contributors=tuple(c["id"] for c in assessment.get("contributors", ())),
        locations=intake.locations,
        frequency=intake.frequency,
        triggers=tuple(sorted(n for n in _present(intake) if _is_trigger(n, knowledge))),
        topics=tuple(talk.topics),
        repeats=talk.repeats,
        turns=talk.turns,
        ledger=ledger(_at_gold_places(intake, vignette, knowledge), knowledge),
        items=_items(assessment, knowledge),
        heeded=_heeded(assessment),
        read=_read(intake),
        transcript=tuple(talk.transcript),
    )


def _at_gold_places(intake: Intake, vignette: Vignette, knowledge: Knowledge) -> Intake:
    """The intake at the patient's own places: a place that was misread asks the wrong signs."""
    places = tuple(p for p in vignette.gold.locations or () if p in knowledge.locations)
    return replace(intake, locations=places) if places else intake


def _present(intake: Intake) -> list[str]:
    return [name for name, said in intake.findings.items() if said.status == "present"]


def _is_trigger(name: str, knowledge: Knowledge) -> bool:
    finding = knowledge.findings.get(name)
    return finding is not None and finding.group in TRIGGER_GROUPS


def _items(assessment: Mapping[str, Any], knowledge: Knowledge) -> tuple[str, ...]:
    """The page's items that the result tells of, in any of its parts."""
    named = [c["id"] for c in assessment.get("contributors", ())]
    steps = (s for name in named for s in knowledge.items[name].diagnostics)
    advice = (a["item"] for a in assessment.get("advice", ()))
    left_out = (knowledge.strategies[w["id"]].item for w in assessment.get("withheld", ()))
    treatments = assessment.get("treatments", ())
    return tuple(dict.fromkeys((*named, *steps, *advice, *left_out, *treatments)))


def _heeded(assessment: Mapping[str, Any]) -> tuple[str, ...]:
    changed = (name for a in assessment.get("advice", ()) for name in a["cautions"])
    withheld = (w["because"] for w in assessment.get("withheld", ()))
    return tuple(dict.fromkeys((*changed, *withheld)))


def _read(intake: Intake) -> tuple[Read, ...]:
    """Everything that was understood: fields first, then findings."""
    fields = (
        Read(name, str(value), intake.words.get(name, ""))
        for name, value in intake.to_dict().items()
        if name not in _NOT_READ and value not in (None, ())
    )
    signs = (Read(name, a.status, a.words) for name, a in intake.findings.items())
    return (*fields, *signs)
