"""Families drawn by Hypothesis: one to three people, and rows in two plans, tiers and benefits that never overlap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from edi834.book import Dialect
from edi834.grants import ReleasedFamily
from edi834.model import CoveredMember
from tests.book.families import covered, family, jane, pat, sam

__all__ = ["AS_OF", "DIALECTS", "FAMILIES", "ROWS"]

AS_OF = date(2026, 6, 15)
_FIRST = date(2026, 1, 1)


@st.composite
def _rows(draw: st.DrawFn, benefit: str = "medical") -> list[dict[str, Any]]:
    """Rows of one benefit in order: each begins the day after the one before, or after a gap; the last may be open."""
    begin, rows = _FIRST + timedelta(days=30 * draw(st.integers(0, 5))), []
    for _ in range(draw(st.integers(0, 3))):
        end = begin + timedelta(days=draw(st.sampled_from([10, 29, 60, 119])))
        facts = {
            "plan_code": draw(st.sampled_from(["PPO500", "HMO1"])),
            "tier": draw(st.sampled_from(["employee", "family"])),
        }
        rows.append(covered(begin.isoformat(), end.isoformat(), benefit=benefit, **facts))
        begin = end + timedelta(days=draw(st.sampled_from([1, 1, 15])))
    if rows and draw(st.booleans()):
        rows[-1] = {**rows[-1], "end_date": None}
    return rows


ROWS = _rows()
"""One person's medical coverage."""

_COVERAGE = st.builds(lambda medical, dental: [*medical, *dental], _rows(), st.one_of(st.just([]), _rows("dental")))
_NAMES = st.sampled_from(["Doe", "Roe"])


def _people(*makers: Callable[..., CoveredMember]) -> st.SearchStrategy[ReleasedFamily]:
    people = [
        st.builds(lambda rows, name, make=make: make(*rows, last_name=name), _COVERAGE, _NAMES) for make in makers
    ]
    return st.tuples(*people).map(
        lambda drawn: family(*(p for p in drawn if p.coverages or p.member.relationship == "self"))
    )


FAMILIES = st.one_of(_people(jane), _people(jane, sam), _people(jane, pat, sam)).filter(
    lambda drawn: any(m.coverages for m in drawn.members)
)
"""Families in which at least one person has coverage."""

DIALECTS = st.sampled_from(
    [
        Dialect(),
        Dialect(begin_date="change"),
        Dialect(begin_date="end_and_add"),
        Dialect(tier="as_is"),
        Dialect(coverage_identity="line", plan_change="simple"),
        Dialect(coverage_identity="line_plan_and_begin", begin_correction="delete_and_add", begin_date="end_and_add"),
    ]
)
"""Ways to know a coverage, and to change it from a date."""
