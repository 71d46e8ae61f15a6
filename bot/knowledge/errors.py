"""What can go wrong with the clinical content.

KnowledgeError
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class KnowledgeError(Exception):
    """The files under `knowledge/` hold mistakes; `problems` has one line for each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Problems:
    """Collects mistakes, so that one run names them all."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, path: str, sentence: str) -> None:
        """Note a mistake at `path` (file, entry and key)."""
        self.lines.append(f"{path}: {sentence}")

    def not_allowed(self, path: str, value: object, allowed: Iterable[str]) -> None:
        """Note a value outside the allowed ones, with the nearest of them."""
        names = sorted(set(allowed))
        close = get_close_matches(str(value), names, n=3)
        hint = f" (did you mean {' or '.join(close)}?)" if close else ""
        shown = ", ".join(names[:60]) + (", ..." if len(names) > 60 else "")
        self.add(path, f"{value!r} is not allowed{hint}. Allowed: {shown}")

    def raise_if_any(self) -> None:
        """Raise KnowledgeError when something was noted."""
        if self.lines:
            raise KnowledgeError(self.lines)
