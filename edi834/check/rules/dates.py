"""Rules about dates: what may not lie in the future, what may not end before it begins, what may not be reported twice.

The day of comparison is that of the file, never today's. An end on the first day, or under 024 on the day before it, is
a cancellation and legal (CMS 834 Companion Guide 7.2.5).
Whether a date is one at all is the guide check's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from edi834.check.reported import ReportedLoop, ReportedMember, ReportedSegment
from edi834.check.rules.rule import ERROR, WARNING, Hit, InHand, Rule, at, on_members, on_members_of_file
from edi834.x12.formats import read_d8

__all__ = ["BACKWARDS", "OLDEST", "RULES"]

OLDEST = timedelta(days=130 * 366)
_CANCELLED = timedelta(days=1)

# Begin and end, by loop: of coverage and eligibility a wrong order is an error, of the others a doubt.
_CERTAIN = {"2300": (("348", "349"),), "2000": (("356", "357"),)}
_DOUBTFUL = {
    "2000": (("336", "337"), ("338", "339"), ("340", "341"), ("350", "351"), ("385", "386"), ("473", "474")),
    "2200": (("360", "361"),),
    "2320": (("344", "345"),),
}
BACKWARDS = tuple(pair for of_loop in (_CERTAIN, _DOUBTFUL) for pairs in of_loop.values() for pair in pairs)
"""Every pair of dates of which the second may not come before the first, whatever the loop."""

_REPORTED_ONCE = frozenset(
    (
        "300",
        "303",
        "336",
        "337",
        "338",
        "339",
        "340",
        "341",
        "343",
        "344",
        "345",
        "348",
        "349",
        "356",
        "357",
        "360",
        "361",
    )
)


def _birth(member: ReportedMember) -> date | None:
    born = member.person.first("DMG") if member.person else None
    return read_d8(born.text(2)) if born else None


def _born_in_future(member: ReportedMember, file: InHand) -> Iterator[Hit]:
    born = _birth(member)
    if born is not None and born > file.facts.created.date() and member.person:
        yield from (at(one, 2, member) for one in member.person.all("DMG"))


def _very_old(member: ReportedMember, file: InHand) -> Iterator[Hit]:
    born = _birth(member)
    if born is not None and file.facts.created.date() - born > OLDEST and member.person:
        yield from (at(one, 2, member) for one in member.person.all("DMG"))


def _impossible_death(member: ReportedMember, file: InHand) -> Iterator[Hit]:
    died, born = read_d8(member.ins.text(12)), _birth(member)
    if died is not None and (died > file.facts.created.date() or (born is not None and died < born)):
        yield at(member.ins, 12, member)


def _backwards(
    member: ReportedMember, pairs: Mapping[str, tuple[tuple[str, str], ...]]
) -> Iterator[tuple[ReportedLoop, ReportedSegment, timedelta]]:
    """Ends before their beginnings: the loop, the end, and by how much."""
    for loop in member.loop.walk():
        for begin, end in pairs.get(loop.id, ()):
            first, last = loop.first("DTP", begin), loop.first("DTP", end)
            if first is not None and last is not None and first.days and last.days and last.days[1] < first.days[0]:
                yield loop, last, first.days[0] - last.days[1]


def _is_ending(loop: ReportedLoop) -> bool:
    """INS 024 or HD 024: the day before the first says that it never took effect."""
    return loop.first("HD", "024") is not None or any(ins.text(3) == "024" for ins in loop.all("INS"))


def _ends_before_it_begins(member: ReportedMember) -> Iterator[Hit]:
    for loop, end, by in _backwards(member, _CERTAIN):
        if by > _CANCELLED or not _is_ending(loop):
            yield at(end, 3, member)


def _other_dates_backwards(member: ReportedMember) -> Iterator[Hit]:
    return (at(end, 3, member) for _, end, _ in _backwards(member, _DOUBTFUL))


def _twice(loop: ReportedLoop, member: ReportedMember) -> Iterator[Hit]:
    seen: set[str] = set()
    for day in loop.all("DTP"):
        if day.text(1) in seen and day.text(1) in _REPORTED_ONCE:
            yield at(day, 1, member)
        seen.add(day.text(1))


def _date_twice(member: ReportedMember) -> Iterator[Hit]:
    for loop in member.loop.walk():
        yield from _twice(loop, member)


def _added_without_a_date(member: ReportedMember) -> Iterator[Hit]:
    if member.action == "021" and member.loop.first("DTP") is None:
        yield at(member.ins, 3, member)


RULES = (
    Rule(
        "E834-1043", ERROR, "somebody is born after the day of the file",
        "pyx12 accepts any date", on_members_of_file(_born_in_future),
    ),
    Rule(
        "E834-1044", WARNING, "somebody would be more than 130 years old",
        "practice: a date that stands for none", on_members_of_file(_very_old),
    ),
    Rule(
        "E834-1045", ERROR, "somebody dies before birth, or after the day of the file",
        "guide 005010X220A1, INS12", on_members_of_file(_impossible_death),
    ),
    Rule(
        "E834-1046", ERROR, "coverage or eligibility ends before it begins",
        "guide 005010X220A1, DTP 348 and 349; the same day, or under 024 the day before, is a cancellation",
        on_members(_ends_before_it_begins),
    ),
    Rule(
        "E834-1047", WARNING, "something ends before it begins",
        "guide 005010X220A1, dates in pairs; a rehire may be reported so", on_members(_other_dates_backwards),
    ),
    Rule(
        "E834-1048", ERROR, "the same kind of date is reported twice",
        "guide 005010X220A1; pyx12 counts dates only together", on_members(_date_twice),
    ),
    Rule(
        "E834-1049", WARNING, "somebody is added (INS03 is 021) without any date in loop 2000",
        "X12 RFI 1896", on_members(_added_without_a_date),
    ),
)  # fmt: skip
