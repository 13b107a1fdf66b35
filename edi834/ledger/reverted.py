"""What was reverted: rows that a rejection took out of the count, and the families that stand on less for it.

A row is never changed but for the note of which rejection reverted it; everything else follows from the verdicts.
What was reported, and what counts of it, is ``reported.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from edi834.book.payload import restored_parts
from edi834.feed.ledger_port import TAKEN, FamilySending, State
from edi834.ledger import tables
from edi834.ledger.keys import Keyring
from edi834.ledger.reported import newest_counting, portions, unsealed
from edi834.mapping.document import FilePurpose
from edi834.model import FeedId, TransmissionId

__all__ = ["rejected_families", "revert", "revert_families", "sendings"]


def revert(connection: Connection, transmission_no: int, set_numbers: Collection[str]) -> int:
    """Let rejected sets' families, with whatever was reported of them later, stop counting.

    What was reported of a family since an earlier rejection goes too: it was chosen as if these sets had been taken.

    Returns:
      Of how many families something stops counting.
    """
    sets = tables.reported_sets
    concerned = select(sets.c.family_no).distinct().where(sets.c.transmission_no == transmission_no)
    numbers = connection.execute(concerned.where(sets.c.set_number.in_(list(set_numbers)))).scalars()
    return revert_families(connection, transmission_no, list(numbers))


def revert_families(connection: Connection, transmission_no: int, numbers: Collection[int]) -> int:
    """Let these families' rows of a transmission, and whatever was reported of them later, stop counting."""
    reported, families = tables.reported, 0
    for portion in portions(numbers):
        own = (reported.c.family_no.in_(portion), reported.c.transmission_no >= transmission_no)
        counting = (*own, reported.c.reverted_by.is_(None))
        families += connection.execute(
            select(func.count(reported.c.family_no.distinct())).where(*counting)
        ).scalar_one()
        connection.execute(update(reported).where(*counting).values(reverted_by=transmission_no))
    return families


def sendings(
    connection: Connection, keyring: Keyring, feed_id: FeedId, tokens: Collection[str] | None
) -> dict[str, list[FamilySending]]:
    """By token, what each delivered file said of a family, and what was rejected of it, in the order of sending."""
    reported, files, families = tables.reported, tables.transmissions, tables.reported_families
    states = [*tables.COUNTING_STATES, State.REJECTED]
    query = (
        select(families.c.token, families.c.feed_id, reported, files.c.transmission_id, files.c.sequence)
        .add_columns(files.c.state, files.c.purpose, files.c.original, files.c.per_item)
        .add_columns(files.c.mapping_digest)
        .select_from(reported)
        .join(families, families.c.family_no == reported.c.family_no)
        .join(files, files.c.transmission_no == reported.c.transmission_no)
        .where(families.c.feed_id == feed_id, files.c.state.in_(states), files.c.purpose != FilePurpose.COPY)
        .order_by(reported.c.transmission_no)
    )
    rows = [
        row
        for portion in (portions(tokens) if tokens is not None else [None])
        for row in connection.execute(query if portion is None else query.where(families.c.token.in_(portion)))
    ]
    verdicts = _verdicts(connection, feed_id) if rows else {}
    answers = tables.answers
    with_report = set(
        connection.execute(select(answers.c.transmission_no).where(answers.c.kind == tables.REPORT)).scalars()
    )
    found: dict[str, list[FamilySending]] = {}
    for row in rows:
        found.setdefault(row.token, []).append(_sending(keyring, row, verdicts, with_report))
    return found


def _sending(
    keyring: Keyring, row: Row[Any], verdicts: Mapping[tuple[int, str], bool], with_report: Collection[int]
) -> FamilySending:
    target, parts = restored_parts(unsealed(keyring, row))
    numbers = {number for number, _ in parts} | {row.set_number}
    refused = frozenset(n for n in numbers if verdicts.get((row.transmission_no, n)))
    is_reverted = row.reverted_by == row.transmission_no and not refused
    people = {m.member.ref for _, said in parts for m in said.members}
    # A carrier's report on members says who was rejected, and nothing of the others of the family.
    is_doubtful = is_reverted and row.transmission_no in with_report and len(people) > 1
    if row.state == State.REJECTED or (is_reverted and not is_doubtful):
        refused = frozenset(numbers)
    return FamilySending(
        TransmissionId(row.transmission_id),
        row.sequence,
        target,
        parts,
        refused,
        TransmissionId(row.original) if row.original and row.purpose == FilePurpose.RESUBMISSION else None,
        is_accepted=row.state == State.ACCEPTED,
        mapping_digest=row.mapping_digest,
        is_doubtful=is_doubtful,
    )


def _verdicts(connection: Connection, feed_id: FeedId) -> dict[tuple[int, str], bool]:
    """By transmission and set, whether the carrier rejected it, or nobody has entered it."""
    sets, files = tables.sets, tables.transmissions
    query = (
        select(sets.c.transmission_no, sets.c.number, sets.c.verdict, sets.c.done_at, files.c.per_item)
        .join(files, files.c.transmission_no == sets.c.transmission_no)
        .where(files.c.feed_id == feed_id)
    )
    return {
        (row.transmission_no, row.number): (row.verdict is not None and row.verdict not in TAKEN)
        or (row.per_item and row.done_at is None)
        for row in connection.execute(query)
    }


def rejected_families(connection: Connection, feed_id: FeedId) -> frozenset[str]:
    """Tokens of families of whom the carrier rejected something, and nothing was reported since that counts."""
    return frozenset(row.token for row in connection.execute(_reverted_since(feed_id)))


def _reverted_since(feed_id: FeedId) -> Select[Any]:
    """The tokens of families with a row that a rejection reverted, and no newer one that counts."""
    families, reported, files = tables.reported_families, tables.reported, tables.transmissions
    newer = reported.alias("newer")
    return (
        select(families.c.token)
        .select_from(reported)
        .join(families, families.c.family_no == reported.c.family_no)
        .join(files, files.c.transmission_no == reported.c.transmission_no)
        .where(
            families.c.feed_id == feed_id,
            reported.c.reverted_by.is_not(None),
            ~select(newer.c.family_no)
            .where(newer.c.family_no == reported.c.family_no, newer.c.transmission_no > reported.c.transmission_no)
            .where(newer.c.transmission_no == newest_counting())
            .exists(),
        )
    )
