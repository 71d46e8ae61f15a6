"""Who is signed in: own password, second factor and open sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, session, url_for
from flask_login import current_user

from bot.console.context import actor, database
from bot.store.audit import record_audit
from bot.store.sessions import end_sessions, list_sessions

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def page() -> str:
    """Own settings."""
    with database().begin() as opened:
        sessions = list_sessions(opened, current_user.id)
    return render_template(
        "account.html",
        sessions=sessions,
        own=session.get("sid"),
        has_totp=bool(current_user.tf_primary_method),
        has_codes=bool(current_user.mf_recovery_codes),
        required=current_app.config["SECURITY_TWO_FACTOR_REQUIRED"],
    )


@blueprint.post("/account/sessions")
def end_others() -> Any:
    """Sign out every other browser of this login."""
    with database().begin() as opened:
        end_sessions(opened, current_user.id, but=session.get("sid"))
        record_audit(opened, actor(), "staff.changed", actor(), what="other sessions ended")
    flash("All other sessions have ended.", "done")
    return redirect(url_for("account.page"))
