"""`python -m bot COMMAND`: the one front door of commands."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bot.settings import get_settings, quiet_frame

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 done, 1 it failed, 2 wrong settings or input."""
    options = _parser().parse_args(argv)
    quiet_frame()
    # Warnings of the frame's old packages are for its makers; tests see ours.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    command: Command = options.command
    try:
        return command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        return _say(error)


def _say(error: BaseException) -> int:
    """Our own errors are sentences for people, also below one of the frame's; 2.

    Other errors keep their traceback.
    """
    ours = [e for e in _with_causes(error) if type(e).__module__.startswith("bot.")]
    if ours:
        print("spasm-triage:", "\n  because: ".join(map(str, ours)), file=sys.stderr)
    elif isinstance(error, OSError) and error.filename:
        print(f"spasm-triage: {error.strerror}: {error.filename}", file=sys.stderr)
    else:
        raise error
    return 2


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="A triage chat for muscle spasms, and what it needs."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    add("up", _up, "Prepare everything, then run the chat and the staff console (make run).")
    add("serve", _serve, "Run the chat server alone.")
    add("console", _console, "Run the staff console alone.")
    add("chat", _chat, "Talk to the bot in this terminal.")
    train = add("train", _train, "Train the model if it is older than what it is made from.")
    train.add_argument("--force", action="store_true", help="train even if it is up to date")
    evaluate = add("evaluate", _evaluate, "Play vignettes against the bot and print how it did.")
    evaluate.add_argument("files", nargs="+", type=Path, metavar="FILE", help="YAML vignettes")
    evaluate.add_argument("--json", type=Path, metavar="OUT", help="write the metrics here too")
    parse = add("parse", _parse, "Read texts (one a line, or JSON lines) and print what was heard.")
    parse.add_argument("file", nargs="?", default="-", metavar="FILE", help="- is standard input")
    add("knowledge", _knowledge, "Load and check the clinical content.")
    add("migrate", _migrate, "Bring the database to the newest schema.")
    add("retention", _retention, "Remove conversations that are older than RETENTION_DAYS.")
    _add_staff(add("staff", _staff_list, "List or change staff logins."))
    return parser


def _add_staff(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(metavar="COMMAND")
    add = commands.add_parser("add", help="make a login; its password is printed once")
    add.add_argument("email")
    add.add_argument("--role", default="viewer", help="viewer, reviewer, clinician or admin")
    add.set_defaults(command=_staff_add)
    password = commands.add_parser("password", help="set a new password, printed once")
    password.add_argument("email")
    password.set_defaults(command=_staff_password)


def _serve(_: argparse.Namespace) -> int:
    from bot.serve import serve

    serve()
    return 0


def _console(_: argparse.Namespace) -> int:
    from bot.console.app import serve

    serve()
    return 0


def _chat(_: argparse.Namespace) -> int:
    from bot.chat import chat
    from bot.training import ensure_fresh

    ensure_fresh()
    chat()
    return 0


def _migrate(_: argparse.Namespace) -> int:
    from bot.store.database import upgrade

    upgrade()
    print("The database is at the newest schema.")
    return 0


def _retention(_: argparse.Namespace) -> int:
    from bot.store.conversations import delete_older_than
    from bot.store.database import open_database

    oldest = datetime.now(timezone.utc) - timedelta(days=get_settings().retention_days)
    database = open_database()
    with database.begin() as session:
        removed = delete_older_than(session, oldest)
    database.forget()
    print(f"Removed {removed} conversations without a message since {oldest:%Y-%m-%d}.")
    return 0


def _staff_list(_: argparse.Namespace) -> int:
    from bot.console.staff import list_staff

    for login in list_staff():
        print(f"{login.email:<40} {', '.join(login.roles)}{'' if login.active else '  (off)'}")
    return 0


def _staff_add(options: argparse.Namespace) -> int:
    from bot.console.staff import add_staff

    print(f"{options.email}  {add_staff(options.email, options.role)}  (shown only this once)")
    return 0


def _staff_password(options: argparse.Namespace) -> int:
    from bot.console.staff import set_password

    print(f"{options.email}  {set_password(options.email)}  (shown only this once)")
    return 0


def _up(_: argparse.Namespace) -> int:
    from bot.up import up

    return up()


def _train(options: argparse.Namespace) -> int:
    from bot.training import train

    return train(force=options.force)


def _evaluate(options: argparse.Namespace) -> int:
    from bot.evaluation.run import evaluate

    return evaluate(options.files, options.json)


def _parse(options: argparse.Namespace) -> int:
    from bot.evaluation.parse import parse_lines

    return parse_lines(options.file)


def _knowledge(_: argparse.Namespace) -> int:
    from bot.knowledge import load_knowledge
    from bot.knowledge.lexicon import load_lexicon

    content = load_knowledge()
    load_lexicon(content)
    for name in ("items", "findings", "locations", "red_flags", "rules", "questions", "cautions"):
        print(f"{len(getattr(content, name)):4} {name.replace('_', ' ')}")
    print(f"Clinical content is sound; version {content.version}.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
