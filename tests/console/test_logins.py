"""Signing in: the second factor, invitations, and everything that must not let anybody in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password

from bot.console import people, security
from bot.console.app import users
from bot.console.passwords import faults_of
from bot.store.audit import list_audit
from bot.store.database import Database
from tests.console.conftest import CONVERSATION, Staff, token_of

EMAIL, PASSWORD = "robin@clinic.example", "plum-orbit-kettle-seven"
WITH_TOTP, SECRET_WORDS = "sam@clinic.example", "lemon-harbor-violin-night"
RECOVERY: list[str] = []


@pytest.fixture
def totp(app: Flask, staff: Staff) -> Callable[[], str]:
    """Two logins, one with a second factor; a function gives its code of now."""
    with app.test_request_context():
        store = users(app)
        factory = app.extensions["security"]._totp_factory
        secret = factory.generate_totp_secret()
        for email, password in ((EMAIL, PASSWORD), (WITH_TOTP, SECRET_WORDS)):
            user = store.find_user(email=email) or store.create_user(
                email=email, password=hash_password(password), roles=["viewer"]
            )
            user.password, user.active = hash_password(password), True
            if email == WITH_TOTP:
                store.tf_set(user, "authenticator", totp_secret=secret)
                util = app.extensions["security"].mf_recovery_codes_util
                RECOVERY[:] = util.create_recovery_codes(user)
        store.commit()

    def code() -> str:
        with app.test_request_context():
            return str(factory.generate_totp_password(secret))

    return code


def post(client: FlaskClient, path: str, **data: str) -> int:
    token = token_of(client, path if path != "/logout" else "/")
    return client.post(path, data=data | {"csrf_token": token}).status_code


def is_in(client: FlaskClient) -> bool:
    return client.get("/").status_code == 200


@pytest.mark.security("ASVS-5.0-V6.3.3", "HIPAA-164.312(d)")
def test_a_second_factor_is_asked_and_a_right_code_lets_in(app: Flask, totp: Callable[[], str]):
    client = app.test_client()
    assert post(client, "/login", email=WITH_TOTP, password=SECRET_WORDS) in (200, 302)
    assert not is_in(client)
    assert post(client, "/tf-validate", code=totp()) == 302
    assert is_in(client)


@pytest.mark.security("ASVS-5.0-V6.5.1")
def test_a_recovery_code_lets_in_once(app: Flask, totp: Callable[[], str]):
    code = RECOVERY[0]
    for works in (True, False):
        client = app.test_client()
        post(client, "/login", email=WITH_TOTP, password=SECRET_WORDS)
        post(client, "/mf-recovery", code=code)
        assert is_in(client) is works


LOGINS = {
    "wrong password": (EMAIL, "wrong"),
    "empty password": (EMAIL, ""),
    "password in capitals": (EMAIL, PASSWORD.upper()),
    "password with a space": (EMAIL, PASSWORD + " "),
    "password cut short": (EMAIL, PASSWORD[:-1]),
    "password of another": (EMAIL, SECRET_WORDS),
    "unknown address": ("nobody@clinic.example", PASSWORD),
    "no address": ("", PASSWORD),
    "name only": ("robin", PASSWORD),
    "address with a NUL": (EMAIL + "\0", PASSWORD),
    "address with SQL": ("' OR 1=1 --", PASSWORD),
    "address with a wild card": ("%@clinic.example", PASSWORD),
    "address with a line break": (EMAIL + "\r\nSet-Cookie: a=b", PASSWORD),
    "address of 5,000 characters": ("a" * 5000 + "@clinic.example", PASSWORD),
    "password of 100,000 characters": (EMAIL, "x" * 100_000),
    "full-width address": ("ｒｏｂｉｎ＠clinic.example", "wrong"),
    "password with a NUL": (EMAIL, "\0" + PASSWORD),
    "hash as password": (EMAIL, "$argon2id$v=19$m=65536,t=3,p=4$x$y"),
}
CODES = {
    "wrong code": "000000", "empty code": "", "letters": "abcdef", "short code": "123",
    "long code": "1234567890123", "negative": "-00001", "spaces": "      ", "SQL": "' OR '1'='1",
    "decimal": "1.5e10",
}  # fmt: skip


@pytest.mark.parametrize("name", LOGINS)
@pytest.mark.security("HIPAA-164.312(d)")
def test_a_wrong_login_is_refused(app: Flask, totp: Callable[[], str], name: str):
    email, password = LOGINS[name]
    client = app.test_client()
    assert post(client, "/login", email=email, password=password) in (200, 400, 413)
    assert not is_in(client)


@pytest.mark.parametrize("name", CODES)
def test_a_wrong_code_is_refused(app: Flask, totp: Callable[[], str], name: str):
    client = app.test_client()
    post(client, "/login", email=WITH_TOTP, password=SECRET_WORDS)
    assert post(client, "/tf-validate", code=CODES[name]) in (200, 302, 400)
    assert not is_in(client)


@pytest.mark.security("ASVS-5.0-V6.3.4")
def test_a_code_without_the_password_is_refused(app: Flask, totp: Callable[[], str]):
    client = app.test_client()
    token = token_of(client, "/login")
    for path in ("/tf-validate", "/mf-recovery"):
        client.post(path, data={"csrf_token": token, "code": totp()})
        assert not is_in(client)


@pytest.mark.security("ASVS-5.0-V6.3.1")
def test_a_code_cannot_be_guessed_ten_times(app: Flask, totp: Callable[[], str]):
    client = app.test_client()
    post(client, "/login", email=WITH_TOTP, password=SECRET_WORDS)
    token = token_of(client, "/tf-validate")
    codes = [
        client.post("/tf-validate", data={"csrf_token": token, "code": "000000"}).status_code
        for _ in range(11)
    ]
    assert codes[-1] == 429
    assert not is_in(client)


@pytest.mark.security("ASVS-5.0-V7.4.2")
def test_a_login_that_was_switched_off_is_refused(app: Flask, totp: Callable[[], str]):
    client, late = app.test_client(), app.test_client()
    post(client, "/login", email=EMAIL, password=PASSWORD)
    assert is_in(client)
    with app.test_request_context():
        users(app).find_user(email=EMAIL).active = False
        users(app).commit()
    assert not is_in(client)
    post(late, "/login", email=EMAIL, password=PASSWORD)
    assert not is_in(late)


def cookie(client: FlaskClient) -> str:
    held = client.get_cookie("console")
    assert held is not None
    return str(held.value)


@pytest.mark.security("ASVS-5.0-V7.2.1", "ASVS-5.0-V7.4.1")
def test_a_kept_cookie_is_worthless_after_signing_out(app: Flask, totp: Callable[[], str]):
    client, thief = app.test_client(), app.test_client()
    post(client, "/login", email=EMAIL, password=PASSWORD)
    thief.set_cookie("console", cookie(client))
    assert is_in(thief)
    post(client, "/logout")
    assert not is_in(thief)


@pytest.mark.parametrize("change", ["flip", "cut", "empty", "unsigned", "other"])
@pytest.mark.security("ASVS-5.0-V7.2.1")
def test_a_forged_cookie_is_refused(app: Flask, totp: Callable[[], str], change: str):
    client, thief = app.test_client(), app.test_client()
    post(client, "/login", email=EMAIL, password=PASSWORD)
    real = cookie(client)
    forged = {
        "flip": real[:-2] + ("A" if real[-2] != "A" else "B") + real[-1], "cut": real[:-8],
        "empty": "", "unsigned": real.split(".")[0], "other": "eyJfdXNlcl9pZCI6IjEifQ.x.y",
    }[change]  # fmt: skip
    thief.set_cookie("console", forged)
    assert not is_in(thief)


@pytest.mark.parametrize("limit", ["IDLE", "LONGEST_SESSION"])
@pytest.mark.security(
    "ASVS-5.0-V7.3.1", "ASVS-5.0-V7.3.2", "ASVS-5.0-V7.4.1", "HIPAA-164.312(a)(2)(iii)"
)
def test_a_session_ends_for_good(
    app: Flask, totp: Callable[[], str], monkeypatch: pytest.MonkeyPatch, limit: str
):
    client = app.test_client()
    post(client, "/login", email=EMAIL, password=PASSWORD)
    kept = cookie(client)
    monkeypatch.setattr(security, limit, timedelta(seconds=-1))
    assert not is_in(client)
    monkeypatch.undo()
    thief = app.test_client()
    thief.set_cookie("console", kept)
    assert not is_in(thief)


@pytest.mark.security("ASVS-5.0-V7.3.1", "ASVS-5.0-V7.3.2")
def test_the_limits_of_a_session_are_fifteen_minutes_and_twelve_hours():
    assert (timedelta(minutes=15), timedelta(hours=12)) == (security.IDLE, security.LONGEST_SESSION)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", r"\\evil.example"])
@pytest.mark.security("ASVS-5.0-V3.7.2")
def test_a_login_leads_to_no_other_site(app: Flask, totp: Callable[[], str], target: str):
    client = app.test_client()
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": token_of(client, "/login")}
    answer = client.post("/login", query_string={"next": target}, data=data)
    leads = urljoin("http://localhost/login", answer.headers.get("Location", "/"))
    assert urlsplit(leads.replace("\\", "/")).netloc == "localhost"


@pytest.mark.security("ASVS-5.0-V3.3.2", "ASVS-5.0-V3.3.4")
def test_the_cookie_cannot_be_read_by_scripts_or_sent_across_sites(
    app: Flask, totp: Callable[[], str]
):
    client = app.test_client()
    data = {"email": EMAIL, "password": PASSWORD, "csrf_token": token_of(client, "/login")}
    header = client.post("/login", data=data).headers["Set-Cookie"]
    assert "HttpOnly" in header and "SameSite=Lax" in header


@pytest.mark.security("ASVS-5.0-V16.3.1")
def test_failed_tries_stand_in_the_audit_without_made_up_names(
    app: Flask, totp: Callable[[], str], database: Database
):
    client = app.test_client()
    for email in (EMAIL, "made.up@evil.example"):
        post(client, "/login", email=email, password="wrong")
    with database.begin() as session:
        targets = {e.target for e in list_audit(session, action="staff.login_failed")}
    assert EMAIL in targets
    assert not any("evil" in target for target in targets)


@pytest.mark.security("ASVS-5.0-V6.2.1", "ASVS-5.0-V6.2.5", "ASVS-5.0-V6.4.1")
def test_an_invitation_works_once_and_wants_a_strong_password(app: Flask, totp: Callable[[], str]):
    with app.test_request_context():
        link = people._link(users(app).find_user(email=EMAIL))
    path = re.sub(r"^https?://[^/]+", "", link)
    client = app.test_client()
    for weak in ("short", "passwordpassword", "robin@clinic.example", "aaaaaaaaaaaaaaaa"):
        assert post(client, path, password=weak, again=weak) == 400
    fresh = "gravel-tulip-ocean-brick"
    assert post(client, path, password=fresh, again="other") == 400
    assert post(client, path, password=fresh, again=fresh) == 302
    assert client.get(path).status_code == 404
    assert client.get(path[:-3] + "abc").status_code == 404
    assert post(client, "/login", email=EMAIL, password=fresh) == 302
    assert is_in(client)


@pytest.mark.security("ASVS-5.0-V7.4.5")
def test_a_changed_role_ends_the_sessions_of_its_login(
    app: Flask, staff: Staff, totp: Callable[[], str]
):
    client, admin = app.test_client(), app.test_client()
    post(client, "/login", email=EMAIL, password=PASSWORD)
    email, password = staff.passwords["admin"]
    assert post(admin, "/login", email=email, password=password) == 302
    assert is_in(client) and is_in(admin)
    with app.test_request_context():
        number = users(app).find_user(email=EMAIL).id
    token = token_of(admin, "/staff")
    data = {"csrf_token": token, "act": "role", "role": "reviewer"}
    answer = admin.post(f"/staff/{number}", data=data)
    assert answer.headers["Location"] == "/staff"
    assert not is_in(client)
    assert admin.get(f"/conversations/{CONVERSATION}").status_code == 200


@pytest.mark.parametrize("password", ["password1234", "qwertyuiop12", "letmeinletmein", "abc" * 5])
@pytest.mark.security("ASVS-5.0-V6.2.4")
def test_easy_passwords_are_refused(password: str):
    assert faults_of(password, "x@clinic.example")
