"""How often one may try to sign in, and a note in the audit of each try that failed.

Tries are counted for an address together with a login, so that a stranger cannot lock a
colleague out; one address has a limit over all logins besides. A code of the second factor is
counted for its login: whoever gets there knows the password already.
"""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, request, session
from flask_login import current_user
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from bot.store.audit import record_audit
from bot.store.database import Database

LOGIN_TRIES: RateLimitItem = parse("10 per 5 minutes")
ADDRESS_TRIES: RateLimitItem = parse("60 per 5 minutes")
CODE_TRIES: RateLimitItem = parse("10 per 5 minutes")
CODES = frozenset(
    {
        "security.two_factor_token_validation",
        "security.mf_recovery",
        "security.two_factor_setup_validate",
    }
)
UNKNOWN = "unknown login"
LONGEST = 1024
"""Characters of a password that are looked at."""


def throttle(app: Flask, database: Database) -> None:
    """Put the limits and the note on `app`."""
    storage = MemoryStorage()
    limiter = FixedWindowRateLimiter(storage)
    app.extensions["login_tries"] = storage  # the limiter itself holds it weakly

    def refuse_too_many() -> None:
        if request.method != "POST":
            return
        if any(len(v) > LONGEST for k, v in request.form.items() if "password" in k):
            abort(400)  # hashing it would take long
        address = request.remote_addr or ""
        if request.endpoint == "security.login":
            fits = limiter.hit(LOGIN_TRIES, "login", address, _email())
            if not (limiter.hit(ADDRESS_TRIES, "address", address) and fits):
                abort(429)
        elif request.endpoint in CODES and not limiter.hit(CODE_TRIES, "code", _pending()):
            abort(429)

    def note_failure(response: Response) -> Response:
        tried = request.method == "POST" and request.endpoint in {"security.login", *CODES}
        # A login or a code that was right is answered with a redirect.
        if tried and response.status_code in (200, 400, 429):
            with database.begin() as opened:
                record_audit(opened, _known(), "staff.login_failed", _known())
        return response

    app.before_request(refuse_too_many)
    app.after_request(note_failure)


def _email() -> str:
    return request.form.get("email", "").strip().casefold()[:255]


def _pending() -> str:
    if current_user.is_authenticated:
        return str(current_user.fs_uniquifier)
    return str(session.get("tf_user_id") or request.remote_addr)


def _known() -> str:
    """The login that was tried, if there is one: the audit keeps no address that was made up."""
    store = current_app.extensions["datastore"]
    if current_user.is_authenticated:
        return str(current_user.email)
    if "tf_user_id" in session:
        user = store.find_user(fs_uniquifier=session["tf_user_id"])
    else:
        user = store.find_user(email=_email()) if _email() else None
    return str(user.email) if user else UNKNOWN
