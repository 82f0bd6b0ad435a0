"""The tables. Every row has an owner; times are epoch seconds; sizes are bytes.

`files` says what a file is, `store_files` that a vector store holds it and what the store knows of it: a file may be
in several stores of its owner. JSON columns are never looked into by SQL, so they are the same on both databases.
A change here goes with a new file in migrations/versions/; a test compares the two.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

stores = sa.Table(
    "stores",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("owner", "name"),
)

files = sa.Table(
    "files",
    metadata,
    # an id is only unique within its owner: ids derived from content must not collide between strangers
    sa.Column("owner", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("filename", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
)

store_files = sa.Table(
    "store_files",
    metadata,
    sa.Column("store_id", sa.Text, sa.ForeignKey("stores.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("file_id", sa.Text, primary_key=True),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("source", sa.Text),  # where it was read from, None for an upload
    sa.Column("sha256", sa.Text, nullable=False),  # of the content this store has indexed
    sa.Column("chunks", sa.BigInteger, nullable=False),
    sa.Column("attributes", sa.JSON, nullable=False),
    sa.Column("created", sa.BigInteger, nullable=False),
    sa.ForeignKeyConstraint(["owner", "file_id"], ["files.owner", "files.id"], ondelete="CASCADE"),
    # a hash: paths may be longer than PostgreSQL's tree index takes
    sa.Index(None, "source", postgresql_using="hash"),
    sa.Index(None, "owner", "file_id"),
)

agents = sa.Table(
    "agents",
    metadata,
    sa.Column("owner", sa.Text, primary_key=True),  # "*": everyone's
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("instructions", sa.Text),
    sa.Column("stores", sa.JSON, nullable=False),
    sa.Column("model", sa.Text),
    sa.Column("params", sa.JSON, nullable=False),
    sa.Column("lang", sa.Text),
    sa.Column("created", sa.BigInteger, nullable=False),
)
