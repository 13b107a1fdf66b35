"""Differences that reconciliations found: since when, and until when they are lived with.

A later change is a later step; this one stays as it is.
The tables as they are now stand in ``edi834/ledger/tables.py``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.String(length=32)


def upgrade() -> None:
    """Make the table of differences, empty."""
    op.create_table(
        "differences",
        sa.Column("feed_id", sa.String(length=64), nullable=False),
        sa.Column("row_token", sa.String(length=32), nullable=False),
        sa.Column("first_seen", _MOMENT, nullable=False),
        sa.Column("gone", _MOMENT, nullable=True),
        sa.Column("accepted_until", sa.Date(), nullable=True),
        sa.Column("accepted_because", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.feed_id"]),
        sa.PrimaryKeyConstraint("feed_id", "row_token"),
    )
