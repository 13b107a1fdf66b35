"""A rotation of the sealing key: everything the ledger keeps sealed is sealed anew, and the old key is forgotten.

The order makes it safe to be killed anywhere and run again: the keyring's file first holds both keys, then the ledger
names the new one, then everything is sealed anew, piece by piece, and last the old key leaves the file.
Tokens, digests and the trail's chain hang on other keys, which stay: nobody becomes a stranger, and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from edi834.errors import KeyRefusedError
from edi834.faults import point
from edi834.ledger import tables
from edi834.ledger.books import Books
from edi834.ledger.database import insert_or
from edi834.ledger.keys import Keyring

__all__ = ["require_own_sealing_key", "reseal"]

_AT_ONCE = 500  # rows of one transaction
_PURPOSE = "sealing"


def require_own_sealing_key(connection: Connection, keyring: Keyring) -> None:
    """Make sure that the keyring's sealing key is the ledger's, and not one that was rotated away.

    Raises:
      KeyRefusedError: it is an old one; an unfinished rotation's two keys are both accepted.
    """
    seals = tables.seals
    proof = connection.execute(select(seals.c.proof).where(seals.c.purpose == _PURPOSE)).scalar_one_or_none()
    if proof is None:  # no rotation has come as far as the ledger
        return
    if proof not in (keyring.sealing_name, keyring.retiring_name):
        raise KeyRefusedError(
            "the sealing key of this keyring was rotated away: the ledger is sealed with a newer one",
            code="E834-0724",
            remedy="use the keyring as `edi834 keys rotate` left it; an old copy opens old backups only",
        )


def reseal(books: Books) -> Mapping[str, int]:
    """Seal everything anew with the newer of the keyring's two keys; what is sealed so already is passed over.

    The caller holds every feed's lease.

    Returns:
      How many records and files were sealed anew.

    Raises:
      HeldError: something was sealed with neither key, or was changed.
    """
    books.database.write(lambda connection: _name(connection, books.keyring))
    point("rotation-named")
    records = _reseal_reported(books)
    point("rotation-reported")
    return {"records": records, "files": books.spool.reseal()}


def _name(connection: Connection, keyring: Keyring) -> None:
    row = {"purpose": _PURPOSE, "proof": keyring.sealing_name}
    named = insert_or(connection, tables.seals).values(row)
    connection.execute(named.on_conflict_do_update(index_elements=["purpose"], set_={"proof": keyring.sealing_name}))


def _reseal_reported(books: Books) -> int:
    changed, after = 0, (-1, -1)
    while True:

        def work(connection: Connection, after: tuple[int, int] = after) -> tuple[int, tuple[int, int] | None]:
            rows = _reported_rows(connection, after)
            count = sum(_reseal_row(books.keyring, connection, row) for row in rows)
            return count, (rows[-1].family_no, rows[-1].transmission_no) if rows else None

        count, reached = books.database.write(work)
        changed += count
        if reached is None:
            return changed
        after = reached
        point("rotation-portion")


def _reported_rows(connection: Connection, after: tuple[int, int]) -> list[Row[Any]]:
    reported, families = tables.reported, tables.reported_families
    family_no, transmission_no = after
    query = select(
        reported.c.family_no, reported.c.transmission_no, reported.c.payload, families.c.feed_id, families.c.token
    )
    beyond = or_(
        reported.c.family_no > family_no,
        and_(reported.c.family_no == family_no, reported.c.transmission_no > transmission_no),
    )
    order = (reported.c.family_no, reported.c.transmission_no)
    return list(connection.execute(query.join(families).where(beyond).order_by(*order).limit(_AT_ONCE)))


def _reseal_row(keyring: Keyring, connection: Connection, row: Row[Any]) -> bool:
    context = (row.feed_id, "reported", row.token)
    if keyring.is_current(row.payload, *context):
        return False
    reported = tables.reported
    anew = keyring.seal(keyring.open(row.payload, *context), *context)
    connection.execute(
        update(reported)
        .where(reported.c.family_no == row.family_no, reported.c.transmission_no == row.transmission_no)
        .values(payload=anew)
    )
    return True
