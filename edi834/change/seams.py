"""Seams: where a dependent's rows differ in nothing but the tier, which is not reported dependents.

Many sources repeat the subscriber's tier on every row, and begin a new row with each new tier, with or without the
last one still shown. To the carrier the dependent's coverage simply goes on. So it is reported as one span, and what is
remembered of it is that span with its seams: the days on which another row began, and in which tier.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from edi834.change.compare import member_in
from edi834.change.rules import Rules
from edi834.change.timeline import is_cancelled, match_timeline
from edi834.grants import ReleasedCoverage, ReleasedFamily, ReleasedMember

__all__ = ["family_joined", "rows_joined", "without_tier_seams"]

_ONE_DAY = timedelta(days=1)


def family_joined(
    family: ReleasedFamily, reported: ReleasedFamily | None, rules: Rules, *, as_of: date
) -> ReleasedFamily:
    """Give the family with everybody's rows as :func:`rows_joined` gives them."""
    return family.with_members(
        m.with_coverages(rows_joined(m, member_in(reported, m.ref), rules, as_of=as_of)) for m in family.members
    )


def rows_joined(
    member: ReleasedMember, reported: ReleasedMember | None, rules: Rules, *, as_of: date
) -> Sequence[ReleasedCoverage]:
    """Give somebody's rows of today; without the seams between tiers, where their tier is not reported."""
    if rules.tells_tier_of(member.ref):
        return member.coverages
    return without_tier_seams(member.coverages, reported.coverages if reported is not None else (), as_of=as_of)


def without_tier_seams(
    rows: Sequence[ReleasedCoverage], reported: Sequence[ReleasedCoverage], *, as_of: date
) -> list[ReleasedCoverage]:
    """Join a dependent's rows of today that nothing but another tier keeps apart.

    Args:
      rows: Today's.
      reported: The dependent's spans as last reported, which were joined likewise.
      as_of: The snapshot's date.

    Returns:
      Spans to be compared with those reported. Those of which no row speaks, or of which a part is absent and the rest is
      as it was reported, are not among them.
    """
    seen: list[ReleasedCoverage] = []
    for benefit in sorted({row.benefit for row in rows}):
        shown = [row for row in rows if row.benefit == benefit]
        before = [span for span in reported if span.benefit == benefit]
        if all(row.values.get("tier") is None for row in shown) and not any(span.seams for span in before):
            seen.extend(shown)
            continue
        parts = _parts(before, shown, as_of)
        # Nobody's news, and never effective: as shown.
        seen.extend(row for row in shown if not any(row is part.span for part in parts))
        seen.extend(_never(span) for span in before if _began_with_another(span, parts))
        spoken_of = [part.reported for part in parts if part.is_said and part.reported is not None]
        for run in _runs(parts):
            is_spoken_of = any(part.is_row or any(part.reported is span for span in spoken_of) for part in run)
            if is_spoken_of and not _is_absent(run):
                seen.append(_as_one(run))
    return seen


@dataclass(frozen=True, slots=True)
class _Part:
    """A reported span, or what it was in one tier, or a row of today.

    Attributes:
      span: As it stands.
      reported: The whole reported span that it is of; None where it was never reported.
      is_row: Whether it is a row of today.
      is_said: Whether today's rows say how it stands, as themselves or by what takes its place.
    """

    span: ReleasedCoverage
    reported: ReleasedCoverage | None
    is_row: bool
    is_said: bool


def _parts(reported: Sequence[ReleasedCoverage], shown: Sequence[ReleasedCoverage], as_of: date) -> list[_Part]:
    """Reported spans, taken apart at their seams, matched with today's rows."""
    apart = [(part, span) for span in reported for part in _by_tier(span)]
    parts = []
    for pair in match_timeline([part for part, _ in apart], shown, as_of=as_of):
        standing = pair.now or pair.reported
        assert standing is not None, "a pair of nothing"
        whole = next((span for part, span in apart if part is pair.reported), None)
        is_row = any(pair.now is row for row in shown)
        parts.append(_Part(standing, whole, is_row, is_said=is_row or (pair.now is not None and pair.succeeded)))
    return parts


def _by_tier(span: ReleasedCoverage) -> list[ReleasedCoverage]:
    plain = replace(span, seams=())
    parts = [plain]
    for day, tier in span.seams if not is_cancelled(span) else ():
        if span.end is None or day <= span.end:
            parts[-1] = parts[-1].with_values(end_date=day - _ONE_DAY)
            parts.append(plain.with_values(effective_date=day, tier=tier))
    return parts


def _began_with_another(span: ReleasedCoverage, parts: Sequence[_Part]) -> bool:
    """Whether what a reported span began with was taken back, and another part of it stands.

    Then the span is reported as never effective, and what stands of it begins by itself.
    """
    its = [part for part in parts if part.reported is span]
    is_taken_back = any(is_cancelled(p.span) and not p.is_row and p.span.begin == span.begin for p in its)
    return is_taken_back and not is_cancelled(span) and any(not is_cancelled(p.span) for p in its)


def _never(span: ReleasedCoverage) -> ReleasedCoverage:
    return replace(span, seams=()).with_values(end_date=span.begin)


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
    is_same_reported = one.reported is not None and one.reported is other.reported
    if is_cancelled(one.span) and one.is_row:
        return False
    if is_cancelled(other.span):
        return is_same_reported and other.is_row  # the tier never came; what was before it stays
    if one.reported is not None and other.reported is not None and not is_same_reported:
        return False  # reported as two
    end, begin = one.span.end, other.span.begin
    meets = one.span.begin < begin and (end is None or begin <= end + _ONE_DAY)
    differs = is_same_reported or one.span.values.get("tier") != other.span.values.get("tier")
    return meets and differs and one.span.plan_code == other.span.plan_code


def _is_absent(run: Sequence[_Part]) -> bool:
    """Whether the last part of a reported span is gone without an ending, and the rest of it is as it was reported."""
    last, one = run[-1], _as_one(run)
    if last.is_said or last.span.end is not None or last.reported is None:
        return False
    return (one.begin, one.plan_code) == (last.reported.begin, last.reported.plan_code)


def _as_one(run: Sequence[_Part]) -> ReleasedCoverage:
    first = run[0].span
    if is_cancelled(first):
        return first
    parts = [part.span for part in run if not is_cancelled(part.span)]
    seams = tuple((part.begin, _tier(part)) for part in parts[1:])
    whole = parts[-1].with_values(effective_date=first.begin, tier=first.values.get("tier"))
    return replace(whole, seams=seams)


def _tier(span: ReleasedCoverage) -> str | None:
    tier = span.values.get("tier")
    return None if tier is None else str(tier)
