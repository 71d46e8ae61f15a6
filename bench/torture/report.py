"""What a trial found: rows of a table, each with what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.measure import percentile
from bench.torture.patients import Journal


@dataclass(frozen=True)
class Row:
    """One promise. `holds` None: a figure without a promise."""

    what: str
    found: str
    promise: str
    holds: bool | None


@dataclass
class Trial:
    """Rows of one trial."""

    name: str
    rows: list[Row] = field(default_factory=list)

    def add(self, what: str, found: object, promise: str = "", holds: bool | None = None) -> None:
        """Note and print one row."""
        row = Row(what, str(found), promise, holds)
        self.rows.append(row)
        mark = {True: "holds", False: "BROKEN", None: ""}[holds]
        print(f"    {what}: {row.found}  {promise and '(' + promise + ')'} {mark}", flush=True)

    def none_wrong(self, journal: Journal) -> None:
        """Every other promise: nothing that the patients noted."""
        kinds = sorted(set(journal.wrongs))
        found = "; ".join(f"{journal.wrongs.count(kind)} x {kind}" for kind in kinds) or "nothing"
        self.add("wrong, missing or doubled", found, "nothing", not journal.wrongs)

    def times(self, what: str, seconds: Sequence[float], share: float, limit: float) -> None:
        """A percentile that must stay under a limit."""
        found = percentile(seconds, share)
        name = f"{what}, p{100 * share:g}"
        self.add(name, f"{found:.2f} s", f"< {limit:g} s", found < limit)

    @property
    def holds(self) -> bool:
        """No promise is broken."""
        return not any(row.holds is False for row in self.rows)


def table(trials: Sequence[Trial]) -> str:
    """All trials as Markdown."""
    lines = ["| trial | what | found | promise | |", "|---|---|---|---|---|"]
    for trial in trials:
        for row in trial.rows:
            mark = {True: "holds", False: "**broken**", None: ""}[row.holds]
            lines.append(f"| {trial.name} | {row.what} | {row.found} | {row.promise} | {mark} |")
    return "\n".join(lines)


def say(text: str) -> None:
    """Progress."""
    print(f"==> {text}", flush=True)
