"""`python -m bot replay`: what a candidate would change in conversations that were had.

By facts: the stored understanding of each conversation goes through the candidate's rules; exact
for a change of knowledge/, and quick. By messages: the patient's own words, without personal
details, are told to the bot of this working tree again, so a change of model or lexicon shows.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.console.vignettes import vignette_of, vignettes_to_yaml
from bot.knowledge import load_knowledge
from bot.settings import get_settings, use_settings, workbench_settings
from bot.store.database import open_database
from bot.store.models import Conversation
from bot.store.queries import conversation_detail
from bot.triage.assess import assess
from bot.triage.intake import Intake


@dataclass(frozen=True)
class Wish:
    """What to play: by `messages` or by facts; candidate content; how many, newest first."""

    messages: bool = False
    knowledge: Path | None = None
    limit: int = 1000
    json: Path | None = None


@dataclass(frozen=True)
class Change:
    """A result that would be another one. `now` None: no result any more."""

    conversation_id: str
    was: str
    now: str | None


def replay(wish: Wish, say: Callable[[str], Any]) -> int:
    """Play, tell each change and how many there are; 0 without changes, 1 with."""
    results = list(_by_messages(wish) if wish.messages else _by_facts(wish))
    changes = [one for one in results if one.was != one.now]
    for one in changes:
        say(f"{one.conversation_id}  {one.was} -> {one.now or 'no result'}")
    say(f"{len(changes)} of {len(results)} results would change.")
    if wish.json:
        wish.json.write_text(json.dumps([vars(one) for one in changes], indent=2))
    return 1 if changes else 0


def _by_facts(wish: Wish) -> Iterator[Change]:
    content = load_knowledge(wish.knowledge) if wish.knowledge else load_knowledge()
    with open_database().begin() as session:
        for conversation_id, was, intake in session.execute(_newest(wish.limit)):
            yield Change(
                conversation_id, was, assess(Intake.from_dict(intake), content).disposition
            )


def _by_messages(wish: Wish) -> Iterator[Change]:
    from bot.evaluation.engine import Bench
    from bot.evaluation.player import play
    from bot.evaluation.vignettes import load_vignettes
    from bot.knowledge import knowledge

    told = list(_vignettes(wish.limit))
    ids = {case["id"]: conversation_id for conversation_id, case in told}
    if not told:
        return
    settings = get_settings()
    with tempfile.TemporaryDirectory(prefix="spasm-triage-") as folder:
        file = Path(folder) / "stored.yml"
        file.write_text(vignettes_to_yaml([case for _, case in told]), encoding="utf-8")
        use_settings(workbench_settings(Path(folder)))
        with Bench() as bench:
            for vignette in load_vignettes([file]):
                played = play(vignette, bench.converse(), knowledge())
                yield Change(ids[vignette.id], vignette.gold.level, played.level)
    use_settings(settings)


def _vignettes(limit: int) -> Iterator[tuple[str, dict[str, Any]]]:
    with open_database().begin() as session:
        for row in session.execute(_newest(limit)).all():
            case = vignette_of(conversation_detail(session, row.id))
            if case is not None:
                yield row.id, case


def _newest(limit: int) -> Any:
    """Conversations with a result that the rules made; an emergency heard ends before that."""
    return (
        select(Conversation.id, Conversation.disposition, Conversation.intake)
        .where(
            Conversation.deleted_at.is_(None),
            Conversation.disposition.is_not(None),
            Conversation.intake.is_not(None),
        )
        .order_by(Conversation.last_activity_at.desc())
        .limit(limit)
    )
