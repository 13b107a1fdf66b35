"""Rules about a person: who they are to the subscriber, their numbers and addresses, and what a correction repeats.

Numbers that were never issued are an error only where people are real: invented ones have no others.
What was reported wrongly of a person before (2100B) may be anything, so its numbers are not judged.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from edi834.check.reported import ReportedLoop, ReportedMember, ReportedSegment
from edi834.check.rules.rule import ERROR, WARNING, Hit, InHand, Rule, at, on_members, on_members_of_file

__all__ = ["PROVINCES", "RULES"]

_NINE_DIGITS = re.compile(r"[0-9]{9}")
_NEVER_ISSUED = re.compile(r"(?:000|666|9[0-9]{2})[0-9]{6}|[0-9]{3}00[0-9]{4}|[0-9]{5}0000")
_ZIP = re.compile(r"[0-9]{5}(?:-?[0-9]{4})?")
_ZIP_WITH_HYPHEN = re.compile(r"[0-9]{5}-[0-9]{4}")
PROVINCES = frozenset(("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"))


def _relationship(member: ReportedMember) -> Iterator[Hit]:
    if member.ins.text(1) in ("Y", "N") and member.ins.text(2) and member.is_subscriber != (member.ins.text(2) == "18"):
        yield at(member.ins, 2, member)


def _numbers(member: ReportedMember) -> Iterator[ReportedSegment]:
    """Every NM1 that tells a Social Security number as what somebody has now."""
    for loop in member.loop.walk():
        if loop.id != "2100B":
            yield from (one for one in loop.all("NM1") if one.text(8) == "34" and one.text(9))


def _ssn_shape(member: ReportedMember) -> Iterator[Hit]:
    for name in _numbers(member):
        if not _NINE_DIGITS.fullmatch(name.text(9)):
            yield at(name, 9, member)


def _ssn_never_issued(member: ReportedMember, file: InHand) -> Iterator[Hit]:
    if not file.invented_people:
        for name in _numbers(member):
            if _NEVER_ISSUED.fullmatch(name.text(9)):
                yield at(name, 9, member)


def _american(member: ReportedMember) -> Iterator[ReportedSegment]:
    """Every N4 in the United States: without a country, or with theirs, and no Canadian province."""
    for place in member.loop.every("N4"):
        if place.text(4) in ("", "US") and not place.text(7) and place.text(2) not in PROVINCES:
            yield place


def _zip_shape(member: ReportedMember) -> Iterator[Hit]:
    for place in _american(member):
        if place.text(3) and not _ZIP.fullmatch(place.text(3)):
            yield at(place, 3, member)


def _zip_with_hyphen(member: ReportedMember) -> Iterator[Hit]:
    for place in _american(member):
        if _ZIP_WITH_HYPHEN.fullmatch(place.text(3)):
            yield at(place, 3, member)


def _city_alone(member: ReportedMember) -> Iterator[Hit]:
    for place in _american(member):
        if not (place.text(2) and place.text(3)):
            yield at(place, 3 if place.text(2) else 2, member)


def _cobra_event(member: ReportedMember) -> Iterator[Hit]:
    if member.ins.text(5) == "C" and not member.ins.text(7):
        yield at(member.ins, 7, member)


def _citizenship(member: ReportedMember) -> Iterator[Hit]:
    born = member.person.first("DMG") if member.person else None
    if born is not None and born.text(6) and not member.is_subscriber:
        yield at(born, 6, member)


def _correction_of_nothing(member: ReportedMember) -> Iterator[Hit]:
    """2100B holds what was wrong; where all of it is what 2100A says, it corrects nothing."""
    for before in member.loop.inner("2100B"):
        person = member.person
        if person is not None and before.segments and all(_repeats(one, person) for one in before.segments):
            yield at(before.segments[0], 0, member)


def _repeats(before: ReportedSegment, now: ReportedLoop) -> bool:
    present = now.first(before.id)
    if present is None:
        return False
    positions = range(3, 10) if before.id == "NM1" else range(1, 7)
    return all(not before.text(n) or before.segment.element(n) == present.segment.element(n) for n in positions)


def _reference_twice(member: ReportedMember) -> Iterator[Hit]:
    for loop in member.loop.walk():
        kinds: Counter[str] = Counter()
        for reference in loop.all("REF"):
            kinds[reference.text(1)] += 1
            if kinds[reference.text(1)] == 2:
                yield at(reference, 1, member)


RULES = (
    Rule(
        "E834-1030", ERROR, "INS01 and INS02 contradict each other: a subscriber, and nobody else, is 18 (self)",
        "guide 005010X220A1, INS01 and INS02", on_members(_relationship),
    ),
    Rule(
        "E834-1035", ERROR, "a Social Security number (34) is not nine digits",
        "guide 005010X220A1, NM109; pyx12 accepts any text", on_members(_ssn_shape),
    ),
    Rule(
        "E834-1036", ERROR, "a Social Security number (34) is of a range that was never issued, as an ITIN is",
        "X12 RFI 2034: an ITIN goes into 2000 REF ZZ", on_members_of_file(_ssn_never_issued),
    ),
    Rule(
        "E834-1037", ERROR, "a ZIP code in the United States is not five or nine digits",
        "guide 005010X220A1, N403", on_members(_zip_shape),
    ),
    Rule(
        "E834-1063", WARNING, "a ZIP code is reported with its hyphen",
        "guide 005010X220A1, N403: without punctuation", on_members(_zip_with_hyphen),
    ),
    Rule(
        "E834-1038", ERROR, "an address in the United States has no state or no ZIP code",
        "guide 005010X220A1, N402 and N403", on_members(_city_alone),
    ),
    Rule(
        "E834-1039", ERROR, "somebody is covered under COBRA (INS05 is C) without a qualifying event (INS07)",
        "guide 005010X220A1, INS07", on_members(_cobra_event),
    ),
    Rule(
        "E834-1040", WARNING, "citizenship (DMG06) is reported of somebody who is not the subscriber",
        "X12 RFI 2402", on_members(_citizenship),
    ),
    Rule(
        "E834-1041", WARNING, "what was reported wrongly before (2100B) is the same as what is reported now (2100A)",
        "guide 005010X220A1, loop 2100B", on_members(_correction_of_nothing),
    ),
    Rule(
        "E834-1042", WARNING, "a loop has two references of the same kind",
        "practice: a carrier keeps one of them", on_members(_reference_twice),
    ),
)  # fmt: skip
