"""What was signed by a clinician is written down with a name, a date and the version."""

from __future__ import annotations

import re

from bot.knowledge.loader import FOLDER
from tests.knowledge.patients import KNOWN

PAGE = (FOLDER / "REVIEW.md").read_text(encoding="utf-8")


def signatures() -> list[list[str]]:
    """Rows of the table of signatures, without its head."""
    rows = PAGE.partition("## Signatures")[2].strip().splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_what_is_signed_is_listed_with_who_when_and_which_version() -> None:
    signed = {item.id for item in KNOWN.items.values() if item.review == "signed"}
    listed = {name for row in signatures() for name in row[0].replace(",", " ").split()}
    assert signed <= listed | (signed if "items" in listed else set())
    for what, version, name, date in signatures():
        assert what and name
        assert re.fullmatch(r"[0-9a-f]{12}", version)
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)


def test_the_page_says_that_nothing_is_signed_as_long_as_nothing_is() -> None:
    assert ("Nothing is signed" in PAGE) is (signatures() == [])


def test_every_file_of_the_content_is_in_the_list_to_check() -> None:
    tables = {"red_flags", "rules", "requirements", "strategies", "cautions", "questions"}
    assert all(f"{name}.yml" in PAGE for name in tables | {"hazards"})
    assert "page/*.yml" in PAGE


def test_every_entry_has_a_source() -> None:
    for table in ("findings", "red_flags", "rules", "requirements", "items", "strategies"):
        assert all(entry.source for entry in getattr(KNOWN, table).values())
    for table in ("cautions", "questions", "locations"):
        assert all(entry.source for entry in getattr(KNOWN, table).values())
