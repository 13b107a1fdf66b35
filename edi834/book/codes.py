"""Person codes: 01, 02, 03 within a family, for carriers that know a person by one beside the subscriber's number.

A code is assigned when the family is first reported with the person, stays with that person, and is never given to
another: the family keeps every code assigned in it, also of people who left, and the reported book carries them along.
Which feeds write codes their mappings say (``member.person_code``); storing them is ``edi834/grants/payload.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from edi834.book.book import Family
from edi834.book.possible import Books
from edi834.model import MemberId

__all__ = ["Codes", "known_codes", "with_person_codes"]

Codes = Mapping[MemberId, str]
"""Person codes by member, within one family."""

_NONE: Codes = MappingProxyType({})
_SUBSCRIBERS = 1


def known_codes(assigned: Iterable[Codes]) -> Codes:
    """Put codes that were assigned at different times together; where two contradict each other, the first counts."""
    known: dict[MemberId, str] = {}
    for codes in assigned:
        taken = {*known.values()}
        known |= {member: code for member, code in codes.items() if member not in known and code not in taken}
    return MappingProxyType(known)


def with_person_codes(family: Family, books: Books, *, assigns: bool, earlier: Codes = _NONE) -> Family:
    """Give the desired family with the codes that its people have, and with new ones for those who have none.

    Args:
      family: The family as the carrier's book should show it.
      books: What the carrier may have of it, the likeliest first.
      assigns: Whether the feed's mapping writes person codes; if not, nobody gets a new one.
      earlier: Codes that stood in files of the family which the carrier rejected: they are nobody else's.
    """
    codes = dict(known_codes([*(book.person_codes for book in books if book is not None), earlier]))
    if assigns:
        subscriber = family.ref.subscriber_id
        highest = max((_SUBSCRIBERS, *map(int, codes.values())))
        codes.setdefault(subscriber, f"{_SUBSCRIBERS:02}")
        reported = {m.ref.member_id for book in books if book is not None for m in book.members}
        new = {m.ref.member_id for m in family.members} - codes.keys()
        in_order = sorted(new, key=lambda member: (member not in reported, member))
        codes |= {member: f"{number:02}" for number, member in enumerate(in_order, start=highest + 1)}
    return replace(family, person_codes=MappingProxyType(codes)) if codes else family
