"""The demo pages: a clinic's page on muscle spasms with the chat in it, and all its parts.

`/` has the chat in the page, `/launcher` behind a button, `/examples` every part in every state.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw

from bot.channels.headers import PAGE_HEADERS
from bot.settings import Settings

STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def site(settings: Settings) -> Blueprint:
    """Serves the pages and their files; nothing else of the disk."""
    blueprint = Blueprint("site")
    pages = {
        "/": demo_page(settings),
        "/launcher": demo_page(settings, "launcher"),
        "/examples": _filled("examples.html", settings),
    }
    for path, page in pages.items():
        name = path[1:] or "page"
        blueprint.add_route(_page_handler(page), path, methods=["GET"], name=name)
    for path in sorted(p for p in STATIC.iterdir() if p.suffix in _TYPES):
        blueprint.add_route(
            _file_handler(path), f"/static/{path.name}", methods=["GET"], name=path.name
        )
    return blueprint


def demo_page(settings: Settings, mode: str = "inline") -> str:
    """The page with the clinic's name and numbers filled in; `mode`: inline or launcher."""
    target = "#chat" if mode == "inline" else ""
    return _filled("demo.html", settings, mode=mode, target=target)


def _filled(name: str, settings: Settings, **more: str) -> str:
    words = more | {
        "clinic_name": settings.clinic_name,
        "clinic_phone": settings.clinic_phone,
        "clinic_phone_link": "".join(c for c in settings.clinic_phone if c in "+0123456789"),
        "emergency_number": settings.emergency_number,
        "crisis_number": settings.crisis_number,
        "booking_url": settings.booking_url,
    }
    template = Template((STATIC / name).read_text(encoding="utf-8"))
    return template.substitute({place: escape(word) for place, word in words.items()})


def _page_handler(page: str) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    async def show_page(_request: Request) -> HTTPResponse:
        return html(page, headers=PAGE_HEADERS)

    return show_page


def _file_handler(path: Path) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    body = path.read_bytes()

    async def show_file(_request: Request) -> HTTPResponse:
        return raw(body, content_type=_TYPES[path.suffix], headers=PAGE_HEADERS)

    return show_file
