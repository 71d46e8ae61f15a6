"""Appointment requests: whom to call, and what became of it."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from bot.console.calendars import request_to_calendar
from bot.console.context import PAGE_SIZE, actor, database, read_key, read_moment, write_key
from bot.console.names import REQUESTS
from bot.store.acts import update_appointment
from bot.store.audit import record_audit
from bot.store.lists import count_appointments, list_appointments
from bot.store.queries import AppointmentView, find_appointment
from bot.triage.assessment import DISPOSITIONS

blueprint = Blueprint("appointments", __name__)
_LISTED = REQUESTS
STATUSES = {value: label for value, label in _LISTED.items() if value != "withdrawn"}
_BOOKED_FOR = re.compile(r"20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d")
LONGEST_NOTE = 2000


@blueprint.get("/appointments")
def page() -> str:
    """The requests: new ones first, the longest waiting on top."""
    status = request.args.get("status", "new")
    if status != "all" and status not in _LISTED:
        abort(404)
    key = (int, read_moment, str) if status == "new" else (read_moment, str)
    after = read_key(request.args.get("after"), key)
    with database().begin() as session:
        found = list_appointments(
            session, after=after, limit=PAGE_SIZE, status=None if status == "all" else status
        )
        counts = count_appointments(session)
        record_audit(session, actor(), "appointment.listed", "list", count=len(found.rows))
    return render_template(
        "appointments.html",
        rows=found.rows,
        next=write_key(found.next),
        status=status,
        statuses=STATUSES,
        listed=_LISTED,
        counts=counts,
        now=datetime.now(timezone.utc),
        level_of=dict(enumerate(DISPOSITIONS)),
    )


@blueprint.post("/appointments/<reference>")
def change(reference: str) -> Any:
    """Note what became of a request."""
    status, booked_for = request.form.get("status", ""), request.form.get("booked_for", "")
    note = request.form.get("note", "").strip()
    if status not in STATUSES or len(note) > LONGEST_NOTE:
        abort(400)
    if booked_for and not _BOOKED_FOR.fullmatch(booked_for[:16]):
        abort(400)
    with database().begin() as session:
        values = {"status": status, "note": note or None, "booked_for": booked_for[:16] or None}
        if not update_appointment(session, reference, actor(), **values):
            abort(404)
        record_audit(session, actor(), "appointment.changed", reference, status=status)
    flash(f"{reference}: {STATUSES[status]}.", "done")
    return redirect(url_for("appointments.page", status=request.args.get("status") or None))


@blueprint.post("/appointments/<reference>/reveal")
def reveal(reference: str) -> str:
    """Name and contact of one request; that they were read is in the audit."""
    with database().begin() as session:
        found = _found_or_404(session, reference)
        record_audit(session, actor(), "appointment.revealed", reference)
    return render_template("contact.html", one=found, statuses=_LISTED)


@blueprint.post("/appointments/<reference>/calendar")
def calendar(reference: str) -> Any:
    """The request as a calendar file: an event when it is booked, else a task."""
    with database().begin() as session:
        found = _found_or_404(session, reference)
        record_audit(session, actor(), "appointment.exported", reference, form="ics")
    headers = {
        "Content-Disposition": f"attachment; filename={reference}.ics",
        "Content-Type": "text/calendar; charset=utf-8",
    }
    return request_to_calendar(found), headers


def _found_or_404(session: Any, reference: str) -> AppointmentView:
    found = find_appointment(session, reference)
    if found is None or found.status == "withdrawn":
        abort(404)
    return found
