"""How many workers died with a file in hand: one that kills whoever indexes it must not be tried for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Begin with none: until now nobody counted."""
    op.add_column("store_files", sa.Column("deaths", sa.BigInteger, nullable=False, server_default="0"))
