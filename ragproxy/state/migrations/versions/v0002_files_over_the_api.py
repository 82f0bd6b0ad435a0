"""Files, uploads, batches and the work on them; names of stores need not be unique any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the tables of 0001 to what this version knew; what was indexed stays indexed."""
    _change_stores()
    _change_files()
    _change_store_files()
    _create_batches()
    _create_uploads()
    op.create_table(
        "bookmarks",
        sa.Column("list", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("gone", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("list", "id", name="pk_bookmarks"),
    )
    op.create_index("ix_bookmarks_gone", "bookmarks", ["gone"])


def _change_stores() -> None:
    with op.batch_alter_table("stores") as table:  # SQLite drops a constraint by copying the table
        table.drop_constraint("uq_stores_owner_name", type_="unique")
        table.add_column(sa.Column("description", sa.Text))
        table.add_column(sa.Column("metadata", sa.JSON, nullable=False, server_default="{}"))
        table.add_column(sa.Column("expires_after_days", sa.BigInteger))
        table.add_column(sa.Column("last_active", sa.BigInteger, nullable=False, server_default="0"))
        table.add_column(sa.Column("removing", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute("UPDATE stores SET last_active = created")
    op.create_index("ix_stores_owner_name", "stores", ["owner", "name"])
    op.create_index("ix_stores_owner_created", "stores", ["owner", "created"])


def _change_files() -> None:
    op.add_column("files", sa.Column("purpose", sa.Text, nullable=False, server_default="assistants"))
    op.add_column("files", sa.Column("expires", sa.BigInteger))
    op.add_column("files", sa.Column("uploaded", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("files", sa.Column("removing", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("ix_files_owner_created_id", "files", ["owner", "created", "id"])
    op.create_index("ix_files_sha256", "files", ["sha256"])
    op.create_index("ix_files_expires", "files", ["expires"])


def _change_store_files() -> None:
    for column in (
        sa.Column("status", sa.Text, nullable=False, server_default="completed"),
        sa.Column("error_code", sa.Text),
        sa.Column("error_message", sa.Text),
        sa.Column("max_tokens", sa.BigInteger),
        sa.Column("overlap_tokens", sa.BigInteger),
        sa.Column("usage_bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("batch_id", sa.Text),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_until", sa.Double),
    ):
        op.add_column("store_files", column)
    # what the chunks take was not counted before; the file's own size is the nearest that is known
    op.execute(
        "UPDATE store_files SET usage_bytes = (SELECT size FROM files"
        " WHERE files.owner = store_files.owner AND files.id = store_files.file_id)"
    )
    for columns in (
        ["store_id", "created", "file_id"],
        ["status", "created", "store_id", "file_id"],
        ["batch_id"],
        ["lease_owner"],
    ):
        op.create_index(f"ix_store_files_{'_'.join(columns)}", "store_files", columns)


def _create_batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("store_id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("cancelled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], ondelete="CASCADE", name="fk_batches_store_id"),
    )
    op.create_index("ix_batches_store_id", "batches", ["store_id"])


def _create_uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("mime_type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("file_id", sa.Text),
        sa.Column("lifetime_s", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
    )
    op.create_index("ix_uploads_status_expires", "uploads", ["status", "expires"])
    op.create_table(
        "upload_parts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("upload_id", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upload_parts"),
        sa.ForeignKeyConstraint(["upload_id"], ["uploads.id"], ondelete="CASCADE", name="fk_upload_parts_upload_id"),
    )
    op.create_index("ix_upload_parts_upload_id", "upload_parts", ["upload_id"])
    op.create_index("ix_upload_parts_sha256", "upload_parts", ["sha256"])
