"""Commands around the staff console: audit, erasure, improvements, replay, made-up data."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[[argparse.Namespace], int]
Add = Callable[[str, Command, str], argparse.ArgumentParser]


def add_console_commands(add: Add) -> None:
    """Put the commands into the parser of `python -m bot`."""
    add("audit", _audit, "Verify the chain of audit events; 1 if it is broken.")
    erase = add("erase", _erase, "Erase the conversation of one appointment request.")
    erase.add_argument("reference", help="as the patient was told it")
    improve = add("improve", _improve, "Add an exported file of the inbox to the training data.")
    improve.add_argument("file", type=Path, metavar="FILE")
    replay = add("replay", _replay, "Play stored conversations again; list results that change.")
    replay.add_argument("--messages", action="store_true", help="the whole talk, not its facts")
    replay.add_argument("--knowledge", type=Path, metavar="FOLDER", help="candidate content")
    replay.add_argument("--limit", type=int, default=1000, help="the newest so many (1000)")
    replay.add_argument("--json", type=Path, metavar="OUT", help="write the changes here too")
    seed = add("seed", _seed, "Fill an empty database with made-up conversations.")
    seed.add_argument("--conversations", type=int, default=200)
    seed.add_argument("--messages", type=int, default=0, help="at least so many a conversation")
    seed.add_argument("--rows-only", action="store_true", help="leave out the engine's events")


def _audit(_: argparse.Namespace) -> int:
    from bot.store.audit import count_audit, verify_audit
    from bot.store.database import open_database

    with open_database().begin() as session:
        total, broken = count_audit(session), verify_audit(session)
    if broken is None:
        return _say(f"The chain is whole: {total} events, each fits the one before.")
    return _say(f"The chain is broken at event {broken}: it was changed or taken out.", 1)


def _erase(options: argparse.Namespace) -> int:
    from bot.store.conversations import delete_conversation
    from bot.store.database import open_database
    from bot.store.queries import find_appointment

    database = open_database()
    with database.begin() as session:
        found = find_appointment(session, options.reference)
        if found is None or found.status == "withdrawn":
            return _say("There is no such request.", 1)
        delete_conversation(session, found.conversation_id, actor="command line")
    database.forget()
    return _say("The conversation was erased.")


def _improve(options: argparse.Namespace) -> int:
    from bot.training_data import improve

    return _say(f"Added {improve(options.file)} lines; `make train` makes them heard.")


def _replay(options: argparse.Namespace) -> int:
    from bot.replay import Wish, replay

    wish = Wish(options.messages, options.knowledge, options.limit, options.json)
    return replay(wish, _say)


def _seed(options: argparse.Namespace) -> int:
    from bot.seed import Wish, seed

    wish = Wish(options.conversations, options.messages, events=not options.rows_only)
    return _say(f"The database has {seed(wish)} messages now.")


def _say(sentence: Any, code: int = 0) -> int:
    print(sentence)
    return code
