"""Whose address a request comes from when a proxy stands in between."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence


def visitor(peer: str, forwarded: str, trusted: Sequence[str]) -> str:
    """The address that a request counts for.

    `forwarded`: the X-Forwarded-For header. Its last address is the one that the proxy saw
    itself; it is believed only of a proxy in `trusted` (setting TRUSTED_PROXIES), because
    anybody else could make it up.
    """
    last = forwarded.rsplit(",", maxsplit=1)[-1].strip()
    return last if last and _is_in(peer, trusted) else peer


def _is_in(address: str, networks: Sequence[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in ipaddress.ip_network(network) for network in networks)
