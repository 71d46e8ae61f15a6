"""Nobody can change what was done without its being found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.store.audit import count_audit, list_audit, record_audit, verify_audit
from bot.store.database import Database
from bot.store.errors import UndeclaredAction


@pytest.fixture
def audited(database: Database) -> Database:
    for number in range(5):
        with database.begin() as session:
            record_audit(session, "dr@clinic.example", "conversation.opened", f"c{number}")
    return database


def test_an_untouched_chain_is_well(audited: Database):
    with audited.begin() as session:
        assert verify_audit(session) is None
        assert [e.target for e in list_audit(session, limit=2)] == ["c4", "c3"]
        assert [e.seq for e in list_audit(session, before=3)] == [2, 1]


@pytest.mark.parametrize("act", ["UPDATE audit_events SET actor = 'x'", "DELETE FROM audit_events"])
@pytest.mark.security("ASVS-5.0-V16.4.2", "HIPAA-164.312(b)")
def test_the_database_itself_refuses_changes(audited: Database, act: str):
    with pytest.raises(SQLAlchemyError), audited.engine.begin() as connection:
        connection.exec_driver_sql(act)


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        ("UPDATE audit_events SET actor = 'somebody' WHERE seq = 3", 3),
        ("UPDATE audit_events SET target = 'c9' WHERE seq = 1", 1),
        ("UPDATE audit_events SET at = '2001-01-01 00:00:00.000000' WHERE seq = 2", 2),
        ("DELETE FROM audit_events WHERE seq = 2", 2),
        ("DELETE FROM audit_events WHERE seq = 5", 5),
        ("DELETE FROM audit_events", 1),
    ],
)
@pytest.mark.security("ASVS-5.0-V16.4.2", "HIPAA-164.312(b)", "HIPAA-164.312(c)(2)")
def test_tampering_is_found(audited: Database, tamper: str, found: int):
    with audited.engine.begin() as connection:
        if audited.engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_events_no_update")
            connection.exec_driver_sql("DROP TRIGGER audit_events_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_events DISABLE TRIGGER ALL")
        connection.exec_driver_sql(tamper)
    with audited.begin() as session:
        assert verify_audit(session) == found


@pytest.mark.parametrize(
    ("action", "detail"),
    [
        ("conversation.eaten", {}),
        ("conversation.opened", {"words": "x"}),
        ("conversation.reviewed", {}),
        ("conversation.reviewed", {"verdict": "agree", "note": "x"}),
    ],
)
def test_an_act_that_nobody_declared_is_refused(
    sqlite: Database, action: str, detail: dict[str, str]
):
    with pytest.raises(UndeclaredAction), sqlite.begin() as session:
        record_audit(session, "x", action, "y", **detail)


def test_many_writers_make_one_chain(database: Database):
    def act(number: int) -> None:
        with database.begin() as session:
            record_audit(session, "system", "conversation.opened", str(number))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, range(40)))
    with database.begin() as session:
        assert (count_audit(session), verify_audit(session)) == (40, None)


def test_an_act_that_failed_leaves_no_gap(database: Database):
    with pytest.raises(RuntimeError), database.begin() as session:
        record_audit(session, "x", "conversation.opened", "y")
        raise RuntimeError
    with database.begin() as session:
        record_audit(session, "x", "conversation.opened", "y")
        assert verify_audit(session) is None
