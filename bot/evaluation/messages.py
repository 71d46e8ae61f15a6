"""`python -m bot evaluate-nlu`: how well single messages are read, with intervals.

A file holds one JSON object a line: `text`, `asked` (topic of the question before it, or null)
and `gold` (intent, locations, side, frequency, triggers, findings and red flags with their
assertion), as tests/heldout/README.md describes. A finding that follows from one that was
heard (`implies` in knowledge/findings.yml) counts as heard, on both sides.

What the encoder leaves in doubt was not heard: the bot asks for it. Danger signs that are heard
or asked for in the very next question are counted by themselves.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.evaluation.errors import InputError
from bot.nlu.content_intent import TELLING
from bot.triage.content import Knowledge
from bot.triage.reading import MEANING

SAMPLES = 1000
"""Bootstrap samples of messages for the interval of an F1 value (percentile method)."""

Marked = tuple[str, str]
"""An id and its assertion."""


@dataclass(frozen=True)
class Count:
    """What one message adds: ids that were right, heard in error, and not heard."""

    right: int = 0
    false: int = 0
    missed: int = 0


@dataclass(frozen=True)
class Scored:
    """One message: its counts by kind, and what was heard in error (`+`) or not heard (`-`)."""

    id: str
    text: str
    counts: Mapping[str, Count]
    intent_right: bool
    denied: int
    denied_as_present: int
    confusion: tuple[tuple[str, str], ...]
    errors: tuple[str, ...]
    heard_or_asked: Count = Count()


def load_messages(files: Iterable[Path]) -> list[dict[str, Any]]:
    """The annotated messages. Raises InputError for a line that is none."""
    messages = []
    for file in files:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            messages.append(_message(line, f"{file} line {number}"))
    return messages


def score(message: Mapping[str, Any], heard: Mapping[str, Any], known: Knowledge) -> Scored:
    """Compare one annotated message with the line that `python -m bot parse` gives for it."""
    gold, closure = message["gold"], Closure(known)
    told = _marked(gold["findings"])
    got = _marked(mark for mark in heard["findings"] if not _in_doubt(mark))
    flags = {
        name: ({i for i, a in _marked(side["red_flags"]) if a == "present"})
        for name, side in (("gold", gold), ("heard", heard))
    }
    sets = {
        "location": (set(gold["locations"]), set(heard["locations"])),
        "frequency": (_one(gold["frequency"]), _one(heard["frequency"])),
        "red_flag": (flags["gold"], flags["heard"]),
    }
    counts = {kind: _exact(*pair) for kind, pair in sets.items()}
    asked = {i for i, a in _marked(heard["red_flags"]) if a in ("present", "uncertain")}
    counts["finding"] = _closed(told, got, closure)
    triggers = [{(i, "present") for i in side["triggers"]} for side in (gold, heard)]
    counts["trigger"] = _closed(*triggers, closure)
    denied = {i for i, a in told if a == "absent"}
    present = {i for i, a in got if a == "present"}
    errors = [f"{kind} {e}" for kind, pair in sets.items() for e in _difference(*pair)]
    errors += [f"finding {e}" for e in _closed_difference(told, got, closure)]
    return Scored(
        message["id"],
        message["text"],
        counts,
        _same_intent(gold, heard),
        len(denied),
        len(denied & present),
        tuple((a, dict(got)[i]) for i, a in told if i in dict(got)),
        tuple(errors),
        _exact(flags["gold"], asked),
    )


def _in_doubt(mark: Mapping[str, Any]) -> bool:
    return mark["assertion"] == "uncertain" and mark.get("rule") == MEANING


class Closure:
    """What follows from a mention: presence upward along `implies`, absence downward."""

    def __init__(self, known: Knowledge) -> None:
        self._up = {name: _chain(name, known) for name in known.findings}
        self._down: dict[str, set[str]] = {name: set() for name in known.findings}
        for name, implied in self._up.items():
            for general in implied:
                self._down.setdefault(general, set()).add(name)

    def of(self, marks: Iterable[Marked]) -> set[Marked]:
        """The marks and all that follows from them."""
        closed = set(marks)
        for name, assertion in tuple(closed):
            along = self._down if assertion == "absent" else self._up
            closed |= {(other, assertion) for other in along.get(name, ())}
        return closed


def report(scored: Sequence[Scored]) -> dict[str, Any]:
    """All figures, each share with its 95 % interval."""
    denied = sum(s.denied for s in scored)
    as_present = sum(s.denied_as_present for s in scored)
    return {
        "messages": len(scored),
        "kinds": {kind: _figures([s.counts[kind] for s in scored]) for kind in scored[0].counts},
        "red_flag_heard_or_asked": _figures([s.heard_or_asked for s in scored])["recall"],
        "intent": share(sum(s.intent_right for s in scored), len(scored)),
        "absent_read_as_present": share(as_present, denied),
        "assertions": {
            f"{gold} heard as {got}": n
            for (gold, got), n in Counter(c for s in scored for c in s.confusion).most_common()
        },
    }


def summary(figures: Mapping[str, Any]) -> str:
    """The figures as lines for a terminal."""
    lines = [f"Messages                 {figures['messages']}"]
    for kind, of in figures["kinds"].items():
        low, high = of["f1_interval"]
        lines.append(
            f"{kind:<24} precision {_line(of['precision'])}  recall {_line(of['recall'])}  "
            f"F1 {of['f1']:.3f} [{low:.3f}, {high:.3f}]"
        )
    for name in ("red_flag_heard_or_asked", "intent", "absent_read_as_present"):
        lines.append(f"{name.replace('_', ' '):<24} {_line(figures[name])}")
    return "\n".join([*lines, *(f"  {k}: {n}" for k, n in figures["assertions"].items())])


def _message(line: str, where: str) -> dict[str, Any]:
    try:
        message: dict[str, Any] = json.loads(line)
        return message | {"text": str(message["text"]), "gold": dict(message["gold"])}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f'{where}: write an object with "text" and "gold".') from error


def _chain(name: str, known: Knowledge) -> frozenset[str]:
    found: set[str] = set()
    ahead = [name]
    while ahead:
        new = set(known.findings[ahead.pop()].implies) - found
        found |= new
        ahead += [n for n in new if n in known.findings]
    return frozenset(found)


def _marked(marks: Iterable[Mapping[str, Any]]) -> list[Marked]:
    return [(mark["id"], mark["assertion"]) for mark in marks]


def _one(value: str | None) -> set[str]:
    return {value} if value else set()


def _exact(gold: set[str], heard: set[str]) -> Count:
    return Count(len(gold & heard), len(heard - gold), len(gold - heard))


def _difference(gold: set[str], heard: set[str]) -> list[str]:
    return [f"+{i}" for i in sorted(heard - gold)] + [f"-{i}" for i in sorted(gold - heard)]


def _closed(gold: Iterable[Marked], heard: Iterable[Marked], closure: Closure) -> Count:
    gold, heard = set(gold), set(heard)
    false = len(heard - closure.of(gold))
    missed = len(gold - closure.of(heard))
    return Count(len(gold) - missed, false, missed)


def _closed_difference(
    gold: Iterable[Marked], heard: Iterable[Marked], closure: Closure
) -> list[str]:
    gold, heard = set(gold), set(heard)
    false, missed = heard - closure.of(gold), gold - closure.of(heard)
    return [f"+{i}:{a}" for i, a in sorted(false)] + [f"-{i}:{a}" for i, a in sorted(missed)]


def _same_intent(gold: Mapping[str, Any], heard: Mapping[str, Any]) -> bool:
    """To report and to inform are one: only what was said before tells them apart, and the rules
    of the dialogue treat them alike. A denial that names what it denies is either."""
    pair = {gold["intent"], heard["intent"]}
    named_denial = pair <= {*TELLING, "deny"} and bool(gold["findings"])
    return len(pair) == 1 or pair <= TELLING or named_denial


def _figures(counts: Sequence[Count]) -> dict[str, Any]:
    right, false, missed = _total(counts)
    draw = random.Random(0)
    samples = sorted(_f1(draw.choices(counts, k=len(counts))) for _ in range(SAMPLES))
    return {
        "precision": share(right, right + false),
        "recall": share(right, right + missed),
        "f1": _f1(counts),
        "f1_interval": [samples[int(SAMPLES * 0.025)], samples[int(SAMPLES * 0.975)]],
    }


def _total(counts: Sequence[Count]) -> tuple[int, int, int]:
    parts: tuple[Callable[[Count], int], ...] = (
        lambda c: c.right,
        lambda c: c.false,
        lambda c: c.missed,
    )
    right, false, missed = (sum(map(part, counts)) for part in parts)
    return right, false, missed


def _f1(counts: Sequence[Count]) -> float:
    right, false, missed = _total(counts)
    return 2 * right / (2 * right + false + missed) if right else 0.0


def share(hits: int, of: int) -> dict[str, Any]:
    """A share with Wilson's 95 % interval."""
    from scipy.stats import binomtest

    if not of:
        return {"share": None, "hits": 0, "of": 0, "interval": None}
    interval = binomtest(hits, of).proportion_ci(method="wilson")
    bounds = [float(interval.low), float(interval.high)]
    return {"share": hits / of, "hits": hits, "of": of, "interval": bounds}


def _line(share: Mapping[str, Any]) -> str:
    if share["share"] is None:
        return "-"
    low, high = share["interval"]
    return f"{share['share']:.3f} [{low:.3f}, {high:.3f}] ({share['hits']}/{share['of']})"
