"""Conversations, responses, stored completions, and batches of requests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Begin without any."""
    _conversations()
    _responses()
    _completions()
    _batches()


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("summary", sa.Text),
        sa.Column("summarised", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_owner_created_id", "conversations", ["owner", "created", "id"])
    op.create_index("ix_conversations_used", "conversations", ["used"])
    op.create_table(
        "conversation_items",
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("turn", sa.Text),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("conversation_id", "id", name="pk_conversation_items"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], ondelete="CASCADE", name="fk_conversation_items_conversation_id"
        ),
    )
    op.create_index(
        "ix_conversation_items_conversation_id_position",
        "conversation_items",
        ["conversation_id", "position"],
        unique=True,
    )
    op.create_index("ix_conversation_items_conversation_id_turn", "conversation_items", ["conversation_id", "turn"])
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("until", sa.Double, nullable=False),
        sa.Column("body", sa.JSON),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created", "idempotency_keys", ["created"])


def _responses() -> None:
    op.create_table(
        "responses",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("background", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("previous_id", sa.Text),
        sa.Column("conversation_id", sa.Text),
        sa.Column("request", sa.JSON, nullable=False),
        sa.Column("input", sa.JSON, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("caller", sa.JSON),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.Double),
        sa.Column("deaths", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_responses"),
    )
    op.create_index("ix_responses_created", "responses", ["created"])
    op.create_index("ix_responses_lease_owner", "responses", ["lease_owner"])
    op.create_index("ix_responses_previous_id", "responses", ["previous_id"])
    op.create_index("ix_responses_owner_created_id", "responses", ["owner", "created", "id"])
    op.create_index("ix_responses_status_created", "responses", ["status", "created"])
    op.create_table(
        "response_events",
        sa.Column("response_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("response_id", "number", name="pk_response_events"),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], ondelete="CASCADE", name="fk_response_events_response_id"
        ),
    )


def _completions() -> None:
    op.create_table(
        "completions",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("messages", sa.JSON, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_completions"),
    )
    op.create_index("ix_completions_created", "completions", ["created"])
    op.create_index("ix_completions_owner_created_id", "completions", ["owner", "created", "id"])
    op.create_table(
        "completion_metadata",
        sa.Column("completion_id", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("completion_id", "key", name="pk_completion_metadata"),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completions.id"], ondelete="CASCADE", name="fk_completion_metadata_completion_id"
        ),
    )
    op.create_index("ix_completion_metadata_key_value", "completion_metadata", ["key", "value"])


def _batches() -> None:
    op.create_table(
        "batch_jobs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("endpoint", sa.Text, nullable=False),
        sa.Column("input_file_id", sa.Text, nullable=False),
        sa.Column("window_s", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("metadata", sa.JSON),
        sa.Column("model", sa.Text),
        sa.Column("errors", sa.JSON),
        sa.Column("total", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("completed", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("failed", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("usage", sa.JSON),
        sa.Column("ending", sa.Text),
        sa.Column("output_file_id", sa.Text),
        sa.Column("error_file_id", sa.Text),
        sa.Column("output_lifetime_s", sa.BigInteger),
        sa.Column("started", sa.BigInteger),
        sa.Column("cancelling", sa.BigInteger),
        sa.Column("finalizing", sa.BigInteger),
        sa.Column("ended", sa.BigInteger),
        sa.Column("caller", sa.JSON, nullable=False),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.Double),
        sa.Column("deaths", sa.BigInteger, nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_batch_jobs"),
    )
    op.create_index("ix_batch_jobs_lease_owner", "batch_jobs", ["lease_owner"])
    op.create_index("ix_batch_jobs_owner_created_id", "batch_jobs", ["owner", "created", "id"])
    op.create_index("ix_batch_jobs_status_created", "batch_jobs", ["status", "created"])
    op.create_table(
        "batch_results",
        sa.Column("batch_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.Boolean, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_batch_results"),
        sa.ForeignKeyConstraint(["batch_id"], ["batch_jobs.id"], ondelete="CASCADE", name="fk_batch_results_batch_id"),
    )
