"""Figures over a period, counted in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import groupby
from statistics import median
from typing import Any

from sqlalchemy import Interval, and_, case, cast, func, literal, select

from bot.store.disputes import Share, bot_agreement, kappa, newest_reviews, pairs
from bot.store.models import AppointmentRequest, Conversation, InboxMessage, Incident
from bot.store.work import Alert, Facet

Counts = Sequence[tuple[str, int]]
NEWEST = 2000
TOP = 12
ALL_PLACES = 50
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Figures:
    """All that the dashboard shows. Times in seconds; None: nothing to measure.

    `days`: day -> disposition (empty: none yet) -> conversations. `funnel`: step -> how many
    came so far. `left_at`: question -> conversations without a result that ended there.
    """

    days: dict[str, dict[str, int]]
    levels: dict[str, int]
    funnel: Counts
    left_at: Counts
    top: dict[str, Counts]
    fallback: Share
    fallback_messages: Share
    agreement: Share
    kappa: float | None
    judged_twice: int
    over_booking: Share
    opened_after: float | None
    not_opened: int
    answered_in: tuple[float, float] | None
    incidents: Counts
    requests: dict[str, int]


def figures(session: Any, since: datetime) -> Figures:
    """The figures of all conversations that began at `since` or later."""
    days = _days(session, since)
    levels: dict[str, int] = {}
    for day in days.values():
        for level, count in day.items():
            levels[level] = levels.get(level, 0) + count
    reviews = newest_reviews(session, since)
    labels = pairs(reviews)
    opened, waiting = _opened_after(session, since)
    fallback, fallback_messages = _fallbacks(session, since)
    asked_for = _requests(session, since)
    return Figures(
        days=days,
        levels=levels,
        funnel=_funnel(session, since, levels, sum(asked_for.values())),
        left_at=_left_at(session, since),
        top={
            kind: _top(session, since, kind, ALL_PLACES if kind == "location" else TOP)
            for kind in ("location", "contributor", "trigger", "red_flag")
        },
        fallback=fallback,
        fallback_messages=fallback_messages,
        agreement=bot_agreement(reviews),
        kappa=kappa(labels),
        judged_twice=len(labels),
        over_booking=_over_booking(reviews),
        opened_after=opened,
        not_opened=waiting,
        answered_in=_answered_in(session, since),
        incidents=_incidents(session, since),
        requests=asked_for,
    )


def _written(since: datetime) -> Any:
    return and_(
        Conversation.created_at >= since,
        Conversation.deleted_at.is_(None),
        Conversation.patient_message_count > 0,
    )


def _days(session: Any, since: datetime) -> dict[str, dict[str, int]]:
    """Days are those of `since`'s time zone."""
    day, level = _day(session, since), Conversation.disposition
    found: dict[str, dict[str, int]] = {}
    for at, disposition, count in session.execute(
        select(day, level, func.count()).where(_written(since)).group_by(day, level)
    ):
        found.setdefault(at, {})[disposition or ""] = count
    return found


def _day(session: Any, since: datetime) -> Any:
    """The day on which a conversation began, by the clock of `since`'s time zone: 2026-01-31."""
    began = Conversation.created_at
    shifts = [(began < until, literal(away)) for until, away in _clock(since)]
    shift = case(*shifts, else_=shifts[-1][1])
    if session.get_bind().dialect.name == "sqlite":
        return func.date(began, shift)
    return func.to_char(func.timezone("UTC", began) + cast(shift, Interval), "YYYY-MM-DD")


def _clock(since: datetime) -> list[tuple[datetime, str]]:
    """How far the clock of `since`'s time zone is from UTC, as `-240 minutes`, and until when."""
    start, now = since.astimezone(timezone.utc), datetime.now(timezone.utc)
    hours = (start + timedelta(hours=n) for n in range((now - start) // timedelta(hours=1) + 1))
    runs = groupby(hours, key=lambda at: at.astimezone(since.tzinfo).utcoffset() or timedelta())
    return [(max(run) + timedelta(hours=1), f"{away // _MINUTE} minutes") for away, run in runs]


def _funnel(session: Any, since: datetime, levels: dict[str, int], asked_for: int) -> Counts:
    opened = select(func.count()).where(
        Conversation.created_at >= since, Conversation.deleted_at.is_(None)
    )
    placed = _begun(since, func.count(Facet.conversation_id.distinct()))
    often = select(func.count()).where(_written(since), Conversation.frequency.is_not(None))
    return [
        ("Opened the chat", session.execute(opened).scalar_one()),
        ("Wrote something", sum(levels.values())),
        ("Said where", session.execute(placed.where(Facet.kind == "location")).scalar_one()),
        ("Said how often", session.execute(often).scalar_one()),
        ("Got a result", sum(n for level, n in levels.items() if level)),
        ("Was offered a visit", levels.get("urgent", 0) + levels.get("book", 0)),
        ("Asked for a visit", asked_for),
    ]


def _left_at(session: Any, since: datetime) -> Counts:
    last = Conversation.last_question
    wanted = select(last, func.count()).where(
        _written(since), Conversation.disposition.is_(None), last.is_not(None)
    )
    return _rows(session, wanted.group_by(last).order_by(func.count().desc()).limit(TOP))


def _top(session: Any, since: datetime, kind: str, most: int) -> Counts:
    wanted = (
        _begun(since, Facet.value, func.count())
        .where(Facet.kind == kind)
        .group_by(Facet.value)
        .order_by(func.count().desc(), Facet.value)
    )
    return _rows(session, wanted.limit(most))


def _begun(since: datetime, *columns: Any) -> Any:
    """Select from the facets of conversations that began since; who has facets has written."""
    begun = and_(Conversation.id == Facet.conversation_id, Conversation.created_at >= since)
    return select(*columns).select_from(Facet).join(Conversation, begun)


def _fallbacks(session: Any, since: datetime) -> tuple[Share, Share]:
    """How many conversations, and how many messages, were not understood."""
    once, written = Conversation.fallbacks > 0, Conversation.patient_message_count
    sums = select(
        func.count().filter(once),
        func.count(),
        func.coalesce(func.sum(Conversation.fallbacks), 0),
        func.coalesce(func.sum(written), 0),
    )
    chats, of, messages, all_messages = session.execute(sums.where(_written(since))).one()
    return Share(chats, of), Share(int(messages), int(all_messages))


def _over_booking(reviews: Sequence[Any]) -> Share:
    """Of what reviewers hold fit for self-care, how much was told to come in."""
    fit = [row for row in reviews if row.should_be == "self_care" and row.disposition]
    return Share(sum(row.disposition != "self_care" for row in fit), len(fit))


def _opened_after(session: Any, since: datetime) -> tuple[float | None, int]:
    """Median seconds from an alert to the first reading by staff, and how many were not read.

    Of the newest alerts; of several of one conversation the first counts.
    """
    newest = (
        select(Alert.conversation_id, Alert.at)
        .where(Alert.at >= since)
        .order_by(Alert.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    first = func.min(newest.c.at, type_=Alert.at.type)
    rows = session.execute(
        select(Conversation.opened_at, first)
        .join(newest, newest.c.conversation_id == Conversation.id)
        .group_by(Conversation.id, Conversation.opened_at)
    ).all()
    waits = [(o - at).total_seconds() for o, at in rows if o is not None]
    return (median(max(0.0, w) for w in waits) if waits else None), len(rows) - len(waits)


def _answered_in(session: Any, since: datetime) -> tuple[float, float] | None:
    """Median and 95th percentile of the newest answers of the bot."""
    wanted = (
        select(InboxMessage.received_at, InboxMessage.answered_at)
        .where(InboxMessage.answered_at.is_not(None), InboxMessage.received_at >= since)
        .order_by(InboxMessage.id.desc())
        .limit(NEWEST)
    )
    times = sorted((end - start).total_seconds() for start, end in session.execute(wanted))
    return (median(times), times[int(0.95 * (len(times) - 1))]) if times else None


def _incidents(session: Any, since: datetime) -> Counts:
    wanted = select(Incident.kind, func.count()).where(Incident.at >= since)
    return _rows(session, wanted.group_by(Incident.kind).order_by(func.count().desc()).limit(TOP))


def _requests(session: Any, since: datetime) -> dict[str, int]:
    status = AppointmentRequest.status
    wanted = select(status, func.count()).where(AppointmentRequest.created_at >= since)
    return dict(_rows(session, wanted.group_by(status)))


def _rows(session: Any, wanted: Any) -> Counts:
    return [(row[0], row[1]) for row in session.execute(wanted)]
