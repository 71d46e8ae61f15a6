"""docs/openapi.yml is what the real app does: its addresses, its answers, its refusals."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
import requests
import yaml
from hypothesis import HealthCheck, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sanic import Sanic

from bot.serve import build_app
from bot.settings import ROOT, Settings
from tests.channels.conftest import Client, danger, new_id

SPEC: dict[str, Any] = yaml.safe_load((ROOT / "docs/openapi.yml").read_text(encoding="utf-8"))
PATHS = {path: item for path, item in SPEC["paths"].items() if "servers" not in item}
METHODS = ("get", "post", "delete", "options", "put", "patch")
CANARY = "zqxcanaryxqz"
SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
OPERATIONS = [(m, p) for p, item in PATHS.items() for m in METHODS if m in item]
BOUNDED = hypothesis_settings(
    max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), database=None
)

scalars = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just(CANARY)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
words = st.text(max_size=60).map(lambda text: f"cramps {CANARY} {text}")
ids = st.uuids().map(str)
fields = {"id": ids | anything, "text": words | anything, "payload": words | anything}
bodies = (
    st.fixed_dictionaries({"id": ids, "text": words}).map(json.dumps)
    | st.fixed_dictionaries({}, optional={**fields, "page": anything}).map(json.dumps)
    | anything.map(json.dumps)
    | st.binary(max_size=60)
    | st.just(json.dumps({"id": new_id(), "text": CANARY * 400}))
    | st.just(b"[" * 70_000)
)
queries = st.fixed_dictionaries({}, optional={"after": st.integers() | st.text(max_size=12)})
printable = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30)
tokens = st.sampled_from(["good", "good", "good", "none"]) | printable


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Without rates: what is asked here comes faster than any patient."""
    return replace(settings, rate_conversation=(), rate_address=(), rate_sessions=())


def test_the_file_and_the_app_have_the_same_addresses(settings: Settings, agent: Any) -> None:
    Sanic.test_mode = True
    app = build_app(settings, agent, danger, "addresses_only")
    groups = app.router.groups.values()
    found = {(m.lower(), f"/{group.path}") for group in groups for m in group.methods}
    assert found == set(OPERATIONS)


def test_every_reference_of_the_file_leads_somewhere() -> None:
    found = list(references(SPEC))
    assert len(found) > 50
    for reference in found:
        assert isinstance(resolve({"$ref": reference}), dict)


def test_the_schemas_of_the_file_are_schemas() -> None:
    for name, schema in SPEC["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("type") or schema.get("oneOf"), name


def test_a_plain_call_answers_as_described(client: Client) -> None:
    for method, path in sorted(OPERATIONS, key=lambda operation: operation[0] == "delete"):
        body = json.dumps({"id": new_id(), "text": "cramps"})
        answer = call(client, method, path, body=body)
        check(method, path, answer)
        assert answer.ok, f"{method} {path}"


@pytest.mark.security(
    "ASVS-5.0-V3.2.1",
    "ASVS-5.0-V3.4.1",
    "ASVS-5.0-V3.4.4",
    "ASVS-5.0-V3.4.5",
    "ASVS-5.0-V3.4.6",
    "ASVS-5.0-V4.1.1",
    "ASVS-5.0-V16.5.1",
)
def test_no_request_breaks_the_app_or_leaves_its_description(address: str) -> None:
    client = Client(address)
    client.begin()

    @seed(20260501)
    @BOUNDED
    @given(st.sampled_from(OPERATIONS), bodies, queries, tokens, st.booleans())
    def fire(
        operation: tuple[str, str], body: bytes | str, query: Any, token: str, other: bool
    ) -> None:
        method, path = operation
        if path.endswith("/session") and token == "good":
            token = "none"  # the conversation is needed for what comes after
        if other and path.startswith("/webhooks"):
            method, path = "post", "/webhooks/web/messages"
        check(method, path, call(client, method, path, body=body, query=query, token=token))

    fire()


@pytest.mark.security("ASVS-5.0-V2.2.1", "ASVS-5.0-V2.2.2")
def test_what_the_schema_of_a_message_refuses_the_app_refuses(client: Client) -> None:
    @seed(20260502)
    @BOUNDED
    @given(st.fixed_dictionaries({}, optional=fields))
    def fire(body: dict[str, Any]) -> None:
        try:
            validate(body, {"$ref": "#/components/schemas/Said"})
        except jsonschema.ValidationError:
            answer = call(client, "post", "/webhooks/web/messages", body=json.dumps(body))
            assert answer.status_code in (400, 413)

    fire()


@pytest.mark.security("ASVS-5.0-V13.4.4")
def test_methods_that_are_not_listed_are_refused(client: Client) -> None:
    for path, item in PATHS.items():
        for method in set(METHODS) - set(item):
            answer = call(client, method, path, body=json.dumps({"text": CANARY}))
            assert answer.status_code == 405, f"{method} {path}"
            refused(answer)


@pytest.mark.security("ASVS-5.0-V16.5.1")
@pytest.mark.security("ASVS-5.0-V13.4.3")
def test_addresses_that_are_not_listed_are_refused(client: Client) -> None:
    for path in (
        "/{}",
        "/static/../{}",
        "/static/%2e%2e/{}",
        "/%ff{}",
        "/webhooks/{}",
        "/health/{}",
        "/static/",
        "/static",
    ):
        answer = call(client, "get", path.format(CANARY))
        assert answer.status_code == 404, path
        refused(answer)


def test_a_request_with_an_impossible_header_is_refused_without_alarm(client: Client) -> None:
    url = client.api.removesuffix("/webhooks/web") + "/webhooks/web/messages"
    answer = requests.post(url, data=b"{}", headers={"Expect": CANARY}, timeout=10)
    assert answer.status_code == 400
    refused(answer)


def call(
    client: Client,
    method: str,
    path: str,
    *,
    body: bytes | str = b"",
    query: Any = None,
    token: str = "good",
) -> requests.Response:
    """One request at the real app; `token`: good, none, or whatever stands after Bearer."""
    shown = {"good": f"Bearer {client.token}", "none": ""}.get(token, f"Bearer {token}")
    data = (body if isinstance(body, bytes) else body.encode()) if method != "get" else None
    address = client.api.removesuffix("/webhooks/web") + path
    headers = {"Authorization": shown} if shown else {}
    return requests.request(method, address, data=data, params=query, headers=headers, timeout=30)


def check(method: str, path: str, answer: requests.Response) -> None:
    """The answer is one that the file describes for this call."""
    assert answer.status_code < 500, f"{method} {path}"
    described = PATHS[path][method]["responses"]
    assert str(answer.status_code) in described, f"{method} {path}: {answer.status_code}"
    response = resolve(described[str(answer.status_code)])
    safe_headers(answer)
    for name, header in response.get("headers", {}).items():
        assert name in answer.headers or not header["required"]
    if "content" not in response:
        assert not answer.content
        return
    kind = answer.headers["Content-Type"]
    assert kind in response["content"]
    if "json" in kind:
        validate(answer.json(), response["content"][kind]["schema"])
    if answer.status_code >= 400:
        assert CANARY not in answer.text + str(answer.headers)


def refused(answer: requests.Response) -> None:
    """An error as the file describes it, with nothing of what was sent."""
    validate(answer.json(), {"$ref": "#/components/schemas/Error"})
    assert CANARY not in answer.text + str(answer.headers)
    safe_headers(answer)


def safe_headers(answer: requests.Response) -> None:
    """What every answer carries, whatever was asked."""
    assert {name: answer.headers.get(name) for name in SAFE} == SAFE
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert answer.headers["Cache-Control"] in ("no-store", "no-cache")


def validate(value: Any, schema: dict[str, Any]) -> None:
    """Raises jsonschema.ValidationError."""
    whole = {"components": SPEC["components"], **schema}
    jsonschema.Draft202012Validator(whole).validate(value)


def resolve(part: dict[str, Any]) -> dict[str, Any]:
    """What a $ref of the file stands for."""
    if "$ref" not in part:
        return part
    found: Any = SPEC
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolve(found)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)
