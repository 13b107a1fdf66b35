"""Comparison: one family as last told against the same family as released today.

It carries forward whoever and whatever is gone without an ending (law 5), keeps what could not be read, and gives
each member's differences as events. It never decides how anything is told, and knows of no carrier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from edi834.change.classify import classify_span
from edi834.change.events import Event, EventKind
from edi834.change.timeline import SpanPair, is_cancelled, match_timeline
from edi834.model import MemberRef, Value, canonical
from edi834.release import Record, ReleasedCoverage, ReleasedFamily, ReleasedMember

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
"""Fields whose told value, if it changes, was wrong: they identify the person and do not change in life."""

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
      told: As last told, None for somebody new.
      target: As the carrier will hold them once everything here is told.
      spans: Their spans, matched.
      events: What happened.
      reason: Why, in the snapshot's word, where the source gave a new one.
      reason_date: When that happened.
      moved_from: Where the person stood before, when they moved between families or groups.
      has_lapsed: Whether the last day told of their membership has passed.
    """

    ref: MemberRef
    told: ReleasedMember | None
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
      told: As last told, None for a new family.
      target: As the carrier will hold it once everything here is told.
      members: Everyone, the subscriber first; also those to whom nothing happened.
    """

    told: ReleasedFamily | None
    target: ReleasedFamily
    members: tuple[MemberDifference, ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened in the family."""
        return tuple(e for m in self.members for e in m.events)


def compare_family(
    told: ReleasedFamily | None,
    now: ReleasedFamily | None,
    *,
    as_of: date,
    moves: Mapping[MemberRef, MemberRef] = _NO_MOVES,
    tier_of_each: bool = False,
) -> FamilyDifference:
    """Compare a family with what was last told of it.

    Args:
      told: The family as the baseline holds it, None if it is new.
      now: The family as the feed sees it today, None if it is gone from the snapshot.
      as_of: The snapshot's date.
      moves: Where a member now stands → where they stood.
      tier_of_each: Whether the tier on a dependent's coverage is told; otherwise it is none of what is compared.
    """
    family = now or told
    assert family is not None, "a family that was neither told nor seen"
    refs = {m.ref for f in (told, now) if f is not None for m in f.members}
    differences = tuple(
        replace(
            _compare_member(
                ref, member_in(told, ref), member_in(now, ref), as_of, by_tier=tier_of_each or ref.is_subscriber
            ),
            moved_from=moves.get(ref),
        )
        for ref in sorted(refs, key=lambda r: (not r.is_subscriber, r.member_id))
    )
    kept = (d.target for d in differences if d.target.coverages or d.ref.is_subscriber)
    return FamilyDifference(told, family.with_members(kept), differences)


def unchanged_family(told: ReleasedFamily) -> FamilyDifference:
    """Give a family to which nothing happened: it stands as it was last told."""
    differences = tuple(
        MemberDifference(
            m.ref, m if m.coverages else None, m, tuple(SpanDifference(SpanPair(c, c), ()) for c in m.coverages),
            (), None, None,
        )
        for m in sorted(told.members, key=lambda m: (not m.ref.is_subscriber, m.ref.member_id))
    )  # fmt: skip
    return FamilyDifference(told, told, differences)


def member_in(family: ReleasedFamily | None, ref: MemberRef) -> ReleasedMember | None:
    """The person of that reference in a family, where there is one and the person is in it."""
    return family.member(ref) if family is not None else None


def _compare_member(
    ref: MemberRef, told: ReleasedMember | None, now: ReleasedMember | None, as_of: date, *, by_tier: bool
) -> MemberDifference:
    if now is None:
        assert told is not None
        return _absent(told)
    if told is not None:
        now = now.keeping(told)
    spans = tuple(
        SpanDifference(pair, classify_span(pair, by_tier=by_tier))
        for benefit in _benefits(told, now)
        for pair in match_timeline(_of(told, benefit), _of(now, benefit), as_of=as_of, by_tier=by_tier)
    )
    was_told = told is not None and bool(told.coverages)
    target = _as_ended(now.with_coverages(_kept(spans)), told if was_told else None, as_of)
    reason, reason_date = _fresh_reason(told, now)
    events = _member_events(ref, told if was_told else None, target, spans, reason)
    ends = [c.end for c in told.coverages] if told is not None and was_told else [None]
    has_lapsed = all(end is not None and end < as_of for end in ends)
    return MemberDifference(
        ref, told if was_told else None, target, spans, tuple(events), reason, reason_date, has_lapsed=has_lapsed
    )


def _as_ended(target: ReleasedMember, told: ReleasedMember | None, as_of: date) -> ReleasedMember:
    """Somebody whose coverage ends is remembered as the carrier knows them.

    An ex-spouse ends as the spouse; and of somebody whose last day has passed, nothing else is told any more.
    """
    if told is None or any(c.end is None for c in target.coverages):
        return target
    if all(c.end is not None and c.end < as_of for c in target.coverages):
        # The ending itself is told once, with the day of death or the last day of work that belongs to it.
        ends_now = any(c.end is None for c in told.coverages)
        fresh = ANNOTATIONS | _FACTS_OF_AN_ENDING if ends_now else ANNOTATIONS
        known = target.with_values(**{n: v for n, v in told.values.items() if n not in fresh})
        return replace(known, other_insurance=told.other_insurance)
    if "relationship" in told.values:
        return target.with_values(relationship=told.values["relationship"])
    return target


def _absent(told: ReleasedMember) -> MemberDifference:
    """Somebody told once and gone from the snapshot: carried, and listed if any of their coverage was open."""
    is_open = any(c.end is None for c in told.coverages)
    events = (Event(EventKind.MEMBER_ABSENT, told.ref),) if is_open else ()
    spans = tuple(SpanDifference(SpanPair(c, c), ()) for c in told.coverages)
    return MemberDifference(told.ref, told, told, spans, events, None, None)


def _kept(spans: Iterable[SpanDifference]) -> list[ReleasedCoverage]:
    """The spans the carrier will hold: as they are now, and as told where they are gone."""
    kept = []
    for span in spans:
        standing = span.pair.now or span.pair.told
        if standing is not None and not (span.pair.told is None and is_cancelled(standing)):
            kept.append(standing)
    return kept


def _member_events(
    ref: MemberRef,
    told: ReleasedMember | None,
    target: ReleasedMember,
    spans: Sequence[SpanDifference],
    reason: str | None,
) -> Iterable[Event]:
    if told is None:
        if target.coverages:
            kind = EventKind.NEW_ENROLLMENT if ref.is_subscriber else EventKind.DEPENDENT_ADDED
            yield Event(kind, ref, effective=min(c.begin for c in target.coverages), reason=reason)
        return
    # Also where the last span that ends was never told by itself: it took the place of one that was open.
    if any(c.end is None for c in told.coverages) and all(c.end is not None for c in target.coverages):
        last = max(c.end for c in target.coverages if c.end is not None)
        yield Event(EventKind.MEMBER_ENDED, ref, effective=last, reason=reason)
    for span in spans:
        for kind in span.kinds:
            yield _span_event(ref, kind, span.pair, reason)
    yield from _person_events(ref, told.values, target.values, reason)
    if _other_insurance(told) != _other_insurance(target):
        yield Event(EventKind.DEMOGRAPHIC_CHANGE, ref, reason=reason, fields=(OTHER_INSURANCE,))


def _span_event(ref: MemberRef, kind: EventKind, pair: SpanPair, reason: str | None) -> Event:
    span = pair.now or pair.told
    assert span is not None
    ends = kind in {EventKind.COVERAGE_ENDED, EventKind.COVERAGE_CANCELLED}
    before = pair.told or pair.predecessor
    fields = tuple(n for n in span.values if before is not None and _differs(before.values, span.values, n))
    end_reason = span.values.get("end_reason") if ends else None
    return Event(kind, ref, span.benefit, span.end if ends else span.begin, reason or _text(end_reason), fields)


def _person_events(ref: MemberRef, told: Record, now: Record, reason: str | None) -> Iterable[Event]:
    # A field that was not among those told (a rebased mapping or grant) is no change: it was never told otherwise.
    changed = [n for n in now if n in told and n not in ANNOTATIONS and _differs(told, now, n)]
    identity = IDENTITY if told.get("ssn") or reason in GENUINE_NAME_CHANGES else IDENTITY | NAME
    if reason == EventKind.IDENTITY_CORRECTION:
        identity |= _NAME_PARTS  # the source itself says that the name was wrong
    corrected = tuple(n for n in changed if n in identity and told.get(n) is not None and now[n] is not None)
    if corrected:
        yield Event(EventKind.IDENTITY_CORRECTION, ref, reason=reason, fields=corrected)
    other = tuple(n for n in changed if n not in corrected)
    if other:
        yield Event(EventKind.DEMOGRAPHIC_CHANGE, ref, reason=reason, fields=other)


def _other_insurance(member: ReleasedMember) -> list[tuple[tuple[str, str], ...]]:
    return sorted(tuple((n, canonical(v)) for n, v in sorted(row.items())) for row in member.other_insurance)


def _fresh_reason(told: ReleasedMember | None, now: ReleasedMember) -> tuple[str | None, date | None]:
    """The source's own reason, if it is not the one that was already there when the person was last told."""
    event, day = now.values.get("event"), now.values.get("event_date")
    if told is not None and (told.values.get("event"), told.values.get("event_date")) == (event, day):
        return None, None
    return _text(event), day if isinstance(day, date) else None


def _benefits(told: ReleasedMember | None, now: ReleasedMember) -> list[str]:
    return sorted({c.benefit for m in (told, now) if m is not None for c in m.coverages})


def _of(member: ReleasedMember | None, benefit: str) -> list[ReleasedCoverage]:
    return [c for c in member.coverages if c.benefit == benefit] if member is not None else []


def _differs(one: Record, other: Record, name: str) -> bool:
    return canonical(one.get(name)) != canonical(other.get(name))


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
