"""The expected book: what a carrier should hold, computed from snapshots alone, without a difference or an event.

Where a snapshot's row covers a day, the row is right. Where no row does, what was last reported stands, unless its row is
still there and says otherwise, or another takes its place: a row of the same plan and tier that shares days with it is
the same coverage with its first day corrected, unless it begins more than a month later; and any later row ends it the
day before.
A row never reported that ended before the snapshot's day is nobody's news, unless it stands where a reported span stood, or
begins on a day that a reported span covered and its row does no more; absent and unreadable people stand as reported.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from edi834.model import Coverage, CoveredMember, Family, FamilyRef, MemberRef
from tests.laws.people import CARRIER
from tests.simulated_carrier import Book, HeldMember

__all__ = ["Entry", "Expected", "Line", "Shown", "as_expected", "as_held"]

_ONE_DAY = timedelta(days=1)
_LATEST_CORRECTION = timedelta(days=31)
_LEARNT_LATE = timedelta(days=31)
_LINES = {"medical": "HLT", "dental": "DEN", "vision": "VIS"}
_TIERS = {"employee": "EMP", "employee_and_one": "E1D", "family": "FAM", None: ""}
_RELATIONSHIPS = {"self": "18", "spouse": "01", "ex_spouse": "25", "child": "19", "adopted_child": "09"}
_STATUSES = {"active": "AC", "leave": "L1", "cobra": "TE", "surviving": "", "terminated": "TE", None: ""}
_MEDICARE = {"A": "A", "B": "B", "AB": "C", None: ""}
_STUDENT = {"full_time": "F", "part_time": "P", "none": "", None: ""}


@dataclass(frozen=True)
class Line:
    """One span as it should be held."""

    benefit: str
    begin: date
    end: date | None
    plan: str
    tier: str | None
    premium: Decimal | None
    physician: str | None = None
    policy: str | None = None

    def covers(self, day: date) -> bool:
        return self.begin <= day and (self.end is None or day <= self.end)


@dataclass
class Entry:
    """One person as they should be held: values by field name, and spans."""

    values: dict[str, object]
    lines: list[Line] = field(default_factory=list)
    others: tuple[str, ...] = ()


@dataclass
class Expected:
    """The expected book of one feed."""

    people: dict[MemberRef, Entry] = field(default_factory=dict)

    def tell(
        self,
        families: Collection[Family],
        reverted: Collection[FamilyRef | MemberRef],
        as_of: date,
        last_looked: date | None,
        *,
        held: Collection[FamilyRef] = (),
    ) -> None:
        """Take a delivered night in: all but the families and people reverted, some of whom could not be read (held)."""
        since = min(as_of, last_looked or as_of) - _LEARNT_LATE
        for ref, rows in list(self._moved(families, held, as_of)):
            if ref.family not in reverted and ref not in reverted:
                entry = self.people[ref]
                ended = [replace(x, end=_replaced(x, rows)) if x.end is None else x for x in entry.lines]
                self.people[ref] = replace(entry, lines=[x for x in ended if not _never_effective(x)])
        for family in families:
            if family.ref not in reverted:
                is_seen = any(_is_ours(c) for m in family.members for c in m.coverages)
                for member in (one for one in family.members if one.member.ref not in reverted):
                    self._tell_member(member, is_seen, as_of, since)

    def _moved(
        self, families: Collection[Family], held: Collection[FamilyRef], as_of: date
    ) -> Iterator[tuple[MemberRef, list[Line]]]:
        """Whoever is gone from the family they were reported in, and begins anew in another; with what they have there."""
        there: dict[MemberRef, list[Line]] = {}
        here: set[MemberRef] = set()
        seen: set[FamilyRef] = set()
        for family in families:
            if family.ref in held:
                continue
            for member in family.members:
                rows = [_line(c) for c in member.coverages if _is_ours(c)]
                if rows:
                    seen.add(family.ref)
                    here.add(member.member.ref)
                if any(_is_news(row, as_of) and not _never_effective(row) for row in rows):
                    there[member.member.ref] = rows
        for ref, entry in self.people.items():
            stays = ref in here or (ref.is_subscriber and ref.family in seen) or ref.family in held
            if stays or not entry.lines:
                continue
            new = [n for n in there if n.member_id == ref.member_id and n != ref and not self._stands(n)]
            if new:
                yield ref, [row for place in new for row in there[place]]

    def _stands(self, ref: MemberRef) -> bool:
        return ref in self.people and bool(self.people[ref].lines)

    def _tell_member(self, covered: CoveredMember, is_seen: bool, as_of: date, since: date) -> None:
        entry = self.people.get(covered.member.ref, Entry({}))
        lines: list[Line] = []
        for benefit in _LINES:
            reported = [one for one in entry.lines if one.benefit == benefit]
            rows = [_line(c) for c in covered.coverages if c.benefit == benefit and _is_ours(c)]
            theirs = [_line(c) for c in covered.coverages if c.benefit == benefit and not _is_ours(c)]
            lines += (
                _timeline(reported, rows, as_of) if rows or not theirs else _given_way(reported, theirs, as_of, since)
            )
        if not lines and covered.member.ref not in self.people:
            return
        if not is_seen or not (any(map(_is_ours, covered.coverages)) or covered.member.ref.is_subscriber):
            # Without a row of ours, the feed sees of them only what another carrier's row says.
            self.people[covered.member.ref] = replace(entry, lines=lines)
            return
        is_over = bool(entry.values) and all(line.end is not None and line.end < as_of for line in lines)
        values = entry.values if is_over else _values(covered)  # of whoever is gone, nothing new is reported
        kept = {name: entry.values[name] for name in covered.unreadable if name in entry.values}
        if not any(line.end is None for line in lines) and entry.values:
            kept["relationship"] = entry.values["relationship"]  # whoever ends, ends as who they were reported to be
        others = tuple(sorted(other.policy_number or "" for other in covered.other_insurance))
        self.people[covered.member.ref] = Entry({**values, **kept}, lines, others)


def _timeline(reported: list[Line], rows: list[Line], as_of: date) -> list[Line]:
    speaking = [
        row for row in rows if not _never_effective(row) and (_is_news(row, as_of) or _is_known(row, reported, rows))
    ]
    standing = [stands for line in reported if (stands := _what_stands(line, rows, speaking, reported)) is not None]
    return sorted([*speaking, *standing], key=lambda line: line.begin)


def _replaced(line: Line, rows: list[Line]) -> date:
    """The day before the same benefit, or else any, begins elsewhere after it did."""
    there = [row for row in rows if row.end is None] or [row for row in rows if not _never_effective(row)]
    later = [row for row in there if row.begin > line.begin]
    firsts = [row.begin for row in later if row.benefit == line.benefit] or [row.begin for row in later]
    return max(min(firsts) - _ONE_DAY, line.begin) if firsts else line.begin


def _given_way(reported: list[Line], theirs: list[Line], as_of: date, since: date) -> list[Line]:
    """Another carrier's row that came when ours went ends ours the day before; one that stood there before does not."""
    lines = []
    for line in reported:
        firsts = [
            row.begin
            for row in theirs
            if row.begin > line.begin and row.begin >= since and line.covers(row.begin)
            and not _never_effective(row) and _is_news(row, as_of)
        ]  # fmt: skip
        stands = replace(line, end=min(firsts) - _ONE_DAY) if firsts else line
        lines += [] if _never_effective(stands) else [stands]
    return lines


def _is_ours(coverage: Coverage) -> bool:
    return coverage.carrier_id == CARRIER


def _what_stands(line: Line, rows: list[Line], speaking: list[Line], reported: list[Line]) -> Line | None:
    """What stands of a reported span, given today's rows."""
    if any(row.begin == line.begin for row in rows) or any(_corrects(row, line, reported, rows) for row in rows):
        return None
    if any(row.begin < line.begin and row.covers(line.begin) for row in speaking):
        return None
    later = [row for row in speaking if row.begin > line.begin and line.covers(row.begin)]
    if not later:
        return None if _never_effective(line) else line
    following = min(later, key=lambda row: row.begin)
    stands = replace(line, end=following.begin - _ONE_DAY)
    return None if _never_effective(stands) else stands


def _is_news(row: Line, as_of: date) -> bool:
    return row.end is None or row.end >= as_of


def _is_known(row: Line, reported: list[Line], rows: list[Line]) -> bool:
    begins = {one.begin for one in rows if not _never_effective(one)}
    return any(
        t.begin == row.begin
        or (
            t.begin not in begins
            and (_corrects(row, t, reported, rows) or (row.covers(t.begin) and not _never_effective(t)))
        )
        or _takes_days(row, t, reported, rows)
        for t in reported
    )


def _takes_days(row: Line, line: Line, reported: list[Line], rows: list[Line]) -> bool:
    """Whether the row begins on a day that the reported span covered, whose own row now ends before that day."""
    own = [one for one in rows if one.begin == line.begin or _corrects(one, line, reported, rows)]
    given_up = any(one.end is not None and one.end < row.begin for one in own)
    return given_up and line.covers(row.begin) and not _never_effective(line)


def _corrects(row: Line, line: Line, reported: list[Line], rows: list[Line]) -> bool:
    """Whether the row is the reported span with its first day corrected: by days, and not because others came between."""
    shared = row.covers(line.begin) or line.covers(row.begin)
    is_another = any(one.begin == row.begin for one in reported)
    is_near = row.begin - line.begin <= _LATEST_CORRECTION
    between = any(line.begin < one.begin < row.begin and not _never_effective(one) for one in rows)
    same = (row.plan, row.tier) == (line.plan, line.tier)
    return shared and same and is_near and not is_another and not between


def _never_effective(row: Line) -> bool:
    return row.end is not None and row.end <= row.begin


def _line(coverage: Coverage) -> Line:
    return Line(
        coverage.benefit,
        coverage.effective_date,
        coverage.end_date,
        coverage.plan_code,
        coverage.tier,
        coverage.premium,
        coverage.provider_code,
        coverage.policy_number,
    )


def _values(covered: CoveredMember) -> dict[str, object]:
    person = covered.member
    return {name: getattr(person, name) for name in _COMPARED}


# --- both books in one form, to be compared -----------------------------------------------------------------------

_Facts = tuple[object, ...]
_Spans = tuple[tuple[str, date, date | None, str, str, _Facts], ...]
Shown = tuple[str, bool, _Spans, tuple[str, ...]]

_COMPARED = (
    "relationship", "last_name", "first_name", "ssn", "birth_date", "gender", "address1", "home_phone",
    "mailing_address1", "employment_status", "medicare_parts", "student_status", "disabled", "department",
)  # fmt: skip


def as_expected(expected: Expected, as_of: date) -> list[Shown]:
    """The expected book, person by person. Of whoever is no longer covered, only the coverage counts."""
    shown = []
    for ref, entry in expected.people.items():
        spans = _merged(
            (
                _LINES[one.benefit], one.begin, one.end, one.plan, _TIERS[one.tier] if ref.is_subscriber else "",
                (str(one.premium or "") if ref.is_subscriber else "", one.physician or "", entry.others)
                if one.end is None else (),
            )
            for one in entry.lines
        )  # fmt: skip
        covered = any(end is None or end >= as_of for _, _, end, *_ in spans)
        stays = any(end is None for _, _, end, *_ in spans)
        if spans:
            person = (*_who(entry.values), *(_further(entry.values, ref) if stays else ())) if covered else ()
            shown.append((ref.subscriber_id, ref.is_subscriber, spans, person))
    return sorted(shown, key=repr)


def _who(values: dict[str, object]) -> tuple[str, ...]:
    spelled = {name: _spelled(values[name]) for name in _COMPARED[:9]}
    return (_RELATIONSHIPS[str(values["relationship"])], *(spelled[name] for name in _COMPARED[1:9]))


def _further(values: dict[str, object], ref: MemberRef) -> tuple[str, ...]:
    """What is reported whoever stays; of the work, and of school, as it concerns a subscriber or a dependent."""
    work = (_STATUSES[values["employment_status"]], _spelled(values["department"])) if ref.is_subscriber else ("", "")
    school = "" if ref.is_subscriber else _STUDENT[values["student_status"]]
    return (*work, _MEDICARE[values["medicare_parts"]], school, "Y" if values["disabled"] else "")


def as_held(book: Book, as_of: date) -> list[Shown]:
    """The carrier's book in the same form."""
    shown = []
    for member in book.members:
        spans = _merged(
            (
                span.line, span.begin, span.end, span.plan, span.tier if member.is_subscriber else "",
                (span.premium if member.is_subscriber else "", span.provider, span.others) if span.end is None else (),
            )
            for span in member.spans
        )  # fmt: skip
        if spans:
            stays = any(span.end is None for span in member.spans)
            whole = (*_person(member), *(_circumstances(member) if stays else ()))
            person = whole if member.is_covered_from(as_of) else ()
            shown.append((member.subscriber_id, member.is_subscriber, spans, person))
    return sorted(shown, key=repr)


def _person(member: HeldMember) -> tuple[str, ...]:
    person = member.person
    return (
        member.relationship, person.last_name, person.first_name, person.ssn,
        person.birth.isoformat() if person.birth else "", person.gender,
        member.address[0] if member.address else "", member.contacts.get("HP", ""),
        member.mailing[0] if member.mailing else "",
    )  # fmt: skip


def _circumstances(member: HeldMember) -> tuple[str, ...]:
    work = (member.status, member.department) if member.is_subscriber else ("", "")
    return (*work, member.medicare.partition(":")[0], member.student, member.handicap)


def _merged(spans: Iterable[tuple[str, date, date | None, str, str, _Facts]]) -> _Spans:
    """Spans that follow each other in the same plan and tier are one span: nobody is paid differently for it."""
    merged: list[tuple[str, date, date | None, str, str, _Facts]] = []
    for span in sorted(spans, key=lambda one: (one[0], one[1])):
        line, begin, end, plan, tier, facts = span
        if merged:
            before = merged[-1]
            follows = before[2] is not None and before[2] + _ONE_DAY == begin
            if follows and (before[0], before[3], before[4]) == (line, plan, tier):
                merged[-1] = (line, before[1], end, plan, tier, facts)
                continue
        merged.append(span)
    return tuple(merged)


def _spelled(value: object) -> str:
    """As an 834 spells it: capitals, without accents."""
    text = "" if value is None else str(value)
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).upper()
