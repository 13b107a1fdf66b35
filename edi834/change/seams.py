"""Seams: where a dependent's rows differ in nothing but the tier, which is not told of dependents.

Many sources repeat the subscriber's tier on every row, and begin a new row with each new tier, with or without the
last one still shown. To the carrier the dependent's coverage simply goes on. So it is told, and remembered, as one
span in no tier; on which rows it stood, the tiers told of the subscriber still say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from edi834.change.timeline import is_cancelled, match_timeline
from edi834.release import ReleasedCoverage

__all__ = ["without_tier_seams"]

_ONE_DAY = timedelta(days=1)


def without_tier_seams(
    rows: Sequence[ReleasedCoverage],
    told: Sequence[ReleasedCoverage],
    subscribers: Sequence[ReleasedCoverage],
    *,
    as_of: date,
) -> list[ReleasedCoverage]:
    """Join a dependent's rows of today that nothing but another tier keeps apart.

    Args:
      rows: Today's.
      told: The dependent's spans as last told, which were joined likewise.
      subscribers: The subscriber's spans as last told, each in its tier.
      as_of: The snapshot's date.

    Returns:
      Spans to be compared with those told. Those of which no row speaks are not among them.
    """
    seen: list[ReleasedCoverage] = []
    for benefit in sorted({row.benefit for row in rows}):
        shown = [row for row in rows if row.benefit == benefit]
        if all(row.values.get("tier") is None for row in shown):
            seen.extend(shown)
            continue
        parts = _parts([c for c in told if c.benefit == benefit], shown, subscribers, as_of)
        # Nobody's news, and never effective: as shown.
        seen.extend(row for row in shown if not any(row is part.span for part in parts))
        spoken_of = [part.told for part in parts if part.is_said and part.told is not None]
        for run in _runs(parts):
            is_spoken_of = any(part.is_row or any(part.told is span for span in spoken_of) for part in run)
            is_absent = not run[-1].is_said and run[-1].span.end is None
            if is_spoken_of and not is_absent:
                seen.append(_as_one(run))
    return seen


@dataclass(frozen=True, slots=True)
class _Part:
    """A told span, or what it was in one tier, or a row of today.

    Attributes:
      span: As it stands.
      told: The whole told span that it is of; None where it was never told.
      is_row: Whether it is a row of today.
      is_said: Whether today's rows say how it stands, as themselves or by what takes its place.
    """

    span: ReleasedCoverage
    told: ReleasedCoverage | None
    is_row: bool
    is_said: bool


def _parts(
    told: Sequence[ReleasedCoverage],
    shown: Sequence[ReleasedCoverage],
    subscribers: Sequence[ReleasedCoverage],
    as_of: date,
) -> list[_Part]:
    """Told spans, taken apart by tier, matched with today's rows."""
    apart = [(part, span) for span in told for part in _by_tier(span, subscribers)]
    parts = []
    for pair in match_timeline([part for part, _ in apart], shown, as_of=as_of):
        standing = pair.now or pair.told
        assert standing is not None, "a pair of nothing"
        whole = next((span for part, span in apart if part is pair.told), None)
        is_row = any(pair.now is row for row in shown)
        parts.append(_Part(standing, whole, is_row, is_said=is_row or (pair.now is not None and pair.succeeded)))
    return parts


def _by_tier(span: ReleasedCoverage, subscribers: Sequence[ReleasedCoverage]) -> list[ReleasedCoverage]:
    """A told span in the parts that it was joined of: it stood on rows as the subscriber's does."""
    if span.values.get("tier") is not None or is_cancelled(span):
        return [span]
    plan = (span.benefit, span.plan_code)
    theirs = [c for c in subscribers if (c.benefit, c.plan_code) == plan and not is_cancelled(c)]
    first = max((c for c in theirs if c.begin <= span.begin), key=_begin, default=span)
    parts = [span.with_values(tier=first.values.get("tier"))]
    for one in sorted(theirs, key=_begin):
        if one.begin > parts[-1].begin + _ONE_DAY and (span.end is None or one.begin < span.end):
            parts[-1] = parts[-1].with_values(end_date=one.begin - _ONE_DAY)
            parts.append(span.with_values(effective_date=one.begin, tier=one.values.get("tier")))
    return parts


def _begin(span: ReleasedCoverage) -> date:
    return span.begin


def _runs(parts: Sequence[_Part]) -> list[list[_Part]]:
    """The parts that are left of anything, those together that go on in each other."""
    runs: list[list[_Part]] = []
    for part in parts:
        if is_cancelled(part.span) and not part.is_row:
            continue
        if runs and _goes_on(runs[-1][-1], part):
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs


def _goes_on(one: _Part, other: _Part) -> bool:
    """Whether the second is the first in another tier: the same plan, and no day between them."""
    is_same_told = one.told is not None and one.told is other.told
    if is_cancelled(one.span) and one.is_row:
        return False
    if is_cancelled(other.span):
        return is_same_told and other.is_row  # the tier never came; what was before it stays
    if one.told is not None and other.told is not None and not is_same_told:
        return False  # told as two
    end, begin = one.span.end, other.span.begin
    meets = one.span.begin < begin and (end is None or begin <= end + _ONE_DAY)
    differs = is_same_told or one.span.values.get("tier") != other.span.values.get("tier")
    return meets and differs and one.span.plan_code == other.span.plan_code


def _as_one(run: Sequence[_Part]) -> ReleasedCoverage:
    first, told = run[0].span, run[0].told
    if is_cancelled(first):
        return first
    parts = [part.span for part in run if not is_cancelled(part.span)]
    # In no tier: so it is known tomorrow to have been joined.
    was_joined = len(parts) > 1 or (told is not None and told.values.get("tier") is None)
    tier = None if was_joined else first.values.get("tier")
    return parts[-1].with_values(effective_date=first.begin, tier=tier)
