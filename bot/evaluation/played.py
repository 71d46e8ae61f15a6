"""What the bot made of one vignette."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.evaluation.vignettes import Vignette
from bot.triage.assessment import DISPOSITIONS, Disposition, LedgerEntry


@dataclass(frozen=True)
class Read:
    """One finding or field as the bot understood it, with the patient's words."""

    id: str
    value: str
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class Played:
    """One vignette as it went. `level` is None when it reached no result.

    `topics`: topic of each question put, in order. `repeats`: questions put again because
    the answer was not understood. `turns`: messages the patient sent. `ledger`: the danger
    signs that the patient's own places call for. `items`: ids of the page's items in the
    result. `heeded`: cautions that changed or withheld some advice.
    """

    vignette: Vignette
    level: Disposition | None
    rules: tuple[str, ...] = ()
    contributors: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    frequency: str | None = None
    triggers: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    repeats: int = 0
    turns: int = 0
    ledger: tuple[LedgerEntry, ...] = ()
    items: tuple[str, ...] = ()
    heeded: tuple[str, ...] = ()
    read: tuple[Read, ...] = field(default=(), repr=False)
    transcript: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def is_exact(self) -> bool:
        return self.level == self.vignette.gold.level

    @property
    def is_acceptable(self) -> bool:
        return self.level in self.vignette.gold.acceptable_levels

    @property
    def is_under(self) -> bool:
        """Less urgent than every acceptable level; no result at all counts as that."""
        return rank(self.level) > max(map(rank, self.vignette.gold.acceptable_levels))

    @property
    def is_over(self) -> bool:
        """More urgent than every acceptable level."""
        return rank(self.level) < min(map(rank, self.vignette.gold.acceptable_levels))

    @property
    def was_cut_short(self) -> bool:
        """True for an emergency that was rightly heard: it ends before the rest is asked.

        A false alarm is none, and what it left unasked counts as missed.
        """
        return self.level == "emergency" and self.is_acceptable


def rank(level: Disposition | None) -> int:
    """Place of a level, most urgent first; no result comes last."""
    return len(DISPOSITIONS) if level is None else DISPOSITIONS.index(level)
