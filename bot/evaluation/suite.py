"""The files of one evaluation: vignettes, patients told in several ways, and dialogues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.evaluation.dialogues import Dialogue, load_dialogues
from bot.evaluation.vignettes import Vignette, load_vignettes
from bot.settings import ROOT

SCENARIOS = ROOT / "tests" / "scenarios"
_OWN = ("*.yml", "development/*.yml", "dialogues/*.yml")
"""What is played when no file is named: all that may be worked on."""


@dataclass(frozen=True)
class Suite:
    """What to play. `told`: dialogues with a danger sign; `denied`: without one."""

    files: tuple[str, ...]
    vignettes: tuple[Vignette, ...]
    told: tuple[Dialogue, ...] = ()
    denied: tuple[Dialogue, ...] = ()


def load_suite(files: Sequence[Path]) -> Suite:
    """Sort the files by what they hold; without any, the project's own. Raises VignetteError."""
    chosen = list(files) or own_files()
    talks = [load_dialogues(file) for file in chosen if _holds_dialogues(file)]
    return Suite(
        files=tuple(map(str, chosen)),
        vignettes=tuple(load_vignettes(f for f in chosen if not _holds_dialogues(f))),
        told=tuple(d for told, _ in talks for d in told),
        denied=tuple(d for _, denied in talks for d in denied),
    )


def own_files() -> list[Path]:
    """The project's own scenarios, by name; what is kept aside lies elsewhere."""
    found = [path for pattern in _OWN for path in sorted(SCENARIOS.glob(pattern))]
    return [path.relative_to(ROOT) if Path.cwd() == ROOT else path for path in found]


def _holds_dialogues(file: Path) -> bool:
    """Whether it is a mapping with dialogues; what cannot be read is left to the reader."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return False
    return isinstance(content, dict) and "dialogues" in content
