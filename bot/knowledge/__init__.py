"""Clinical content: `knowledge/*.yml` as frozen, checked values."""

from __future__ import annotations

from functools import cache

from bot.knowledge.errors import KnowledgeError
from bot.knowledge.loader import load_knowledge
from bot.triage.content import Knowledge

__all__ = ["KnowledgeError", "knowledge", "load_knowledge"]


@cache
def knowledge() -> Knowledge:
    """The content of the project's own `knowledge/` folder, loaded once a process."""
    return load_knowledge()
