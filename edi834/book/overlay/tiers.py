"""Tiers counted from who is covered, for carriers that count themselves.

The subscriber's tier follows from the relationships of the people covered beside them, on the days of the interval that
are left; from another day on it may be another, and that day is listed as pending.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from edi834.book.book import Family, Interval, Person, covers
from edi834.book.overlay.windows import Pending, Waiting
from edi834.model import MemberRef

__all__ = ["recounted", "recounts_ahead"]

_SPOUSES = frozenset({"spouse", "domestic_partner", "ex_spouse"})


def recounted(family: Family, people: Sequence[Person], as_of: date) -> Family:
    """Give the family with the subscriber's tiers counted from those people."""
    return family.with_members(
        member.with_coverages(one.with_values(tier=_counted(people, one, as_of)) for one in member.coverages)
        if member.ref.is_subscriber
        else member
        for member in family.members
    )


def recounts_ahead(family: Family, as_of: date) -> Iterator[Pending]:
    """The days ahead on which the subscriber's tier is another, because somebody begins or ends."""
    subscriber = MemberRef(family.ref.group_id, family.ref.subscriber_id, family.ref.subscriber_id)
    for one in (c for m in family.members if not m.ref.is_subscriber for c in m.coverages):
        if one.begin > as_of or (one.end is not None and one.end >= as_of):
            yield Pending(subscriber, one.benefit, Waiting.TIER, one.begin if one.begin > as_of else one.end)


def _counted(people: Iterable[Person], interval: Interval, as_of: date) -> str | None:
    if "tier" not in interval.values:
        return None
    day = max(interval.begin, min(as_of, interval.end or as_of))
    relationships = [
        m.values.get("relationship")
        for m in people
        if not m.ref.is_subscriber and any(c.benefit == interval.benefit and covers(c, day) for c in m.coverages)
    ]
    spouses = sum(r in _SPOUSES for r in relationships)
    others = len(relationships) - spouses
    if spouses:
        return "family" if others else "employee_spouse"
    return "employee" if not others else "employee_child" if others == 1 else "employee_children"
