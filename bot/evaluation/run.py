"""`python -m bot evaluate`: plays vignettes against the trained bot and prints the figures."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bot import training
from bot.evaluation.metrics import Played, report
from bot.evaluation.player import play
from bot.evaluation.vignettes import Vignette, load_vignettes
from bot.knowledge import knowledge
from bot.settings import use_settings, workbench_settings
from bot.triage.content import Knowledge


def evaluate(files: Sequence[Path], json_file: Path | None = None) -> int:
    """Play all vignettes of `files`, print the metrics, write them to `json_file`; 0.

    Raises VignetteError for a malformed file, before anything is played.
    """
    content = knowledge()
    vignettes = [with_known_ids(v, content) for v in load_vignettes(files)]
    training.ensure_fresh()
    figures = report(play_all(vignettes, content))
    print(summary(figures))
    if json_file:
        text = json.dumps(figures, indent=2, ensure_ascii=False)
        json_file.write_text(text + "\n", encoding="utf-8")
    return 0


def play_all(vignettes: Sequence[Vignette], content: Knowledge) -> list[Played]:
    """Play the vignettes one after the other on one engine and a database of their own."""
    with tempfile.TemporaryDirectory(prefix="spasm-triage-") as folder:
        use_settings(workbench_settings(Path(folder)))
        from bot.evaluation.engine import Bench

        with Bench() as bench:
            shown = tqdm(vignettes, desc="Playing vignettes", unit="vignette", file=sys.stderr)
            return [play(vignette, bench.converse(), content) for vignette in shown]


def with_known_ids(vignette: Vignette, content: Knowledge) -> Vignette:
    """The vignette with other programs' names of findings replaced by ours."""
    if vignette.gold.triggers is None:
        return vignette
    ours = {alias: f.id for f in content.findings.values() for alias in f.aliases}
    triggers = tuple(dict.fromkeys(ours.get(t, t) for t in vignette.gold.triggers))
    return replace(vignette, gold=replace(vignette.gold, triggers=triggers))


def summary(figures: Mapping[str, Any]) -> str:
    """The metrics as lines for a terminal, with every case that went wrong."""
    lines = [f"Vignettes                    {figures['vignettes']}", ""]
    for name, share in figures["triage"].items():
        lines.append(f"{_label(name)}{_share(share)}")
    emergency = figures["emergency"]
    bound = emergency["sensitivity"]["lower_bound_95"]
    lines.append(
        f"{_label('emergency_sensitivity')}{_share(emergency['sensitivity'])}"
        f"  one-sided 95 % bound {bound:.1%}"
    )
    lines.append(f"{_label('false_alarms')}{_share(emergency['false_alarms'])}")
    lines += [f"{_label(name)}{_share(s)}" for name, s in figures["contributors"].items()]
    lines += ["", *_extraction_lines(figures["extraction"]), ""]
    lines += [f"{_label(name)}{_value(v)}" for name, v in figures["dialogue"].items()]
    return "\n".join([*lines, "", *_confusion_lines(figures["confusion"]), *_wrong(figures)])


def _extraction_lines(extraction: Mapping[str, Any]) -> list[str]:
    return [
        f"{_label(kind)}precision {_percent(v['precision'])}  recall {_percent(v['recall'])}"
        for kind, v in extraction.items()
    ]


def _confusion_lines(confusion: Mapping[str, Mapping[str, int]]) -> list[str]:
    columns = list(next(iter(confusion.values())))
    head = f"{'gold / got':<14}" + "".join(f"{name:>11}" for name in columns)
    rows = [f"{g:<14}" + "".join(f"{n:>11}" for n in row.values()) for g, row in confusion.items()]
    return [head, *rows]


def _wrong(figures: Mapping[str, Any]) -> list[str]:
    wrong = [c for c in figures["cases"] if not c["acceptable"]]
    lines = [
        f"  {c['id']}: {c['level'] or 'no result'} instead of "
        f"{' or '.join(c['acceptable_levels'])} (rules: {', '.join(c['rules']) or 'none'})"
        for c in wrong
    ]
    return ["", "Not within the acceptable levels:", *lines] if lines else []


def _label(name: str) -> str:
    return f"{name.replace('_', ' '):<29}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return _share(value)
    return "-" if value is None else f"{value:g}"


def _share(share: Mapping[str, Any]) -> str:
    return f"{_percent(share['share'])}  ({share['count']} of {share['of']})"


def _percent(value: float | None) -> str:
    return "     -" if value is None else f"{value:6.1%}"
