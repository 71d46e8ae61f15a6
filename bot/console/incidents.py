"""What went wrong where a patient may have noticed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from bot.console.context import actor, database
from bot.store.audit import record_audit
from bot.store.queries import list_incidents, resolve_incident

blueprint = Blueprint("incidents", __name__)


@blueprint.get("/incidents")
def page() -> str:
    """The open ones, newest first; with `all`, the resolved ones too."""
    everything = bool(request.args.get("all"))
    with database().begin() as session:
        found = list_incidents(session, resolved=None if everything else False, limit=200)
    return render_template("incidents.html", rows=found, everything=everything)


@blueprint.post("/incidents/<int:number>")
def resolve(number: int) -> Any:
    """Mark one as dealt with."""
    with database().begin() as session:
        if not resolve_incident(session, number):
            abort(404)
        record_audit(session, actor(), "incident.resolved", str(number), kind="console")
    flash("The incident was marked as resolved.", "done")
    return redirect(url_for("incidents.page"))
