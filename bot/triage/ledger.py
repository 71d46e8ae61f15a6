"""The ledger of a conversation: what became of each danger sign that its place calls for."""

from __future__ import annotations

from bot.triage.assessment import LedgerEntry, SignState
from bot.triage.conditions import judge
from bot.triage.content import Knowledge, RedFlag
from bot.triage.facts import Facts
from bot.triage.intake import Intake


def ledger(intake: Intake, knowledge: Knowledge) -> tuple[LedgerEntry, ...]:
    """One entry for each sign that must be asked for the reported areas, in the file's order."""
    return ledger_of(Facts(intake, knowledge))


def ledger_of(facts: Facts) -> tuple[LedgerEntry, ...]:
    """Like `ledger`, on facts that are already prepared."""
    sites = facts.index.sites
    flags = {flag.id: flag for place in facts.intake.locations for flag in sites.get(place, ())}
    return tuple(
        LedgerEntry(name, _state(flags[name], facts), flags[name].question in facts.intake.asked)
        for name in sorted(flags, key=facts.index.flag_order.__getitem__)
    )


def _state(flag: RedFlag, facts: Facts) -> SignState:
    present = facts.flag(flag)
    if present is None:
        return "unknown"
    if not present:
        return "denied"
    return "volunteered" if _was_volunteered(flag, facts) else "asked"


def _was_volunteered(flag: RedFlag, facts: Facts) -> bool:
    """Whether the patient brought up the sign, or one of what makes it, without being asked."""
    told = [flag.id]
    if flag.id not in facts.signs and flag.when:
        told = [reason.id for reason in judge(flag.when, facts).reasons]
    answers = (facts.intake.findings.get(name) for name in told)
    return any(a and (a.status, a.heard) == ("present", "volunteered") for a in answers)
