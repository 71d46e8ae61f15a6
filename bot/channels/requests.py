"""Reads what a client sent, within limits, into checked values."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sanic.request import Request

from bot.channels.errors import ChannelError, MalformedRequest, TooLong
from bot.channels.text import MAX_TEXT, clean_text, normalise
from bot.proxies import visitor

MAX_BODY = 64 * 1024
"""Bytes: 4,000 characters fit even if each is escaped as two \\uXXXX."""
_ID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_WORDS = re.compile(r"[A-Za-z]+")
_MAX_AFTER = 1_000_000_000


@dataclass(frozen=True)
class Said:
    """A message as it came: cleaned text, or a payload nobody has checked yet."""

    id: str
    text: str | None = None
    payload: str | None = None
    label: str = ""

    @property
    def words(self) -> str:
        """What the danger check listens to."""
        return self.text or normalise(self.label) or " ".join(_WORDS.findall(self.payload or ""))


@dataclass(frozen=True)
class Visit:
    """Where a conversation begins. `page` has no query: addresses can hold private words."""

    page: str | None
    locale: str | None


def read_message(request: Request) -> Said:
    """The message in a request. Raises MalformedRequest, TooLong."""
    body = _read_object(request)
    if not isinstance(body.get("id"), str) or not _ID.fullmatch(body["id"]):
        raise MalformedRequest()
    if ("text" in body) == ("payload" in body):
        raise MalformedRequest()
    if "text" in body:
        return Said(body["id"], text=clean_text(body["text"]))
    payload, label = body["payload"], body.get("label", "")
    if not isinstance(payload, str) or not isinstance(label, str):
        raise MalformedRequest()
    if len(payload) > MAX_TEXT or len(label) > MAX_TEXT:
        raise TooLong()
    return Said(body["id"], payload=payload, label=label)


def words_of_refused(request: Request) -> str:
    """What a patient typed in a request that is refused, as far as it can be read at all.

    Of a text that is too long, its beginning and its end.
    """
    try:
        text = normalise(str(_read_object(request).get("text", "")))
    except ChannelError:
        return ""
    half = MAX_TEXT // 2
    return text if len(text) <= MAX_TEXT else f"{text[:half]}\n{text[-half:]}"


def read_session(request: Request) -> Visit:
    """Page and locale of a new conversation; both may be missing. Raises MalformedRequest."""
    body = _read_object(request) if request.body else {}
    page, locale = body.get("page"), body.get("locale")
    return Visit(
        page=_without_query(page) if isinstance(page, str) else None,
        locale=locale if isinstance(locale, str) and _LOCALE.fullmatch(locale) else None,
    )


def read_after(request: Request) -> int:
    """The `after` of a transcript request, 0 if missing. Raises MalformedRequest."""
    given = request.args.get("after", "0")
    if not re.fullmatch(r"[0-9]{1,10}", given) or int(given) > _MAX_AFTER:
        raise MalformedRequest()
    return int(given)


def client_address(request: Request, trusted: Sequence[str]) -> str:
    """Whose rate this request counts on; `trusted`: proxies that say for whom they speak."""
    return visitor(request.ip or "", request.headers.get("X-Forwarded-For", ""), trusted)


def _read_object(request: Request) -> dict[str, Any]:
    if len(request.body) > MAX_BODY:
        raise TooLong()
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        raise MalformedRequest() from None
    if not isinstance(body, dict):
        raise MalformedRequest()
    return body


def _without_query(page: str) -> str | None:
    try:
        parts = urlsplit(page)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"[:500]
