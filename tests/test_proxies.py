"""Only a trusted proxy is believed when it says for which visitor it speaks."""

from __future__ import annotations

import pytest

from bot.console.app import _seen_through
from bot.proxies import visitor

TRUSTED = ("127.0.0.0/8", "::1/128", "10.9.0.0/16")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("10.9.3.4", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", " , ", "127.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("no address", "198.51.100.1", "no address"),
    ],
)
@pytest.mark.security("ASVS-5.0-V4.1.3")
def test_the_visitor_behind_a_proxy(peer: str, forwarded: str, address: str) -> None:
    assert visitor(peer, forwarded, TRUSTED) == address


@pytest.mark.security("ASVS-5.0-V4.1.3")
def test_the_console_sees_the_visitor_too() -> None:
    seen: list[str] = []
    answer = _seen_through(lambda environ, _: seen.append(environ["REMOTE_ADDR"]), TRUSTED)
    for peer in ("127.0.0.1", "203.0.113.9"):
        answer({"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": "198.51.100.1"}, None)
    assert seen == ["198.51.100.1", "203.0.113.9"]
