"""An index that the counts of the queue are read from, without the rows."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = "ix_conversations_counts"
COLUMNS = ["deleted_at", "state", "patient_message_count", "snoozed_until", "disposition"]


def upgrade() -> None:
    op.create_index(NAME, "conversations", COLUMNS)


def downgrade() -> None:
    op.drop_index(NAME, "conversations")
