"""Timelines: the spans of one member and benefit, old matched to new.

A reported span and a span of today are the same span where they begin on the same day; failing that, where they are of
the same plan and overlap. What remains are spans that began, and spans that are gone. A reported span that is gone or
cut because another takes its place is *succeeded*; its last day is then the day before its successor begins.
What a match means is decided in ``classify.py``, and what is reported it in ``tell.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from edi834.grants import ReleasedCoverage

__all__ = ["SpanPair", "is_cancelled", "match_timeline", "share_a_day"]

_ONE_DAY = timedelta(days=1)
_LATEST_CORRECTION = timedelta(days=31)
"""How far a reported first day may move later and still be a correction of it."""

_Sameness = Callable[[ReleasedCoverage, ReleasedCoverage], bool]


@dataclass(frozen=True, slots=True)
class SpanPair:
    """One span as last reported and as it is now.

    Attributes:
      reported: The span as last reported; None where it was never reported.
      now: The span as it is now, with the last day that a successor gives it; None where it is gone.
      predecessor: For a span never reported: the reported span it follows, None where it is the first.
      follows: Whether it begins the day after its predecessor's last day, or before: without a gap.
      succeeded: Whether another span without a gap takes its place.
      by_reverted: Whether nobody was reported that other span yet: then telling it tells the ending, too.
    """

    reported: ReleasedCoverage | None
    now: ReleasedCoverage | None
    predecessor: ReleasedCoverage | None = None
    follows: bool = False
    succeeded: bool = False
    by_reverted: bool = False


def is_cancelled(span: ReleasedCoverage) -> bool:
    """Whether the span was never effective: its last day is not after its first (the field's 349 = 348)."""
    return span.end is not None and span.end <= span.begin


def share_a_day(one: ReleasedCoverage, other: ReleasedCoverage) -> bool:
    """Whether there is a day that both spans cover."""
    return (other.end is None or one.begin <= other.end) and (one.end is None or other.begin <= one.end)


def match_timeline(
    reported: Sequence[ReleasedCoverage], now: Sequence[ReleasedCoverage], *, as_of: date, by_tier: bool = True
) -> list[SpanPair]:
    """Match the spans of one member and one benefit.

    Args:
      reported: As last reported, in order of their first days.
      now: As they are now, likewise.
      as_of: The snapshot's date: a span never reported that ended before it is nobody's news, and is left out, unless
        it stands where a reported span stood, or on days that were reported and are reported no more.
      by_tier: Whether a span in another tier is another span; not so where the person's tier is not reported.

    Returns:
      Each reported span once and each span of today at most once, in order of their first days.
    """
    matched = _matched(reported, now, by_tier=by_tier)
    taken = {id(span) for span in matched.values()}
    begun = [
        n
        for n in now
        if id(n) not in taken
        and (_is_news(n, as_of) or any(_takes_days(n, old, matched.get(i)) for i, old in enumerate(reported)))
    ]
    # Only these rows say anything about reported spans: one that is not reported itself must not move what was.
    speaking = [*matched.values(), *begun]
    pairs: list[SpanPair] = []
    for index, old in enumerate(reported):
        new = matched.get(index)
        if new is None and not is_cancelled(old) and any(_covers(n, old.begin) for n in speaking):
            # What another row covers from its first day on cannot have been: the source has taken it back.
            pairs.append(SpanPair(old, old.with_values(end_date=old.begin)))
            continue
        successor = _successor(old, new, [*begun, *(m for i, m in matched.items() if i > index)])
        standing = new if new is not None else _cut(old, successor, speaking)
        by_reverted = any(successor is span for span in begun)
        pairs.append(SpanPair(old, standing, succeeded=successor is not None, by_reverted=by_reverted))
    for span in begun:
        before = _predecessor(span, reported, pairs)
        follows = before is not None and (before.end is None or span.begin <= before.end + _ONE_DAY)
        pairs.append(SpanPair(None, span, predecessor=before, follows=follows))
    return sorted(pairs, key=_first_day)


def _matched(
    reported: Sequence[ReleasedCoverage], now: Sequence[ReleasedCoverage], *, by_tier: bool
) -> dict[int, ReleasedCoverage]:
    """Reported spans (by position) to the span of today that continues them: first by first day and plan, then looser."""
    rules: tuple[_Sameness, ...] = (
        lambda t, n: t.begin == n.begin and t.plan_code == n.plan_code,
        lambda t, n: t.begin == n.begin,
        lambda t, n: (
            t.plan_code == n.plan_code
            and _overlap(t, n, by_tier=by_tier)
            and not _has_own_reported(n, reported)
            and not _has_between(t, n, now)
        ),
    )
    matched: dict[int, ReleasedCoverage] = {}
    # A cancelled span comes last: it takes up again only what continues nothing that was ever effective.
    standing = [(rule, index, old) for rule in rules for index, old in enumerate(reported) if not is_cancelled(old)]
    cancelled = [(rule, index, old) for rule in rules[:2] for index, old in enumerate(reported) if is_cancelled(old)]
    for rule, index, old in (*standing, *cancelled):
        if index not in matched:
            free = [n for n in now if all(n is not m for m in matched.values()) and rule(old, n)]
            if free:
                # A row that was voided and written anew stands beside its successor: the one in force is the span.
                matched[index] = min(free, key=is_cancelled)
    return matched


def _has_own_reported(span: ReleasedCoverage, reported: Sequence[ReleasedCoverage]) -> bool:
    return any(t.begin == span.begin and not is_cancelled(t) for t in reported)


def _has_between(old: ReleasedCoverage, new: ReleasedCoverage, now: Sequence[ReleasedCoverage]) -> bool:
    """Whether another span of today begins between the two: then the new one is no correction of the old.

    What was never effective came between nothing, whether or not its row is still shown.
    """
    first, last = sorted((old.begin, new.begin))
    return any(n is not new and first < n.begin < last and not is_cancelled(n) for n in now)


def _overlap(one: ReleasedCoverage, other: ReleasedCoverage, *, by_tier: bool) -> bool:
    """Whether they share a day, and begin so near each other that one may be the other with its first day corrected.

    A span of today that begins inside a reported open span of the same plan and *tier* is that span corrected; with
    another tier it is a tier change from that day on. One that begins before it in another tier is the same span only
    of somebody whose tier is not reported. A first day that moves far into what was already covered is no correction: it
    is the next span, shown in the place of the last one.
    """
    if one.values.get("tier") != other.values.get("tier") and (by_tier or other.begin > one.begin):
        return False
    if other.begin - one.begin > _LATEST_CORRECTION:
        return False
    ends_before = one.end is not None and one.end < other.begin
    ended_before = other.end is not None and other.end < one.begin
    return not ends_before and not ended_before


def _covers(span: ReleasedCoverage, day: date) -> bool:
    return not is_cancelled(span) and span.begin <= day and (span.end is None or span.end >= day)


def _takes_days(span: ReleasedCoverage, reported: ReleasedCoverage, now: ReleasedCoverage | None) -> bool:
    """Whether the span stands on days that were reported and that the reported one's own row of today gives up.

    Its first day, with its row, where the row says that it never took effect, or begins later; or whichever the span
    begins on, where the row ends before.
    """
    if is_cancelled(span) or is_cancelled(reported):
        return False
    if (now is None or is_cancelled(now) or now.begin > reported.begin) and _covers(span, reported.begin):
        return True
    return now is not None and now.end is not None and now.end < span.begin and _covers(reported, span.begin)


def _is_news(span: ReleasedCoverage, as_of: date) -> bool:
    return not is_cancelled(span) and (span.end is None or span.end >= as_of)


def _successor(
    old: ReleasedCoverage, new: ReleasedCoverage | None, candidates: Sequence[ReleasedCoverage]
) -> ReleasedCoverage | None:
    """The span that takes the place of a reported one that is gone, cut or ending, if it begins without a gap."""
    end = new.end if new is not None else old.end
    # What was never effective takes nobody's place, though a source may go on showing its row.
    later = [c for c in candidates if c is not new and c.begin > old.begin and not is_cancelled(c)]
    following = [c for c in later if end is None or c.begin <= end + _ONE_DAY]
    if new is not None and new.end is None:
        return None
    return min(following, key=lambda c: c.begin, default=None)


def _cut(
    old: ReleasedCoverage, successor: ReleasedCoverage | None, speaking: Sequence[ReleasedCoverage]
) -> ReleasedCoverage | None:
    """A reported span whose row is gone, with the last day that the rows of today leave it; None where they say nothing."""
    if old.end is None:
        return old.with_values(end_date=successor.begin - _ONE_DAY) if successor is not None else None
    inside = [n.begin for n in speaking if not is_cancelled(n) and old.begin < n.begin <= old.end]
    return old.with_values(end_date=min(inside) - _ONE_DAY) if inside and not is_cancelled(old) else None


def _predecessor(
    span: ReleasedCoverage, reported: Sequence[ReleasedCoverage], pairs: Sequence[SpanPair]
) -> ReleasedCoverage | None:
    """The reported span before this one, as it now stands (its new last day counts, not the reported one)."""
    now_of = {id(p.reported): p.now for p in pairs if p.reported is not None}
    before = [t for t in reported if t.begin < span.begin and not is_cancelled(now_of.get(id(t)) or t)]
    if not before:
        return None
    last = max(before, key=lambda t: t.begin)
    return now_of.get(id(last)) or last


def _first_day(pair: SpanPair) -> tuple[date, int]:
    span = pair.now or pair.reported
    assert span is not None
    return span.begin, 0 if pair.reported is not None else 1
