"""`python -m bot parse`: what the bot hears in each of many texts, as JSON lines."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bot import logs, training
from bot.evaluation.errors import InputError
from bot.settings import use_settings, workbench_settings
from bot.triage.reading import Reading


@dataclass(frozen=True)
class Said:
    """A text, and the topic of the question before it (None: no question) if that is `known`."""

    text: str
    asked: str | None = None
    known: bool = False


def parse_lines(name: str) -> int:
    """Read texts from the file `name` (`-`: standard input), print one JSON line each; 0.

    Raises InputError for a line that is no text.
    """
    logs.configure(logging.ERROR)
    texts = read_texts(name)
    training.ensure_fresh()
    with tempfile.TemporaryDirectory(prefix="spasm-triage-") as folder:
        use_settings(workbench_settings(Path(folder)))
        for line in heard(tqdm(texts, desc="Reading texts", unit="text", file=sys.stderr)):
            print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0


def read_texts(name: str) -> list[Said]:
    """The texts: a line is one text, or a JSON object with `text` and, if known, `asked`."""
    content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    lines = content.decode("utf-8", errors="replace").removesuffix("\n").split("\n")
    lines = lines if content else []
    return [_text(number, line.rstrip("\r")) for number, line in enumerate(lines, start=1)]


def heard(texts: Iterable[Said]) -> Iterator[dict[str, Any]]:
    """One dictionary of the contract for each text, through the channel's cleaning and the model.

    Offsets are those of the text as cleaned, which is the `text` given back.
    """
    from rasa.core.tracker_store import InMemoryTrackerStore

    from bot.channels.errors import MalformedRequest, TooLong
    from bot.channels.text import MAX_TEXT, clean_text
    from bot.engine import load_agent
    from bot.nlu.parse import in_light_of, to_parse_line
    from bot.settings import get_settings

    agent = load_agent(get_settings(), InMemoryTrackerStore(domain=None))
    for number, said in enumerate(texts, start=1):
        try:
            cleaned = clean_text(said.text)
        except TooLong:
            raise InputError(f"Line {number} has more than {MAX_TEXT} characters.") from None
        except MalformedRequest:
            yield to_parse_line(said.text, {}, Reading())
            continue
        parsed = asyncio.run(agent.parse_message(cleaned))
        reading = Reading.from_entities(parsed.get("entities", ()))
        intent = parsed.get("intent", {})
        if said.known:
            intent = in_light_of(intent, said.asked)
        yield to_parse_line(cleaned, intent, reading)


def _text(number: int, line: str) -> Said:
    if not line.lstrip().startswith("{"):
        return Said(line)
    try:
        entry = json.loads(line)
    except ValueError:
        return Said(line)
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        raise InputError(f'Line {number} is JSON without a "text": write {{"text": "..."}}.')
    return Said(str(entry["text"]), entry.get("asked"), "asked" in entry)
