"""Hears what no phrase of the lexicon says: "the toilet paper could be touching somebody else".

A small sentence encoder (all-MiniLM-L6-v2, Apache 2.0), taught on patients' wordings that
share few words with each other, says for each fact how surely a message tells it. It runs in
this process through onnxruntime; nothing is fetched. How it was taught and how well it hears
stands in docs/decisions/0006-hearing-by-meaning.md, and `scripts/teach` makes it anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.triage.reading import MentionKind

FOLDER = Path(__file__).parent / "model"
MAX_PIECES = 192
"""Word pieces that are read at once; a longer message is read in pieces that overlap."""
OVERLAP = 48
MOST_WINDOWS = 10
"""Of a longer message the first and the last are read. People's 4,000 characters fill seven;
only signs and digits without end fill more."""
_NEAR = 2.0
"""Log-odds below the strongest word piece up to which a piece belongs to the words heard."""

_REMEMBERED = 32
"""Messages kept in memory: the reader and the choice of the intent ask for the same one."""

Array = NDArray[np.float32]


@dataclass(frozen=True)
class Meant:
    """A fact that the message tells. `kind` and `value` as of a mention; offsets in the text.

    Not `sure`: it may tell it, and the patient should be asked.
    """

    kind: MentionKind
    value: str
    start: int
    end: int
    confidence: float
    sure: bool = True


@dataclass(frozen=True)
class Hearing:
    """What a message tells, the surest first, and how surely it tells each fact that was taught.

    `sure_of`: kind and value -> confidence from 0 to 1.
    """

    facts: tuple[Meant, ...]
    sure_of: Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class _Window:
    """A run of word pieces: their ids, and where each stands in the text."""

    ids: Sequence[int]
    offsets: Sequence[tuple[int, int]]


class MeaningReader:
    """The taught encoder; safe to share between threads."""

    def __init__(self, folder: Path = FOLDER) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        card = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        self._labels: list[Any] = [tuple(label.split(".", 1)) for label in card["labels"]]
        self._sure = np.array(card["sure"], dtype=np.float32)
        self._doubt = np.array(card["doubt"], dtype=np.float32)
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / "meaning.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.hear = lru_cache(maxsize=_REMEMBERED)(self._hear)
        """Facts that a text tells to be so now. Never raises on a text."""

    def _hear(self, text: str) -> Hearing:
        best: dict[tuple[str, str], Meant] = {}
        surest = np.zeros(len(self._labels), dtype=np.float32)
        for window in self._windows(text):
            logits = self._logits(window)
            sure = 1.0 / (1.0 + np.exp(1.0 - np.logaddexp.reduce(logits, axis=0)))
            surest = np.maximum(surest, sure)
            for meant in self._meant(window, logits, sure):
                known = best.get((meant.kind, meant.value))
                if known is None or known.confidence < meant.confidence:
                    best[meant.kind, meant.value] = meant
        facts = tuple(sorted(best.values(), key=lambda m: -m.confidence))
        return Hearing(facts, dict(zip(self._labels, surest.tolist(), strict=True)))

    def _windows(self, text: str) -> list[_Window]:
        encoded = self._tokenizer.encode(text)
        ids, offsets = encoded.ids, encoded.offsets
        first, last, body = ids[0], ids[-1], range(1, len(ids) - 1)
        step = MAX_PIECES - OVERLAP
        starts = list(range(0, max(1, len(body) - OVERLAP), step))
        if len(starts) > MOST_WINDOWS:
            starts = starts[: MOST_WINDOWS // 2] + starts[-MOST_WINDOWS // 2 :]
        return [
            _Window(
                [first, *ids[1 + n : 1 + n + MAX_PIECES][: len(body) - n], last],
                [(0, 0), *offsets[1 + n : 1 + n + MAX_PIECES][: len(body) - n], (0, 0)],
            )
            for n in starts
        ]

    def _meant(self, window: _Window, logits: Array, sure: Array) -> list[Meant]:
        return [
            Meant(
                *self._labels[n],
                *_words(logits[:, n], window.offsets),
                float(sure[n]),
                bool(sure[n] >= self._sure[n]),
            )
            for n in np.flatnonzero(sure >= self._doubt)
        ]

    def _logits(self, window: _Window) -> Array:
        """Log-odds of each fact at each word piece, shape (pieces, facts)."""
        ids = np.array([window.ids], dtype=np.int64)
        (logits,) = self._session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
        return np.asarray(logits[0], dtype=np.float32)


def _words(logits: Array, offsets: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Where the words stand that told it; (0, 0) when the message as a whole did."""
    near = [offsets[n] for n in np.flatnonzero(logits >= logits.max() - _NEAR)]
    spans = [span for span in near if span[1] > span[0]]
    return (min(s for s, _ in spans), max(e for _, e in spans)) if spans else (0, 0)


@lru_cache(maxsize=1)
def meaning_reader() -> MeaningReader:
    """The project's own taught encoder, loaded once a process."""
    return MeaningReader()
