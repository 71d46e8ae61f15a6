"""Every route of the console against every role, made from the URL map."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bot.console.rights import ANYBODY, RIGHTS
from tests.console.conftest import CONVERSATION, REFERENCE, Staff, sign_in, token_of

ROLES = ("viewer", "reviewer", "clinician", "admin")
OPEN = {
    "static", "health", "security.login", "security.two_factor_token_validation",
    "security.two_factor_setup", "security.mf_recovery", "people.accept",
}  # fmt: skip
VALUES = {
    "conversation_id": CONVERSATION, "reference": REFERENCE, "seq": "1", "number": "9999",
    "token": "none", "filename": "console.css",
}  # fmt: skip
LEAVES = {"security.logout", "account.end_others"}
"""Acts that end the session which the other requests of the test need."""


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and a path of each route."""
    found = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        path = adapter.build(rule.endpoint, {n: VALUES[n] for n in rule.arguments}, method=None)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            found.append((rule.endpoint, method, path))
    return found


def ask(client: FlaskClient, method: str, path: str, token: str = "") -> int:
    data = {"csrf_token": token} if method == "POST" else None
    with client.open(path, method=method, data=data, buffered=False) as answer:
        return answer.status_code


@pytest.mark.security("ASVS-5.0-V8.1.1")
def test_every_route_has_its_rights_written_down(app: Flask) -> None:
    routed = {rule.endpoint for rule in app.url_map.iter_rules()}
    undecided = routed - RIGHTS.keys()
    assert undecided == set()
    assert RIGHTS.keys() - routed == set()
    assert {name for name, roles in RIGHTS.items() if roles == ANYBODY} == OPEN


@pytest.mark.security("ASVS-5.0-V8.2.1", "HIPAA-164.312(a)(1)")
def test_a_stranger_gets_nowhere_but_the_login(app: Flask) -> None:
    client = app.test_client()
    for endpoint, method, path in routes(app):
        if endpoint in OPEN:
            continue
        code = ask(client, method, path)
        assert code in {302, 400}, f"{method} {path}: {code}"
        if code == 302:
            with client.open(path, method=method) as answer:
                assert "/login" in answer.headers["Location"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.security("ASVS-5.0-V8.2.1", "ASVS-5.0-V8.3.1", "HIPAA-164.312(a)(1)")
def test_each_role_may_do_what_is_written_down_and_nothing_else(
    app: Flask, staff: Staff, role: str
) -> None:
    client = sign_in(app, staff, role)
    token = token_of(client, "/")
    for endpoint, method, path in routes(app):
        if endpoint in OPEN | LEAVES | {"conversations.erase"}:
            continue
        code = ask(client, method, path, token)
        allowed = role in RIGHTS.get(endpoint, ())
        assert (code == 403) is not allowed, f"{role} {method} {path}: {code}"
        assert code < 500, f"{role} {method} {path}: {code}"


def test_only_an_administrator_erases(app: Flask, staff: Staff) -> None:
    for role in ROLES[:3]:
        client = sign_in(app, staff, role)
        data = {"csrf_token": token_of(client, "/"), "confirm": CONVERSATION[:8]}
        assert client.post(f"/conversations/{CONVERSATION}/erase", data=data).status_code == 403


@pytest.mark.security(
    "ASVS-5.0-V3.2.1", "ASVS-5.0-V3.4.3", "ASVS-5.0-V3.4.4", "ASVS-5.0-V3.4.5", "ASVS-5.0-V3.4.6"
)
@pytest.mark.security("ASVS-5.0-V14.2.2", "ASVS-5.0-V14.3.2")
def test_every_answer_carries_the_same_strict_headers(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "admin")
    for _, method, path in routes(app):
        if method != "GET" or path == "/live":
            continue
        with client.get(path) as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert "unsafe" not in policy
            for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'",
                         "frame-ancestors 'none'", "form-action 'self'"):  # fmt: skip
                assert part in policy, path
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Frame-Options"] == "DENY"
            assert answer.headers["Referrer-Policy"] == "same-origin"
            if not path.startswith("/static"):
                assert answer.headers["Cache-Control"] == "no-store", path


@pytest.mark.security("ASVS-5.0-V3.5.1")
def test_no_post_works_without_its_token(app: Flask, staff: Staff) -> None:
    client = sign_in(app, staff, "admin")
    for endpoint, method, path in routes(app):
        if method == "POST" and endpoint not in OPEN:
            code = ask(client, method, path)
            assert code in {400, 302}, f"{path}: {code}"
    assert client.get("/").status_code == 200
