"""What was un-told: rows that a rejection took out of the count, and the families that stand on less for it.

A row is never changed but for the note of which rejection un-told it; everything else follows from the verdicts.
What was told, and what counts of it, is ``told.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, update

from edi834.feed.ledger_port import TAKEN, State, ToldFamily
from edi834.ledger import tables
from edi834.ledger.keys import Keyring
from edi834.ledger.told import newest_counting, opened, portions
from edi834.mapping.document import FilePurpose
from edi834.model import FeedId, TransmissionId

__all__ = ["rejected_families", "standing_families", "standing_untold", "untell", "untell_families"]


def untell(connection: Connection, transmission_no: int, set_numbers: Collection[str]) -> int:
    """Let rejected sets' families, with whatever was told of them later, stop counting.

    A family whose row an earlier rejection had un-told is left alone: what was told of it since does not rest on it.

    Returns:
      How many families are concerned.
    """
    told, sets = tables.told, tables.told_sets
    concerned = (
        select(told.c.family_no)
        .distinct()
        .join(sets, (sets.c.family_no == told.c.family_no) & (sets.c.transmission_no == told.c.transmission_no))
        .where(
            told.c.transmission_no == transmission_no,
            sets.c.set_number.in_(list(set_numbers)),
            told.c.untold_by.is_(None),
        )
    )
    numbers = list(connection.execute(concerned).scalars())
    untell_families(connection, transmission_no, numbers)
    return len(numbers)


def untell_families(connection: Connection, transmission_no: int, numbers: Collection[int]) -> None:
    """Let these families' rows of a transmission, and whatever was told of them later, stop counting."""
    told = tables.told
    for portion in portions(numbers):
        connection.execute(
            update(told)
            .where(told.c.family_no.in_(portion), told.c.transmission_no >= transmission_no, told.c.untold_by.is_(None))
            .values(untold_by=transmission_no)
        )


def standing_untold(connection: Connection, feed_id: FeedId) -> frozenset[str]:
    """Tokens of families of whom the carrier holds something that no longer counts: to be told whole, not as changes.

    That is so after a rejection, where a later file that rested on the rejected one was accepted, or another set of the
    same file that tells of the family, too.
    """
    return frozenset(row.token for row in connection.execute(_standing(feed_id)))


def standing_families(
    connection: Connection, keyring: Keyring, feed_id: FeedId, *, before: int | None = None
) -> dict[str, tuple[ToldFamily, ...]]:
    """Of the same families, by token, what each file told that the carrier took, in the order of telling.

    With ``before``, of those that were so when that transmission told of them: it told them whole.
    """
    tellings: dict[str, tuple[ToldFamily, ...]] = {}
    rows = connection.execute(_standing(feed_id, before)).all()
    # Only of a family that stands is it asked since when something of it was rejected.
    asked = connection.execute(_first_rejected(feed_id, before)) if rows else ()
    first_rejected: dict[str, int] = {row.token: row.first for row in asked}
    for row in rows:
        name = TransmissionId(row.transmission_id)
        rests = first_rejected.get(row.token, row.transmission_no) < row.transmission_no
        family = ToldFamily(opened(keyring, row), row.digest, name, row.as_of, bool(row.is_torn), rests)
        tellings[row.token] = (*tellings.get(row.token, ()), family)
    return tellings


def _standing(feed_id: FeedId, before: int | None = None) -> Select[Any]:
    """The un-told rows of which the carrier took a set, in the order of telling, and whether it rejected another."""
    told, files = tables.told, tables.transmissions
    return (
        _untold_since(feed_id, before)
        .add_columns(tables.told_families.c.feed_id, told, files.c.transmission_id, files.c.as_of)
        .add_columns(_has_set(_refused()).label("is_torn"))
        .where(
            files.c.state.in_(tables.COUNTING_STATES),
            files.c.purpose != FilePurpose.COPY,
            files.c.state != State.ACCEPTED,  # the carrier was sent nothing by it
            _has_set(or_(tables.sets.c.verdict.is_(None), tables.sets.c.verdict.in_(TAKEN))),
        )
        .order_by(told.c.transmission_no)
    )


def _first_rejected(feed_id: FeedId, before: int | None = None) -> Select[Any]:
    """By token, the first of the un-told rows that was rejected, whole or in part."""
    told, families, files = tables.told, tables.told_families, tables.transmissions
    return (
        _untold_since(feed_id, before)
        .with_only_columns(families.c.token, func.min(told.c.transmission_no).label("first"))
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
    """Whether a set with such a verdict tells of the told row's family in its file."""
    told, its, sets = tables.told, tables.told_sets, tables.sets
    return (
        select(its.c.family_no)
        .outerjoin(sets, (sets.c.transmission_no == its.c.transmission_no) & (sets.c.number == its.c.set_number))
        .where(its.c.transmission_no == told.c.transmission_no, its.c.family_no == told.c.family_no)
        .where(verdict)
        .exists()
    )


def rejected_families(connection: Connection, feed_id: FeedId) -> frozenset[str]:
    """Tokens of families of whom the carrier rejected something, and nothing was told since that counts."""
    return frozenset(row.token for row in connection.execute(_untold_since(feed_id)))


def _untold_since(feed_id: FeedId, before: int | None = None) -> Select[Any]:
    """The tokens of families with a row that a rejection un-told, and no newer one that counts.

    With ``before``, of those that were so when that transmission told of them.
    """
    families, told, files = tables.told_families, tables.told, tables.transmissions
    newer = told.alias("newer")
    untold = (
        select(families.c.token)
        .select_from(told)
        .join(families, families.c.family_no == told.c.family_no)
        .join(files, files.c.transmission_no == told.c.transmission_no)
        .where(
            families.c.feed_id == feed_id,
            told.c.untold_by.is_not(None),
            ~select(newer.c.family_no)
            .where(newer.c.family_no == told.c.family_no, newer.c.transmission_no > told.c.transmission_no)
            .where(newer.c.transmission_no == newest_counting(before=before))
            .exists(),
        )
    )
    if before is None:
        return untold
    # A rejection that came after it un-told its own row along with the rejected one.
    own = told.alias("own")
    stood = (
        select(own.c.family_no)
        .where(own.c.family_no == told.c.family_no, own.c.transmission_no == before)
        .where(or_(own.c.untold_by.is_(None), own.c.untold_by == before))
        .exists()
    )
    return untold.where(told.c.transmission_no < before, stood)
