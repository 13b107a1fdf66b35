"""Until when each person reported is covered, so that a guard's percentage is of those whom the carrier still covers.

Of rows from before it is not known and stays empty, which reads as open: as it was counted until then.
A later change is a later step; this one stays as it is.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, empty."""
    op.add_column("reported_members", sa.Column("covered_to", sa.Date(), nullable=True))
