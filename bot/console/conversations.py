"""Conversations: the queue, one conversation, and what staff do with it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from bot.console.addresses import KEYS, SORTS, Wanted, read_address
from bot.console.choices import choices, state_labels
from bot.console.contacts import mask_text
from bot.console.context import PAGE_SIZE, actor, database, read_key, write_key
from bot.console.highlight import found_pieces
from bot.console.reading import Reading, read
from bot.export.fhir import patient_bundle
from bot.store.acts import assign, mark_opened, set_state, set_tags
from bot.store.audit import record_audit
from bot.store.conversations import delete_conversation
from bot.store.errors import UnknownConversation
from bot.store.lists import (
    count_open_levels,
    count_states,
    find_conversations,
    find_matches,
    neighbours,
)
from bot.store.proposals import proposals_of
from bot.store.queries import ConversationDetail, conversation_detail
from bot.store.record import patient_record
from bot.store.search import spans
from bot.store.views import list_views

blueprint = Blueprint("conversations", __name__)
LAST_MESSAGES = 50
SNOOZES = {"1": "1 hour", "4": "4 hours", "24": "1 day", "72": "3 days", "168": "1 week"}
MOST_TAGS = 10


@blueprint.get("/")
def page() -> str:
    """The queue: what waits for staff, the most urgent first, then the longest waiting."""
    wanted = read_address(request.args)
    after = read_key(request.args.get("after"), KEYS[wanted.sort])
    with database().begin() as session:
        found = find_conversations(
            session, wanted.filter, sort=wanted.sort, after=after, limit=PAGE_SIZE
        )
        ids = [row.id for row in found.rows]
        matched = find_matches(session, wanted.filter.words, ids) if wanted.filter.words else {}
        shown = {
            "rows": found.rows,
            "states": count_states(session),
            "levels": count_open_levels(session),
            "views": list_views(session, actor()),
            "choices": choices(session),
        }
        record_audit(session, actor(), "conversations.listed", "list", count=len(ids))
    return render_template(
        "conversations.html",
        **shown,
        wanted=wanted,
        excerpts=_excerpts(wanted, matched),
        next=write_key(found.next),
        sorts=SORTS,
        state_labels=state_labels(),
        now=datetime.now(timezone.utc),
    )


def _excerpts(wanted: Wanted, matched: dict[str, list[str]]) -> dict[str, Any]:
    words = wanted.filter.words
    return {
        each: [found_pieces(text, spans(text, words)) for text in map(mask_text, texts)]
        for each, texts in matched.items()
    }


@blueprint.get("/conversations/<conversation_id>")
def detail(conversation_id: str) -> str:
    """One conversation: transcript, what was heard, the result and why."""
    return show(conversation_id)


def show(conversation_id: str, errors: dict[str, str] | None = None) -> str:
    """The page of a conversation, with the errors of a form that was sent."""
    before = _before()
    wanted = read_address(request.args)
    with database().begin() as session:
        last = None if request.args.get("all") else LAST_MESSAGES
        found = detail_or_404(session, conversation_id, before=before, last=last)
        mark_opened(session, conversation_id)
        record_audit(session, actor(), "conversation.opened", conversation_id)
        earlier, later = neighbours(session, found.summary, wanted.filter)
        proposals = proposals_of(session, conversation_id)
    return render_template(
        "conversation.html",
        reading=read(found),
        found=found,
        proposals=proposals,
        earlier=earlier,
        later=later,
        back=wanted.given,
        errors=errors or {},
        snoozes=SNOOZES,
        state_labels=state_labels(),
        now=datetime.now(timezone.utc),
    )


def _before() -> int | None:
    given = request.args.get("before", "")
    if given and not (given.isdecimal() and len(given) < 8):
        abort(404)
    return int(given) if given else None


@blueprint.get("/conversations/<conversation_id>/print")
def printed(conversation_id: str) -> str:
    """The whole conversation on one page, to print or to keep as PDF."""
    return render_template("print.html", reading=_export(conversation_id, "print"))


@blueprint.get("/conversations/<conversation_id>.json")
def exported(conversation_id: str) -> Any:
    """The whole conversation as JSON."""
    body = _export(conversation_id, "json").to_json()
    return body, {"Content-Disposition": f"attachment; filename=conversation-{body['id'][:8]}.json"}


@blueprint.get("/conversations/<conversation_id>/fhir")
def exported_fhir(conversation_id: str) -> Any:
    """The whole conversation as a FHIR bundle, with the contact that a request holds."""
    with database().begin() as session:
        found = detail_or_404(session, conversation_id, last=1)
        bundle = patient_bundle(patient_record(session, conversation_id))
        record_audit(session, actor(), "conversation.exported", conversation_id, form="fhir")
        for one in found.appointments:
            record_audit(session, actor(), "appointment.revealed", one.reference)
    name = f"conversation-{conversation_id[:8]}.fhir.json"
    headers = {
        "Content-Disposition": f"attachment; filename={name}",
        "Content-Type": "application/fhir+json",
    }
    return json.dumps(bundle), headers


def _export(conversation_id: str, form: str) -> Reading:
    with database().begin() as session:
        found = detail_or_404(session, conversation_id)
        record_audit(session, actor(), "conversation.exported", conversation_id, form=form)
    return read(found)


@blueprint.post("/conversations/<conversation_id>/state")
def change_state(conversation_id: str) -> Any:
    """Put a conversation aside, or back."""
    state, hours = request.form.get("state", ""), request.form.get("hours", "24")
    if state not in state_labels() or state == "open" or hours not in SNOOZES:
        abort(400)
    until = datetime.now(timezone.utc) + timedelta(hours=int(hours))
    with database().begin() as session:
        detail_or_404(session, conversation_id, last=1)
        set_state(session, conversation_id, state, until if state == "snoozed" else None)
        _note(session, conversation_id, "state", state)
    flash(f"{state_labels()[state]}.", "done")
    return back_to(conversation_id)


@blueprint.post("/conversations/<conversation_id>/assignee")
def assign_to(conversation_id: str) -> Any:
    """Take a conversation, or give it back."""
    assignee = actor() if request.form.get("to") == "me" else None
    with database().begin() as session:
        detail_or_404(session, conversation_id, last=1)
        assign(session, conversation_id, assignee)
        _note(session, conversation_id, "assignee", assignee or "nobody")
    flash(
        "You took this conversation." if assignee else "Nobody has this conversation now.", "done"
    )
    return back_to(conversation_id)


@blueprint.post("/conversations/<conversation_id>/tags")
def tag(conversation_id: str) -> Any:
    """Set the tags of a conversation."""
    with database().begin() as session:
        detail_or_404(session, conversation_id, last=1)
        tags = read_tags(request.form.get("tags", ""))
        set_tags(session, conversation_id, tags)
        _note(session, conversation_id, "tags", len(tags))
    flash("Tags were saved.", "done")
    return back_to(conversation_id)


@blueprint.post("/conversations/<conversation_id>/erase")
def erase(conversation_id: str) -> Any:
    """Remove for good what a patient said, after the id was typed again."""
    if request.form.get("confirm", "").strip() != conversation_id[:8]:
        flash("Type the first eight characters of the id to erase it.", "error")
        return back_to(conversation_id)
    with database().begin() as session:
        detail_or_404(session, conversation_id, last=1)
        delete_conversation(session, conversation_id, actor=actor())
    database().forget()
    flash("The conversation was erased.", "done")
    return redirect(url_for("conversations.page"))


def read_tags(text: str) -> list[str]:
    """Tags parted by commas: at most ten, of 40 characters, in lower case."""
    tags = (" ".join(part.split()).casefold()[:40] for part in text.split(","))
    return list(dict.fromkeys(each for each in tags if each))[:MOST_TAGS]


def back_to(conversation_id: str) -> Any:
    """Back to the page of a conversation, keeping the list that it was opened from."""
    given = read_address(request.args).given
    return redirect(url_for("conversations.detail", conversation_id=conversation_id, **given))


def detail_or_404(session: Any, conversation_id: str, **window: Any) -> ConversationDetail:
    """A conversation, or 404."""
    try:
        return conversation_detail(session, conversation_id, **window)
    except UnknownConversation:
        abort(404)


def _note(session: Any, conversation_id: str, what: str, value: Any) -> None:
    record_audit(session, actor(), "conversation.changed", conversation_id, what=what, value=value)
