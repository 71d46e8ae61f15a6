"""Runs the migrations on the connection that bot/store/schema.py hands in."""

from alembic import context

import bot.store.staff
import bot.store.work  # noqa: F401  (their tables belong to the metadata)
from bot.store.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=False,
)
context.run_migrations()
