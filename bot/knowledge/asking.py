"""Checks what the bot can ask: three wordings, choices it can take in, words it can say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, get_args

from bot.knowledge.errors import Problems
from bot.knowledge.numbers import RANGES, number_problem
from bot.knowledge.places import CLINIC, check_places
from bot.triage.content import Knowledge, Option, Question
from bot.triage.intake import Course, EpisodeLength, Frequency, Intake, Side

REPLIES = (
    "yes", "no", "unsure", "none", "all", "some", "both", "first", "second", "third", "last",
    "other",
)  # fmt: skip
"""What a short answer can say; a choice that sets nothing is one of these."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "side": get_args(Side),
    "frequency": get_args(Frequency),
    "episode_length": get_args(EpisodeLength),
    "course": get_args(Course),
}
"""Values of each field of the intake that takes one of a few."""
WORDINGS = 3
SIGN = "{sign}"
CHOICE_LIST = frozenset({"choices"})
_FIELDS = frozenset(Intake.__dataclass_fields__) - {"findings", "asked", "unsure", "words"}
_FILLED = frozenset({"texts", "why", "summary", "text", "text_unknown"})
"""Keys whose texts are put into a response, where the clinic's places are filled."""
_NOT_SAID = frozenset({"source", "evidence", "codes", "when", "offer_when"})


def check_questions(knowledge: Knowledge, problems: Problems) -> None:
    """Note questions that cannot be put, or whose choices cannot be taken in."""
    signs = {*knowledge.findings, *knowledge.red_flags}
    for question in knowledge.questions.values():
        path = f"questions.yml: {question.id}"
        if len(question.texts) != WORDINGS:
            count = len(question.texts)
            problems.add(f"{path}.texts", f"expected {WORDINGS} wordings, not {count}")
        _check_subject(question, signs, path, problems)
        ids = [option.id for option in question.options]
        for number, option in enumerate(question.options):
            where = f"{path}.options[{number}]"
            if option.id in ids[:number]:
                problems.add(f"{where}.id", f"{option.id!r} stands twice")
            _check_option(question, option, knowledge, where, problems)


def _check_subject(question: Question, signs: set[str], path: str, problems: Problems) -> None:
    if question.field is not None and question.field not in _FIELDS:
        problems.not_allowed(f"{path}.field", question.field, _FIELDS)
    for number, name in enumerate(question.findings):
        if name not in signs:
            problems.not_allowed(f"{path}.findings[{number}]", name, signs)
    if not question.template and (question.field is None) == (not question.findings):
        problems.add(path, "needs either a field or findings")


def _check_option(
    question: Question, option: Option, knowledge: Knowledge, path: str, problems: Problems
) -> None:
    signs = {*knowledge.findings, *knowledge.red_flags}
    for number, name in enumerate(option.sets):
        if name not in signs:
            problems.not_allowed(f"{path}.sets[{number}]", name, signs)
    if option.value is not None:
        sentence = _value_problem(question.field, option.value, knowledge)
        if sentence:
            problems.add(f"{path}.value", sentence)
    elif not option.sets and option.id not in REPLIES:
        problems.add(path, f"sets nothing: give it a value, sets, or an id of {_listed(REPLIES)}")


def _value_problem(field: str | None, value: object, knowledge: Knowledge) -> str | None:
    """Why the intake's field cannot take the value of a choice; None when it can."""
    if field and field in RANGES:
        return number_problem(value, RANGES[field])
    allowed = tuple(knowledge.locations) if field == "locations" else CHOICES.get(field or "", ())
    if not allowed:
        return "has no place: the question has no field that takes a value"
    return None if value in allowed else f"{value!r} is not allowed. Allowed: {_listed(allowed)}"


def check_words(entry: Any, path: str, problems: Problems) -> None:
    """Note places like `{clinic_phone}` in an entry's texts where nothing fills them."""
    for key, value in vars(entry).items():
        if key in _NOT_SAID:
            continue
        texts = value if isinstance(value, tuple) else (value,)
        for number, text in enumerate(texts):
            where = f"{path}.{key}[{number}]" if isinstance(value, tuple) else f"{path}.{key}"
            if isinstance(text, Option):
                check_words(text, where, problems)
            elif isinstance(text, str):
                _check_text(entry, key, text, where, problems)


def _check_text(entry: Any, key: str, text: str, path: str, problems: Problems) -> None:
    own = {SIGN[1:-1]} if key == "texts" and getattr(entry, "template", False) else set()
    listed = CHOICE_LIST if key == "texts" else frozenset()
    for sentence in check_places(text, (CLINIC if key in _FILLED else frozenset()) | own | listed):
        problems.add(path, sentence)
    if own and SIGN not in text:
        problems.add(path, f"names no {SIGN}: a template asks for one sign by its label")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
