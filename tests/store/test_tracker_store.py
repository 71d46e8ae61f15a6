"""A turn is saved once, whole, and comes back as the engine left it."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.events import BotUttered, Restarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy import func, select

from bot.store.conversations import create_conversation, delete_conversation, transcript
from bot.store.database import Database
from bot.store.errors import BadConversationId, Conflict, StoreError, UnknownConversation
from bot.store.models import Conversation, Event
from bot.store.queries import conversation_detail
from bot.store.tracker_store import ClinicTrackerStore, strict
from tests.store.talk import APPOINTMENT, ASSESSMENT, DOMAIN, begin, make_store, say, slot


def new_conversation(database: Database) -> str:
    with database.begin() as session:
        return create_conversation(session, page="https://clinic.example/spasms")


async def test_a_tracker_comes_back_with_all_its_events(database: Database):
    store, cid = make_store(database), new_conversation(database)
    await say(store, cid, "my calf cramps")
    saved = await say(
        store, cid, "at night", BotUttered("How often?"), slot("intake", {"side": "left"})
    )
    fresh = await make_store(database).retrieve(cid)
    assert [e.as_dict() for e in fresh.events] == [e.as_dict() for e in saved.events]
    assert fresh.current_slot_values() == saved.current_slot_values()
    assert fresh.latest_message.text == "at night"


async def test_events_are_rebuilt_as_the_engine_rebuilds_them(database: Database):
    store, cid = make_store(database), new_conversation(database)
    saved = await say(store, cid, "hello", slot("assessment", ASSESSMENT), Restarted())
    with database.begin() as session:
        data = list(session.execute(select(Event.data).order_by(Event.seq)).scalars())
    stock = DialogueStateTracker.from_dict(cid, data, DOMAIN.slots)
    assert [type(e) for e in stock.events] == [type(e) for e in saved.events]
    mine = await store.retrieve_full_tracker(cid)
    assert list(mine.events) == list(stock.events)


async def test_what_a_response_was_filled_with_is_not_kept_twice(database: Database):
    store, cid = make_store(database), new_conversation(database)
    filled = {"utter_action": "utter_reasons", "model_id": "m1", "why": "you said: canaryword"}
    await say(store, cid, "hello")
    said = await say(store, cid, "why", BotUttered("You said: canaryword", metadata=filled))
    assert await store.retrieve(cid) is said, "still in the cache"
    fresh = await make_store(database).retrieve(cid)
    uttered = next(event for event in reversed(fresh.events) if event.type_name == "bot")
    assert uttered.text == "You said: canaryword"
    assert uttered.metadata == {"utter_action": "utter_reasons", "model_id": "m1"}


async def test_only_new_events_are_written(database: Database):
    store, cid = make_store(database), new_conversation(database)
    for text in ("one", "two", "three"):
        await say(store, cid, text)
    with database.begin() as session:
        seqs = list(session.execute(select(Event.seq).order_by(Event.seq)).scalars())
    assert seqs == list(range(1, 13))


async def test_the_cache_is_used_and_notices_another_process(database: Database):
    store, other, cid = make_store(database), make_store(database), new_conversation(database)
    await say(store, cid, "one")
    second = await say(store, cid, "two")
    assert await store.retrieve(cid) is second
    await store.save(second)
    third = await say(store, cid, "three")
    await say(other, cid, "four, said elsewhere")
    seen = await store.retrieve(cid)
    assert seen is not third
    assert seen.latest_message.text == "four, said elsewhere"


async def test_a_turn_that_failed_leaves_no_trace_in_the_cache(database: Database):
    store, cid = make_store(database), new_conversation(database)
    await say(store, cid, "one")
    await say(store, cid, "two")
    broken = await store.retrieve(cid)
    broken.update(UserUttered("never saved"))
    again = await store.retrieve(cid)
    assert again.latest_message.text == "two"


async def test_two_writers_cannot_interleave(database: Database):
    store, other, cid = make_store(database), make_store(database), new_conversation(database)
    await say(store, cid, "one")
    late = await store.retrieve(cid)
    await say(other, cid, "two")
    late.update(UserUttered("three"))
    with pytest.raises(Conflict):
        await store.save(late)
    with database.begin() as session:
        assert [m["text"] for m in transcript(session, cid) if m["from"] == "patient"] == [
            "one",
            "two",
        ]


async def test_of_many_writers_at_once_one_wins(database: Database):
    cid = new_conversation(database)
    await say(make_store(database), cid, "one")
    stores = [make_store(database) for _ in range(4)]
    trackers = [await store.retrieve(cid) for store in stores]
    for number, tracker in enumerate(trackers):
        tracker.update(UserUttered(f"at once {number}"))
    done = await asyncio.gather(
        *(store.save(tracker) for store, tracker in zip(stores, trackers, strict=True)),
        return_exceptions=True,
    )
    assert [type(each) for each in done if each] == [Conflict] * 3
    with database.begin() as session:
        assert len([m for m in transcript(session, cid) if m["from"] == "patient"]) == 2


async def test_a_new_session_begins_where_the_engine_begins_it_whatever_the_clock_says(
    database: Database,
):
    store, cid = make_store(database), new_conversation(database)
    await say(store, cid, "yesterday")
    tracker = await store.retrieve(cid)
    begin(tracker)
    for event in list(tracker.events)[-3:]:
        event.timestamp -= 7200
    await store.save(tracker)
    now = await say(store, cid, "today")
    assert now.events[0].type_name == "session_started"
    assert [e.text for e in now.events if e.type_name == "user"] == ["today"]
    whole = await store.retrieve_full_tracker(cid)
    assert [e.text for e in whole.events if e.type_name == "user"] == ["yesterday", "today"]
    await say(store, cid, "and on")
    with database.begin() as session:
        assert [m["seq"] for m in transcript(session, cid)] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("sender", ["default", "", "a b", "x" * 65, "nul\x00", "../up", "\ud800"])
async def test_ids_that_we_did_not_make_are_refused(sqlite: Database, sender: str):
    store = make_store(sqlite)
    with pytest.raises(BadConversationId):
        await store.retrieve(sender)
    with pytest.raises(BadConversationId):
        await say(store, sender, "hello")


async def test_a_removed_conversation_can_neither_be_read_nor_written(database: Database):
    store, cid = make_store(database), new_conversation(database)
    tracker = await say(store, cid, "one")
    with database.begin() as session:
        delete_conversation(session, cid)
    with pytest.raises(UnknownConversation):
        await store.retrieve(cid)
    tracker.update(UserUttered("two"))
    with pytest.raises(UnknownConversation):
        await store.save(tracker)


async def test_an_id_from_the_engines_own_shell_gets_a_conversation(database: Database):
    store = make_store(database)
    await say(store, "0f0e0d0c", "hello")
    with database.begin() as session:
        assert conversation_detail(session, "0f0e0d0c").summary.message_count == 2


async def test_an_empty_tracker_writes_nothing(database: Database):
    store = make_store(database)
    assert (
        await store.get_or_create_tracker("aaaa", append_action_listen=False)
    ).sender_id == "aaaa"
    assert not await store.exists("aaaa")
    with database.begin() as session:
        assert session.execute(select(func.count()).select_from(Conversation)).scalar() == 0


async def test_words_that_break_databases_are_kept(database: Database):
    store, cid = make_store(database), new_conversation(database)
    odd = "nul \x00 half \ud83d emoji 🦵 quote ' \" %s {{x}} \\u0000"
    await say(store, cid, odd)
    assert (await make_store(database).retrieve(cid)).latest_message.text == odd


@pytest.mark.security("HIPAA-164.312(a)(2)(iv)")
async def test_no_word_of_a_patient_stands_in_clear(sqlite: Database, tmp_path: Path):
    store, cid = make_store(sqlite), new_conversation(sqlite)
    await say(
        store, cid, "canaryword in my calf",
        BotUttered("You said canaryword", {"buttons": [{"title": "canaryword", "payload": "/x"}]}),
        slot("intake", {"words": {"frequency": "canaryword"}}),
        slot("assessment", ASSESSMENT | {"contributors": [{"reasons": [{"words": "canaryword"}]}]}),
        slot("appointment", APPOINTMENT | {"name": "canaryword", "when": "canaryword"}),
    )  # fmt: skip
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"canaryword" not in content
        assert b"555-0142" not in content
    with sqlite.begin() as session:
        assert "canaryword" in str(transcript(session, cid))


async def test_a_locked_database_is_an_error_and_nothing_goes_to_memory(
    sqlite: Database, tmp_path: Path, impatient: None
):
    store, cid = make_store(sqlite), new_conversation(sqlite)
    await say(store, cid, "one")
    agent = Agent(domain=DOMAIN, tracker_store=store)
    assert isinstance(agent.tracker_store, FailSafeTrackerStore)
    assert strict(agent) is store
    tracker = await agent.tracker_store.retrieve(cid)
    tracker.update(UserUttered("two"))
    with holding_the_file(tmp_path / "triage.db"), pytest.raises(StoreError):
        await agent.tracker_store.save(tracker)
    assert (await agent.tracker_store.retrieve(cid)).latest_message.text == "one"


async def test_the_engines_own_wrapper_would_have_lost_that_turn(
    sqlite: Database, tmp_path: Path, impatient: None
):
    store, cid = make_store(sqlite), new_conversation(sqlite)
    await say(store, cid, "one")
    wrapped = Agent(domain=DOMAIN, tracker_store=store).tracker_store
    tracker = await wrapped.retrieve(cid)
    tracker.update(UserUttered("two"))
    with holding_the_file(tmp_path / "triage.db"):
        await wrapped.save(tracker)
    assert (await store.retrieve(cid)).latest_message.text == "one"


def test_the_store_is_chosen_in_endpoints(sqlite: Database, sqlite_url: str):
    name = "bot.store.tracker_store.ClinicTrackerStore"
    for config in (EndpointConfig(type=name), EndpointConfig(type=name, url=sqlite_url)):
        assert isinstance(TrackerStore.create(config, domain=DOMAIN), ClinicTrackerStore)


def test_a_mistyped_store_stops_the_start(sqlite: Database):
    config = EndpointConfig(type="bot.store.tracker_store.ClinicTrakerStore")
    with pytest.warns(UserWarning, match="not found"):
        chosen = TrackerStore.create(config, domain=DOMAIN)
    agent = Agent(domain=DOMAIN, tracker_store=chosen)
    with pytest.raises(StoreError, match="InMemoryTrackerStore"):
        strict(agent)
    assert isinstance(chosen, InMemoryTrackerStore)


def test_a_store_that_cannot_be_opened_stops_the_start():
    config = EndpointConfig(
        type="bot.store.tracker_store.ClinicTrackerStore", url="sqlite:////nowhere/at/all.db"
    )
    with pytest.raises(StoreError):
        TrackerStore.create(config, domain=DOMAIN)


@pytest.fixture
def impatient(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits for SQLite's lock 50 ms only."""
    monkeypatch.setattr("bot.store.database.BUSY_SECONDS", 0.05)
    sqlite.close()


class holding_the_file:
    """Another program that holds SQLite's write lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *error: object) -> None:
        self.connection.rollback()
        self.connection.close()
