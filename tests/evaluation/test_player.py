"""Playing a vignette: topics, results, and when it stops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.evaluation.player import MAX_TURNS, play
from bot.evaluation.vignettes import Gold, Vignette
from bot.triage.content import Finding, Item, Knowledge
from bot.triage.intake import Answer, Intake

CONTENT = Knowledge(
    version="1",
    findings={
        "cold": Finding("cold", "trigger", "cold", "no cold", ("x",)),
        "fever": Finding("fever", "associated", "fever", "no fever", ("x",)),
    },
    items={
        name: Item(name, "cause", name, name, ("x",), "draft", diagnostics=("exam",))
        for name in ("fatigue", "dehydration")
    },
)


class Scripted:
    """A conversation that gives prepared answers; the last one for ever."""

    def __init__(self, *answers: Mapping[str, Any]) -> None:
        self.answers = list(answers)
        self.heard: list[str] = []

    def say(self, text: str) -> Mapping[str, Any]:
        self.heard.append(text)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def intake(self) -> Intake:
        present = Answer("present")
        return Intake(locations=("calf",), findings={"cold": present, "fever": present})


def ask(topic: str, id: str = "") -> dict[str, Any]:
    message = {"text": "?", "question": {"id": id or topic, "topic": topic}, "card": None}
    return {"messages": [message], "assessment": None}


def result(disposition: str) -> dict[str, Any]:
    assessment = {
        "disposition": disposition,
        "rules": ["B2"],
        "contributors": [{"id": "fatigue"}, {"id": "dehydration"}],
    }
    return {"messages": [{"text": "done", "question": None}], "assessment": assessment}


ALARM = {
    "messages": [{"text": "call", "question": None, "card": {"type": "emergency"}}],
    "assessment": None,
}
VIGNETTE = Vignette(
    "v", "f.yml", "hello", Gold("book", ("book",)),
    {"frequency": ("weekly", "mondays"), "other": ("hm",)},
)  # fmt: skip


def test_questions_are_answered_by_their_topic() -> None:
    talk = Scripted(
        ask("frequency"), ask("frequency", "q2"), ask("accident"), ask("severity"), result("book")
    )
    played = play(VIGNETTE, talk, CONTENT)
    assert talk.heard == ["hello", "weekly", "mondays", "no", "hm"]
    assert played.topics == ("frequency", "frequency", "accident", "severity")
    assert (played.level, played.turns, played.repeats) == ("book", 5, 0)
    assert played.contributors == ("fatigue", "dehydration")
    assert played.triggers == ("cold",)
    assert played.items == ("fatigue", "dehydration", "exam")
    assert ("cold", "present") in {(one.id, one.value) for one in played.read}


def test_a_question_put_again_is_counted_as_not_understood() -> None:
    played = play(VIGNETTE, Scripted(ask("severity"), ask("severity"), result("book")), CONTENT)
    assert played.repeats == 1


def test_an_emergency_text_ends_it_at_once() -> None:
    played = play(VIGNETTE, Scripted(ask("location"), ALARM), CONTENT)
    assert (played.level, played.turns) == ("emergency", 2)


def test_a_talk_without_result_ends_after_the_limit() -> None:
    played = play(VIGNETTE, Scripted(ask("location")), CONTENT)
    assert played.level is None
    assert played.turns == MAX_TURNS
