"""Clinical content: `knowledge/*.yml` as frozen, checked values."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bot.knowledge.domain import check_domain
from bot.knowledge.errors import KnowledgeError
from bot.knowledge.lexicon import LEXICON, load_lexicon
from bot.knowledge.loader import FOLDER, load_knowledge
from bot.triage.content import Knowledge

__all__ = ["KnowledgeError", "knowledge", "load_knowledge", "sound_knowledge"]


@cache
def knowledge() -> Knowledge:
    """The content of the project's own `knowledge/` folder, loaded once a process."""
    return load_knowledge()


def sound_knowledge(root: Path = FOLDER.parent) -> Knowledge:
    """The content of the project at `root`, with all that a model is made from checked.

    Raises:
        KnowledgeError: one line for each mistake in content, lexicon and domain.yml.
    """
    content = load_knowledge(root / FOLDER.name)
    problems: list[str] = []
    for check in (
        lambda: load_lexicon(content, root / FOLDER.name / LEXICON.name),
        lambda: check_domain(content, root),
    ):
        try:
            check()
        except KnowledgeError as error:
            problems += error.problems
    if problems:
        raise KnowledgeError(problems)
    return content
