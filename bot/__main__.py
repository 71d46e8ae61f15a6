"""`python -m bot COMMAND`: the one front door of commands."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from bot.console_commands import add_console_commands
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
    serve = add("serve", _serve, "Run the chat server alone.")
    serve.add_argument("--plain", action="store_true", help="log for people, not as JSON lines")
    add("console", _console, "Run the staff console alone.")
    add("chat", _chat, "Talk to the bot in this terminal.")
    train = add("train", _train, "Train the model if it is older than what it is made from.")
    train.add_argument("--force", action="store_true", help="train even if it is up to date")
    evaluate = add("evaluate", _evaluate, "Play vignettes against the bot and print how it did.")
    _add_evaluate(evaluate)
    nlu = add("evaluate-nlu", _evaluate_nlu, "Read annotated messages and print how well.")
    _add_evaluate_nlu(nlu)
    _add_transcript(add("transcript", _transcript, "Hold whole conversations and show them."))
    parse = add("parse", _parse, "Read texts (one a line, or JSON lines) and print what was heard.")
    parse.add_argument("file", nargs="?", default="-", metavar="FILE", help="- is standard input")
    add("knowledge", _knowledge, "Check the clinical content, the wordings and domain.yml.")
    safety = add("safety", _safety, "Show the hazard log as a page.")
    safety.add_argument("--out", type=Path, metavar="PAGE", help="put it into this page")
    add("migrate", _migrate, "Bring the database to the newest schema.")
    add("retention", _retention, "Remove conversations that are older than RETENTION_DAYS.")
    _add_staff(add("staff", _staff_list, "List or change staff logins."))
    add_console_commands(add)
    return parser


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    files = "YAML vignettes or dialogues; none: all of tests/scenarios"
    add("files", nargs="*", type=Path, metavar="FILE", help=files)
    add("--json", type=Path, metavar="OUT", help="write the metrics here too")
    add("--report", type=Path, metavar="OUT", help="write an HTML report with every wrong case")
    add("--blind", action="store_true", help="a set kept aside: show ids and levels, no texts")
    add("--faults", action="store_true", help="tell each emergency again with each action failing")


def _add_evaluate_nlu(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    files = "JSON lines; none: all of tests/scenarios/messages"
    add("files", nargs="*", type=Path, metavar="FILE", help=files)
    add("--json", type=Path, metavar="OUT", help="write the figures here too")
    add("--errors", action="store_true", help="show what was read wrong (not of sets kept aside)")
    add("--perturb", action="store_true", help="also read each message in other spellings")


def _add_transcript(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="YAML vignettes")
    parser.add_argument("ids", nargs="*", metavar="ID", help="which of them; none: all")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write a page ID.md each")


def _add_staff(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(metavar="COMMAND")
    add = commands.add_parser("add", help="make a login; its password is printed once")
    add.add_argument("email")
    add.add_argument("--role", default="viewer", help="viewer, reviewer, clinician or admin")
    add.set_defaults(command=_staff_add)
    password = commands.add_parser("password", help="set a new password, printed once")
    password.add_argument("email")
    password.set_defaults(command=_staff_password)


def _serve(options: argparse.Namespace) -> int:
    from bot.serve import serve

    serve(plain=options.plain)
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
    from bot.evaluation.run import Wishes, evaluate

    wishes = Wishes(options.json, options.report, options.blind, options.faults)
    return evaluate(options.files, wishes)


def _evaluate_nlu(options: argparse.Namespace) -> int:
    from bot.evaluation.understanding import Wishes, evaluate_nlu

    return evaluate_nlu(options.files, Wishes(options.json, options.errors, options.perturb))


def _transcript(options: argparse.Namespace) -> int:
    from bot.evaluation.transcripts import transcript

    return transcript(options.file, options.ids, options.out)


def _parse(options: argparse.Namespace) -> int:
    from bot.evaluation.parse import parse_lines

    return parse_lines(options.file)


def _knowledge(_: argparse.Namespace) -> int:
    from bot.knowledge import sound_knowledge
    from bot.knowledge.hazards import load_hazards

    content = sound_knowledge()
    hazards = load_hazards()
    for name in ("items", "findings", "locations", "red_flags", "rules", "questions", "cautions"):
        print(f"{len(getattr(content, name))} {name.replace('_', ' ')}")
    print(f"{len(hazards)} hazards")
    print(f"Clinical content, wordings and domain.yml are sound; version {content.version}.")
    return 0


def _safety(options: argparse.Namespace) -> int:
    from bot.knowledge.hazards import load_hazards, put_into, to_markdown

    log = to_markdown(load_hazards())
    if options.out:
        put_into(options.out, log)
        print(options.out)
    else:
        print(log)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
