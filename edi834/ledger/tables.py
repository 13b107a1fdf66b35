"""The ledger's tables, explicitly.

A family and a person stand here by keyed tokens, what was reported of them is sealed, and moments are UTC text of one
length, so that they compare as they follow.
How the tables come to be, and change, is ``migrations/``; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import UserDefinedType

from edi834.feed.ledger_port import State

__all__ = [
    "COUNTING_STATES",
    "REPORT",
    "Moment",
    "answers",
    "differences",
    "envelopes",
    "feeds",
    "metadata",
    "reported",
    "reported_families",
    "reported_members",
    "reported_sets",
    "seals",
    "sets",
    "trail",
    "trail_head",
    "transmissions",
]


class Moment(UserDefinedType[datetime]):
    """A moment in UTC, as ISO text with microseconds: the same text in every database, in the order of time."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The column's type in SQL."""
        return "VARCHAR(32)"

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:  # noqa: ARG002
        """How a moment is written."""
        return lambda moment: None if moment is None else moment.astimezone(UTC).isoformat(timespec="microseconds")

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        """How a moment is read."""
        return lambda text: None if text is None else datetime.fromisoformat(text)


REPORT = "report"
"""The kind of a carrier's report on members, beside 999 and TA1."""

COUNTING_STATES = tuple(sorted(state for state in State if state.counts))

metadata = MetaData()
_number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers rows by itself only for INTEGER

seals = Table(  # which keyring this ledger is sealed with
    "seals",
    metadata,
    Column("purpose", String(32), primary_key=True),
    Column("proof", String(64), nullable=False),
)

feeds = Table(  # what is remembered of a feed, and who works on it
    "feeds",
    metadata,
    Column("feed_id", String(64), primary_key=True),
    Column("sequence", Integer, nullable=False),  # of its newest transmission
    Column("fence", BigInteger, nullable=False),  # counts the leases: a write carries the one it was made under
    Column("lease_owner", String(200)),  # which lock file on which machine: see leases.py
    Column("lease_host", String(200)),
    Column("lease_user", String(200)),
    Column("lease_pid", Integer),
    Column("lease_since", Moment),
    Column("lease_until", Moment),  # null while nobody works on it
    Column("void_after", Moment),  # before this moment a run that lost its lease may still be uploading
    Column("last_as_of", Date),
    Column("last_snapshot", String(128)),
    Column("mapping_digest", String(128)),
    Column("release_digest", String(128)),
    Column("held_reason", Text),
    Column("refused_logins", Integer, nullable=False),
)

envelopes = Table(  # one counter for each sender and receiver, whatever the number of feeds
    "envelopes",
    metadata,
    Column("envelope_no", _number, primary_key=True),
    Column("sender_qualifier", String(2), nullable=False),
    Column("sender_id", String(50), nullable=False),
    Column("receiver_qualifier", String(2), nullable=False),
    Column("receiver_id", String(50), nullable=False),
    Column("last_number", BigInteger, nullable=False),
    UniqueConstraint("sender_qualifier", "sender_id", "receiver_qualifier", "receiver_id", name="one_counter"),
)

_OPEN_STATES = text("state IN ('planned', 'rendered', 'validated', 'sealed', 'uploading', 'in_doubt', 'held')")

transmissions = Table(
    "transmissions",
    metadata,
    Column("transmission_no", _number, primary_key=True),
    Column("transmission_id", String(32), nullable=False, unique=True),
    Column("feed_id", String(64), ForeignKey("feeds.feed_id"), nullable=False),
    Column("carrier_id", String(64), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),  # counts its changes: the spool's manifest holds it too
    Column("idempotency_key", String(200), nullable=False),
    Column("envelope_no", _number, ForeignKey("envelopes.envelope_no"), nullable=False),
    Column("control_number", BigInteger),
    Column("reference", String(50), nullable=False),
    Column("remote_name", String(255), nullable=False),  # a template until the number is taken
    Column("scope", String(32), nullable=False),
    Column("purpose", String(32), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("snapshot_identity", String(128), nullable=False),
    Column("mapping_digest", String(128), nullable=False),
    Column("release_digest", String(128), nullable=False),
    Column("plan_digest", String(128), nullable=False),
    Column("created", Moment, nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("per_item", Boolean, nullable=False),
    Column("counts", Text, nullable=False),  # JSON
    Column("original", String(32)),
    Column("plain_sha256", String(64)),
    Column("sealed_sha256", String(64)),
    Column("sealed_size", BigInteger),
    Column("recipient_key", String(128)),
    Column("unsealed_reason", Text),
    Column("phase", String(16)),
    Column("attempts", Integer, nullable=False),
    Column("may_have_arrived", Boolean, nullable=False),  # a rename was sent and nobody has looked since
    Column("held_reason", Text),
    Column("held_from", String(16)),
    Column("last_error", String(16)),
    Column("receipt", Text),  # JSON
    Column("interchange_verdict", String(1)),  # TA104, once a TA1 has come
    Column("group_verdict", String(1)),  # AK9's letter, for a file without sets
    Column("acknowledged_at", Moment),
    UniqueConstraint("feed_id", "sequence", name="one_history"),
    UniqueConstraint("envelope_no", "control_number", name="number_used_once"),
)
Index(
    "one_open_transmission",
    transmissions.c.feed_id,
    unique=True,
    sqlite_where=_OPEN_STATES,
    postgresql_where=_OPEN_STATES,
)

sets = Table(
    "sets",
    metadata,
    Column("transmission_no", _number, ForeignKey("transmissions.transmission_no"), primary_key=True),
    Column("number", String(9), primary_key=True),
    Column("members", Integer, nullable=False),
    Column("families", Integer, nullable=False),
    Column("verdict", String(1)),
    Column("done_by", String(200)),
    Column("done_at", Moment),
    Column("confirmation", Text),
    Column("again_in", String(32)),  # the later worklist that states an undone item again
)

reported_families = Table(
    "reported_families",
    metadata,
    Column("family_no", _number, primary_key=True),
    Column("feed_id", String(64), ForeignKey("feeds.feed_id"), nullable=False),
    Column("token", String(32), nullable=False),
    UniqueConstraint("feed_id", "token", name="one_token"),
)

reported = Table(  # append-only; a row that a rejection reverted says so, and stays
    "reported",
    metadata,
    Column("family_no", _number, ForeignKey("reported_families.family_no"), primary_key=True),
    Column("transmission_no", _number, ForeignKey("transmissions.transmission_no"), primary_key=True),
    Column("set_number", String(9), nullable=False),
    Column("position", Integer, nullable=False),  # in the file, so that a finished intent gives the same bytes
    Column("digest", LargeBinary(32), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("reverted_by", _number, ForeignKey("transmissions.transmission_no")),
)

reported_sets = Table(  # every set that tells of a family: one, unless a rule splits families
    "reported_sets",
    metadata,
    Column("transmission_no", _number, ForeignKey("transmissions.transmission_no"), primary_key=True),
    Column("set_number", String(9), primary_key=True),
    Column("family_no", _number, ForeignKey("reported_families.family_no"), primary_key=True),
    sqlite_with_rowid=False,
)

reported_members = Table(  # whom each reported row was about, for the history of one person
    "reported_members",
    metadata,
    Column("token", String(32), primary_key=True),
    Column("transmission_no", _number, ForeignKey("transmissions.transmission_no"), primary_key=True),
    Column("family_no", _number, ForeignKey("reported_families.family_no"), primary_key=True),
    Column("covered_to", Date),  # the person's last covered day; none while a span is open
    sqlite_with_rowid=False,
)

answers = Table(
    "answers",
    metadata,
    Column("answer_no", _number, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("envelope_no", _number, ForeignKey("envelopes.envelope_no")),
    Column("control_number", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),  # JSON
    Column("taken_at", Moment, nullable=False),
    Column("transmission_no", _number, ForeignKey("transmissions.transmission_no")),  # null while unmatched
    Column("conflict", Boolean, nullable=False),
    UniqueConstraint("sha256", "kind", "control_number", name="same_answer_once"),
)

differences = Table(  # what reconciliations found, by keyed tokens
    "differences",
    metadata,
    Column("feed_id", String(64), ForeignKey("feeds.feed_id"), primary_key=True),
    Column("row_token", String(32), primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("gone", Moment),  # null while the newest reconciliation finds it
    Column("accepted_until", Date),
    Column("accepted_because", Text),
)

trail = Table(
    "trail",
    metadata,
    Column("number", _number, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Column("chain", String(64), nullable=False),
)
Index("trail_by_subject", trail.c.subject)

trail_head = Table(  # one row: the newest line, locked by whoever writes the next
    "trail_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
    Column("chain", String(64), nullable=False),
)
