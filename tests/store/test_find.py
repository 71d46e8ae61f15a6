"""Staff find conversations: by urgency, by what is known of them, by encrypted words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bot.store.acts import add_review, assign, mark_opened, set_state, set_tags
from bot.store.conversations import create_conversation, delete_conversation
from bot.store.database import Database
from bot.store.filters import Filter
from bot.store.lists import count_states, find_conversations, find_matches, neighbours
from bot.store.models import Conversation
from bot.store.rows import rebuild
from bot.store.search import spans, stems, tokens_of
from bot.store.work import Alert, Facet
from tests.store.talk import ASSESSMENT, make_store, say, slot

INTAKE = {"locations": ["calf", "foot_toes"], "frequency": "weekly"}
CONTRIBUTORS = [{"id": "dehydration", "kind": "cause", "likelihood": "more", "reasons": []}]


async def told(database: Database, text: str, level: str | None = None, *more: Any) -> str:
    with database.begin() as session:
        cid = create_conversation(session)
    result = slot("assessment", ASSESSMENT | {"disposition": level, "contributors": CONTRIBUTORS})
    await say(make_store(database), cid, text, *([result] if level else []), *more)
    return cid


def found(database: Database, wanted: Filter, **more: Any) -> list[str]:
    with database.begin() as session:
        return [row.id for row in find_conversations(session, wanted, **more).rows]


async def test_the_queue_is_by_urgency_then_by_waiting(database: Database):
    late = await told(database, "a", "book")
    early = await told(database, "b", "book")
    calm = await told(database, "c", "self_care")
    open_one = await told(database, "d")
    heard = slot("emergency", {"state": "heard", "red_flags": ["rf_stroke"]})
    danger = await told(database, "e", None, heard)
    urgent = await told(database, "f", "urgent")
    with database.begin() as session:
        now = datetime.now(timezone.utc)
        session.get(Conversation, early).waiting_since = now - timedelta(hours=5)
    assert found(database, Filter()) == [danger, urgent, early, late, calm, open_one]
    with database.begin() as session:
        first = find_conversations(session, limit=2)
        second = find_conversations(session, limit=3, after=first.next)
        here = second.rows[0]
        assert [r.id for r in (*first.rows, *second.rows)] == [danger, urgent, early, late, calm]
        assert neighbours(session, here, Filter()) == (urgent, late)


async def test_a_conversation_passes_through_its_states(database: Database):
    urgent, calm = await told(database, "a", "urgent"), await told(database, "b", "self_care")
    with database.begin() as session:
        for cid in (urgent, calm):
            mark_opened(session, cid)
        session.flush()
        assert session.get(Conversation, urgent).state == "needs_action"
        assert session.get(Conversation, calm).state == "read"
    with database.begin() as session:
        set_state(session, urgent, "snoozed", datetime.now(timezone.utc) + timedelta(hours=1))
    assert found(database, Filter(state="snoozed")) == [urgent]
    assert found(database, Filter(state="open")) == []
    with database.begin() as session:
        set_state(session, urgent, "snoozed", datetime.now(timezone.utc) - timedelta(seconds=1))
        session.flush()
        assert count_states(session)["needs_action"] == 1
    assert found(database, Filter(state="open")) == [urgent]
    with database.begin() as session:
        add_review(session, urgent, "a@clinic.example", "right", should_be="urgent")
    assert found(database, Filter(state="reviewed")) == [urgent]


async def test_danger_makes_an_archived_conversation_unread_again(database: Database):
    cid = await told(database, "a", "self_care")
    with database.begin() as session:
        set_state(session, cid, "archived")
    store = make_store(database)
    await say(store, cid, "thanks")
    assert found(database, Filter(state="archived")) == [cid]
    await say(store, cid, "worse", slot("emergency", {"state": "heard", "red_flags": ["x"]}))
    assert found(database, Filter(state="unread")) == [cid]
    with database.begin() as session:
        assert [a.kind for a in session.query(Alert)] == ["emergency"]


async def test_facets_follow_what_is_understood(database: Database):
    cid = await told(database, "a", "book", slot("intake", INTAKE), slot("triggers", ["sleep"]))
    other = await told(database, "b", "book", slot("intake", {"locations": ["neck"]}))
    calf = Filter(facets=(("location", "calf"), ("contributor", "dehydration")))
    assert found(database, calf) == [cid]
    assert found(database, Filter(facets=(("trigger", "sleep"),), frequency="weekly")) == [cid]
    await say(make_store(database), cid, "no, the neck", slot("intake", {"locations": ["neck"]}))
    assert found(database, calf) == []
    both = set(found(database, Filter(facets=(("location", "neck"),))))
    assert both == {cid, other}


async def test_tags_and_marks_outlive_a_rebuild_of_the_rows(database: Database):
    cid = await told(database, "cramp in my calf", "book", slot("intake", INTAKE))
    with database.begin() as session:
        set_tags(session, cid, ["teaching", "calf"])
        assign(session, cid, "a@clinic.example")
        set_state(session, cid, "archived")
    with database.begin() as session:
        facets = [(f.kind, f.value) for f in session.query(Facet).order_by(Facet.kind, Facet.value)]
        rebuild(session)
    with database.begin() as session:
        row = session.get(Conversation, cid)
        assert (row.state, row.assignee) == ("archived", "a@clinic.example")
        again = [(f.kind, f.value) for f in session.query(Facet).order_by(Facet.kind, Facet.value)]
    assert again == facets
    assert found(database, Filter(facets=(("tag", "teaching"),), words="calf")) == [cid]


@pytest.mark.parametrize(
    ("query", "hits"),
    [
        ("calf", [0, 1]),
        ("calves", [0, 1]),
        ("calf night", [0]),
        ('"calf knots"', [1]),
        ('"knots calf"', []),
        ("CRAMPING", [0]),
        ("résumé", [2]),
        ("resume", [2]),
        ("the my and", []),
        ("nothing", []),
        ("calf OR 1=1", []),
        ('calf "', [0, 1]),
        ("calf*", [0, 1]),
        ("NEAR(calf night)", []),
    ],
)
async def test_words_are_found_though_they_stand_encrypted(
    database: Database, query: str, hits: list[int]
):
    said = ("My calf cramps at night", "the calf knots up", "Résumé of my leg")
    ids = [await told(database, text) for text in said]
    assert set(found(database, Filter(words=query))) == {ids[i] for i in hits}
    with database.begin() as session:
        texts = find_matches(session, query, ids)
    assert {cid: [said[ids.index(cid)]] for cid in texts} == texts


async def test_the_index_holds_no_word_and_forgets_what_is_erased(database: Database, rows: Any):
    cid = await told(database, "zebulon calf quark")
    kept = await told(database, "zebulon")
    assert "zebulon" not in str(rows("search_entries"))
    assert found(database, Filter(words="zebulon")) and len(rows("search_entries")) == 2
    with database.begin() as session:
        assert tokens_of(session, "zebulon") in str(rows("search_entries"))
        delete_conversation(session, cid)
    assert found(database, Filter(words="quark")) == []
    assert found(database, Filter(words="zebulon")) == [kept]
    assert rows("facets") == [] or cid not in str(rows("facets"))


def test_forms_of_a_word_share_a_stem():
    groups = (
        "cramp cramps cramped cramping", "calf calves", "sit sits sitting", "exercise exercises",
        "stretch stretches stretching", "leg legs", "knee knees",
    )  # fmt: skip
    for group in groups:
        assert len({stem for _, _, stem in stems(group)}) == 1, group
    assert spans("My Calf, calves!", "calf") == [(3, 7), (9, 15)]
