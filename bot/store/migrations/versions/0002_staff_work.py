"""Staff's work: queue, facets, search, alerts, proposals, views, sessions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)

ADDED = {
    "conversations": (
        sa.Column("state", sa.String(20), nullable=False, server_default="unread"),
        sa.Column("state_at", TIME),
        sa.Column("snoozed_until", TIME),
        sa.Column("assignee", sa.String(255)),
        sa.Column("opened_at", TIME),
        sa.Column("urgency", sa.Integer(), nullable=False, server_default="4"),
        sa.Column("waiting_since", TIME),
        sa.Column("facets", JSON, nullable=False, server_default="{}"),
        sa.Column("frequency", sa.String(20)),
        sa.Column("last_question", sa.String(60)),
        sa.Column("fallbacks", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lowest_confidence", sa.Float()),
        sa.Column("intake", sa.Text()),
        sa.Column("projection", sa.Integer(), nullable=False, server_default="0"),
    ),
    "messages": (
        sa.Column("runner_up", sa.String(80)),
        sa.Column("runner_up_confidence", sa.Float()),
    ),
    "appointment_requests": (
        sa.Column("note", sa.Text()),
        sa.Column("booked_for", sa.String(16)),
        sa.Column("handled_by", sa.String(255)),
        sa.Column("handled_at", TIME),
    ),
    "reviews": (
        sa.Column("disposition", sa.String(20)),
        sa.Column("should_be", sa.String(20)),
        sa.Column("details", JSON, nullable=False, server_default="{}"),
    ),
}
INDEXES = (
    ("conversations", ("state", "urgency", "waiting_since", "id")),
    ("conversations", ("urgency", "waiting_since", "id")),
    ("conversations", ("created_at",)),
    ("conversations", ("assignee",)),
    ("reviews", ("reviewer",)),
    ("reviews", ("at",)),
)
TABLES = ("staff_sessions", "saved_views", "proposals", "alerts", "search_entries", "facets")


def upgrade() -> None:
    for table, columns in ADDED.items():
        for column in columns:
            op.add_column(table, column.copy())
    for table, columns in INDEXES:
        op.create_index(_name(table, columns), table, list(columns))
    _create_found_by()
    _create_work()
    _fill()
    (_search_postgresql if _is_postgresql() else _search_sqlite)()


def downgrade() -> None:
    if not _is_postgresql():
        for trigger in ("search_fts_insert", "search_fts_delete"):
            op.execute(f"DROP TRIGGER {trigger}")
        op.execute("DROP TABLE search_fts")
    for table in TABLES:
        op.drop_table(table)
    for table, columns in reversed(INDEXES):
        op.drop_index(_name(table, columns), table)
    for table, added in ADDED.items():
        for column in reversed(added):
            op.drop_column(table, column.name)


def _create_found_by() -> None:
    op.create_table(
        "facets",
        _conversation("facets"),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "kind", "value", name="pk_facets"),
    )
    _index("facets", "kind", "value", "conversation_id")
    op.create_table(
        "search_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        _conversation("search_entries"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_entries"),
    )
    _index("search_entries", "conversation_id", "seq")
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        _conversation("alerts"),
        sa.Column("at", TIME, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
    )
    _index("alerts", "conversation_id")


def _create_work() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        _conversation("proposals"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("value", sa.String(80), nullable=False),
        sa.Column("was", sa.String(80)),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("proposed_by", sa.String(255), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("decided_by", sa.String(255)),
        sa.Column("decided_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    _index("proposals", "status", "id")
    _index("proposals", "conversation_id")
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(255), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_views"),
        sa.UniqueConstraint("owner", "name", name="uq_saved_views_owner_name"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column(
            "user_id",
            sa.Integer(),
            sa.ForeignKey("users.id", ondelete="CASCADE", name="fk_staff_sessions_user_id_users"),
            nullable=False,
        ),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff_sessions"),
    )
    _index("staff_sessions", "user_id")


def _fill() -> None:
    """What the queue needs at once; the rest is drawn from the events after the migration."""
    op.execute("UPDATE conversations SET waiting_since = last_activity_at")
    op.execute("UPDATE conversations SET state = 'reviewed' WHERE reviewed")
    for place, level in enumerate(("emergency", "urgent", "book", "self_care")):
        op.execute(f"UPDATE conversations SET urgency = {place} WHERE disposition = '{level}'")


def _search_sqlite() -> None:
    op.execute(
        "CREATE VIRTUAL TABLE search_fts USING fts5(tokens, content='search_entries', "
        "content_rowid='id', detail='full', tokenize='ascii')"
    )
    op.execute(
        "CREATE TRIGGER search_fts_insert AFTER INSERT ON search_entries BEGIN "
        "INSERT INTO search_fts(rowid, tokens) VALUES (new.id, new.tokens); END"
    )
    op.execute(
        "CREATE TRIGGER search_fts_delete AFTER DELETE ON search_entries BEGIN "
        "INSERT INTO search_fts(search_fts, rowid, tokens) "
        "VALUES ('delete', old.id, old.tokens); END"
    )


def _search_postgresql() -> None:
    op.execute(
        "CREATE INDEX ix_search_entries_words ON search_entries "
        "USING gin (to_tsvector('simple', tokens))"
    )


def _conversation(table: str) -> sa.Column:
    key = sa.ForeignKey(
        "conversations.id", ondelete="CASCADE", name=f"fk_{table}_conversation_id_conversations"
    )
    return sa.Column("conversation_id", sa.String(64), key, nullable=False)


def _index(table: str, *columns: str) -> None:
    op.create_index(_name(table, columns), table, list(columns))


def _name(table: str, columns: Sequence[str]) -> str:
    return str(op.f("_".join(("ix", table, *columns))))


def _is_postgresql() -> bool:
    return bool(op.get_bind().dialect.name == "postgresql")
