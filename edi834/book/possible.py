"""The books that a carrier may have of a family, and the statement that takes each of them to the desired one.

After a rejection that came late, or of a part of a file, the carrier's book rests on what it took. It is found again by
reading every statement that was taken, in order, by the declared dialect; there are several where a corrected file
(BGN01 15) may have been read with or without taking the original back. No other code knows about doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from edi834.book.book import Family, known_by, same_family
from edi834.book.carrier import read
from edi834.book.dialect import Dialect
from edi834.book.edits import FamilyEdit, diff
from edi834.book.saying.families import say_changes
from edi834.book.saying.full import say_out_and_in, say_whole
from edi834.book.statement import FamilyStatement
from edi834.model import MemberRef, TransmissionId

__all__ = ["Books", "Sending", "choose", "possible_books"]

Books = tuple[Family | None, ...]
"""The books a carrier may have of one family, the likeliest first; None is one without the family."""

_MOST = 8
"""How many books are told apart: of a family that may have more, a person decides."""

_NO_MOVES: Mapping[MemberRef, MemberRef] = {}


@dataclass(frozen=True, slots=True)
class Sending:
    """What one file said of a family, as far as the carrier took it.

    Attributes:
      transmission_id: Which file.
      taken: The statements in its transaction sets that the carrier did not reject, in order.
      corrects: The file that this one corrects (BGN01 15); None for any other.
      is_doubtful: Whether the carrier rejected some of the family's members, and may have taken the others.
    """

    transmission_id: TransmissionId
    taken: tuple[FamilyStatement, ...]
    corrects: TransmissionId | None = None
    is_doubtful: bool = False


def possible_books(base: Family | None, sendings: Sequence[Sending], dialect: Dialect) -> Books:
    """Give the books that a carrier may have of a family.

    Args:
      base: The family as it was before the first of the sendings.
      sendings: What each file said since, in the order of sending.
      dialect: How the carrier reads.
    """
    books: Books = (base,)
    before: dict[TransmissionId, Books] = {}
    people: dict[TransmissionId, set[MemberRef]] = {}
    for sending in sendings:
        before[sending.transmission_id] = books
        people[sending.transmission_id] = {m.member.ref for family in sending.taken for m in family.members}
        if not sending.taken:
            continue
        stood = books
        original = sending.corrects
        # Sent again for some members alone, it takes nothing back of the others.
        if original in before and people[original] <= people[sending.transmission_id]:
            stood = (*books, *before[original])
        after = [read(sending.taken, book, dialect)[0] for book in stood]
        may_be_as_before = [book for book in stood if sending.is_doubtful or _is_unknown_by_name(sending.taken, book)]
        books = _distinct([*may_be_as_before, *after] if sending.is_doubtful else [*after, *may_be_as_before], dialect)
    return books


def _is_unknown_by_name(taken: Iterable[FamilyStatement], book: Family | None) -> bool:
    """Whether somebody was stated under a number or name by which this book does not know them: it was rejected."""
    people = {m.ref: known_by(m) for m in book.members} if book is not None else {}
    members = [m for family in taken for m in family.members]
    under = {(m.member.ref, known_by(m.member)) for m in members if m.as_reported}
    under |= {(m.member.ref, known_by(m.reported)) for m in members if m.reported is not None}
    refs = {m.member.ref for m in members if m.reported is not None} & people.keys()
    return any((ref, people[ref]) not in under for ref in refs)


def _distinct(books: Sequence[Family | None], dialect: Dialect) -> Books:
    kept: list[Family | None] = []
    for book in books:
        if not any(same_family(book, other, dialect) for other in kept):
            kept.append(book)
    return tuple(kept[: _MOST + 1])


def choose(
    books: Books,
    desired: Family,
    dialect: Dialect,
    *,
    as_of: date,
    say: Callable[[FamilyEdit], FamilyStatement | None] | None = None,
    moves: Mapping[MemberRef, MemberRef] = _NO_MOVES,
    always: bool = False,
) -> tuple[FamilyEdit, FamilyStatement | None, bool]:
    """Choose the statement that takes each possible book to the desired one, by the dialect's own reading.

    Args:
      books: What the carrier may have.
      desired: What it should have.
      dialect: How it wants changes stated, and reads them.
      as_of: The snapshot's date.
      say: The plain way of saying an edit; changes, unless a full file is written.
      moves: Where a member is now → where they were.
      always: Whether the family is stated also where nothing separates the books: in a full file.

    Returns:
      The edit from the likeliest book; the statement, None where there is nothing to say; and whether it is understood:
      where it is not, no statement takes every book to the desired one, and the family is put on hold.
    """
    books = _distinct(books, dialect)
    edit = diff(books[0], desired, dialect, as_of=as_of, moves=moves)
    if not always and edit.is_empty and all(same_family(book, desired, dialect) for book in books):
        return edit, None, True
    if len(books) > _MOST:
        return edit, None, False
    plain = (say(edit) if say is not None else say_changes(edit, dialect)) if len(books) == 1 else None
    if always and plain is None and len(books) == 1 and same_family(books[0], desired, dialect):
        return edit, None, True
    # What waits for manual review after a rejection is stated whole, once it is approved.
    whole = say_out_and_in if dialect.after_rejection == "term_and_add" else say_whole
    for statement in (*((plain,) if plain is not None else ()), whole(books, edit, dialect)):
        if all(same_family(read([statement], book, dialect)[0], desired, dialect) for book in books):
            return edit, statement, True
    return edit, None, False
