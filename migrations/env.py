"""Alembic's entry. The connection comes from `app.migrations`, which also loads every package's models."""

from alembic import context

from coworking.kit.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
