"""Assistants, which agents are; threads, which conversations are; and runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Begin without threads; of the tools of the agents that there are, nothing was said."""
    op.add_column("agents", sa.Column("tools", sa.JSON))
    op.add_column("agents", sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"))
    _threads()
    _runs()


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("tool_resources", sa.JSON, nullable=False, server_default="{}"),
        sa.PrimaryKeyConstraint("id", name="pk_threads"),
        sa.ForeignKeyConstraint(["id"], ["conversations.id"], ondelete="CASCADE", name="fk_threads_id"),
    )
    op.create_table(
        "thread_messages",
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("assistant_id", sa.Text),
        sa.Column("run_id", sa.Text),
        sa.Column("attachments", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("incomplete", sa.JSON),
        sa.Column("completed_at", sa.BigInteger),
        sa.Column("incomplete_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("thread_id", "id", name="pk_thread_messages"),
        sa.ForeignKeyConstraint(
            ["thread_id", "id"],
            ["conversation_items.conversation_id", "conversation_items.id"],
            ondelete="CASCADE",
            name="fk_thread_messages_thread_id_id",
        ),
    )
    op.create_index("ix_thread_messages_thread_id_run_id", "thread_messages", ["thread_id", "run_id"])


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("assistant_id", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("said", sa.JSON, nullable=False, server_default="[]"),
        sa.Column("caller", sa.JSON, nullable=False),
        sa.Column("expires", sa.BigInteger),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.Double),
        sa.Column("deaths", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
        sa.ForeignKeyConstraint(["thread_id"], ["threads.id"], ondelete="CASCADE", name="fk_runs_thread_id"),
    )
    active = sa.text("status IN ('queued', 'in_progress', 'requires_action', 'cancelling')")
    op.create_index(
        "ix_runs_thread_id", "runs", ["thread_id"], unique=True, sqlite_where=active, postgresql_where=active
    )
    op.create_index("ix_runs_thread_id_created_id", "runs", ["thread_id", "created", "id"])
    op.create_index("ix_runs_owner_status", "runs", ["owner", "status"])
    op.create_index("ix_runs_status_created", "runs", ["status", "created"])
    op.create_index("ix_runs_lease_owner", "runs", ["lease_owner"])
    op.create_table(
        "run_steps",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run_steps"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE", name="fk_run_steps_run_id"),
    )
    op.create_index("ix_run_steps_run_id_number", "run_steps", ["run_id", "number"], unique=True)
    op.create_table(
        "run_events",
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("run_id", "number", name="pk_run_events"),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], ondelete="CASCADE", name="fk_run_events_run_id"),
    )
