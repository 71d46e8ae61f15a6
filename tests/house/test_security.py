"""docs/security.md says what its data and the tests' markers say, and claims nothing more."""

from __future__ import annotations

import pytest

from scripts.security_page import PAGE, SOURCES, Requirement, evidence, load, page

ALL = [r for source in SOURCES for chapter in load(source).values() for r in chapter]


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make security"


def test_every_marker_names_a_known_requirement() -> None:
    assert set(evidence()) <= {r.marker for r in ALL}


def test_every_requirement_stands_once() -> None:
    assert len({r.marker for r in ALL}) == len(ALL) > 100


@pytest.mark.parametrize("requirement", ALL, ids=lambda r: str(r.marker))
def test_what_is_claimed_has_a_test_or_a_reason(requirement: Requirement) -> None:
    proven = requirement.marker in evidence()
    if requirement.status == "met":
        assert proven or requirement.why
    else:
        assert requirement.why, "say what is missing"
        assert not (proven and requirement.status in ("not met", "not applicable"))
