"""What one 834 says, person by person, as plain values: loop 2000 with its names, dates and coverages.

It reads the guide's segments and judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from edi834.x12 import Loop, Segment, read

__all__ = ["SaidCoverage", "SaidFile", "SaidMember", "SaidPerson", "SaidSet", "file_of"]


@dataclass(frozen=True)
class SaidPerson:
    """Names and numbers as loop 2100A or 2100B has them; what is not sent is empty or None."""

    last_name: str = ""
    first_name: str = ""
    ssn: str = ""
    birth: date | None = None
    gender: str = ""
    marital: str = ""


@dataclass(frozen=True)
class SaidCoverage:
    """One loop 2300: verb (HD01), line (HD03), plan (HD04), tier (HD05), days (DTP 348, 349), premium, physician.

    ``others`` are the policy numbers of other insurance (loops 2320), ``policy`` is the loop's own REF 1L, and
    ``changed_on`` its DTP 303.
    """

    verb: str
    line: str
    plan: str
    tier: str
    begin: date | None
    end: date | None
    premium: str
    provider: str
    others: tuple[str, ...] = ()
    policy: str = ""
    changed_on: date | None = None


@dataclass(frozen=True)
class SaidMember:
    """One loop 2000; ``effective`` is its DTP 303, the days are its DTP 356 and 357."""

    is_subscriber: bool
    relationship: str
    verb: str
    reason: str
    status: str
    medicare: str
    student: str
    handicap: str
    department: str
    subscriber_id: str
    policy: str
    effective: date | None
    first_day: date | None
    last_day: date | None
    person: SaidPerson
    prior: SaidPerson | None
    address: tuple[str, ...]
    mailing: tuple[str, ...]
    contacts: Mapping[str, str] = field(default_factory=dict)
    coverages: tuple[SaidCoverage, ...] = ()


@dataclass(frozen=True)
class SaidSet:
    """One transaction set: its number (ST02), what it states (BGN08) and its people."""

    number: str
    scope: str
    members: tuple[SaidMember, ...]


@dataclass(frozen=True)
class SaidFile:
    """One file: its number (ISA13), and what its BGN says: why it is sent (01), of which day (03), by which reference
    (02), and which file's it repeats (06).
    """

    number: int
    purpose: str
    day: date
    reference: str
    original: str
    sets: tuple[SaidSet, ...]


def file_of(content: bytes) -> SaidFile:
    """Read a file of one interchange; one that is not sound is nobody's to apply."""
    result = read(content)
    assert not result.findings, result.findings
    (interchange,) = result.interchanges
    sets, heads = [], []
    for one in interchange.transaction_sets():
        heads.append(next(s for s in one.body.walk() if s.id == "BGN"))
        members = tuple(_member(loop) for loop in _loops(one.body, "2000"))
        sets.append(SaidSet(one.control_number, heads[-1].text(8), members))
    head = heads[0]
    assert all((h.text(1), h.text(2), h.text(6)) == (head.text(1), head.text(2), head.text(6)) for h in heads)
    return SaidFile(
        interchange.header.control_number, head.text(1), _date(head.text(3)), head.text(2), head.text(6), tuple(sets)
    )


def _loops(loop: Loop, name: str) -> Iterator[Loop]:
    for inner in loop.loops():
        if inner.id == name:
            yield inner
        else:
            yield from _loops(inner, name)


def _member(loop: Loop) -> SaidMember:
    ins = next(loop.segments("INS"))
    names = {inner.id: inner for inner in loop.loops()}
    return SaidMember(
        is_subscriber=ins.text(1) == "Y",
        relationship=ins.text(2),
        verb=ins.text(3),
        reason=ins.text(4),
        status=ins.text(8),
        medicare=ins.text(6),
        student=ins.text(9),
        handicap=ins.text(10),
        department=_reference(loop, "DX"),
        subscriber_id=_reference(loop, "0F"),
        policy=_reference(loop, "1L"),
        effective=_day(loop, "303"),
        first_day=_day(loop, "356"),
        last_day=_day(loop, "357"),
        person=_person(names["2100A"]),
        prior=_person(names["2100B"]) if "2100B" in names else None,
        address=_address(names["2100A"]),
        mailing=_address(names["2100C"]) if "2100C" in names else (),
        contacts=_contacts(names["2100A"]),
        coverages=tuple(_coverage(inner) for inner in loop.loops("2300")),
    )


def _person(loop: Loop) -> SaidPerson:
    name = next(loop.segments("NM1"))
    born = next(loop.segments("DMG"), Segment("DMG", ()))
    ssn = name.text(9) if name.text(8) == "34" else ""
    birth = _date(born.text(2)) if born.text(2) else None
    return SaidPerson(name.text(3), name.text(4), ssn, birth, born.text(3), born.text(4))


def _coverage(loop: Loop) -> SaidCoverage:
    head = next(loop.segments("HD"))
    premium = next((s.text(2) for s in loop.segments("AMT") if s.text(1) == "P3"), "")
    provider = next((s.text(9) for inner in loop.loops("2310") for s in inner.segments("NM1")), "")
    others = sorted(s.text(2) for inner in loop.loops("2320") for s in inner.segments("COB"))
    return SaidCoverage(
        head.text(1), head.text(3), head.text(4), head.text(5), _day(loop, "348"), _day(loop, "349"), premium, provider,
        tuple(others), _reference(loop, "1L"), _day(loop, "303"),
    )  # fmt: skip


def _address(loop: Loop) -> tuple[str, ...]:
    street = next(loop.segments("N3"), Segment("N3", ()))
    town = next(loop.segments("N4"), Segment("N4", ()))
    reported = (street.text(1), street.text(2), town.text(1), town.text(2), town.text(3))
    return reported if any(reported) else ()


def _contacts(loop: Loop) -> dict[str, str]:
    reported = next(loop.segments("PER"), Segment("PER", ()))
    return {reported.text(n): reported.text(n + 1) for n in (3, 5, 7) if reported.text(n)}


def _reference(loop: Loop, kind: str) -> str:
    return next((s.text(2) for s in loop.segments("REF") if s.text(1) == kind), "")


def _day(loop: Loop, kind: str) -> date | None:
    return next((_date(s.text(3)) for s in loop.segments("DTP") if s.text(1) == kind), None)


def _date(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()
