"""What upstreams hold of ours: copies of files, and fine-tuning jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Begin with none: until now nothing was kept at an upstream."""
    op.create_table(
        "remote_files",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("upstream", sa.Text, nullable=False),
        sa.Column("remote_id", sa.Text, nullable=False),
        sa.Column("file_id", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("owner", "upstream", "remote_id", name="pk_remote_files"),
    )
    op.create_index("ix_remote_files_owner_file_id", "remote_files", ["owner", "file_id"])
    op.create_table(
        "remote_jobs",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("upstream", sa.Text, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("owner", "id", name="pk_remote_jobs"),
    )
    op.create_index("ix_remote_jobs_owner_created_id", "remote_jobs", ["owner", "created", "id"])
