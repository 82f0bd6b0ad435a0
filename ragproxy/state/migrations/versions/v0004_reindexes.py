"""Reindexes that were asked for: work like the indexing of a file, with a row for each store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Begin with none: until now a reindex was the work of the command that asked for it."""
    op.create_table(
        "reindexes",
        sa.Column("store_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("error_code", sa.Text),
        sa.Column("error_message", sa.Text),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("finished", sa.BigInteger),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.Double),
        sa.PrimaryKeyConstraint("store_id", name="pk_reindexes"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], ondelete="CASCADE", name="fk_reindexes_store_id"),
    )
    op.create_index("ix_reindexes_status_created", "reindexes", ["status", "created"])
    op.create_index("ix_reindexes_lease_owner", "reindexes", ["lease_owner"])
