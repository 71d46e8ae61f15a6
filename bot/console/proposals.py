"""The inbox of improvements: how a message should have been read, decided and exported."""

from __future__ import annotations

import re
from typing import Any

import yaml
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from bot.console.context import actor, database
from bot.console.conversations import back_to, detail_or_404
from bot.console.highlight import heard_in, pieces
from bot.console.names import name_of
from bot.knowledge import knowledge
from bot.store.audit import record_audit
from bot.store.deidentify import deidentify
from bot.store.lists import values_in_use
from bot.store.proposals import (
    STATUSES,
    Correction,
    ProposalView,
    count_proposals,
    list_proposals,
    mark_exported,
    propose,
)
from bot.store.proposals import (
    decide as set_decision,
)
from bot.store.queries import MessageView

blueprint = Blueprint("proposals", __name__)
PAGE = 50
KINDS = {
    "intent": "What the message wants (intent)",
    "finding": "A finding, trigger or history",
    "location": "A place in the body",
    "red_flag": "A danger sign",
}
LONGEST = 300
_NO_LEXICON = re.compile(r"[^\w\s'-]")


@blueprint.get("/inbox")
def page() -> str:
    """Proposals of one status, newest first."""
    status, before = request.args.get("status", "open"), request.args.get("before", "")
    if status not in STATUSES or (before and not before.isdecimal()):
        abort(404)
    with database().begin() as session:
        found = list_proposals(
            session, status, before=int(before) if before else None, limit=PAGE + 1
        )
        counts = count_proposals(session)
    return render_template(
        "inbox.html",
        rows=found[:PAGE],
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        status=status,
        counts=counts,
        statuses=STATUSES,
        kinds=KINDS,
    )


@blueprint.get("/conversations/<conversation_id>/messages/<int:seq>/correct")
def correct(conversation_id: str, seq: int) -> str:
    """A form: how this message should have been read."""
    return _form(conversation_id, seq, {})


@blueprint.post("/conversations/<conversation_id>/messages/<int:seq>/correct")
def save(conversation_id: str, seq: int) -> Any:
    """Put a correction into the inbox."""
    given = {k: request.form.get(k, "").strip() for k in ("kind", "value", "words", "note")}
    errors = _errors(given)
    if errors:
        return _form(conversation_id, seq, errors, given), 400
    with database().begin() as session:
        message, _ = _message_or_404(session, conversation_id, seq)
        was = message.intent if given["kind"] == "intent" else None
        words = " ".join(given["words"].split())
        wrong = Correction(
            conversation_id, seq, given["kind"], given["value"], was, words, given["note"] or None
        )
        propose(session, wrong, actor())
        record_audit(session, actor(), "proposal.made", conversation_id, kind=given["kind"])
    flash("The correction is in the inbox.", "done")
    return back_to(conversation_id)


@blueprint.post("/inbox/<int:number>")
def decide(number: int) -> Any:
    """Approve or reject a proposal, with its words as they are now."""
    status = {"approve": "approved", "reject": "rejected"}.get(request.form.get("act", ""))
    words = " ".join(request.form.get("words", "").split())[:LONGEST]
    if status is None:
        abort(400)
    with database().begin() as session:
        if not set_decision(session, number, status, actor(), words or None):
            abort(404)
        record_audit(session, actor(), "proposal.decided", str(number), status=status)
    flash(f"Proposal {number} was {status}.", "done")
    return redirect(url_for("proposals.page"))


@blueprint.post("/inbox/export")
def export() -> Any:
    """The approved proposals as a file for `python -m bot improve`."""
    with database().begin() as session:
        found = list_proposals(session, "approved", limit=1000)
        if found:
            mark_exported(session, [one.id for one in found])
            record_audit(session, actor(), "proposals.exported", "inbox", count=len(found))
    if not found:
        flash("Nothing is approved and not yet exported.", "error")
        return redirect(url_for("proposals.page", status="approved"))
    headers = {
        "Content-Disposition": "attachment; filename=improvements.yml",
        "Content-Type": "application/yaml; charset=utf-8",
    }
    return to_yaml(found), headers


def to_yaml(found: list[ProposalView]) -> str:
    """Lines for data/nlu.yml under `nlu`, and for the lexicon under `lexicon`, by kind and id."""
    nlu: dict[str, list[str]] = {}
    lexicon: dict[str, dict[str, list[str]]] = {}
    for one in reversed(found):
        correction = one.correction
        if correction.kind == "intent":
            nlu.setdefault(correction.value, []).append(correction.words)
        else:
            ids = lexicon.setdefault(correction.kind, {})
            ids.setdefault(correction.value, []).append(lexicon_words(correction.words))
    blocks = [
        {"intent": i, "examples": "".join(f"- {t}\n" for t in said)} for i, said in nlu.items()
    ]
    whole = {"version": "3.1", "nlu": blocks, "lexicon": lexicon}
    text = yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return "# Merge with `python -m bot improve FILE`, then `make train`.\n" + str(text)


def lexicon_words(words: str) -> str:
    """Words without the signs that mean something in the lexicon."""
    return " ".join(_NO_LEXICON.sub(" ", words.casefold()).split())


class _Dumper(yaml.SafeDumper):
    """Examples stand as a block, as in data/nlu.yml."""


_Dumper.add_representer(
    str,
    lambda dumper, text: dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    ),
)


def _errors(given: dict[str, str]) -> dict[str, str]:
    errors = {}
    if given["kind"] not in KINDS:
        errors["kind"] = "Choose what was misread."
    elif given["value"] not in dict(_values(given["kind"])):
        errors["value"] = "Choose the right reading from the list."
    plain = given["words"] if given["kind"] == "intent" else lexicon_words(given["words"])
    if not plain.strip() or len(given["words"]) > LONGEST:
        errors["words"] = "Give the words that say it, at most 300 characters."
    if len(given["note"]) > 1000:
        errors["note"] = "A note has at most 1,000 characters."
    return errors


def _form(
    conversation_id: str, seq: int, errors: dict[str, str], given: dict[str, str] | None = None
) -> str:
    with database().begin() as session:
        message, names = _message_or_404(session, conversation_id, seq)
        record_audit(session, actor(), "conversation.opened", conversation_id)
        intents = sorted({*values_in_use(session, "intent"), *_intents()})
    start = {"kind": "", "value": "", "words": deidentify(message.text, names), "note": ""}
    return render_template(
        "correct.html",
        conversation_id=conversation_id,
        message=message,
        pieces=pieces(message),
        heard=heard_in(message),
        kinds=KINDS,
        values={kind: _values(kind, intents) for kind in KINDS},
        given=given or start,
        errors=errors,
    )


def _message_or_404(session: Any, conversation_id: str, seq: int) -> tuple[MessageView, list[str]]:
    found = detail_or_404(session, conversation_id, before=seq + 1, last=1)
    if not found.messages or found.messages[0].seq != seq or found.messages[0].sender != "patient":
        abort(404)
    return found.messages[0], [one.name for one in found.appointments if one.name]


def _values(kind: str, intents: list[str] | None = None) -> list[tuple[str, str]]:
    content = knowledge()
    if kind == "intent":
        return [(each, each.replace("_", " ")) for each in intents or _intents()]
    table: Any = {
        "finding": content.findings, "location": content.locations, "red_flag": content.red_flags,
    }[kind]  # fmt: skip
    return sorted(((each, name_of(each)) for each in table), key=lambda pair: pair[1].casefold())


def _intents() -> list[str]:
    from bot.training_data import trained_intents

    return trained_intents()
