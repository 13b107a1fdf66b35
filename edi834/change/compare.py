"""Comparison: one family as last reported against the same family as released today.

It carries forward whoever and whatever is gone without an ending (law 5), keeps what could not be read, and gives
each member's differences as events. It never decides how anything is reported, and knows of no carrier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from edi834.change.classify import classify_span
from edi834.change.events import Event, EventKind
from edi834.change.timeline import SpanPair, is_cancelled, match_timeline
from edi834.grants import Record, ReleasedCoverage, ReleasedFamily, ReleasedMember
from edi834.model import MemberRef, Value, canonical

__all__ = [
    "ANNOTATIONS",
    "IDENTITY",
    "NAME",
    "OTHER_INSURANCE",
    "FamilyDifference",
    "MemberDifference",
    "SpanDifference",
    "compare_family",
    "member_in",
    "unchanged_family",
]

IDENTITY = frozenset({"ssn", "birth_date", "gender"})
"""Fields whose reported value, if it changes, was wrong: they identify the person and do not change in life."""

NAME = frozenset({"first_name", "last_name"})
"""By these, and the birth date, a carrier knows somebody of whom it holds no number."""

_NAME_PARTS = NAME | {"middle_name"}
_FACTS_OF_AN_ENDING = frozenset(
    {
        "death_date", "termination_date", "retirement_date",
        "employment_status", "cobra_event", "cobra_begin", "cobra_end",  # on COBRA since when, and for what: one fact
    }
)  # fmt: skip

OTHER_INSURANCE = "other_insurance"
"""How an event names the other insurance of a person among the fields that changed."""

GENUINE_NAME_CHANGES = frozenset({"marriage", "divorce", "name_change", "adoption"})
"""Reasons for which a new name does not mean that the old one was wrong."""

_NO_MOVES: Mapping[MemberRef, MemberRef] = {}

ANNOTATIONS = frozenset({"event", "event_date"})
"""Fields that explain a change and are none themselves."""


@dataclass(frozen=True, slots=True)
class SpanDifference:
    """One span, matched, with what happened to it."""

    pair: SpanPair
    kinds: tuple[EventKind, ...]


@dataclass(frozen=True, slots=True)
class MemberDifference:
    """One person, compared.

    Attributes:
      ref: Who.
      reported: As last reported, None for somebody new.
      target: As the carrier will hold them once everything here is reported.
      spans: Their spans, matched.
      events: What happened.
      reason: Why, in the snapshot's word, where the source gave a new one.
      reason_date: When that happened.
      moved_from: Where the person stood before, when they moved between families or groups.
      has_lapsed: Whether the last day reported their membership has passed.
    """

    ref: MemberRef
    reported: ReleasedMember | None
    target: ReleasedMember
    spans: tuple[SpanDifference, ...]
    events: tuple[Event, ...]
    reason: str | None
    reason_date: date | None
    moved_from: MemberRef | None = None
    has_lapsed: bool = False

    @property
    def kinds(self) -> frozenset[EventKind]:
        """The kinds of its events."""
        return frozenset(e.kind for e in self.events)


@dataclass(frozen=True, slots=True)
class FamilyDifference:
    """One family, compared.

    Attributes:
      reported: As last reported, None for a new family.
      target: As the carrier will hold it once everything here is reported.
      members: Everyone, the subscriber first; also those to whom nothing happened.
    """

    reported: ReleasedFamily | None
    target: ReleasedFamily
    members: tuple[MemberDifference, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened in the family."""
        return tuple(e for m in self.members for e in m.events)


def compare_family(
    reported: ReleasedFamily | None,
    now: ReleasedFamily | None,
    *,
    as_of: date,
    moves: Mapping[MemberRef, MemberRef] = _NO_MOVES,
    tier_of_each: bool = False,
) -> FamilyDifference:
    """Compare a family with what was last reported it.

    Args:
      reported: The family as the baseline holds it, None if it is new.
      now: The family as the feed sees it today, None if it is gone from the snapshot.
      as_of: The snapshot's date.
      moves: Where a member now stands → where they stood.
      tier_of_each: Whether the tier on a dependent's coverage is reported; otherwise it is none of what is compared.
    """
    family = now or reported
    assert family is not None, "a family that was neither reported nor seen"
    refs = {m.ref for f in (reported, now) if f is not None for m in f.members}
    differences = tuple(
        replace(
            _compare_member(
                ref, member_in(reported, ref), member_in(now, ref), as_of, by_tier=tier_of_each or ref.is_subscriber
            ),
            moved_from=moves.get(ref),
        )
        for ref in sorted(refs, key=lambda r: (not r.is_subscriber, r.member_id))
    )
    kept = (d.target for d in differences if d.target.coverages or d.ref.is_subscriber)
    return FamilyDifference(reported, family.with_members(kept), differences)


def unchanged_family(reported: ReleasedFamily) -> FamilyDifference:
    """Give a family to which nothing happened: it stands as it was last reported."""
    differences = tuple(
        MemberDifference(
            m.ref, m if m.coverages else None, m, tuple(SpanDifference(SpanPair(c, c), ()) for c in m.coverages),
            (), None, None,
        )
        for m in sorted(reported.members, key=lambda m: (not m.ref.is_subscriber, m.ref.member_id))
    )  # fmt: skip
    return FamilyDifference(reported, reported, differences)


def member_in(family: ReleasedFamily | None, ref: MemberRef) -> ReleasedMember | None:
    """The person of that reference in a family, where there is one and the person is in it."""
    return family.member(ref) if family is not None else None


def _compare_member(
    ref: MemberRef, reported: ReleasedMember | None, now: ReleasedMember | None, as_of: date, *, by_tier: bool
) -> MemberDifference:
    if now is None:
        assert reported is not None
        return _absent(reported)
    if reported is not None:
        now = now.keeping(reported)
    spans = tuple(
        SpanDifference(pair, classify_span(pair, by_tier=by_tier))
        for benefit in _benefits(reported, now)
        for pair in match_timeline(_of(reported, benefit), _of(now, benefit), as_of=as_of, by_tier=by_tier)
    )
    was_reported = reported is not None and bool(reported.coverages)
    target = _as_ended(now.with_coverages(_kept(spans)), reported if was_reported else None, as_of)
    reason, reason_date = _fresh_reason(reported, now)
    events = _member_events(ref, reported if was_reported else None, target, spans, reason)
    ends = [c.end for c in reported.coverages] if reported is not None and was_reported else [None]
    has_lapsed = all(end is not None and end < as_of for end in ends)
    return MemberDifference(
        ref,
        reported if was_reported else None,
        target,
        spans,
        tuple(events),
        reason,
        reason_date,
        has_lapsed=has_lapsed,
    )


def _as_ended(target: ReleasedMember, reported: ReleasedMember | None, as_of: date) -> ReleasedMember:
    """Somebody whose coverage ends is remembered as the carrier knows them.

    An ex-spouse ends as the spouse; and of somebody whose last day has passed, nothing else is reported any more.
    """
    if reported is None or any(c.end is None for c in target.coverages):
        return target
    if all(c.end is not None and c.end < as_of for c in target.coverages):
        # The ending itself is reported once, with the day of death or the last day of work that belongs to it.
        ends_now = any(c.end is None for c in reported.coverages)
        fresh = ANNOTATIONS | _FACTS_OF_AN_ENDING if ends_now else ANNOTATIONS
        known = target.with_values(**{n: v for n, v in reported.values.items() if n not in fresh})
        return replace(known, other_insurance=reported.other_insurance)
    if "relationship" in reported.values:
        return target.with_values(relationship=reported.values["relationship"])
    return target


def _absent(reported: ReleasedMember) -> MemberDifference:
    """Somebody reported once and gone from the snapshot: carried, and listed if any of their coverage was open."""
    is_open = any(c.end is None for c in reported.coverages)
    events = (Event(EventKind.MEMBER_MISSING, reported.ref),) if is_open else ()
    spans = tuple(SpanDifference(SpanPair(c, c), ()) for c in reported.coverages)
    return MemberDifference(reported.ref, reported, reported, spans, events, None, None)


def _kept(spans: Iterable[SpanDifference]) -> list[ReleasedCoverage]:
    """The spans the carrier will hold: as they are now, and as reported where they are gone."""
    kept = []
    for span in spans:
        standing = span.pair.now or span.pair.reported
        if standing is not None and not (span.pair.reported is None and is_cancelled(standing)):
            kept.append(standing)
    return kept


def _member_events(
    ref: MemberRef,
    reported: ReleasedMember | None,
    target: ReleasedMember,
    spans: Sequence[SpanDifference],
    reason: str | None,
) -> Iterable[Event]:
    if reported is None:
        if target.coverages:
            kind = EventKind.NEW_ENROLLMENT if ref.is_subscriber else EventKind.DEPENDENT_ADDED
            yield Event(kind, ref, effective=min(c.begin for c in target.coverages), reason=reason)
        return
    # Also where the last span that ends was never reported by itself: it took the place of one that was open.
    if any(c.end is None for c in reported.coverages) and all(c.end is not None for c in target.coverages):
        last = max(c.end for c in target.coverages if c.end is not None)
        yield Event(EventKind.MEMBER_ENDED, ref, effective=last, reason=reason)
    for span in spans:
        for kind in span.kinds:
            yield _span_event(ref, kind, span.pair, reason)
    yield from _person_events(ref, reported.values, target.values, reason)
    if _other_insurance(reported) != _other_insurance(target):
        yield Event(EventKind.DEMOGRAPHIC_CHANGE, ref, reason=reason, fields=(OTHER_INSURANCE,))


def _span_event(ref: MemberRef, kind: EventKind, pair: SpanPair, reason: str | None) -> Event:
    span = pair.now or pair.reported
    assert span is not None
    ends = kind in {EventKind.COVERAGE_ENDED, EventKind.COVERAGE_CANCELLED}
    before = pair.reported or pair.predecessor
    fields = tuple(n for n in span.values if before is not None and _differs(before.values, span.values, n))
    end_reason = span.values.get("end_reason") if ends else None
    return Event(kind, ref, span.benefit, span.end if ends else span.begin, reason or _text(end_reason), fields)


def _person_events(ref: MemberRef, reported: Record, now: Record, reason: str | None) -> Iterable[Event]:
    # A field that was not among those reported (a rebased mapping or grant) is no change: it was never reported otherwise.
    changed = [n for n in now if n in reported and n not in ANNOTATIONS and _differs(reported, now, n)]
    identity = IDENTITY if reported.get("ssn") or reason in GENUINE_NAME_CHANGES else IDENTITY | NAME
    if reason == EventKind.IDENTITY_CORRECTION:
        identity |= _NAME_PARTS  # the source itself says that the name was wrong
    corrected = tuple(n for n in changed if n in identity and reported.get(n) is not None and now[n] is not None)
    if corrected:
        yield Event(EventKind.IDENTITY_CORRECTION, ref, reason=reason, fields=corrected)
    other = tuple(n for n in changed if n not in corrected)
    if other:
        yield Event(EventKind.DEMOGRAPHIC_CHANGE, ref, reason=reason, fields=other)


def _other_insurance(member: ReleasedMember) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple((n, canonical(v)) for n, v in sorted(row.items())) for row in member.other_insurance)


def _fresh_reason(reported: ReleasedMember | None, now: ReleasedMember) -> tuple[str | None, date | None]:
    """The source's own reason, if it is not the one that was already there when the person was last reported."""
    event, day = now.values.get("event"), now.values.get("event_date")
    if reported is not None and (reported.values.get("event"), reported.values.get("event_date")) == (event, day):
        return None, None
    return _text(event), day if isinstance(day, date) else None


def _benefits(reported: ReleasedMember | None, now: ReleasedMember) -> list[str]:
    return sorted({c.benefit for m in (reported, now) if m is not None for c in m.coverages})


def _of(member: ReleasedMember | None, benefit: str) -> list[ReleasedCoverage]:
    return [c for c in member.coverages if c.benefit == benefit] if member is not None else []


def _differs(one: Record, other: Record, name: str) -> bool:
    return canonical(one.get(name)) != canonical(other.get(name))


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
