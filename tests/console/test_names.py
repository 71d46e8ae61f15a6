"""What stands on the screen in place of ids."""

from __future__ import annotations

import pytest

from bot.console.choices import facet_name
from bot.console.names import name_of, reason_name, words_of
from bot.knowledge import knowledge


@pytest.mark.parametrize(
    ("reason", "shown"),
    [
        ({"id": "numbness", "kind": "finding"}, knowledge().findings["numbness"].label),
        (
            {"id": "numbness", "kind": "finding", "status": "absent", "words": "no"},
            knowledge().findings["numbness"].label_absent,
        ),
        ({"id": "weekly", "kind": "frequency"}, "how often: weekly"),
        ({"id": "over_10_min", "kind": "episode_length"}, "how long each time: over 10 min"),
        ({"id": "54", "kind": "age"}, "age 54"),
        ({"id": "7", "kind": "severity"}, "pain 7 of 10"),
        ({"id": "severity", "kind": "severity", "status": "unknown"}, "severity: not known"),
        ({"id": "calf", "kind": "location"}, "calf"),
    ],
)
def test_a_reason_is_told_in_words(reason: dict[str, str], shown: str) -> None:
    assert reason_name(reason) == shown


def test_what_shares_its_id_with_a_finding_keeps_its_own_name() -> None:
    content = knowledge()
    shared = (content.items.keys() | content.strategies.keys()) & content.findings.keys()
    assert shared
    for item in shared & content.items.keys():
        assert name_of(item, "contributor") == content.items[item].name
        assert facet_name("contributor", item) == content.items[item].name
    for item in shared & content.strategies.keys():
        assert facet_name("withheld", item) == content.strategies[item].label


@pytest.mark.parametrize("question", sorted(knowledge().questions))
def test_no_question_is_shown_as_an_id(question: str) -> None:
    name = facet_name("question", question)
    assert name[0].isupper() and "_" not in name and "{" not in name


def test_a_code_of_the_program_becomes_words() -> None:
    assert words_of("turn.failed") == "Turn failed"
    assert facet_name("intent", "nlu_fallback") == "not understood"
