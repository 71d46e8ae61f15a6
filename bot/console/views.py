"""Saved views of the list."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, request, url_for

from bot.console.addresses import read_address
from bot.console.context import actor, database
from bot.store.views import remove_view, save_view

blueprint = Blueprint("views", __name__)
LONGEST_NAME = 60


@blueprint.post("/views")
def save() -> Any:
    """Keep the filters of the list under a name."""
    name = " ".join(request.form.get("name", "").split())[:LONGEST_NAME]
    given = read_address(request.args).given
    query = urlencode([(key, value) for key, values in given.items() for value in values])
    back = redirect(url_for("conversations.page") + (f"?{query}" if query else ""))
    if not name or len(query) > 1000:
        flash("Give the view a short name.", "error")
        return back
    with database().begin() as session:
        kept = save_view(session, actor(), name, query, bool(request.form.get("shared")))
    flash(f"The view {name} was saved." if kept else "You have too many views.", "done")
    return back


@blueprint.post("/views/<int:number>")
def remove(number: int) -> Any:
    """Forget one of one's own views."""
    with database().begin() as session:
        gone = remove_view(session, actor(), number=number)
    flash("The view was removed." if gone else "Only its owner can remove a view.", "done")
    return redirect(url_for("conversations.page"))
