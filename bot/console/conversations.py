"""Conversations: the list, one conversation, and the verdict on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from bot.console.names import DISPOSITION_LABELS, name_of, red_flag_labels
from bot.console.timeline import timeline
from bot.store.audit import record_audit
from bot.store.errors import UnknownConversation
from bot.store.queries import (
    ConversationDetail,
    Key,
    Page,
    add_review,
    conversation_detail,
    count_by_disposition,
    list_conversations,
)
from bot.triage.assessment import DISPOSITIONS

blueprint = Blueprint("conversations", __name__)
PAGE_SIZE = 50
REVIEWERS = ("reviewer", "clinician", "admin")
VERDICTS = {
    "right": "The result was right",
    "too_low": "Should have been more urgent",
    "too_high": "Should have been less urgent",
    "misunderstood": "The patient was misunderstood",
}


class ReviewForm(FlaskForm):  # type: ignore[misc]
    """A staff verdict on a conversation."""

    verdict = RadioField("Verdict", choices=list(VERDICTS.items()), validators=[InputRequired()])
    note = TextAreaField("Note", validators=[Length(max=2000)])


@blueprint.get("/")
def page() -> str:
    """The list, newest activity first."""
    disposition = request.args.get("disposition", "")
    reviewed = {"yes": True, "no": False}.get(request.args.get("reviewed", ""))
    if disposition and disposition not in DISPOSITIONS:
        abort(404)
    with current_app.extensions["database"].begin() as session:
        found: Page[Any] = list_conversations(
            session,
            before=read_key(request.args.get("before")),
            limit=PAGE_SIZE,
            disposition=disposition or None,
            reviewed=reviewed,
        )
        counts = count_by_disposition(session)
        record_audit(
            session, current_user.email, "conversations.listed", "list", count=len(found.rows)
        )
    filters = {"disposition": disposition, "reviewed": request.args.get("reviewed", "")}
    return render_template(
        "conversations.html",
        rows=found.rows,
        older=write_key(found.next),
        filters=filters,
        counts=counts,
        total=sum(counts.values()),
        labels=DISPOSITION_LABELS,
        flag_labels=red_flag_labels(),
    )


@blueprint.get("/conversations/<conversation_id>")
def detail(conversation_id: str) -> str:
    """One conversation: transcript, what was heard, the result and why."""
    with current_app.extensions["database"].begin() as session:
        found = _detail_or_404(session, conversation_id)
        record_audit(session, current_user.email, "conversation.opened", conversation_id)
    return _show(found, ReviewForm())


@blueprint.post("/conversations/<conversation_id>/review")
def review(conversation_id: str) -> Any:
    """Store a verdict."""
    if not any(current_user.has_role(role) for role in REVIEWERS):
        abort(403)
    form = ReviewForm()
    with current_app.extensions["database"].begin() as session:
        found = _detail_or_404(session, conversation_id)
        if not form.validate_on_submit():
            return _show(found, form), 400
        actor, verdict = current_user.email, form.verdict.data
        add_review(session, conversation_id, actor, verdict, form.note.data or None)
        record_audit(session, actor, "conversation.reviewed", conversation_id, verdict=verdict)
    flash("Your review was saved.", "done")
    return redirect(url_for("conversations.detail", conversation_id=conversation_id))


def _detail_or_404(session: Any, conversation_id: str) -> ConversationDetail:
    try:
        return conversation_detail(session, conversation_id)
    except UnknownConversation:
        abort(404)


def _show(found: ConversationDetail, form: ReviewForm) -> str:
    flag_labels = red_flag_labels()
    return render_template(
        "conversation.html",
        found=found,
        moments=timeline(found, DISPOSITION_LABELS, flag_labels, VERDICTS),
        result=found.assessments[0] if found.assessments else None,
        form=form,
        verdicts=VERDICTS,
        may_review=any(current_user.has_role(role) for role in REVIEWERS),
        labels=DISPOSITION_LABELS,
        flag_labels=flag_labels,
        name_of=name_of,
    )


def read_key(text: str | None) -> Key | None:
    """The end of the page before, from the address; 404 when it is not one."""
    if not text:
        return None
    try:
        moment, _, name = text.partition("~")
        at = datetime.fromisoformat(moment)
    except ValueError:
        abort(404)
    if at.tzinfo is None or not name:
        abort(404)
    return at, name


def write_key(key: Key | None) -> str | None:
    """A key for the address."""
    return f"{key[0].isoformat()}~{key[1]}" if key else None
