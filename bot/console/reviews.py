"""The verdict on a conversation: structured, or with one key."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, render_template, request

from bot.console.context import actor, database
from bot.console.conversations import back_to, detail_or_404, read_tags, show
from bot.console.vignettes import vignette_of, vignettes_to_yaml
from bot.knowledge import knowledge
from bot.store.acts import add_review, set_tags
from bot.store.audit import record_audit
from bot.store.disputes import disputed
from bot.store.queries import ConversationDetail, conversation_detail
from bot.triage.assessment import DISPOSITIONS

blueprint = Blueprint("reviews", __name__)
UNDERSTOOD = {
    "fully": "Understood everything",
    "partly": "Missed something",
    "wrong": "Got it wrong",
}
WORDING = {"good": "Clear and kind", "unclear": "Hard to understand", "long": "Too long",
           "cold": "Not kind enough"}  # fmt: skip
LONGEST_NOTE = 2000


@blueprint.post("/conversations/<conversation_id>/review")
def save(conversation_id: str) -> Any:
    """Store a verdict."""
    form = request.form
    errors = _errors()
    if errors:
        return show(conversation_id, errors), 400
    with database().begin() as session:
        found = detail_or_404(session, conversation_id)
        should_be = _should_be(found, form["level"])
        verdict = _verdict(found, should_be, form.get("understood", ""))
        details = _details()
        note = form.get("note", "").strip() or None
        add_review(
            session, conversation_id, actor(), verdict, note,
            should_be=should_be, details=details,
        )  # fmt: skip
        if "tags" in form:
            set_tags(session, conversation_id, read_tags(form["tags"]))
        record_audit(session, actor(), "conversation.reviewed", conversation_id, verdict=verdict)
    flash("Your review was saved.", "done")
    return _onward(conversation_id)


@blueprint.post("/conversations/<conversation_id>/agree")
def agree(conversation_id: str) -> Any:
    """The whole result was right: one key."""
    with database().begin() as session:
        found = detail_or_404(session, conversation_id, last=1)
        level = found.summary.disposition
        if level is None:
            flash("There is no result yet to agree with.", "error")
            return back_to(conversation_id)
        details = {"understood": "fully", "wording": "good"}
        add_review(session, conversation_id, actor(), "right", should_be=level, details=details)
        record_audit(session, actor(), "conversation.reviewed", conversation_id, verdict="right")
    flash("You agreed with the result.", "done")
    return _onward(conversation_id)


@blueprint.get("/reviews/disputed.yml")
def vignettes() -> Any:
    """The conversations whose disposition a reviewer corrected, as a file for `evaluate`."""
    with database().begin() as session:
        cases = [
            vignette_of(conversation_detail(session, each), level)
            for each, level in disputed(session)
        ]
        cases = [case for case in cases if case]
        record_audit(session, actor(), "vignettes.exported", "list", count=len(cases))
    if not cases:
        return render_template("error.html", code=404, sentence="No disposition is disputed."), 404
    headers = {
        "Content-Disposition": "attachment; filename=disputed.yml",
        "Content-Type": "application/yaml; charset=utf-8",
    }
    return vignettes_to_yaml(cases), headers


def _errors() -> dict[str, str]:
    form, errors = request.form, {}
    if form.get("level") not in (*DISPOSITIONS, "right"):
        errors["level"] = "Choose whether the level was right."
    if len(form.get("note", "")) > LONGEST_NOTE:
        errors["note"] = "A note has at most 2,000 characters."
    closed = (("understood", UNDERSTOOD), ("wording", WORDING))
    if any(form.get(name) and form[name] not in allowed for name, allowed in closed):
        abort(400)
    named = {form.get("missing", ""), *form.getlist("wrong")} - {""}
    if not named <= knowledge().items.keys():
        abort(400)
    return errors


def _should_be(found: ConversationDetail, level: str) -> str | None:
    return found.summary.disposition if level == "right" else level


def _verdict(found: ConversationDetail, should_be: str | None, understood: str) -> str:
    got = found.summary.disposition
    if got == should_be or should_be is None:
        return "misunderstood" if understood == "wrong" else "right"
    places = list(DISPOSITIONS)
    if got is None or places.index(should_be) < places.index(got):
        return "too_low"
    return "too_high"


def _details() -> dict[str, Any]:
    form = request.form
    given = {
        "understood": form.get("understood"),
        "wording": form.get("wording"),
        "wrong": form.getlist("wrong"),
        "missing": form.get("missing"),
    }
    return {name: value for name, value in given.items() if value}


def _onward(conversation_id: str) -> Any:
    """To the next conversation of the list if that was asked for, else back to this one."""
    later = request.form.get("later", "")
    if request.form.get("next") and later.isalnum():
        return back_to(later)
    return back_to(conversation_id)
