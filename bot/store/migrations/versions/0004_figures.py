"""Indexes that the figures of the dashboard are counted from, without the rows."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FIGURES = "ix_conversations_figures"
BEGUN = "ix_conversations_id_created_at"
COLUMNS = [
    "deleted_at", "created_at", "patient_message_count", "disposition", "frequency",
    "last_question", "fallbacks",
]  # fmt: skip


def upgrade() -> None:
    op.drop_index("ix_conversations_created_at", "conversations")
    op.create_index(FIGURES, "conversations", COLUMNS)
    op.create_index(BEGUN, "conversations", ["id", "created_at"])


def downgrade() -> None:
    op.drop_index(BEGUN, "conversations")
    op.drop_index(FIGURES, "conversations")
    op.create_index("ix_conversations_created_at", "conversations", ["created_at"])
