"""What was reported whom: sealed rows that are only ever added, and the baseline that follows from them.

A family's baseline is its newest row whose transmission is delivered, whose set is not rejected (an item: is done), and
which no rejection has reverted; it is asked for each time and kept nowhere, so it cannot get ahead of the truth.
Which transmission is delivered, and which set rejected, is decided in ``transitions.py`` and ``answers.py``; what a
rejection takes back is ``reverted.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, true, update

from edi834.book.payload import restored_parts, restored_target, written
from edi834.feed.ledger_port import Reported, ReportedFamily, State
from edi834.grants import ReleasedFamily, ReleasedMember
from edi834.ledger import tables
from edi834.ledger.database import insert_or
from edi834.ledger.keys import Keyring
from edi834.mapping.document import FilePurpose
from edi834.model import CarrierId, FamilyRef, FeedId, GroupId, MemberId, TransmissionId

__all__ = [
    "Disclosure",
    "SealedReported",
    "add_reported",
    "baseline",
    "baseline_digests",
    "families_of",
    "family_token",
    "held_members",
    "history",
    "is_counting",
    "member_token",
    "newest_counting",
    "opened",
    "portions",
    "seal_reported",
    "unsealed",
    "was_sent",
]

T = TypeVar("T")

_PORTION = 500  # parameters in one statement: SQLite may be built to take no more than 999


@dataclass(frozen=True, slots=True)
class SealedReported:
    """One family as it goes into the tables: nothing about people is readable here."""

    token: str
    set_numbers: tuple[str, ...]
    digest: bytes
    payload: bytes
    members: tuple[tuple[str, date | None], ...]
    settles: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """One report of one person's family: who was reported what, when and by which file.

    Attributes:
      transmission_id, feed_id, carrier_id: By which file, through which feed, to whom.
      as_of: The day it spoke of.
      state: What became of the file.
      counts: Whether it still counts as reported.
      family: What the file said of the family, as the carrier holds it once the file is applied.
    """

    transmission_id: TransmissionId
    feed_id: FeedId
    carrier_id: CarrierId
    as_of: date
    state: State
    counts: bool
    family: ReleasedFamily = field(repr=False)


def family_token(keyring: Keyring, ref: FamilyRef) -> str:
    """Give the token of a family, the same in every feed."""
    return keyring.token("family", ref.group_id, ref.subscriber_id)


def seal_reported(keyring: Keyring, feed_id: FeedId, families: Iterable[Reported]) -> list[SealedReported]:
    """Seal what a file tells; done before the transaction, which must be short."""
    return [_sealed(keyring, feed_id, reported) for reported in families]


def add_reported(
    connection: Connection, feed_id: FeedId, transmission_no: int, families: Sequence[SealedReported]
) -> None:
    """Add the rows of one transmission; they count for nothing until it is delivered."""
    numbers = _family_numbers(connection, feed_id, [reported.token for reported in families])
    if not families:
        return
    connection.execute(
        insert(tables.reported),
        [
            {
                "family_no": numbers[reported.token],
                "transmission_no": transmission_no,
                "position": position,
                "set_number": reported.set_numbers[0],
                "digest": reported.digest,
                "payload": reported.payload,
            }
            for position, reported in enumerate(families)
        ],
    )
    connection.execute(
        insert(tables.reported_sets),
        [
            {"transmission_no": transmission_no, "set_number": number, "family_no": numbers[reported.token]}
            for reported in families
            for number in reported.set_numbers
        ],
    )
    _leave_rejected(connection, transmission_no, [numbers[one.token] for one in families if not one.settles])
    people = [
        {
            "token": token,
            "transmission_no": transmission_no,
            "family_no": numbers[reported.token],
            "covered_to": covered_to,
        }
        for reported in families
        for token, covered_to in reported.members
    ]
    if people:
        connection.execute(insert(tables.reported_members), people)


def _leave_rejected(connection: Connection, transmission_no: int, numbers: Sequence[int]) -> None:
    """Let rows that settle nothing count as little as the newest of their family that a rejection reverted."""
    reported, older = tables.reported, tables.reported.alias("older")
    newest = (
        select(func.max(older.c.reverted_by))
        .where(older.c.family_no == reported.c.family_no, older.c.transmission_no < transmission_no)
        .scalar_subquery()
    )
    for portion in portions(numbers):
        own = (reported.c.transmission_no == transmission_no, reported.c.family_no.in_(portion))
        connection.execute(update(reported).where(*own).values(reverted_by=newest))


def families_of(connection: Connection, keyring: Keyring, transmission_no: int) -> list[Reported]:
    """The families that a transmission reports, in set order, as they were planned."""
    query = (
        select(tables.reported, tables.reported_families.c.token, tables.reported_families.c.feed_id)
        .join(tables.reported_families)
        .where(tables.reported.c.transmission_no == transmission_no)
        .order_by(tables.reported.c.set_number, tables.reported.c.position)
    )
    return [
        Reported(target, row.digest, row.set_number, parts)
        for row in connection.execute(query)
        for target, parts in [restored_parts(unsealed(keyring, row))]
    ]


def baseline_digests(connection: Connection, feed_id: FeedId) -> dict[str, bytes]:
    """Token → digest of every family that counts in the feed."""
    families, reported = tables.reported_families, tables.reported
    query = (
        select(families.c.token, reported.c.digest)
        .select_from(families)
        .join(
            reported, (reported.c.family_no == families.c.family_no) & (reported.c.transmission_no == newest_counting())
        )
        .where(families.c.feed_id == feed_id)
    )
    return {row.token: row.digest for row in connection.execute(query)}


def baseline(
    connection: Connection, keyring: Keyring, feed_id: FeedId, tokens: Collection[str]
) -> dict[str, ReportedFamily]:
    """What was last reported those families; a token that does not count is not in the answer."""
    families, reported, files = tables.reported_families, tables.reported, tables.transmissions
    query = (
        select(families.c.token, families.c.feed_id, reported, files.c.transmission_id, files.c.as_of)
        .select_from(families)
        .join(
            reported, (reported.c.family_no == families.c.family_no) & (reported.c.transmission_no == newest_counting())
        )
        .join(files, files.c.transmission_no == reported.c.transmission_no)
        .where(families.c.feed_id == feed_id)
    )
    answer: dict[str, ReportedFamily] = {}
    for portion in portions(tokens):
        for row in connection.execute(query.where(families.c.token.in_(portion))):
            family = opened(keyring, row)
            answer[row.token] = ReportedFamily(family, row.digest, TransmissionId(row.transmission_id), row.as_of)
    return answer


def held_members(connection: Connection, feed_id: FeedId) -> int:
    """How many people of the families that count in the feed are covered on the day it looked last, or later."""
    families, reported, people, feeds = tables.reported_families, tables.reported, tables.reported_members, tables.feeds
    looked = select(feeds.c.last_as_of).where(feeds.c.feed_id == feed_id).scalar_subquery()
    query = (
        select(func.count())
        .select_from(families)
        .join(
            reported, (reported.c.family_no == families.c.family_no) & (reported.c.transmission_no == newest_counting())
        )
        .join(
            people,
            (people.c.family_no == reported.c.family_no) & (people.c.transmission_no == reported.c.transmission_no),
        )
        .where(families.c.feed_id == feed_id)
        .where(or_(people.c.covered_to.is_(None), looked.is_(None), people.c.covered_to >= looked))
    )
    return int(connection.execute(query).scalar_one())


def history(connection: Connection, keyring: Keyring, group_id: GroupId, member_id: MemberId) -> list[Disclosure]:
    """Everything that any carrier was reported one person, in the order of reporting."""
    families, reported, files, people = (
        tables.reported_families,
        tables.reported,
        tables.transmissions,
        tables.reported_members,
    )
    query = (
        select(reported, families.c.token, files.c.transmission_id, files.c.feed_id, files.c.carrier_id, files.c.as_of)
        .add_columns(files.c.state, is_counting(reported, files).label("counts"))
        .select_from(people)
        .join(
            reported,
            (reported.c.family_no == people.c.family_no) & (reported.c.transmission_no == people.c.transmission_no),
        )
        .join(families, families.c.family_no == reported.c.family_no)
        .join(files, files.c.transmission_no == reported.c.transmission_no)
        .where(people.c.token == member_token(keyring, group_id, member_id))
        .order_by(reported.c.transmission_no, reported.c.family_no)
    )
    return [
        Disclosure(
            transmission_id=TransmissionId(row.transmission_id),
            feed_id=FeedId(row.feed_id),
            carrier_id=CarrierId(row.carrier_id),
            as_of=row.as_of,
            state=State(row.state),
            counts=bool(row.counts),
            family=opened(keyring, row),
        )
        for row in connection.execute(query)
    ]


def newest_counting(before: int | None = None) -> ColumnElement[Any]:
    """The newest transmission that counts for the family of the enclosing statement: one look into an index each.

    With ``before``, the newest of those that came before that one.

    The time it takes grows with the number of families, not with the length of their history.
    """
    families = tables.reported_families
    reported = tables.reported.alias("counting")
    files = tables.transmissions.alias("delivered")
    return (
        select(reported.c.transmission_no)
        .join(files, files.c.transmission_no == reported.c.transmission_no)
        .where(reported.c.family_no == families.c.family_no, is_counting(reported, files))
        .where(true() if before is None else reported.c.transmission_no < before)
        .order_by(reported.c.transmission_no.desc())
        .limit(1)
        .correlate(families)
        .scalar_subquery()
    )


def is_counting(reported: Any, files: Any) -> ColumnElement[bool]:
    """Whether a reported row counts, by its own columns and its file's: it was sent, and no rejection reverted it."""
    return and_(reported.c.reverted_by.is_(None), was_sent(reported, files))


def was_sent(reported: Any, files: Any) -> ColumnElement[bool]:
    """Whether a reported row reached the carrier in a file that was not rejected whole; an item, that it is done.

    An information copy is for looking at: the carrier applies nothing of it, so it never counts.
    """
    sets = tables.sets.alias("item")
    done = (
        select(sets.c.number)
        .where(sets.c.transmission_no == reported.c.transmission_no, sets.c.number == reported.c.set_number)
        .where(sets.c.done_at.is_not(None))
        .exists()
    )
    is_read = and_(files.c.state.in_(tables.COUNTING_STATES), files.c.purpose != FilePurpose.COPY)
    return and_(is_read, or_(files.c.per_item.is_(False), done))


def _family_numbers(connection: Connection, feed_id: FeedId, tokens: Sequence[str]) -> Mapping[str, int]:
    families = tables.reported_families
    if tokens:
        rows = [{"feed_id": feed_id, "token": token} for token in tokens]
        connection.execute(insert_or(connection, families).on_conflict_do_nothing(), rows)
    numbers: dict[str, int] = {}
    for portion in portions(tokens):
        query = select(families.c.token, families.c.family_no)
        query = query.where(families.c.feed_id == feed_id, families.c.token.in_(portion))
        numbers.update((row.token, row.family_no) for row in connection.execute(query))
    return numbers


def _sealed(keyring: Keyring, feed_id: FeedId, reported: Reported) -> SealedReported:
    ref = reported.target.ref
    token = family_token(keyring, ref)
    people = {member_token(keyring, ref.group_id, m.ref.member_id): _covered_to(m) for m in reported.target.members}
    payload = keyring.seal(written(reported.target, reported.parts), feed_id, "reported", token)
    people_of = tuple(sorted(people.items()))
    return SealedReported(token, reported.set_numbers, reported.digest, payload, people_of, reported.settles)


def _covered_to(member: ReleasedMember) -> date | None:
    """A person's last covered day: None while a span is open; of somebody without coverage, the first day there is."""
    ends = [span.end for span in member.coverages]
    return None if None in ends else max((end for end in ends if end is not None), default=date.min)


def opened(keyring: Keyring, row: Any) -> ReleasedFamily:
    """The family of a row, as the carrier's book showed it after the file."""
    return restored_target(unsealed(keyring, row))


def unsealed(keyring: Keyring, row: Any) -> bytes:
    """What is sealed in a row."""
    return keyring.open(row.payload, row.feed_id, "reported", row.token)


def member_token(keyring: Keyring, group_id: GroupId, member_id: MemberId) -> str:
    """Give the token of a person, the same in every feed."""
    return keyring.token("member", group_id, member_id)


def portions(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while portion := list(islice(rest, _PORTION)):
        yield portion
