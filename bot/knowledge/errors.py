"""What can go wrong with the clinical content.

KnowledgeError
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 60


class KnowledgeError(Exception):
    """The clinical content or `domain.yml` holds mistakes; `problems` has one line for each."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Problems:
    """Collects mistakes, so that one run names them all.

    `base`: the folder, seen from the project's root, in which the named files lie.
    """

    def __init__(self, base: str = "knowledge/") -> None:
        self.base = base
        self.lines: list[str] = []

    def add(self, path: str, sentence: str) -> None:
        """Note a mistake at `path` (file, entry and key)."""
        self.lines.append(f"{self.base}{path}: {sentence}")

    def not_allowed(self, path: str, value: object, allowed: Iterable[str]) -> None:
        """Note a value outside the allowed ones, with the nearest of them."""
        self.add(path, allowed_only(value, allowed))

    def raise_if_any(self) -> None:
        """Raise KnowledgeError when something was noted."""
        if self.lines:
            raise KnowledgeError(self.lines)


def allowed_only(value: object, allowed: Iterable[str]) -> str:
    """A sentence that refuses `value`, with the nearest of the allowed ones."""
    names = sorted({str(name) for name in allowed})
    shown = ", ".join(names[:_SHOWN]) + (", ..." if len(names) > _SHOWN else "")
    return f"{value!r} is not allowed{nearest(value, names)}. Allowed: {shown or 'nothing'}"


def nearest(value: object, names: Iterable[str], cutoff: float = 0.6) -> str:
    """` (did you mean ...?)`, or nothing when no name is near."""
    close = get_close_matches(str(value), [str(name) for name in names], n=3, cutoff=cutoff)
    return f" (did you mean {' or '.join(close)}?)" if close else ""
