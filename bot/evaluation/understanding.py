"""`python -m bot evaluate-nlu`: reads annotated messages and reports how well, and how fast."""

from __future__ import annotations

import json
import logging
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from tqdm import tqdm

from bot import logs, training
from bot.evaluation.errors import InputError
from bot.evaluation.messages import Scored, load_messages, report, score, share, summary
from bot.evaluation.parse import Said, heard
from bot.evaluation.perturb import Pair, pairs
from bot.knowledge import knowledge
from bot.settings import ROOT, use_settings, workbench_settings
from bot.triage.reading import Assertion, Reading

DEVELOPMENT = ROOT / "tests" / "scenarios" / "messages"
HELD_OUT = ROOT / "tests" / "heldout"
_DANGER: tuple[Assertion, ...] = ("present", "uncertain")


@dataclass(frozen=True)
class Wishes:
    """What to bring besides the figures. `errors`: the texts of what was read wrong."""

    json_file: Path | None = None
    errors: bool = False
    perturb: bool = False


def evaluate_nlu(files: Sequence[Path], wishes: Wishes) -> int:
    """Score each file (none: the development sets), print the figures; 0.

    Raises InputError for a malformed line, or when the texts of a set kept aside are wished.
    """
    logs.configure(logging.ERROR)
    chosen = list(files) or sorted(DEVELOPMENT.glob("*.jsonl"))
    if wishes.errors and any(HELD_OUT in file.resolve().parents for file in chosen):
        raise InputError("A set kept aside shows figures only, never its texts.")
    sets = {str(file): load_messages([file]) for file in chosen}
    training.ensure_fresh()
    with tempfile.TemporaryDirectory(prefix="spasm-triage-") as folder:
        use_settings(workbench_settings(Path(folder)))
        figures = {name: _figures(name, messages, wishes) for name, messages in sets.items()}
    if wishes.json_file:
        wishes.json_file.parent.mkdir(parents=True, exist_ok=True)
        wishes.json_file.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _figures(name: str, messages: Sequence[Mapping[str, Any]], wishes: Wishes) -> dict[str, Any]:
    scored, milliseconds = _scored(Path(name).name, messages)
    figures = report(scored) | {"latency": latency(messages, milliseconds)}
    if wishes.perturb:
        figures["perturbations"] = perturbations(list(pairs(messages)))
    print(f"\n{name}\n{summary(figures)}")
    print("\n".join([*_latency_lines(figures["latency"]), *_changed_lines(figures)]))
    for one in scored if wishes.errors else ():
        if one.errors or not one.intent_right:
            wrong = [*one.errors, *(() if one.intent_right else ("intent",))]
            print(f"[{one.id}] {one.text}\n    {'; '.join(wrong)}")
    return figures


def _scored(name: str, messages: Sequence[Mapping[str, Any]]) -> tuple[list[Scored], list[float]]:
    """Each message scored, and the milliseconds that the whole pipeline took for it."""
    content = knowledge()
    lines = heard(Said(m["text"], m.get("asked"), "asked" in m) for m in messages)
    found, milliseconds = [], []
    next_line = iter(lines)
    for message in tqdm(messages, desc=name, unit="message", file=sys.stderr):
        start = perf_counter()
        line = next(next_line)
        milliseconds.append((perf_counter() - start) * 1000)
        found.append(score(message, line, content))
    return found, milliseconds


def latency(
    messages: Sequence[Mapping[str, Any]], whole: Sequence[float]
) -> dict[str, dict[str, float]]:
    """Milliseconds a message by stage; `intent` is the whole without the two readings."""
    from bot.nlu.meaning import meaning_reader
    from bot.nlu.reading import read

    texts = [message["text"] for message in messages]
    reading = _timed(read, texts)
    meaning = _timed(meaning_reader().hear, texts)
    stages = {
        "by_phrase": [r - m for r, m in zip(reading, meaning, strict=True)],
        "by_meaning": meaning,
        "intent": [w - r for w, r in zip(whole[1:], reading[1:], strict=True)],  # [0] loads
        "whole": list(whole[1:]),
    }
    return {name: _quantiles(values) for name, values in stages.items() if values}


def perturbations(made: Sequence[Pair]) -> dict[str, Any]:
    """For each kind of change: in how many messages the danger signs that are heard change."""
    from bot.nlu.reading import read

    today = date.today()
    before = {p.id: danger(read(p.before, today)) for p in {p.id: p for p in made}.values()}
    changed: dict[str, list[tuple[bool, bool]]] = {}
    for pair in tqdm(made, desc="perturbed", unit="message", file=sys.stderr):
        after = danger(read(pair.after, today))
        lost, new = before[pair.id] - after, after - before[pair.id]
        changed.setdefault(pair.kind, []).append((bool(lost), bool(new)))
    every = [one for of in changed.values() for one in of]
    return {kind: _changed(of) for kind, of in (*changed.items(), ("all", every)) if of}


def danger(reading: Reading) -> frozenset[str]:
    """The danger signs that are heard, sure or not."""
    return frozenset(str(m.value) for m in reading.of("red_flag", *_DANGER))


def _changed(of: Sequence[tuple[bool, bool]]) -> dict[str, Any]:
    return {
        "changed": share(sum(lost or new for lost, new in of), len(of)),
        "lost": share(sum(lost for lost, _ in of), len(of)),
    }


def _timed(act: Callable[[str], Any], texts: Sequence[str]) -> list[float]:
    act("my calf cramps")
    return [_milliseconds(act, text) for text in texts]


def _milliseconds(act: Callable[[str], Any], text: str) -> float:
    start = perf_counter()
    act(text)
    return (perf_counter() - start) * 1000


def _quantiles(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    return {
        "p50": round(statistics.median(ordered), 2),
        "p95": round(ordered[int(len(ordered) * 0.95)], 2),
    }


def _latency_lines(stages: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for name, of in stages.items():
        label = f"milliseconds, {name.replace('_', ' ')}"
        yield f"{label:<24} p50 {of['p50']:6.1f}  p95 {of['p95']:6.1f}"


def _changed_lines(figures: Mapping[str, Any]) -> Iterator[str]:
    for kind, of in figures.get("perturbations", {}).items():
        changed, lost = of["changed"], of["lost"]
        low, high = changed["interval"]
        yield (
            f"{'rewritten: ' + kind.replace('_', ' '):<24} danger changes in "
            f"{changed['share']:.1%} [{low:.1%}, {high:.1%}] of {changed['of']}, "
            f"lost in {lost['share']:.1%}"
        )
