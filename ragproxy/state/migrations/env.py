"""What Alembic runs to migrate; `migration.py` hands it the connection and owns the transaction."""

from __future__ import annotations

from alembic import context

from ragproxy.state.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=True,  # SQLite has it too, though Alembic does not count on it
)
with context.begin_transaction():
    context.run_migrations()
