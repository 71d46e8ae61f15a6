"""`python -m bot evaluate`: plays described patients against the trained bot."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tqdm import tqdm

from bot import training
from bot.evaluation.coverage import coverage
from bot.evaluation.dialogues import Dialogue, Spoken, hold
from bot.evaluation.faults import under_faults
from bot.evaluation.html import render
from bot.evaluation.metrics import report, without_texts
from bot.evaluation.played import Played
from bot.evaluation.player import play
from bot.evaluation.suite import Suite, load_suite
from bot.evaluation.talks import talks_report
from bot.evaluation.terminal import summary
from bot.evaluation.vignettes import Vignette
from bot.evaluation.wording import wording
from bot.knowledge import knowledge
from bot.settings import use_settings, workbench_settings
from bot.triage.content import Knowledge

if TYPE_CHECKING:
    from bot.evaluation.engine import Bench

T = TypeVar("T")


@dataclass(frozen=True)
class Wishes:
    """What an evaluation should bring besides the figures on the terminal.

    `blind`: the sets are kept aside, so nothing that is written or printed holds a text of
    them. `faults`: play the danger signs again with each action failing.
    """

    json_file: Path | None = None
    report_file: Path | None = None
    blind: bool = False
    faults: bool = False


def evaluate(files: Sequence[Path], wishes: Wishes) -> int:
    """Play `files` (none: the project's own), print the metrics, write what was wished; 0.

    Raises VignetteError for a malformed file, before anything is played.
    """
    content = knowledge()
    suite = load_suite(files)
    vignettes = [with_known_ids(v, content) for v in suite.vignettes]
    training.ensure_fresh()
    with bench() as on:
        figures = _figures(replace(suite, vignettes=tuple(vignettes)), content, on, wishes.faults)
    figures = without_texts(figures) if wishes.blind else figures
    print(summary(figures))
    if wishes.json_file:
        _write(wishes.json_file, json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    if wishes.report_file:
        _write(wishes.report_file, render(figures))
        print(f"\nThe report: {wishes.report_file}")
    return 0


@contextmanager
def bench() -> Iterator[Bench]:
    """The trained bot over a database of its own, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="spasm-triage-") as folder:
        use_settings(workbench_settings(Path(folder)))
        from bot.evaluation.engine import Bench

        with Bench() as on:
            yield on


def hold_all(
    dialogues: Sequence[Dialogue], content: Knowledge, on: Bench
) -> list[tuple[Dialogue, Spoken]]:
    """Hold the dialogues one after the other, each patient's own length measured first."""
    patients = {d.patient.id: d.patient for d in dialogues}
    turns = {name: play(p, on.converse(), content).turns for name, p in patients.items()}
    return [
        (d, hold(d, on.converse(), turns[d.patient.id], content))
        for d in shown(dialogues, "Holding dialogues")
    ]


def with_known_ids(vignette: Vignette, content: Knowledge) -> Vignette:
    """The vignette with other programs' names of findings replaced by ours."""
    if vignette.gold.triggers is None:
        return vignette
    ours = {alias: f.id for f in content.findings.values() for alias in f.aliases}
    triggers = tuple(dict.fromkeys(ours.get(t, t) for t in vignette.gold.triggers))
    return replace(vignette, gold=replace(vignette.gold, triggers=triggers))


def shown(things: Sequence[T], doing: str) -> Iterable[T]:
    """The things, with a progress bar on standard error where there are any."""
    return tqdm(things, desc=doing, file=sys.stderr) if things else things


def _figures(suite: Suite, content: Knowledge, on: Bench, faults: bool) -> dict[str, Any]:
    played = [play(v, on.converse(), content) for v in shown(suite.vignettes, "Playing vignettes")]
    held = hold_all((*suite.told, *suite.denied), content, on)
    return report(played) | {
        "files": list(suite.files),
        "knowledge_version": content.version,
        "coverage": coverage(_alone(played), content),
        "wording": wording(content),
        "dialogues": talks_report(held) if held else None,
        "faults": under_faults(suite.told, content, on, shown) if faults else None,
    }


def _alone(played: Sequence[Played]) -> list[Played]:
    return [p for p in played if not p.vignette.told_as]


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
