"""Ledgers, intents and families for tests, in a few words.

``ledger(tmp_path)`` is a real ledger over SQLite; it serves the other rooms as their fake.
All people are invented, and their Social Security numbers were never issued.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from edi834.book import Action, FamilyStatement, MemberStatement
from edi834.feed.ledger_port import (
    Actor,
    EnvelopeKey,
    Intent,
    Lease,
    Ledger,
    MemberReport,
    MemberVerdict,
    Reported,
    Transmission,
    Verdict,
)
from edi834.feed.ports import Phase
from edi834.feed.stages import Receipt
from edi834.feed.whereabouts import NOWHERE, Whereabouts
from edi834.grants import ReleasedFamily, family_digest, redact
from edi834.ledger import Keyring, SqlLedger, create_ledger
from edi834.model import CarrierId, CoveredMember, Family, FamilyRef, FeedId, FieldPath, GroupId, Member, MemberId

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = FeedId("northstar-medical")
CARRIER = CarrierId("northstar")
ENVELOPE = EnvelopeKey("30", "943274405", "ZZ", "NORTHSTAR")
ROOT = bytes(range(32))
CANARY = "Zebulonquist"
CANARY_SSN = "900451234"
FIELDS = tuple(map(FieldPath, ("member.last_name", "member.ssn", "member.relationship")))


@dataclass
class Hands:
    """A clock that stands still until it is moved."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def pass_by(self, **spans: float) -> None:
        self.moment += timedelta(**spans)


@dataclass
class Ids:
    """Transmission ids in a row, in place of random ones."""

    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    prefix: str = "a"

    def __call__(self) -> str:
        return hashlib.sha256(f"{self.prefix}{next(self.numbers)}".encode()).hexdigest()[:12]


def ledger(tmp_path: Path, *, url: str | None = None, clock: Hands | None = None, **settings: Any) -> SqlLedger:
    """A ledger in that folder, made if it is not there: open it again with the same folder."""
    address = url or f"sqlite:///{tmp_path / 'state' / 'ledger.db'}"
    create_ledger(address)
    settings.setdefault("random_ids", Ids())
    settings.setdefault("patience", 20.0)
    spool = settings.pop("spool", tmp_path / "spool")
    keyring = settings.pop("keyring", Keyring(ROOT))
    return SqlLedger(
        address, keyring=keyring, spool=spool, clock=clock or Hands(), actor=Actor("nightly", None), **settings
    )


def family(name: str = "e1", *, last_name: str = CANARY, people: int = 1) -> ReleasedFamily:
    """A released family of that many people."""
    ref = FamilyRef(GroupId("acme"), MemberId(name))
    members = [_person(name, name, last_name)]
    members += [_person(name, f"{name}-{number}", last_name) for number in range(1, people)]
    return redact(Family(ref, tuple(CoveredMember(member, ()) for member in members)), FIELDS)


def _person(subscriber: str, name: str, last_name: str) -> Member:
    person: Any = {
        "group_id": GroupId("acme"),
        "member_id": MemberId(name),
        "subscriber_id": MemberId(subscriber),
        "relationship": "self" if name == subscriber else "child",
        "last_name": last_name,
        "first_name": "Ann",
        "birth_date": date(1980, 5, 17),
        "gender": "unknown",
        "ssn": CANARY_SSN,
    }
    return Member(**person)


def stated(of: ReleasedFamily) -> FamilyStatement:
    """A statement of everybody in the family, as they are."""
    people = tuple(MemberStatement(Action.AUDIT, None, m, None, None, (), ()) for m in of.members)
    return FamilyStatement(people, of, None)


def reported(
    of: ReleasedFamily, *, in_set: str = "0001", also_in: Sequence[str] = (), key: bytes = b"k" * 32
) -> Reported:
    """The family as a file reports it, in that transaction set and others."""
    parts = tuple((number, stated(of)) for number in (in_set, *also_in))
    return Reported(of, family_digest(of, key), in_set, parts)


def intent(*families: Reported, key: str = "night 1", **changes: Any) -> Intent:
    """An intent to tell those families."""
    plain = Intent(
        feed_id=FEED,
        carrier_id=CARRIER,
        idempotency_key=key,
        envelope=ENVELOPE,
        scope="changes",
        purpose="original",
        as_of=date(2026, 11, 22),
        snapshot_identity="5" * 64,
        mapping_digest="1" * 64,
        release_digest="2" * 64,
        plan_digest="3" * 64,
        created=NOON,
        remote_name_template="NS_834_{control_number}.pgp",
        reported=families,
        counts={"added": len(families)},
        is_test=False,
    )
    return replace(plain, **changes)


def sealed_bytes(transmission: Transmission) -> bytes:
    """What a sealer would have made."""
    return f"sealed for {transmission.transmission_id}".encode()


def receipt(transmission: Transmission, content: bytes | None = None, **changes: Any) -> Receipt:
    """The receipt of an upload that went well."""
    content = sealed_bytes(transmission) if content is None else content
    plain = Receipt(
        transmission.remote_name,
        len(content),
        hashlib.sha256(content).hexdigest(),
        "renamed",
        "readback",
        NOON,
        "sftp://127.0.0.1:22",
    )
    return replace(plain, **changes)


def sealed(
    book: Ledger, lease: Lease, transmission: Transmission, *, whereabouts: Whereabouts = NOWHERE
) -> Transmission:
    """Take a planned transmission as far as sealed."""
    book.rendered(lease, transmission.transmission_id, plain_sha256="4" * 64)
    book.validated(lease, transmission.transmission_id)
    content = sealed_bytes(transmission)
    return book.sealed(
        lease,
        transmission.transmission_id,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        recipient_key="AB" * 20,
        unsealed_reason=None,
        whereabouts=whereabouts,
    )


def uploading(
    book: Ledger, lease: Lease, transmission: Transmission, *, whereabouts: Whereabouts = NOWHERE
) -> Transmission:
    """Take a planned transmission as far as uploading."""
    sealed(book, lease, transmission, whereabouts=whereabouts)
    return book.uploading(lease, transmission.transmission_id)


def delivered(
    book: Ledger, lease: Lease, transmission: Transmission, *, whereabouts: Whereabouts = NOWHERE
) -> Transmission:
    """Take a planned transmission all the way."""
    uploading(book, lease, transmission, whereabouts=whereabouts)
    for phase in Phase:
        book.phase(lease, transmission.transmission_id, phase)
    return book.delivered(lease, transmission.transmission_id, receipt(transmission))


def deliver(book: Ledger, *families: Reported, key: str = "night 1", **changes: Any) -> Transmission:
    """One whole run: lease, plan and everything until it is delivered."""
    wish = intent(*families, key=key, **changes)
    with book.lease(wish.feed_id) as lease:
        return delivered(book, lease, book.plan(lease, wish))


def answer(transmission: Transmission, overall: str, *, sets: dict[str, str] | None = None, **changes: Any) -> Verdict:
    """A 999 for that transmission; a TA1 with ``kind="TA1"``."""
    assert transmission.control_number is not None
    said = f"{transmission.control_number}{overall}{sorted((sets or {}).items())}{sorted(changes.items())}"
    plain = Verdict(
        transmission.envelope,
        transmission.control_number,
        "999",
        sets or {},
        overall,
        None,
        hashlib.sha256(said.encode()).hexdigest(),
    )
    return replace(plain, **changes)


def a_report(*rejected: str, file: str | None = None) -> MemberReport:
    """A carrier's report that rejects those members."""
    rows = enumerate(rejected, start=1)
    verdicts = tuple(MemberVerdict(row, MemberId(name), (GroupId("acme"),), file, "E1") for row, name in rows)
    return MemberReport(FEED, hashlib.sha256(repr(verdicts).encode()).hexdigest(), verdicts, accepted=7)


@contextmanager
def lease_for(book: Ledger, feed_id: FeedId = FEED) -> Iterator[Lease]:
    """The lease of the usual feed."""
    with book.lease(feed_id) as lease:
        yield lease


def names(book: Ledger, families: Sequence[ReleasedFamily], feed_id: FeedId = FEED) -> list[str]:
    """The subscriber ids of those of the families that are in the baseline."""
    known = book.baseline_digests(feed_id)
    return [each.ref.subscriber_id for each in families if book.token(each.ref) in known]
