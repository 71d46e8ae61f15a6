"""Errors of evaluation and of reading texts in bulk.

EvaluationError
└── VignetteError      a vignette file is malformed
└── InputError         a line of `parse` cannot be read
"""

from __future__ import annotations


class EvaluationError(Exception):
    """Root of this room's errors. The message is one sentence for a person."""


class VignetteError(EvaluationError):
    """A vignette file is malformed; names file, vignette and key."""


class InputError(EvaluationError):
    """A line of the texts to read is malformed; names the line."""
