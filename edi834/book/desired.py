"""The desired book: what a carrier's book should show of one family, from what was reported and today's rows.

It is an overlay by date: a row's days are the row's, reported days of which no row speaks remain. Missing people,
people and fields that cannot be read stay as last reported (law 5); windows are filters of days on the result. What is
evidence besides a row, a move or another carrier's row, is laid over the rows before (``overlay/moves.py``,
``elsewhere.py``). How the difference is stated is ``saying/``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date

from edi834.book.book import (
    EXPLANATIONS,
    ONE_DAY,
    Family,
    Interval,
    Person,
    benefits_of,
    is_never_effective,
    of_benefit,
    person_in,
)
from edi834.book.dialect import Dialect
from edi834.book.overlay.rows import overlaid
from edi834.book.overlay.tiers import recounted, recounts_ahead
from edi834.book.overlay.windows import Pending, Waiting, is_blackout, month_end, rounded, within_windows
from edi834.model import MemberRef

__all__ = ["Desired", "desired", "unchanged"]

_FACTS_OF_AN_END = frozenset(
    {
        "death_date", "termination_date", "retirement_date",
        "employment_status", "cobra_event", "cobra_begin", "cobra_end",  # on COBRA since when, and for what: one fact
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desired:
    """What the carrier's book should show of one family.

    Attributes:
      family: The family; None where nothing is known or to be known of it.
      truth: The same, with nothing kept back by a window.
      missing: People with reported coverage that goes on, and of which no row speaks today.
      gone: Those of them of whom no row speaks at all.
      pending: What is kept back until its day.
    """

    family: Family | None
    truth: Family | None
    missing: tuple[MemberRef, ...] = ()
    gone: tuple[MemberRef, ...] = ()
    pending: tuple[Pending, ...] = ()


def unchanged(reported: Family) -> Desired:
    """Give a family of which nothing is known today: it stays as last reported."""
    return Desired(reported, reported)


def desired(reported: Family | None, rows: Family | None, dialect: Dialect, *, as_of: date) -> Desired:
    """Say what the carrier's book should show of a family.

    Args:
      reported: The family as last reported, None if it is new.
      rows: The family as released today, None if it is missing from the snapshot.
      dialect: The feed's.
      as_of: The snapshot's date.
    """
    family = rows or reported
    if family is None:
        return Desired(None, None)
    if rows is not None and dialect.tier == "recount":
        carried = _carried(reported, rows) if dialect.missing != "omission" else ()
        rows = recounted(rows, (*rows.members, *carried), as_of)  # by its tier, too, a row is known for a reported one
    refs = {m.ref for f in (reported, rows) if f is not None for m in f.members}
    people, truth = [], []
    missing: list[MemberRef] = []
    pending: list[Pending] = []
    for ref in sorted(refs, key=lambda r: (not r.is_subscriber, r.member_id)):
        known, now = person_in(reported, ref), person_in(rows, ref)
        if now is None and known is not None and dialect.missing == "terminate":
            now = _ended(known, dialect, as_of)
        people.append(_person(known, now, dialect, as_of, missing, pending))
        truth.append(_person(known, now, dialect, as_of, [], None))
    if is_blackout(dialect, as_of):
        waits = () if rows is None or rows == reported else tuple(rows.members)
        return Desired(
            reported, _of(family, truth), (), (), tuple(Pending(m.ref, None, Waiting.BLACKOUT, None) for m in waits)
        )
    gone = tuple(ref for ref in dict.fromkeys(missing) if person_in(rows, ref) is None)
    wanted, true = _of(family, people), _of(family, truth)
    if rows is not None and dialect.tier == "recount":
        pending += recounts_ahead(rows, as_of)
        wanted, true = (_recounted(f, gone if dialect.missing == "omission" else (), as_of) for f in (wanted, true))
    return Desired(wanted, true, tuple(dict.fromkeys(missing)), gone, tuple(pending))


def _of(family: Family, people: list[Person]) -> Family | None:
    kept = [person for person in people if person.coverages or person.ref.is_subscriber]
    return family.with_members(kept) if any(person.coverages for person in kept) else None


def _recounted(family: Family | None, but: Collection[MemberRef], as_of: date) -> Family | None:
    """The family with tiers counted from the people in it whom the carrier then has."""
    if family is None:
        return None
    return recounted(family, [m for m in family.members if m.ref not in but], as_of)


def _person(
    reported: Person | None,
    now: Person | None,
    dialect: Dialect,
    as_of: date,
    missing: list[MemberRef],
    pending: list[Pending] | None,
) -> Person:
    """One person as they should be; without ``pending``, nothing is kept back."""
    if now is None:
        assert reported is not None, "a person who was neither reported nor seen"
        if any(one.end is None for one in reported.coverages):
            missing.append(reported.ref)
        return reported
    if reported is not None:
        now = now.keeping(reported)
    intervals: list[Interval] = []
    for benefit in benefits_of(reported, now):
        known = of_benefit(reported, benefit)
        rows = rounded(known, of_benefit(now, benefit), dialect)
        if pending is None:
            over = overlaid(known, rows, as_of=as_of)
        else:
            over, waits = within_windows(now.ref, known, rows, dialect, as_of=as_of)
            pending += waits
        intervals += over.intervals
        missing += [now.ref] if over.missing else []
    return _as_known(now.with_coverages(intervals), reported, as_of)


def _as_known(person: Person, reported: Person | None, as_of: date) -> Person:
    """Somebody whose coverage ends, as the carrier knows them.

    A former spouse ends as the spouse; and of a person whose last day has passed, nothing else is reported any more.
    """
    if reported is None or not reported.coverages:
        return person
    if any(one.end is None for one in person.coverages):
        return person
    if all(one.end is not None and one.end < as_of for one in person.coverages):
        # The end itself is reported once, with the day of death or the last day of work that belongs to it.
        ends_now = any(one.end is None for one in reported.coverages)
        fresh = EXPLANATIONS | _FACTS_OF_AN_END if ends_now else EXPLANATIONS
        known = person.with_values(**{n: v for n, v in reported.values.items() if n not in fresh})
        return replace(known, other_insurance=reported.other_insurance)
    if "relationship" in reported.values:
        return person.with_values(relationship=reported.values["relationship"])
    return person


def _ended(missing: Person, dialect: Dialect, as_of: date) -> Person:
    """Somebody missing from the snapshot, ended on the day that the feed's rule says."""
    last = month_end(as_of) if dialect.missing_end == "end_of_month" else as_of - ONE_DAY
    return missing.with_coverages(
        one if one.end is not None else one.with_values(end_date=max(last, one.begin), end_reason="eligibility_lost")
        for one in missing.coverages
    )


def _carried(reported: Family | None, rows: Family) -> Iterator[Person]:
    """What of somebody stays as last reported, because no row of that benefit speaks of it."""
    for known in reported.members if reported is not None else ():
        now = person_in(rows, known.ref)
        spoken = {one.benefit for one in now.coverages} if now is not None else set()
        yield known.with_coverages(
            one for one in known.coverages if one.benefit not in spoken and not is_never_effective(one)
        )
