"""Figures over a period, counted in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from statistics import median
from typing import Any

from sqlalchemy import and_, func, select

from bot.store.disputes import Share, bot_agreement, kappa, newest_reviews, pairs
from bot.store.models import AppointmentRequest, Conversation, InboxMessage, Incident
from bot.store.work import Alert, Facet

Counts = Sequence[tuple[str, int]]
NEWEST = 2000
TOP = 12
ALL_PLACES = 50


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
    return Figures(
        days=days,
        levels=levels,
        funnel=_funnel(session, since, levels),
        left_at=_left_at(session, since),
        top={
            kind: _top(session, since, kind, ALL_PLACES if kind == "location" else TOP)
            for kind in ("location", "contributor", "trigger", "red_flag")
        },
        fallback=_fallback(session, since),
        fallback_messages=_fallback_messages(session, since),
        agreement=bot_agreement(reviews),
        kappa=kappa(labels),
        judged_twice=len(labels),
        over_booking=_over_booking(reviews),
        opened_after=opened,
        not_opened=waiting,
        answered_in=_answered_in(session, since),
        incidents=_incidents(session, since),
        requests=_requests(session, since),
    )


def _written(since: datetime) -> Any:
    return and_(
        Conversation.created_at >= since,
        Conversation.deleted_at.is_(None),
        Conversation.patient_message_count > 0,
    )


def _days(session: Any, since: datetime) -> dict[str, dict[str, int]]:
    """Days are those of `since`'s time zone, put together from hours."""
    hour, level = _hour(session), Conversation.disposition
    rows = session.execute(
        select(hour, level, func.count()).where(_written(since)).group_by(hour, level)
    )
    day = cache(
        lambda at: (
            datetime.fromisoformat(f"{at}:00:00+00:00").astimezone(since.tzinfo).date().isoformat()
        )
    )
    found: dict[str, dict[str, int]] = {}
    for at, disposition, count in rows:
        counts = found.setdefault(day(at), {})
        counts[disposition or ""] = counts.get(disposition or "", 0) + count
    return found


def _hour(session: Any) -> Any:
    """The hour in which a conversation began, in UTC: 2026-01-31T14."""
    began = Conversation.created_at
    if session.get_bind().dialect.name == "sqlite":
        return func.strftime("%Y-%m-%dT%H", began)
    return func.to_char(func.timezone("UTC", began), 'YYYY-MM-DD"T"HH24')


def _funnel(session: Any, since: datetime, levels: dict[str, int]) -> Counts:
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
        ("Asked for a visit", sum(_requests(session, since).values())),
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


def _fallback(session: Any, since: datetime) -> Share:
    wanted = select(func.count()).where(_written(since))
    some = session.execute(wanted.where(Conversation.fallbacks > 0)).scalar_one()
    return Share(some, session.execute(wanted).scalar_one())


def _fallback_messages(session: Any, since: datetime) -> Share:
    sums = select(
        func.coalesce(func.sum(Conversation.fallbacks), 0),
        func.coalesce(func.sum(Conversation.patient_message_count), 0),
    )
    some, total = session.execute(sums.where(_written(since))).one()
    return Share(int(some), int(total))


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
