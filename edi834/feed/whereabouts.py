"""Whereabouts: which person each segment of a written file is about, so that a carrier's complaint finds its member.

A 999 speaks of the n-th segment of a set; the index is made from the very tree that was written, when it is sealed,
because a file is never rendered again and its sealed bytes are the carrier's to open (decision 11).
Keeping the index sealed is the ledger's; flat files and worklists have no segments, and no index.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from edi834.mapping.document import Document
from edi834.model import MemberRef

__all__ = ["NOWHERE", "Whereabouts", "member_at", "whereabouts"]

Whereabouts = Mapping[str, Sequence[tuple[int, MemberRef | None]]]
"""By set number: each person's first segment, counted from 1 at the set's own first, in the order of writing; the last
entry is the set's trailer, which is about nobody."""

NOWHERE: Whereabouts = MappingProxyType({})
"""The index of a file without segments."""


def whereabouts(document: Document) -> Whereabouts:
    """Give the index of a written file; empty where it has no segments."""
    if document.interchange is None:
        return NOWHERE
    found: dict[str, Sequence[tuple[int, MemberRef | None]]] = {}
    for written, reported in zip(document.interchange.transaction_sets(), document.sets, strict=True):
        loops = list(written.members())
        lengths = [sum(1 for _ in loop.walk()) for loop in loops]
        at = 2 + sum(1 for _ in written.body.walk()) - sum(lengths)
        places: list[tuple[int, MemberRef | None]] = []
        for ref, length in zip(reported.people, lengths, strict=True):
            places.append((at, ref))
            at += length
        found[reported.number] = [*places, (at, None)]  # the set's trailer
    return found


def member_at(index: Whereabouts, set_number: str, segment: int) -> MemberRef | None:
    """The person in whose part of the file the segment stands; None in header and trailer, or where none is known."""
    places = index.get(set_number, ())
    at = bisect_right([first for first, _ in places], segment)
    return places[at - 1][1] if at else None
