"""What was reverted: rows that a rejection took out of the count, and the families that stand on less for it.

A row is never changed but for the note of which rejection reverted it; everything else follows from the verdicts.
What was reported, and what counts of it, is ``reported.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from edi834.feed.ledger_port import TAKEN, ReportedFamily, State
from edi834.ledger import tables
from edi834.ledger.keys import Keyring
from edi834.ledger.reported import newest_counting, opened, portions
from edi834.mapping.document import FilePurpose
from edi834.model import FeedId, TransmissionId

__all__ = ["rejected_families", "revert", "revert_families", "standing_families", "standing_reverted"]


def revert(connection: Connection, transmission_no: int, set_numbers: Collection[str]) -> int:
    """Let rejected sets' families, with whatever was reported them later, stop counting.

    A family whose row an earlier rejection had reverted is left alone: what was reported it since does not rest on it.

    Returns:
      How many families are concerned.
    """
    reported, sets = tables.reported, tables.reported_sets
    concerned = (
        select(reported.c.family_no)
        .distinct()
        .join(sets, (sets.c.family_no == reported.c.family_no) & (sets.c.transmission_no == reported.c.transmission_no))
        .where(
            reported.c.transmission_no == transmission_no,
            sets.c.set_number.in_(list(set_numbers)),
            reported.c.reverted_by.is_(None),
        )
    )
    numbers = list(connection.execute(concerned).scalars())
    revert_families(connection, transmission_no, numbers)
    return len(numbers)


def revert_families(connection: Connection, transmission_no: int, numbers: Collection[int]) -> None:
    """Let these families' rows of a transmission, and whatever was reported them later, stop counting."""
    reported = tables.reported
    for portion in portions(numbers):
        connection.execute(
            update(reported)
            .where(
                reported.c.family_no.in_(portion),
                reported.c.transmission_no >= transmission_no,
                reported.c.reverted_by.is_(None),
            )
            .values(reverted_by=transmission_no)
        )


def standing_reverted(connection: Connection, feed_id: FeedId) -> frozenset[str]:
    """Tokens of families of whom the carrier holds something that no longer counts: to be reported whole, not as changes.

    That is so after a rejection, where a later file that rested on the rejected one was accepted, or another set of the
    same file that tells of the family, too.
    """
    return frozenset(row.token for row in connection.execute(_standing(feed_id)))


def standing_families(
    connection: Connection, keyring: Keyring, feed_id: FeedId, *, before: int | None = None
) -> dict[str, tuple[ReportedFamily, ...]]:
    """Of the same families, by token, what each file reported that the carrier took, in the order of telling.

    With ``before``, of those that were so when that transmission reported them: it reported them whole.
    """
    tellings: dict[str, tuple[ReportedFamily, ...]] = {}
    rows = connection.execute(_standing(feed_id, before)).all()
    # Only of a family that stands is it asked since when something of it was rejected.
    asked = connection.execute(_first_rejected(feed_id, before)) if rows else ()
    first_rejected: dict[str, int] = {row.token: row.first for row in asked}
    for row in rows:
        name = TransmissionId(row.transmission_id)
        rests = first_rejected.get(row.token, row.transmission_no) < row.transmission_no
        family = ReportedFamily(opened(keyring, row), row.digest, name, row.as_of, bool(row.is_torn), rests)
        tellings[row.token] = (*tellings.get(row.token, ()), family)
    return tellings


def _standing(feed_id: FeedId, before: int | None = None) -> Select[Any]:
    """The reverted rows of which the carrier took a set, in the order of telling, and whether it rejected another."""
    reported, files = tables.reported, tables.transmissions
    return (
        _reverted_since(feed_id, before)
        .add_columns(tables.reported_families.c.feed_id, reported, files.c.transmission_id, files.c.as_of)
        .add_columns(_has_set(_refused()).label("is_torn"))
        .where(
            files.c.state.in_(tables.COUNTING_STATES),
            files.c.purpose != FilePurpose.COPY,
            files.c.state != State.ACCEPTED,  # the carrier was sent nothing by it
            _has_set(or_(tables.sets.c.verdict.is_(None), tables.sets.c.verdict.in_(TAKEN))),
        )
        .order_by(reported.c.transmission_no)
    )


def _first_rejected(feed_id: FeedId, before: int | None = None) -> Select[Any]:
    """By token, the first of the reverted rows that was rejected, whole or in part."""
    reported, families, files = tables.reported, tables.reported_families, tables.transmissions
    return (
        _reverted_since(feed_id, before)
        .with_only_columns(families.c.token, func.min(reported.c.transmission_no).label("first"))
        .where(
            files.c.purpose != FilePurpose.COPY,
            or_(files.c.state == State.REJECTED, and_(files.c.state.in_(tables.COUNTING_STATES), _has_set(_refused()))),
        )
        .group_by(families.c.token)
    )


def _refused() -> ColumnElement[bool]:
    verdict = tables.sets.c.verdict
    return and_(verdict.is_not(None), verdict.not_in(TAKEN))


def _has_set(verdict: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a set with such a verdict tells of the reported row's family in its file."""
    reported, its, sets = tables.reported, tables.reported_sets, tables.sets
    return (
        select(its.c.family_no)
        .outerjoin(sets, (sets.c.transmission_no == its.c.transmission_no) & (sets.c.number == its.c.set_number))
        .where(its.c.transmission_no == reported.c.transmission_no, its.c.family_no == reported.c.family_no)
        .where(verdict)
        .exists()
    )


def rejected_families(connection: Connection, feed_id: FeedId) -> frozenset[str]:
    """Tokens of families of whom the carrier rejected something, and nothing was reported since that counts."""
    return frozenset(row.token for row in connection.execute(_reverted_since(feed_id)))


def _reverted_since(feed_id: FeedId, before: int | None = None) -> Select[Any]:
    """The tokens of families with a row that a rejection reverted, and no newer one that counts.

    With ``before``, of those that were so when that transmission reported them.
    """
    families, reported, files = tables.reported_families, tables.reported, tables.transmissions
    newer = reported.alias("newer")
    reverted = (
        select(families.c.token)
        .select_from(reported)
        .join(families, families.c.family_no == reported.c.family_no)
        .join(files, files.c.transmission_no == reported.c.transmission_no)
        .where(
            families.c.feed_id == feed_id,
            reported.c.reverted_by.is_not(None),
            ~select(newer.c.family_no)
            .where(newer.c.family_no == reported.c.family_no, newer.c.transmission_no > reported.c.transmission_no)
            .where(newer.c.transmission_no == newest_counting(before=before))
            .exists(),
        )
    )
    if before is None:
        return reverted
    # A rejection that came after it reverted its own row along with the rejected one.
    own = reported.alias("own")
    stood = (
        select(own.c.family_no)
        .where(own.c.family_no == reported.c.family_no, own.c.transmission_no == before)
        .where(or_(own.c.reverted_by.is_(None), own.c.reverted_by == before))
        .exists()
    )
    return reverted.where(reported.c.transmission_no < before, stood)
