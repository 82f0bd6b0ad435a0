"""Which files' chunks changed at which version of a store, for the copies of the index of words on other machines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Begin the log empty: no machine has a copy yet that could be behind it."""
    op.add_column("stores", sa.Column("log_floor", sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "changes",
        sa.Column("store_id", sa.Text, nullable=False),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "file_id", name="pk_changes"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], ondelete="CASCADE", name="fk_changes_store_id"),
    )
    op.create_index("ix_changes_store_id_version", "changes", ["store_id", "version"])
    op.create_index("ix_changes_created", "changes", ["created"])
