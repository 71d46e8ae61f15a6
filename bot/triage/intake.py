"""The patient's normalised answers, as far as they are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Status = Literal["present", "absent", "unknown"]
Side = Literal["left", "right", "both", "alternating"]
Frequency = Literal["once", "occasional", "weekly", "daily", "constant"]
EpisodeLength = Literal["seconds", "under_10_min", "over_10_min", "hours"]
Course = Literal["improving", "same", "worsening"]


@dataclass(frozen=True)
class Answer:
    """What is known of one finding. `unknown` means asked and not answered ("don't know").

    `words` are the patient's own, for reasons and staff; never for logs.
    """

    status: Status
    words: str = ""
    heard: Literal["volunteered", "asked"] = "volunteered"


@dataclass(frozen=True)
class Intake:
    """Everything a patient has said so far. A finding that is missing was never touched.

    `duration_days`: days since it began. `severity`: 0-10. `age`: years.
    `asked`: ids of the questions already put. `unsure`: names of fields (frequency,
    duration_days, ...) the patient could not tell. `words`: field -> the patient's words.
    """

    locations: tuple[str, ...] = ()
    side: Side | None = None
    frequency: Frequency | None = None
    episode_length: EpisodeLength | None = None
    duration_days: int | None = None
    course: Course | None = None
    severity: int | None = None
    age: int | None = None
    writes: Literal["self", "carer"] = "self"
    findings: Mapping[str, Answer] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)

    def status(self, finding: str) -> Status | None:
        """Status of a finding or red flag; None when it was never touched."""
        answer = self.findings.get(finding)
        return answer.status if answer else None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form, kept in the `intake` slot."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any] | None) -> Intake:
        """The inverse of `to_dict`; None or {} is an empty intake."""
        values = dict(data or {})
        values["findings"] = {k: Answer(**v) for k, v in values.get("findings", {}).items()}
        for name in ("locations", "asked", "unsure"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)
