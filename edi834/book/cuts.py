"""Where days are cut into coverages: the desired days, cut where the carrier knows two, and joined where it knows one.

How the rows are cut is the source's; a row that ends and another that follows it may be one coverage to the carrier.
What becomes of the coverages is ``edits.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from edi834.book.book import (
    ONE_DAY,
    Interval,
    changed_facts,
    covers,
    effective,
    follows,
    may_be_one,
    may_continue,
)
from edi834.book.dialect import Dialect
from edi834.model import MemberRef

__all__ = ["joined"]


def joined(
    held: Sequence[Interval], wanted: Sequence[Interval], ref: MemberRef, dialect: Dialect
) -> Iterator[Interval]:
    """The desired intervals, cut where the carrier knows two coverages and joined where it knows one."""
    reported = effective(held)
    before: Interval | None = None
    for whole in effective(wanted):
        for one in _cut(whole, reported):
            same = next((r for r in reported if r.begin == one.begin), None)
            if before is None or not follows(one, before):
                continues = False
            else:
                is_alike = before.plan_code == one.plan_code and not changed_facts(before, one, ref, dialect)
                if same is not None:
                    is_known = same.continues and may_be_one(before, one, dialect)
                    continues = is_known and (is_alike or dialect.begin_date == "span")
                else:
                    covered = any(covers(r, one.begin) and covers(r, before.begin) for r in reported)
                    continues = covered and (is_alike or may_continue(before, one, ref, dialect))
            before = replace(one, continues=continues)
            yield before


def _cut(whole: Interval, reported: Sequence[Interval]) -> Iterator[Interval]:
    """An interval cut where another coverage of the same plan was reported to follow without a gap."""
    days = [
        later.begin
        for earlier in reported
        for later in reported
        if follows(later, earlier)
        and not later.continues
        and earlier.plan_code == later.plan_code == whole.plan_code
        and whole.begin <= earlier.begin
        and whole.begin < later.begin
        and (whole.end is None or later.begin <= whole.end)
    ]
    begin = whole.begin
    # One day alone would read as coverage that never took effect.
    for day in sorted(d for d in days if d - ONE_DAY > begin and (whole.end is None or d < whole.end)):
        yield whole.with_values(effective_date=begin, end_date=day - ONE_DAY)
        begin = day
    yield whole.with_values(effective_date=begin)
