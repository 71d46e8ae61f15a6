"""The demo page at `/`: a clinic's page on muscle spasms with the chat in it."""

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
    """Serves the page and its files; nothing else of the disk."""
    blueprint = Blueprint("site")
    page = demo_page(settings)

    async def show_page(_request: Request) -> HTTPResponse:
        return html(page, headers=PAGE_HEADERS)

    blueprint.add_route(show_page, "/", methods=["GET"], name="page")
    for path in sorted(p for p in STATIC.iterdir() if p.suffix in _TYPES):
        blueprint.add_route(
            _file_handler(path), f"/static/{path.name}", methods=["GET"], name=path.stem
        )
    return blueprint


def demo_page(settings: Settings) -> str:
    """The page with the clinic's name and numbers filled in."""
    words = {
        "clinic_name": settings.clinic_name,
        "clinic_phone": settings.clinic_phone,
        "clinic_phone_link": "".join(c for c in settings.clinic_phone if c in "+0123456789"),
        "emergency_number": settings.emergency_number,
        "crisis_number": settings.crisis_number,
    }
    template = Template((STATIC / "demo.html").read_text(encoding="utf-8"))
    return template.substitute({name: escape(word) for name, word in words.items()})


def _file_handler(path: Path) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    body = path.read_bytes()

    async def show_file(_request: Request) -> HTTPResponse:
        return raw(body, content_type=_TYPES[path.suffix], headers=PAGE_HEADERS)

    return show_file
