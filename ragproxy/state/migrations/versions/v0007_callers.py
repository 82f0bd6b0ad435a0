"""Who may ask what, how much, and what it cost: keys, rights on stores and files, agents' rules, usage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Begin without keys; what there is belongs to all of its owner's callers, and the agents of all to all."""
    _groups()
    _agents()
    _keys()
    _usage()
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )


def _groups() -> None:
    op.create_index("ix_stores_name", "stores", ["name"])
    op.create_table(
        "store_groups",
        sa.Column("store_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "name", name="pk_store_groups"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], ondelete="CASCADE", name="fk_store_groups_store_id"),
    )
    op.create_index("ix_store_groups_name", "store_groups", ["name"])
    op.create_table(
        "file_groups",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("owner", "file_id", "name", name="pk_file_groups"),
        sa.ForeignKeyConstraint(
            ["owner", "file_id"], ["files.owner", "files.id"], ondelete="CASCADE", name="fk_file_groups_owner"
        ),
    )
    op.create_index("ix_file_groups_name", "file_groups", ["name"])


def _agents() -> None:
    op.add_column("agents", sa.Column("description", sa.Text))
    op.add_column("agents", sa.Column("retrieval", sa.JSON, nullable=False, server_default="{}"))
    op.add_column("agents", sa.Column("visibility", sa.Text, nullable=False, server_default="private"))
    op.add_column("agents", sa.Column("groups", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("agents", sa.Column("allowance", sa.JSON))
    op.execute(sa.text("UPDATE agents SET visibility = 'public' WHERE owner = '*'"))


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("former_sha256", sa.Text),
        sa.Column("former_until", sa.BigInteger),
        sa.Column("prefix", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("scopes", sa.JSON, nullable=False),
        sa.Column("groups", sa.JSON, nullable=False),
        sa.Column("models", sa.JSON),
        sa.Column("stores", sa.JSON),
        sa.Column("requests_per_minute", sa.BigInteger),
        sa.Column("tokens_per_minute", sa.BigInteger),
        sa.Column("model_limits", sa.JSON, nullable=False, server_default="{}"),
        sa.Column("budget_usd", sa.Double),
        sa.Column("budget_period", sa.Text),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger),
        sa.Column("revoked", sa.BigInteger),
        sa.Column("last_used", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
    )
    op.create_index("ix_keys_sha256", "keys", ["sha256"], unique=True)
    op.create_index("ix_keys_former_sha256", "keys", ["former_sha256"])
    op.create_index("ix_keys_created_id", "keys", ["created", "id"])


def _usage() -> None:
    op.create_table(
        "usage",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("caller", sa.Text),
        sa.Column("route", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("agent", sa.Text),
        sa.Column("upstream", sa.Text),
        sa.Column("prompt", sa.BigInteger, nullable=False),
        sa.Column("cached", sa.BigInteger, nullable=False),
        sa.Column("completion", sa.BigInteger, nullable=False),
        sa.Column("reasoning", sa.BigInteger, nullable=False),
        sa.Column("estimated", sa.Boolean, nullable=False),
        sa.Column("cost", sa.Double),
        sa.Column("ms", sa.Double, nullable=False),
        sa.Column("status", sa.BigInteger, nullable=False),
        sa.Column("hit", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_usage"),
    )
    op.create_index("ix_usage_created", "usage", ["created"])
    op.create_index("ix_usage_caller_created", "usage", ["caller", "created"])
    op.create_index("ix_usage_agent_created", "usage", ["agent", "created"])
