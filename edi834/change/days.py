"""Days: which last day is reported a span, under the feed's rounding and its word for an open end.

First days are reported as they are; what else a carrier wants otherwise is ``forms.py``'s.
"""

from __future__ import annotations

import calendar
from datetime import date

from edi834.change.rules import Rules
from edi834.grants import ReleasedCoverage

__all__ = ["last_day_reported", "open_end"]

_FAR_FUTURE = date(9999, 12, 31)
_GIVES_WAY = frozenset({"transfer", "carrier_change"})
"""Reasons for which other coverage begins the day after: rounded up to the month, the two would overlap."""


def last_day_reported(coverage: ReleasedCoverage, rules: Rules) -> date | None:
    """The last day to tell of a span, under the feed's rounding and its word for an open end."""
    end = coverage.end
    if end is None:
        return open_end(coverage.begin, rules)
    gives_way = coverage.values.get("end_reason") in _GIVES_WAY
    if rules.end_date == "as_is" or end <= coverage.begin or gives_way:
        return end
    return end.replace(day=calendar.monthrange(end.year, end.month)[1])


def open_end(begin: date, rules: Rules) -> date | None:
    """The last day to tell of a span that has none, in the feed's word for that; None where none is reported."""
    if rules.open_end == "far_future":
        return _FAR_FUTURE
    if rules.open_end == "plan_year_end" and rules.plan_year_end:
        month, day = (int(part) for part in rules.plan_year_end.split("-"))
        this_year = date(begin.year, month, min(day, calendar.monthrange(begin.year, month)[1]))
        if this_year >= begin:
            return this_year
        return date(begin.year + 1, month, min(day, calendar.monthrange(begin.year + 1, month)[1]))
    return None
