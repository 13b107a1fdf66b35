"""Statements of a whole family: in a full file, and where a rejection leaves doubt about what the carrier's book shows.

A full file states everybody who is covered (030), and coverage that has ended for as long as the dialect says; what
never took effect is stated with its last day on its first. People who are missing are left out where omission is to
end them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from edi834.book.book import (
    Family,
    Interval,
    KnownCoverage,
    Person,
    benefits_of,
    effective,
    joined_parts,
    known_by,
    known_coverages,
    person_in,
)
from edi834.book.dialect import Dialect
from edi834.book.edits import IDENTITY, NAME, CoverageEdit, FamilyEdit, MemberEdit, changed_parts
from edi834.book.events import Event, EventKind
from edi834.book.saying.coverages import added, ended_by_its_word, said_end
from edi834.book.saying.families import in_order, say_changes
from edi834.book.saying.members import ended_alone, without_tier
from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.model import FamilyRef, MemberRef

__all__ = ["LastFull", "say_everything", "say_out_and_in", "say_whole"]

_K = EventKind


@dataclass(frozen=True, slots=True)
class LastFull:
    """The feed's last full file that was not rejected.

    Attributes:
      day: The date of its snapshot.
      families: The families as it reported them.
    """

    day: date
    families: Mapping[FamilyRef, Family] = field(repr=False)

    def covered(self, member: MemberRef, one: Interval) -> bool:
        """Whether the interval had not ended when that file was written."""
        person = person_in(self.families.get(member.family), member)
        intervals = person.coverages if person is not None else ()
        known = next((c for c in intervals if (c.benefit, c.begin) == (one.benefit, one.begin)), None)
        return known is None or known.end is None or known.end >= self.day


def say_everything(
    edit: FamilyEdit,
    dialect: Dialect,
    *,
    as_of: date,
    missing: Sequence[MemberRef] = (),
    last_full: LastFull | None = None,
    verifies: bool = False,
    shared: frozenset[str] = frozenset(),
) -> FamilyStatement | None:
    """State a family in a full file; None where there is nothing to state.

    Args:
      edit: What separates the reported book from the desired one.
      dialect: The feed's.
      as_of: The snapshot's date.
      missing: People who are missing from the snapshot: left out where the dialect says that this ends them.
      last_full: The feed's last full file, where a rule goes by it.
      verifies: Whether the file is for verification (BGN08 4), which adds nobody: who is new is stated as they are
        (X12 RFI 1775), also where changes are stated with the codes of a change file.
      shared: As in :func:`edi834.book.saying.families.say_changes`.
    """
    left_out = frozenset(missing) if dialect.missing == "omission" else frozenset()
    edit = replace(edit, members=tuple(m for m in edit.members if m.ref not in left_out))
    changes = say_changes(edit, dialect, shared=shared) if dialect.full_file == "covered_and_changes" else None
    as_changes = list(changes.members) if changes is not None else []
    if verifies:
        begins = {s.member.ref for s in as_changes if s.action is Action.ADD}
        as_changes = [s for s in as_changes if s.member.ref not in begins]
    along = [] if changes is None else [r for r in changes.along if not _is_covered(edit, r)]
    done = left_out | {s.member.ref for s in as_changes} | set(along)
    stated = [s for m in edit.members if m.ref not in done for s in _as_it_is(m, dialect, as_of, last_full)]
    everybody = [*as_changes, *(without_tier(s, dialect) for s in stated)]
    members = in_order([*everybody, *_for_the_dependents(edit, everybody)])
    target = edit.target.with_members(m for m in edit.target.members if m.ref not in left_out)
    if not members and not left_out:
        return None
    return FamilyStatement(members, target, edit.reported, tuple(along), tuple(sorted(left_out)))


def _is_covered(edit: FamilyEdit, ref: MemberRef) -> bool:
    member = edit.target.member(ref)
    return member is not None and any(c.end is None for c in effective(member.coverages))


def _for_the_dependents(edit: FamilyEdit, stated: Iterable[MemberStatement]) -> Iterator[MemberStatement]:
    """The subscriber who has no coverage of the feed's, stated because dependents are, under them."""
    refs = {s.member.ref for s in stated}
    subscriber = next((m for m in edit.members if m.ref.is_subscriber), None)
    if refs and subscriber is not None and subscriber.ref not in refs and not effective(subscriber.target.coverages):
        yield MemberStatement(Action.AUDIT, None, subscriber.target, subscriber.reported, None, (), ())


def _as_it_is(edit: MemberEdit, dialect: Dialect, as_of: date, last_full: LastFull | None) -> Iterator[MemberStatement]:
    """One person with what is covered, what changed, and what ended within the dialect's time."""
    # Another first day is another coverage to a carrier that adds what it does not find: the wrong one never was.
    said = [
        _never(e.old.last)
        for e in edit.coverages
        if e.old is not None and (e.new is None or e.new.begin != e.old.begin)
    ]
    for benefit in benefits_of(edit.target):
        for known in known_coverages(edit.target, benefit):
            change = next((e for e in edit.coverages if e.new == known), None)
            if change is not None or _is_stated(edit.ref, known.last, dialect, as_of, last_full):
                said += _stated(joined_parts(known, edit.ref, dialect), change, edit.ref, dialect)
    for of_policy in _by_policy(said, dialect):
        yield MemberStatement(
            Action.AUDIT, None, edit.target, edit.reported, None, _sorted(of_policy), edit.events, edit.moved_from
        )


def _by_policy(
    said: Sequence[CoverageStatement], dialect: Dialect, *, at_least_one: bool = False
) -> Iterator[Sequence[CoverageStatement]]:
    """What is stated in an INS of its own: with a carrier that goes by the policy (REF 1L), each policy's coverage.

    A policy that is closed comes before the one that is opened in its place.
    """
    if not said or not dialect.selects_policy:
        yield from [said] if said or at_least_one else []
        return
    under: dict[object, list[CoverageStatement]] = {}
    for one in said:
        under.setdefault(one.coverage.values.get("policy_number"), []).append(one)
    yield from sorted(under.values(), key=lambda of: (any(s.end is None for s in of), min(s.begin for s in of)))


def _stated(
    known: KnownCoverage, change: CoverageEdit | None, ref: MemberRef, dialect: Dialect
) -> Iterator[CoverageStatement]:
    """One coverage: what holds at its end, and since when; where more changed at once, from its first day on."""
    changed = list(changed_parts(change.old, known, ref, dialect)) if change is not None and change.old else []
    if len(changed) > 1 or (change is not None and change.old is None):
        yield from added(known, dialect, Action.AUDIT, Action.AUDIT)
    else:
        dated = known.parts[-1].begin if len(known.parts) > 1 else None
        yield CoverageStatement(Action.AUDIT, known.last, None, known.begin, said_end(known.last, dialect), dated)
        if change is not None and change.old is not None and change.old.end != known.end:
            yield from ended_by_its_word(known, dialect)


def _sorted(said: Iterable[CoverageStatement]) -> tuple[CoverageStatement, ...]:
    """In order; what never took effect first, so that it makes room for what is right."""
    return tuple(sorted(said, key=lambda s: (s.coverage.benefit, s.end != s.begin, s.begin, s.changed_on or s.begin)))


def _never(known: Interval) -> CoverageStatement:
    """Coverage as the carrier knows it, stated as one that never took effect."""
    return CoverageStatement(Action.AUDIT, known.with_values(end_date=known.begin), known, known.begin, known.begin)


def _is_stated(member: MemberRef, one: Interval, dialect: Dialect, as_of: date, last_full: LastFull | None) -> bool:
    """Whether a full file states a coverage: while it is covered, and after its end as the dialect says."""
    end = one.end
    if end is None or end >= as_of:
        return True
    if dialect.ended_coverage == "days":
        return dialect.ended_coverage_days < 0 or end >= as_of - timedelta(days=dialect.ended_coverage_days)
    if dialect.ended_coverage == "plan_year" and dialect.plan_year_end:
        return _plan_year(end, dialect) == _plan_year(as_of, dialect)
    if dialect.ended_coverage == "since_last_full" and last_full is not None:
        return last_full.covered(member, one)
    return False


def _plan_year(day: date, dialect: Dialect) -> int:
    """The calendar year in which the plan year of a day ends."""
    return day.year if day.strftime("%m-%d") <= dialect.plan_year_end else day.year + 1


def say_whole(books: Sequence[Family | None], edit: FamilyEdit, dialect: Dialect) -> FamilyStatement:
    """State a family so that each of several books becomes the desired one: 030 for everything that any of them shows.

    Every coverage of the desired book is stated part by part; whatever a book shows besides is stated as never
    effective, and another number or name under which somebody may be known, as the wrong one (2100B).
    """
    members: list[MemberStatement] = []
    for ref in _people(books, edit):
        known = [p for book in books if (p := person_in(book, ref)) is not None]
        target = person_in(edit.target, ref) or known[0].with_coverages(())
        strays = {(c.benefit, c.begin, c.plan_code): c for p in known for c in _strays(p, target)}
        said = [_never(one) for one in strays.values()]
        for benefit in benefits_of(target):
            for coverage in known_coverages(target, benefit):
                said += added(joined_parts(coverage, ref, dialect), dialect, Action.AUDIT, Action.AUDIT)
        for of_policy in _by_policy(said, dialect, at_least_one=ref.is_subscriber):
            before = known[0] if known else None
            plain = MemberStatement(Action.AUDIT, None, target, before, None, _sorted(of_policy), ())
            under = _under_each_name(plain, known, dialect)
            members += (ended_alone(without_tier(s, dialect), dialect) for s in under)
    return FamilyStatement(in_order(members), edit.target, edit.reported)


def say_out_and_in(books: Sequence[Family | None], edit: FamilyEdit, dialect: Dialect) -> FamilyStatement:
    """State a family so that each book becomes the desired one: everybody taken out as never effective, and added."""
    members: list[MemberStatement] = []
    for ref in _people(books, edit):
        known = [p for book in books if (p := person_in(book, ref)) is not None]
        target = person_in(edit.target, ref) or known[0].with_coverages(())
        members += (ended_alone(s, dialect) for s in _taken_out(known, dialect))
        back = [
            said
            for benefit in benefits_of(target)
            for known in known_coverages(target, benefit)
            for said in added(joined_parts(known, ref, dialect), dialect)
        ]
        is_head = ref.is_subscriber and edit.target.member(ref) is not None
        for of_policy in _by_policy(back, dialect, at_least_one=is_head):
            added_anew = MemberStatement(Action.ADD, None, target, None, None, tuple(of_policy), ())
            members.append(without_tier(added_anew, dialect))
    return FamilyStatement(in_order(members), edit.target, edit.reported)


def _people(books: Iterable[Family | None], edit: FamilyEdit) -> list[MemberRef]:
    refs = {m.ref for book in (*books, edit.target) if book is not None for m in book.members}
    return sorted(refs, key=lambda r: (not r.is_subscriber, r.member_id))


def _strays(known: Person, target: Person) -> Iterator[Interval]:
    """Coverages that a book shows and the desired one does not: of another first day, or another plan."""
    wanted = {(c.benefit, c.begin, c.plan_code) for c in effective(target.coverages)}
    for benefit in benefits_of(known):
        for coverage in known_coverages(known, benefit):
            if (benefit, coverage.begin, coverage.plan) not in wanted:
                yield coverage.last


def _taken_out(known: Iterable[Person], dialect: Dialect) -> Iterator[MemberStatement]:
    """Everything taken back as never effective, once under each number or name that the carrier may know."""
    people: dict[tuple[object, ...], list[Person]] = {}
    for person in known:
        people.setdefault(known_by(person), []).append(person)
    for alike in people.values():
        out = {(c.benefit, c.begin, c.plan_code): c for p in alike for c in effective(p.coverages) if not c.continues}
        for ends in _by_policy([replace(_never(c), action=Action.END) for c in out.values()], dialect):
            ended = MemberStatement(Action.END, None, alike[0], alike[0], None, _sorted(ends), (), as_reported=True)
            yield replace(ended, covered_to=max(c.begin for c in ends))


def _under_each_name(
    statement: MemberStatement, known: Sequence[Person], dialect: Dialect
) -> Iterator[MemberStatement]:
    """The statement under the right number or name, after whatever the carrier may have under another.

    Known under one other alone, they are corrected (2100B); under several, the wrong ones end: a carrier that enrolled
    somebody under both would keep two of them. A subscriber's own number (REF 0F) is one, and is stated once.
    """
    target = statement.member
    others = [person for person in known if known_by(person) != known_by(target)]
    if len(others) < len(known) and not target.ref.is_subscriber:
        yield from _taken_out(others, dialect)
        others = []
    for person in others[:1]:
        wrong = tuple(n for n in IDENTITY | NAME if n in target.values and person.values.get(n) != target.values[n])
        corrected = Event(_K.IDENTITY_CORRECTION, target.ref, fields=tuple(sorted(wrong)))
        statement = replace(statement, reported=person, events=(corrected,))
    yield statement
