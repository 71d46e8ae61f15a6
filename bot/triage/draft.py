"""A working copy of an intake while one message is merged into it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.triage.content import Knowledge
from bot.triage.index import AGE_60_PLUS, OLDER_AGE, index_of
from bot.triage.intake import Answer, Intake, Status


class Draft:
    """Collects what one message says, then works out what follows from it.

    `said`: findings and red flags that this message settled in so many words.
    `filled`: fields that it gave a value.
    """

    def __init__(self, intake: Intake, knowledge: Knowledge) -> None:
        self.before = intake
        self.knowledge = knowledge
        self.index = index_of(knowledge)
        self.findings: dict[str, Answer] = dict(intake.findings)
        self.said: dict[str, Status] = {}
        self.locations: list[str] = list(intake.locations)
        self.fields: dict[str, Any] = {}
        self.words: dict[str, str] = dict(intake.words)
        self.unsure: list[str] = list(intake.unsure)
        self.asked: list[str] = list(intake.asked)
        self.filled: set[str] = set()

    def status(self, name: str) -> Status | None:
        """Status of a finding or red flag so far."""
        answer = self.findings.get(name)
        return answer.status if answer else None

    def say(self, name: str, status: Status, words: str = "", asked: bool = False) -> None:
        """Settle a finding. Later words win, but within a message a danger sign stays present."""
        if self.said.get(name) == "present" and status != "present" and self.is_danger(name):
            return
        if status == "unknown" and self.status(name) in ("present", "absent"):
            return
        self.said[name] = status
        self._note(name, Answer(status, words, "asked" if asked else "volunteered"))

    def _note(self, name: str, answer: Answer) -> None:
        old = self.findings.get(name)
        if old is None or old.status != answer.status:
            self.findings[name] = answer
        elif answer.heard == "asked" and old.heard != "asked":
            self.findings[name] = replace(old, heard="asked")

    def is_danger(self, name: str) -> bool:
        """Whether this is a red flag, or one of the findings that make one."""
        return name in self.knowledge.red_flags or name in self.index.danger

    def fill(self, name: str, value: Any, words: str = "") -> None:
        """Set a field of the intake to what was said, or clear it with None."""
        self.fields[name] = value
        if value is not None:
            self.filled.add(name)
            self.unsure = [one for one in self.unsure if one != name]
        if words or value is None:
            self.words.pop(name, None)
        if words:
            self.words[name] = words
        if name == "age" and value is not None:
            self.say(AGE_60_PLUS, "present" if value >= OLDER_AGE else "absent", words)

    def field(self, name: str) -> Any:
        """The value of a field so far."""
        return self.fields.get(name, getattr(self.before, name))

    def add_place(self, place: str, words: str = "") -> None:
        """Add a body area. A narrower one replaces the wider one that was said before."""
        inside = self.index.narrower.get(place, frozenset()) - {place}
        around = self.index.wider.get(place, frozenset()) - {place}
        self.filled.add("locations")
        self.unsure = [one for one in self.unsure if one != "locations"]
        if place in self.locations or inside & set(self.locations):
            return
        self.locations = [p for p in self.locations if p not in around] + [place]
        earlier = self.words.get("locations", "")
        if words and words not in earlier.split("; "):
            self.words["locations"] = f"{earlier}; {words}" if earlier else words

    def remove_place(self, place: str) -> None:
        """Take back a body area, with those inside it."""
        inside = self.index.narrower.get(place, frozenset((place,)))
        self.locations = [p for p in self.locations if p not in inside]

    def finish(self) -> Intake:
        """The new intake, with what the knowledge's `implies` and `excludes` add."""
        for name, status in list(self.said.items()):
            if status == "present":
                self._follow(name)
            elif status == "absent":
                self._undo(name)
        self._reopen()
        return replace(
            self.before,
            **self.fields,
            locations=tuple(self.locations),
            findings=self.findings,
            words=self.words,
            unsure=tuple(self.unsure),
            asked=tuple(self.asked),
        )

    def _follow(self, name: str) -> None:
        implied = self.index.implied.get(name)
        if implied is None:
            return
        words = self.findings[name].words
        for other in sorted(implied.present - self.said.keys()):
            self._note(other, Answer("present", words))
        for other in sorted(implied.absent - self.said.keys()):
            if not (self.status(other) == "present" and self.is_danger(other)):
                self._note(other, Answer("absent", words))

    def _undo(self, name: str) -> None:
        """What was present and cannot be without the one now denied; danger signs stay."""
        for other, answer in list(self.findings.items()):
            implied = self.index.implied.get(other)
            if answer.status != "present" or implied is None or name not in implied.present:
                continue
            if other not in self.said and not self.is_danger(other):
                self._note(other, Answer("absent", answer.words))

    def _reopen(self) -> None:
        """A red flag denied when asked is open again once a sign of it is told (again)."""
        new = {
            name
            for name, answer in self.findings.items()
            if answer.status == "present"
            and (name in self.said or self.before.status(name) != "present")
        }
        for name in self.knowledge.red_flags:
            if name in self.said or self.status(name) != "absent":
                continue
            if self.index.ingredients[name] & new:
                del self.findings[name]
