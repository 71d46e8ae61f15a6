"""Staff logins: invitations by link, roles, and ending them. For administrators."""

from __future__ import annotations

import secrets
from typing import Any
from unicodedata import normalize

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_security import hash_password
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import select

from bot.console.context import actor, database
from bot.console.names import ROLES
from bot.console.passwords import faults_of
from bot.console.security import User
from bot.store.audit import record_audit
from bot.store.sessions import end_sessions

blueprint = Blueprint("people", __name__)
INVITATION_SECONDS = 3 * 24 * 3600
ACTS = {
    "link": "A new link was made",
    "off": "The login was switched off",
    "on": "The login was switched on",
    "totp": "The second factor was taken off",
}


@blueprint.get("/staff")
def page() -> str:
    """All logins."""
    return _page()


@blueprint.post("/staff")
def invite() -> Any:
    """Make a login without a password, and a link to set one."""
    email, role = request.form.get("email", "").strip().casefold(), request.form.get("role", "")
    if role not in ROLES:
        abort(400)
    if "@" not in email or len(email) > 255 or _store().find_user(email=email):
        return _page(error="Give a new email address."), 400
    wanted = _store().find_or_create_role(name=role, description=ROLES[role])
    # Nobody can know this password: the link is the only way in.
    user = _store().create_user(email=email, password=hash_password(_random()), roles=[wanted])
    _store().commit()
    _audit("staff.created", email, role=role)
    return _page(link=_link(user), email=email)


@blueprint.post("/staff/<int:number>")
def change(number: int) -> Any:
    """Change the role of a login, switch it off or on, take off its second factor."""
    user = _store().find_user(id=number)
    if user is None:
        abort(404)
    act, role = request.form.get("act", ""), request.form.get("role", "")
    if user.id == current_user.id and act != "link":
        flash("Ask another administrator to change your own login.", "error")
        return redirect(url_for("people.page"))
    if act == "role" and role in ROLES:
        user.roles = [_store().find_or_create_role(name=role, description=ROLES[role])]
    elif act in ("off", "on"):
        user.active = act == "on"
    elif act == "totp":
        user.tf_primary_method = user.tf_totp_secret = None
        user.mf_recovery_codes = []
    elif act != "link":
        abort(400)
    _store().set_uniquifier(user)
    _store().commit()
    with database().begin() as session:
        end_sessions(session, user.id)
    _audit("staff.changed", user.email, what=act)
    if act == "link":
        return _page(link=_link(user), email=user.email)
    flash(f"{user.email}: {ACTS.get(act, 'The role was changed')}.", "done")
    return redirect(url_for("people.page"))


@blueprint.route("/invitation/<token>", methods=["GET", "POST"])
def accept(token: str) -> Any:
    """Whoever has the link sets the password, once."""
    user = _invited(token)
    if user is None:
        return render_template("invitation.html", email=None, faults=[]), 404
    faults: list[str] = []
    if request.method == "POST":
        password = normalize("NFKD", request.form.get("password", ""))
        faults = faults_of(password, user.email)
        if password != normalize("NFKD", request.form.get("again", "")):
            faults.append("The two passwords differ.")
        if not faults:
            user.password = hash_password(password)
            _store().set_uniquifier(user)  # the link has done its work
            _store().commit()
            _audit("staff.changed", user.email, what="password", by=user.email)
            flash("Your password was set. Sign in with it.", "done")
            return redirect(url_for("security.login"))
    code = 400 if faults else 200
    return render_template("invitation.html", email=user.email, faults=faults), code


def _page(**more: Any) -> str:
    people = _store().db.session.scalars(select(User).order_by(User.email)).unique().all()
    return render_template("people.html", people=people, roles=ROLES, **more)


def _link(user: User) -> str:
    token = _signer().dumps([user.id, user.fs_uniquifier])
    return url_for("people.accept", token=token, _external=True)


def _invited(token: str) -> User | None:
    try:
        number, mark = _signer().loads(token, max_age=INVITATION_SECONDS)
    except (BadSignature, ValueError, TypeError):
        return None
    user = _store().find_user(id=number)
    return user if user and user.active and user.fs_uniquifier == mark else None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="invitation")


def _audit(action: str, target: str, by: str | None = None, **detail: Any) -> None:
    with database().begin() as session:
        record_audit(session, by or actor(), action, target, **detail)


def _store() -> Any:
    return current_app.extensions["datastore"]


def _random() -> str:
    return secrets.token_urlsafe(32)
