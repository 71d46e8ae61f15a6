"""Appointment requests: whom to call, and what became of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.validators import InputRequired

from bot.console.conversations import PAGE_SIZE, REVIEWERS, read_key, write_key
from bot.store.audit import record_audit
from bot.store.queries import list_appointments, set_appointment_status

blueprint = Blueprint("appointments", __name__)
STATUSES = {"new": "New", "called": "Called", "booked": "Booked", "declined": "Declined"}


class StatusForm(FlaskForm):  # type: ignore[misc]
    """What became of a request."""

    status = SelectField("Status", choices=list(STATUSES.items()), validators=[InputRequired()])


@blueprint.get("/appointments")
def page() -> str:
    """The requests, newest first."""
    status = request.args.get("status", "")
    if status and status not in STATUSES:
        abort(404)
    with current_app.extensions["database"].begin() as session:
        found = list_appointments(
            session,
            before=read_key(request.args.get("before")),
            limit=PAGE_SIZE,
            status=status or None,
        )
        record_audit(
            session, current_user.email, "appointment.listed", "list", count=len(found.rows)
        )
    return render_template(
        "appointments.html",
        rows=found.rows,
        older=write_key(found.next),
        filters={"status": status},
        statuses=STATUSES,
        may_change=may_change(),
    )


def may_change() -> bool:
    """True for every role but a reader's."""
    return any(current_user.has_role(role) for role in REVIEWERS)


@blueprint.post("/appointments/<reference>")
def change(reference: str) -> Any:
    """Note what became of a request."""
    if not may_change():
        abort(403)
    form = StatusForm()
    if not form.validate_on_submit():
        abort(400)
    with current_app.extensions["database"].begin() as session:
        if not set_appointment_status(session, reference, form.status.data):
            abort(404)
        actor = current_user.email
        record_audit(session, actor, "appointment.changed", reference, status=form.status.data)
    flash(f"{reference}: {STATUSES[form.status.data]}.", "done")
    return redirect(url_for("appointments.page"))
