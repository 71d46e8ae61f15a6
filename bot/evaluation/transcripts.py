"""`python -m bot transcript`: whole conversations with the bot, as pages to read aloud."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot import training
from bot.evaluation.errors import EvaluationError
from bot.evaluation.played import Played
from bot.evaluation.player import play
from bot.evaluation.run import bench
from bot.evaluation.vignettes import Vignette, load_vignettes
from bot.knowledge import knowledge
from bot.settings import ROOT

_ENDS = {
    "emergency": "ends in an emergency message",
    "urgent": "ends in care the same day",
    "book": "ends in a visit to the clinic",
    "self_care": "ends in care at home",
    None: "comes to no result",
}
_MADE_FROM = "Held by the bot itself (`make transcripts`), from content and code "
_SPEAKERS = {"patient": "Patient", "bot": "Bot"}


def transcript(file: Path, ids: Sequence[str], folder: Path | None = None) -> int:
    """Hold the conversations of `ids` (none: all in the file); print them or write ID.md; 0.

    Raises VignetteError for a malformed file, EvaluationError for an id that is not in it.
    """
    chosen = _chosen(load_vignettes([file]), ids)
    training.ensure_fresh()
    for name, page in held(chosen):
        if folder is None:
            print(page)
        else:
            (folder / f"{name}.md").write_text(page, encoding="utf-8")
            print(folder / f"{name}.md")
    return 0


def held(vignettes: Sequence[Vignette]) -> Iterator[tuple[str, str]]:
    """Each vignette's id and the page of its conversation, held now."""
    content = knowledge()
    with bench() as on:
        for vignette in vignettes:
            yield vignette.id, _page(play(vignette, on.converse(), content))


def made_from(page: str) -> str:
    """The mark of the content and code that a page was made from; empty when it has none."""
    return page.partition(_MADE_FROM)[2].strip().rstrip(".")


def mark() -> str:
    """The mark of today's content and code: whatever can change a word of a conversation."""
    digest = hashlib.sha256(training.inputs_fingerprint().encode())
    for folder in ("actions", "bot/triage"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _chosen(vignettes: Sequence[Vignette], ids: Sequence[str]) -> list[Vignette]:
    by_id = {vignette.id: vignette for vignette in vignettes}
    for name in ids:
        if name not in by_id:
            raise EvaluationError(f"There is no vignette {name}; there are: {', '.join(by_id)}.")
    return [by_id[name] for name in ids] or list(vignettes)


def _page(played: Played) -> str:
    lines = [f"# A conversation that {_ENDS[played.level]}", ""]
    for who, text in played.transcript:
        lines += [f"**{_SPEAKERS[who]}:** {text}", ""]
    return "\n".join([*lines, "---", "", f"{_MADE_FROM}{mark()}.", ""])
