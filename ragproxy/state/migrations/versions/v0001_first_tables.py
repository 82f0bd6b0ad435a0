"""Stores, files, agents, and the agent that everyone has."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables as this version knew them; tables.py moves on, this file does not."""
    op.create_table(
        "stores",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stores"),
        sa.UniqueConstraint("owner", "name", name="uq_stores_owner_name"),
    )
    op.create_table(
        "files",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("owner", "id", name="pk_files"),
    )
    _create_store_files()
    _create_agents()


def _create_store_files() -> None:
    op.create_table(
        "store_files",
        sa.Column("store_id", sa.Text, nullable=False),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("chunks", sa.BigInteger, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "file_id", name="pk_store_files"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], ondelete="CASCADE", name="fk_store_files_store_id"),
        sa.ForeignKeyConstraint(
            ["owner", "file_id"], ["files.owner", "files.id"], ondelete="CASCADE", name="fk_store_files_owner_file_id"
        ),
    )
    op.create_index("ix_store_files_source", "store_files", ["source"], postgresql_using="hash")
    op.create_index("ix_store_files_owner_file_id", "store_files", ["owner", "file_id"])


def _create_agents() -> None:
    agents = op.create_table(
        "agents",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("instructions", sa.Text),
        sa.Column("stores", sa.JSON, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("params", sa.JSON, nullable=False),
        sa.Column("lang", sa.Text),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("owner", "id", name="pk_agents"),
    )
    everyones = {"owner": "*", "id": "ragproxy", "name": "ragproxy", "stores": ["default"], "params": {}}
    op.bulk_insert(agents, [everyones | {"created": int(time.time())}])
