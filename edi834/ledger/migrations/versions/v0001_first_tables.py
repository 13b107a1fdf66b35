"""The first tables: feeds, numbers, transmissions, what was reported, answers and the trail.

A later change is a later step; this one stays as it is.
The tables as they are now stand in ``edi834/ledger/tables.py``.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.String(length=32)
_OPEN = sa.text("state IN ('planned', 'rendered', 'validated', 'sealed', 'uploading', 'in_doubt', 'held')")


def upgrade() -> None:
    """Make the tables, and the head of an empty trail."""
    _create_memory()
    _create_transmissions()
    _create_answers()
    _create_reported()
    op.execute("INSERT INTO trail_head (one, number, chain) VALUES (1, 0, '')")


def _create_memory() -> None:
    """What is remembered of feeds and numbers, and the trail."""
    op.create_table(
        "seals",
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("purpose"),
    )
    op.create_table(
        "feeds",
        sa.Column("feed_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_owner", sa.String(length=200), nullable=True),
        sa.Column("lease_host", sa.String(length=200), nullable=True),
        sa.Column("lease_user", sa.String(length=200), nullable=True),
        sa.Column("lease_pid", sa.Integer(), nullable=True),
        sa.Column("lease_since", _MOMENT, nullable=True),
        sa.Column("lease_until", _MOMENT, nullable=True),
        sa.Column("void_after", _MOMENT, nullable=True),
        sa.Column("last_as_of", sa.Date(), nullable=True),
        sa.Column("last_snapshot", sa.String(length=128), nullable=True),
        sa.Column("mapping_digest", sa.String(length=128), nullable=True),
        sa.Column("release_digest", sa.String(length=128), nullable=True),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("refused_logins", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id"),
    )
    op.create_table(
        "envelopes",
        sa.Column("envelope_no", _NUMBER, nullable=False),
        sa.Column("sender_qualifier", sa.String(length=2), nullable=False),
        sa.Column("sender_id", sa.String(length=50), nullable=False),
        sa.Column("receiver_qualifier", sa.String(length=2), nullable=False),
        sa.Column("receiver_id", sa.String(length=50), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("envelope_no"),
        sa.UniqueConstraint("sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id", name="one_counter"),
    )
    op.create_table(
        "trail",
        sa.Column("number", _NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(length=200), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("trail_by_subject", "trail", ["subject"], unique=False)
    op.create_table(
        "trail_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )


def _create_transmissions() -> None:
    """Transmissions, of which a feed has one open at most."""
    op.create_table(
        "transmissions",
        sa.Column("transmission_no", _NUMBER, nullable=False),
        sa.Column("transmission_id", sa.String(length=32), nullable=False),
        sa.Column("feed_id", sa.String(length=64), nullable=False),
        sa.Column("carrier_id", sa.String(length=64), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("envelope_no", _NUMBER, nullable=False),
        sa.Column("control_number", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=50), nullable=False),
        sa.Column("remote_name", sa.String(length=255), nullable=False),
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("snapshot_identity", sa.String(length=128), nullable=False),
        sa.Column("mapping_digest", sa.String(length=128), nullable=False),
        sa.Column("release_digest", sa.String(length=128), nullable=False),
        sa.Column("plan_digest", sa.String(length=128), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("is_test", sa.Boolean(), nullable=False),
        sa.Column("per_item", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("original", sa.String(length=32), nullable=True),
        sa.Column("plain_sha256", sa.String(length=64), nullable=True),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=True),
        sa.Column("sealed_size", sa.BigInteger(), nullable=True),
        sa.Column("recipient_key", sa.String(length=128), nullable=True),
        sa.Column("unsealed_reason", sa.Text(), nullable=True),
        sa.Column("phase", sa.String(length=16), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("may_have_arrived", sa.Boolean(), nullable=False),
        sa.Column("held_reason", sa.Text(), nullable=True),
        sa.Column("held_from", sa.String(length=16), nullable=True),
        sa.Column("last_error", sa.String(length=16), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("interchange_verdict", sa.String(length=1), nullable=True),
        sa.Column("group_verdict", sa.String(length=1), nullable=True),
        sa.Column("acknowledged_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["envelope_no"], ["envelopes.envelope_no"]),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.feed_id"]),
        sa.PrimaryKeyConstraint("transmission_no"),
        sa.UniqueConstraint("envelope_no", "control_number", name="number_used_once"),
        sa.UniqueConstraint("feed_id", "sequence", name="one_history"),
        sa.UniqueConstraint("transmission_id"),
    )
    op.create_index(
        "one_open_transmission", "transmissions", ["feed_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
    )


def _create_answers() -> None:
    """Their sets, and the answers to them."""
    op.create_table(
        "sets",
        sa.Column("transmission_no", _NUMBER, nullable=False),
        sa.Column("number", sa.String(length=9), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("families", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=1), nullable=True),
        sa.Column("done_by", sa.String(length=200), nullable=True),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("again_in", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["transmission_no"], ["transmissions.transmission_no"]),
        sa.PrimaryKeyConstraint("transmission_no", "number"),
    )
    op.create_table(
        "answers",
        sa.Column("answer_no", _NUMBER, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("envelope_no", _NUMBER, nullable=True),
        sa.Column("control_number", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("taken_at", _MOMENT, nullable=False),
        sa.Column("transmission_no", _NUMBER, nullable=True),
        sa.Column("conflict", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["envelope_no"], ["envelopes.envelope_no"]),
        sa.ForeignKeyConstraint(["transmission_no"], ["transmissions.transmission_no"]),
        sa.PrimaryKeyConstraint("answer_no"),
        sa.UniqueConstraint("sha256", "kind", "control_number", name="same_answer_once"),
    )


def _create_reported() -> None:
    """What was reported, of which families and people."""
    op.create_table(
        "reported_families",
        sa.Column("family_no", _NUMBER, nullable=False),
        sa.Column("feed_id", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.feed_id"]),
        sa.PrimaryKeyConstraint("family_no"),
        sa.UniqueConstraint("feed_id", "token", name="one_token"),
    )
    op.create_table(
        "reported",
        sa.Column("family_no", _NUMBER, nullable=False),
        sa.Column("transmission_no", _NUMBER, nullable=False),
        sa.Column("set_number", sa.String(length=9), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("reverted_by", _NUMBER, nullable=True),
        sa.ForeignKeyConstraint(["family_no"], ["reported_families.family_no"]),
        sa.ForeignKeyConstraint(["transmission_no"], ["transmissions.transmission_no"]),
        sa.ForeignKeyConstraint(["reverted_by"], ["transmissions.transmission_no"]),
        sa.PrimaryKeyConstraint("family_no", "transmission_no"),
    )
    op.create_table(
        "reported_sets",
        sa.Column("transmission_no", _NUMBER, nullable=False),
        sa.Column("set_number", sa.String(length=9), nullable=False),
        sa.Column("family_no", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["family_no"], ["reported_families.family_no"]),
        sa.ForeignKeyConstraint(["transmission_no"], ["transmissions.transmission_no"]),
        sa.PrimaryKeyConstraint("transmission_no", "set_number", "family_no"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reported_members",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("transmission_no", _NUMBER, nullable=False),
        sa.Column("family_no", _NUMBER, nullable=False),
        sa.ForeignKeyConstraint(["family_no"], ["reported_families.family_no"]),
        sa.ForeignKeyConstraint(["transmission_no"], ["transmissions.transmission_no"]),
        sa.PrimaryKeyConstraint("token", "transmission_no", "family_no"),
        sqlite_with_rowid=False,
    )
