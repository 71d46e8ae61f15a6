"""Who did what, and whether the list of it is whole."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from bot.console.context import actor, database
from bot.console.names import words_of
from bot.store.audit import ACTIONS, count_audit, list_audit, record_audit, verify_audit

blueprint = Blueprint("audit", __name__)
PAGE = 100


@blueprint.get("/audit")
def page() -> str:
    """The newest events first."""
    before, action = request.args.get("before", ""), request.args.get("action", "")
    who, target = request.args.get("actor", "").strip(), request.args.get("target", "").strip()
    if (before and not before.isdecimal()) or (action and action not in ACTIONS):
        abort(404)
    with database().begin() as session:
        events = list_audit(
            session,
            before=int(before) if before else None,
            limit=PAGE + 1,
            action=action,
            actor=who[:255],
            target=target[:255],
        )
        total = count_audit(session)
    return render_template(
        "audit.html",
        events=events[:PAGE],
        older=events[PAGE - 1].seq if len(events) > PAGE else None,
        given={k: v for k, v in request.args.items() if k in ("action", "actor", "target") and v},
        pairs=[(each, words_of(each)) for each in sorted(ACTIONS)],
        total=total,
    )


@blueprint.post("/audit/verify")
def verify() -> Any:
    """Follow the chain from its first event to its end."""
    with database().begin() as session:
        total, broken = count_audit(session), verify_audit(session)
        record_audit(
            session, actor(), "audit.verified", "audit", events=total, broken_at=broken or 0
        )
    if broken is None:
        flash(f"The chain is whole: {total} events, each fits the one before.", "done")
    else:
        flash(f"The chain is broken at event {broken}: it was changed or taken out.", "error")
    return redirect(url_for("audit.page"))
