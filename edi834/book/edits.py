"""Edits: what separates the reported book of a family from the desired one, and what happened, in the field's words.

An edit is a known coverage before and after; :func:`apply` gives the desired book again, by construction and by test.
What was reported as one coverage stays one: a change from a date continues it, and a renewal reported apart stays
apart. How edits are stated is ``saying/``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from edi834.book.book import (
    ONE_DAY,
    Family,
    Interval,
    KnownCoverage,
    Person,
    benefits_of,
    changed_facts,
    changed_fields,
    effective,
    follows,
    insurance_of,
    is_covered_alike,
    is_never_effective,
    known_coverages,
    of_benefit,
    person_in,
    share_a_day,
)
from edi834.book.cuts import joined
from edi834.book.dialect import Dialect
from edi834.book.events import Event, EventKind
from edi834.model import MemberRef, Value

__all__ = [
    "IDENTITY",
    "NAME",
    "OTHER_INSURANCE",
    "CoverageEdit",
    "FamilyEdit",
    "MemberEdit",
    "apply",
    "changed_parts",
    "diff",
]

IDENTITY = frozenset({"ssn", "birth_date", "gender"})
"""Fields whose reported value was wrong if it changes: they identify the person and do not change in life."""

NAME = frozenset({"first_name", "last_name"})
"""By these, and the birth date, a carrier knows somebody for whom it has no number."""

OTHER_INSURANCE = "other_insurance"
"""How an event names the other insurance of a person among the fields that changed."""

_GENUINE_NAME_CHANGES = frozenset({"marriage", "divorce", "name_change", "adoption"})
_NO_MOVES: Mapping[MemberRef, MemberRef] = {}
_K = EventKind


@dataclass(frozen=True, slots=True)
class CoverageEdit:
    """One coverage before and after.

    Attributes:
      old: As reported; None for one that begins, or was cancelled before.
      new: As desired; None for one that never took effect.
      before: The coverage that a new one follows, as it is desired.
      kinds: What happened.
      gives_way: Whether it ends for a coverage that begins tonight, without a gap.
      revives: The cancelled coverage that a new one is again.
    """

    old: KnownCoverage | None
    new: KnownCoverage | None
    kinds: tuple[EventKind, ...] = ()
    before: KnownCoverage | None = None
    gives_way: bool = False
    revives: Interval | None = None

    @property
    def benefit(self) -> str:
        """The benefit concerned."""
        known = self.new or self.old
        assert known is not None
        return known.benefit


@dataclass(frozen=True, slots=True)
class MemberEdit:
    """One person before and after.

    Attributes:
      ref: The person.
      reported: As last reported, None for somebody new.
      target: As desired.
      coverages: The edits of the coverages.
      events: What happened.
      reason, reason_date: Why and when, in the snapshot's words, where the source gave a new one.
      moved_from: Where the person was before, when they moved between families or groups.
      has_lapsed: Whether the last day reported of their membership has passed.
    """

    ref: MemberRef
    reported: Person | None
    target: Person
    coverages: tuple[CoverageEdit, ...] = ()
    events: tuple[Event, ...] = ()
    reason: str | None = None
    reason_date: date | None = None
    moved_from: MemberRef | None = None
    has_lapsed: bool = False

    @property
    def kinds(self) -> frozenset[EventKind]:
        """The kinds of its events."""
        return frozenset(e.kind for e in self.events)


@dataclass(frozen=True, slots=True)
class FamilyEdit:
    """One family before and after: everyone, the subscriber first, also those to whom nothing happened."""

    reported: Family | None
    target: Family
    members: tuple[MemberEdit, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be reported."""
        return not any(m.events for m in self.members)


def diff(
    reported: Family | None,
    desired: Family,
    dialect: Dialect,
    *,
    as_of: date,
    moves: Mapping[MemberRef, MemberRef] = _NO_MOVES,
) -> FamilyEdit:
    """Give the edits that take the reported book of a family to the desired one.

    Args:
      reported: The family as last reported, None if it is new.
      desired: As it should be.
      dialect: What is reported of whom, and what the carrier knows as one coverage.
      as_of: The snapshot's date.
      moves: Where a member is now → where they were.
    """
    refs = {m.ref for f in (reported, desired) if f is not None for m in f.members}
    members = [
        replace(
            _member(ref, person_in(reported, ref), person_in(desired, ref), dialect, as_of), moved_from=moves.get(ref)
        )
        for ref in sorted(refs, key=lambda r: (not r.is_subscriber, r.member_id))
    ]
    target = desired.with_members(m.target for m in members if m.target.coverages or m.ref.is_subscriber)
    return FamilyEdit(reported, target, tuple(members))


def apply(edit: FamilyEdit, reported: Family | None) -> Family:
    """Give the desired book of a family from the reported one and what separates the two."""
    family = reported or edit.target
    people = {m.ref: m for m in (reported.members if reported is not None else ())}
    for one in edit.members:
        before = people.get(one.ref)
        gone = [part for c in one.coverages if c.old is not None for part in c.old.parts]
        kept = [i for i in effective(before.coverages if before is not None else ()) if i not in gone]
        new = [part for c in one.coverages if c.new is not None for part in c.new.parts]
        people[one.ref] = one.target.with_coverages([*kept, *new])
    return family.with_members(m for m in people.values() if m.coverages or m.ref.is_subscriber)


def _member(
    ref: MemberRef, reported: Person | None, desired: Person | None, dialect: Dialect, as_of: date
) -> MemberEdit:
    known = reported if reported is not None and reported.coverages else None
    if desired is None:  # left out of the desired book: nothing of it goes on
        assert reported is not None
        desired = reported.with_coverages(())
    intervals: list[Interval] = []
    edits: list[CoverageEdit] = []
    for benefit in benefits_of(reported, desired):
        held, wanted = of_benefit(reported, benefit), of_benefit(desired, benefit)
        cut = list(joined(held, wanted, ref, dialect))
        intervals += [*(one for one in wanted if is_never_effective(one)), *cut]
        if not is_covered_alike(benefit, reported, desired, dialect):
            edits += _edits(reported, desired.with_coverages(cut), benefit, ref, dialect)
    target = desired.with_coverages(intervals)
    reason, reason_date = _fresh_reason(reported, desired)
    ends = [c.end for c in known.coverages] if known is not None else [None]
    return MemberEdit(
        ref,
        known,
        target,
        tuple(edits),
        tuple(_events(known, target, edits, reason, dialect)),
        reason,
        reason_date,
        has_lapsed=all(end is not None and end < as_of for end in ends),
    )


def _edits(
    reported: Person | None, desired: Person, benefit: str, ref: MemberRef, dialect: Dialect
) -> Iterator[CoverageEdit]:
    old, new = known_coverages(reported, benefit), known_coverages(desired, benefit)
    pairs = _paired(old, new, dialect)
    before = {at: n for at, n in enumerate(new) if any(n is theirs for theirs in pairs.values())}
    begun = [n for at, n in enumerate(new) if at not in before]
    void = [one for one in of_benefit(reported, benefit) if is_never_effective(one)]
    for at, known in enumerate(old):
        now = pairs.get(at)
        gives_way = now is not None and any(follows(n.parts[0], now.parts[-1]) for n in begun)
        kinds = (_K.COVERAGE_CANCELLED,) if now is None else _kinds(known, now, ref, dialect, gives_way=gives_way)
        if kinds or now is None or _has_moved(known, now):
            yield CoverageEdit(known, now, kinds, gives_way=gives_way)
    for now in begun:
        earlier = [n for n in before.values() if n.begin < now.begin]
        last = max(earlier, key=lambda n: n.begin, default=None)
        revives = next((v for v in void if v.begin == now.begin and v.plan_code == now.parts[0].plan_code), None)
        dropped = [known for at, known in enumerate(old) if at not in pairs]
        takes_place = any(share_a_day(a, b) for known in dropped for a in known.parts for b in now.parts)
        kind = _K.REINSTATED if revives is not None else _begun(last, now, ref, dialect)
        if takes_place and revives is None:  # another plan on the days of one that never was
            kind = _K.PLAN_CHANGE
        yield CoverageEdit(None, now, (kind,), before=last, revives=revives)


def _paired(old: Sequence[KnownCoverage], new: Sequence[KnownCoverage], dialect: Dialect) -> dict[int, KnownCoverage]:
    """Which desired coverage is which reported one: of the same first day and plan, else of days and plan it shares."""
    simple = dialect.plan_change == "simple"
    found: dict[int, KnownCoverage] = {}

    def same(o: KnownCoverage, n: KnownCoverage) -> bool:
        return o.begin == n.begin and o.parts[0].plan_code == n.parts[0].plan_code

    def corrected(o: KnownCoverage, n: KnownCoverage) -> bool:
        return o.begin == n.begin and simple

    def moved(o: KnownCoverage, n: KnownCoverage) -> bool:
        return o.plan == n.plan and any(share_a_day(a, b) for a in o.parts for b in n.parts)

    for which in (same, corrected, moved):
        for at, one in enumerate(old):
            free = [n for n in new if all(n is not taken for taken in found.values()) and which(one, n)]
            if at not in found and free:
                found[at] = min(free, key=lambda n: abs((n.begin - one.begin).days))
    return found


def _kinds(
    old: KnownCoverage, new: KnownCoverage, ref: MemberRef, dialect: Dialect, *, gives_way: bool
) -> tuple[EventKind, ...]:
    """What happened to a coverage that is known and goes on, or ends."""
    return tuple(
        dict.fromkeys(k for k in (_end_kind(old, new, gives_way=gives_way), _content_kind(old, new, ref, dialect)) if k)
    )


def _end_kind(old: KnownCoverage, new: KnownCoverage, *, gives_way: bool) -> EventKind | None:
    if old.end == new.end:
        return None
    if old.end is None:
        return None if gives_way else _K.COVERAGE_ENDED
    return _K.REINSTATED if new.end is None else _K.COVERAGE_CORRECTED


def _content_kind(old: KnownCoverage, new: KnownCoverage, ref: MemberRef, dialect: Dialect) -> EventKind | None:
    changes = list(changed_parts(old, new, ref, dialect))
    if any(part.plan_code != held.plan_code for held, part in changes):
        return _K.PLAN_CHANGE
    if any("tier" in changed_facts(held, part, ref, dialect) for held, part in changes):
        return _K.TIER_CHANGE
    if old.begin != new.begin:
        return _K.COVERAGE_CORRECTED
    return _K.COVERAGE_CHANGED if changes else None


def changed_parts(
    old: KnownCoverage, new: KnownCoverage, ref: MemberRef, dialect: Dialect
) -> Iterator[tuple[Interval, Interval]]:
    """The parts of a coverage from which on it is otherwise than the carrier holds it, each with what it holds.

    A part that is stated holds for all days after it, so whatever follows it otherwise is stated again.
    """
    held = list(old.parts)
    for part in new.parts:
        known = next((h for h in reversed(held) if h.begin <= part.begin), held[0])
        others = [h for h in held if share_a_day(h, part)] or [known]
        if any(h.plan_code != part.plan_code or changed_facts(h, part, ref, dialect) for h in others):
            yield known, part
            held = [part]


def _has_moved(old: KnownCoverage, new: KnownCoverage) -> bool:
    return (old.begin, old.end) != (new.begin, new.end)


def _begun(before: KnownCoverage | None, now: KnownCoverage, ref: MemberRef, dialect: Dialect) -> EventKind:
    """What happened where a coverage begins."""
    if before is None:
        return _K.COVERAGE_ADDED
    if before.end is not None and now.begin > before.end + ONE_DAY:
        return _K.REENROLLED
    if before.plan != now.plan:
        return _K.PLAN_CHANGE
    return _K.TIER_CHANGE if "tier" in changed_facts(before.last, now.last, ref, dialect) else _K.RENEWED


def _events(
    known: Person | None, target: Person, edits: Iterable[CoverageEdit], reason: str | None, dialect: Dialect
) -> Iterator[Event]:
    ref, wanted = target.ref, effective(target.coverages)
    if known is None:
        if wanted:
            kind = _K.NEW_ENROLLMENT if ref.is_subscriber else _K.DEPENDENT_ADDED
            yield Event(kind, ref, effective=min(c.begin for c in wanted), reason=reason)
        return
    if any(c.end is None for c in known.coverages) and all(c.end is not None for c in target.coverages):
        last = max((c.end for c in target.coverages if c.end is not None), default=None)
        yield Event(_K.MEMBER_ENDED, ref, effective=last, reason=reason)
    for edit in edits:
        for kind in edit.kinds:
            yield _coverage_event(ref, kind, edit, target, reason)
    yield from _person_events(known, target, reason, dialect)
    if insurance_of(known) != insurance_of(target):
        yield Event(_K.DEMOGRAPHIC_CHANGE, ref, reason=reason, fields=(OTHER_INSURANCE,))


def _coverage_event(ref: MemberRef, kind: EventKind, edit: CoverageEdit, target: Person, reason: str | None) -> Event:
    known = edit.new or edit.old
    assert known is not None
    span = known.last
    if edit.new is None:
        span = next((c for c in target.coverages if c.benefit == span.benefit and c.begin == span.begin), span)
    ends = kind in {_K.COVERAGE_ENDED, _K.COVERAGE_CANCELLED}
    before = edit.old or edit.before
    fields = tuple(n for n in span.values if before is not None and span.differs_from(before.last, n))
    end_reason = _text(span.values.get("end_reason")) if ends else None
    return Event(kind, ref, span.benefit, span.end if ends else span.begin, reason or end_reason, fields)


def _person_events(known: Person, target: Person, reason: str | None, dialect: Dialect) -> Iterator[Event]:
    changed = changed_fields(known, target, dialect)
    identity = IDENTITY if known.values.get("ssn") or reason in _GENUINE_NAME_CHANGES else IDENTITY | NAME
    if reason == _K.IDENTITY_CORRECTION:
        identity |= NAME | {"middle_name"}  # the source itself says that the name was wrong
    old, new = known.values, target.values
    corrected = tuple(n for n in changed if n in identity and old.get(n) is not None and new[n] is not None)
    if corrected:
        yield Event(_K.IDENTITY_CORRECTION, target.ref, reason=reason, fields=corrected)
    other = tuple(n for n in changed if n not in corrected)
    if other:
        yield Event(_K.DEMOGRAPHIC_CHANGE, target.ref, reason=reason, fields=other)


def _fresh_reason(reported: Person | None, desired: Person) -> tuple[str | None, date | None]:
    """The source's own reason, unless it is the one that was there already when the person was last reported."""
    event, day = desired.values.get("event"), desired.values.get("event_date")
    if reported is not None and (reported.values.get("event"), reported.values.get("event_date")) == (event, day):
        return None, None
    return _text(event), day if isinstance(day, date) else None


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None
