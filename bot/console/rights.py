"""Who may use which page. A page that is not listed here cannot be used at all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Flask, abort, redirect, request, url_for
from flask_login import current_user

VIEWER, REVIEWER, CLINICIAN, ADMIN = "viewer", "reviewer", "clinician", "admin"
READ = frozenset({VIEWER, REVIEWER, CLINICIAN, ADMIN})
JUDGE = frozenset({REVIEWER, CLINICIAN, ADMIN})
DECIDE = frozenset({CLINICIAN, ADMIN})
ADMINISTER = frozenset({ADMIN})
ANYBODY: frozenset[str] = frozenset()
NOBODY = frozenset({"nobody"})

RIGHTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "static": ANYBODY,
        "health": ANYBODY,
        "security.login": ANYBODY,
        "security.two_factor_token_validation": ANYBODY,
        "security.mf_recovery": ANYBODY,
        "people.accept": ANYBODY,
        "security.static": NOBODY,
        "security.tf_select": NOBODY,
        "security.two_factor_rescue": NOBODY,
        "security.logout": READ,
        "security.verify": READ,
        "security.change_password": READ,
        "security.two_factor_setup": ANYBODY,
        "security.two_factor_setup_validate": READ,
        "security.mf_recovery_codes": READ,
        "account.page": READ,
        "account.end_others": READ,
        "conversations.page": READ,
        "conversations.detail": READ,
        "conversations.printed": READ,
        "conversations.exported": JUDGE,
        "conversations.exported_fhir": JUDGE,
        "conversations.change_state": JUDGE,
        "conversations.assign_to": JUDGE,
        "conversations.tag": JUDGE,
        "conversations.erase": ADMINISTER,
        "reviews.save": JUDGE,
        "reviews.agree": JUDGE,
        "reviews.vignettes": DECIDE,
        "proposals.page": READ,
        "proposals.correct": JUDGE,
        "proposals.save": JUDGE,
        "proposals.decide": DECIDE,
        "proposals.export": DECIDE,
        "appointments.page": READ,
        "appointments.change": JUDGE,
        "appointments.reveal": JUDGE,
        "appointments.calendar": JUDGE,
        "exports.conversations": JUDGE,
        "exports.appointments": JUDGE,
        "exports.research": ADMINISTER,
        "views.save": READ,
        "views.remove": READ,
        "dashboard.page": READ,
        "incidents.page": READ,
        "incidents.resolve": JUDGE,
        "live.stream": READ,
        "audit.page": ADMINISTER,
        "audit.verify": ADMINISTER,
        "people.page": ADMINISTER,
        "people.invite": ADMINISTER,
        "people.change": ADMINISTER,
    }
)
"""Endpoint -> roles. ANYBODY: without a login too. NOBODY: routes
of the login package that this console does not use."""


def guard(app: Flask) -> None:
    """Check the right to each request before anything else of it runs."""
    app.before_request(_check)
    app.context_processor(lambda: {"may": may})


def may(endpoint: str) -> bool:
    """Whether who is signed in may use `endpoint`."""
    return any(current_user.has_role(role) for role in RIGHTS[endpoint])


def _check() -> Any:
    endpoint = request.endpoint
    if endpoint is not None and RIGHTS.get(endpoint) == ANYBODY:
        return None
    if not current_user.is_authenticated:
        return _to_login()
    if endpoint is None:
        return None  # the answer is 404 or 405
    if endpoint not in RIGHTS or not may(endpoint):
        abort(403)
    return None


def _to_login() -> Any:
    if request.endpoint is None or request.method != "GET":
        return redirect(url_for("security.login"))
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
