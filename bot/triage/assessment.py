"""The result of one triage, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Disposition = Literal["emergency", "urgent", "book", "self_care"]
DISPOSITIONS: tuple[Disposition, ...] = ("emergency", "urgent", "book", "self_care")
Likelihood = Literal["more", "possible", "less"]
SignState = Literal["asked", "volunteered", "denied", "unknown"]


@dataclass(frozen=True)
class Reason:
    """A rule or finding that led to a result, with the patient's words where there are any.

    `id`: a rule, finding, red-flag or location id; for the other kinds the value itself
    ("weekly", "14"), or the kind when the value is unknown. `speaks`: `for` or `against`
    the result. `status`: whether it counted by being present, absent or unknown.
    """

    id: str
    kind: Literal[
        "rule", "finding", "location", "side", "frequency", "episode_length", "course",
        "duration", "severity", "age",
    ]  # fmt: skip
    speaks: Literal["for", "against"] = "for"
    words: str = ""
    status: Literal["present", "absent", "unknown"] = "present"


@dataclass(frozen=True)
class RankedContributor:
    """A contributor of the page with its score (summed log-odds) and reasons."""

    id: str
    kind: Literal["cause", "condition", "injury", "other"]
    likelihood: Likelihood
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class AdviceItem:
    """A self-care strategy that is safe for this person; `cautions` change its wording.

    `unknown`: those of `cautions` that are heeded only because the fact is not known.
    """

    id: str
    item: str
    cautions: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Withheld:
    """A strategy left out, and the caution that withheld it.

    `unknown`: nothing says that the caution holds; it is heeded as nobody knows.
    """

    id: str
    because: str
    unknown: bool = False


@dataclass(frozen=True)
class FiredRule:
    """A disposition rule that holds, with what made it hold."""

    id: str
    level: Disposition
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class LedgerEntry:
    """What became of a danger sign that must be asked for the reported areas.

    `state`: present and told when asked for, present and told unasked, denied, or not known.
    `was_asked`: the question that screens it was put, and answered or given up.
    """

    sign: str
    state: SignState
    was_asked: bool = False

    @property
    def is_elicited(self) -> bool:
        """Whether the sign came up at all: asked for, told or denied."""
        return self.was_asked or self.state != "unknown"


@dataclass(frozen=True)
class Assessment:
    """Disposition, ranked contributors, advice, and the reasons of each.

    `rules`: every rule that fired, deciding one first. `unknown`: mandatory signs
    that were never answered. `ledger`: each mandatory sign. `treatments` and
    `diagnostics`: ids of the page's items a clinician may discuss; never matched to the person.
    """

    disposition: Disposition
    rules: tuple[FiredRule, ...]
    contributors: tuple[RankedContributor, ...] = ()
    advice: tuple[AdviceItem, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    diagnostics: tuple[str, ...] = ()
    treatments: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    within_days: int | None = None
    ledger: tuple[LedgerEntry, ...] = ()
    knowledge_version: str = ""

    def to_contract(self) -> dict[str, Any]:
        """The `assessment` object of the website channel (docs/architecture.md)."""
        return {
            "disposition": self.disposition,
            "rules": [rule.id for rule in self.rules],
            "contributors": [
                {
                    "id": c.id,
                    "kind": c.kind,
                    "likelihood": c.likelihood,
                    "reasons": [asdict(reason) for reason in c.reasons],
                }
                for c in self.contributors
            ],
            "advice": [asdict(item) for item in self.advice],
            "withheld": [asdict(item) for item in self.withheld],
            "treatments": list(self.treatments),
            "knowledge_version": self.knowledge_version,
        }

    def to_record(self) -> dict[str, Any]:
        """The contract's object and what staff need beside it, JSON-ready."""
        return self.to_contract() | {
            "diagnostics": list(self.diagnostics),
            "unknown": list(self.unknown),
            "within_days": self.within_days,
            "ledger": [asdict(entry) for entry in self.ledger],
        }
