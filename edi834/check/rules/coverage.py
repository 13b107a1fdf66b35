"""Rules about coverage: an end has a day, an addition adds something, INS and HD agree, money is money.

Where an end is reported without a day, the carrier goes on paying; where an addition is reported without coverage, it
adds nobody.
Order of the dates is in ``dates.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from edi834.check.reported import ReportedLoop, ReportedMember, ReportedSegment, ReportedSet
from edi834.check.rules.rule import ERROR, WARNING, Hit, Rule, at, on_members, on_set

__all__ = ["CONTRADICTIONS", "DOUBTS", "RULES"]

_MORE_THAN_CENTS = re.compile(r"-?[0-9]*\.[0-9]{3,}")
_NEEDLESS_ZERO = re.compile(r"-?0[0-9].*")

CONTRADICTIONS = {"024": ("021", "025")}
DOUBTS = {"024": ("001", "026", "030"), "021": ("024",), "025": ("024",), "030": ("001", "002", "021", "025", "026")}
"""What HD01 may not be, or not without a doubt, by INS03."""


def _headings(member: ReportedMember) -> Iterator[ReportedSegment]:
    """HD of each coverage."""
    for coverage in member.coverages:
        yield from coverage.all("HD")


def _end_without_day(member: ReportedMember) -> Iterator[Hit]:
    days = [member.loop.first("DTP", "357"), *(coverage.first("DTP", "349") for coverage in member.coverages)]
    if member.action == "024" and not any(days):
        yield at(member.ins, 3, member)


def _coverage_end_without_day(member: ReportedMember) -> Iterator[Hit]:
    if member.loop.first("DTP", "357") is None:
        yield from _ends_without_day(member)


def _coverage_end_with_the_members_day(member: ReportedMember) -> Iterator[Hit]:
    if member.loop.first("DTP", "357") is not None:
        yield from _ends_without_day(member)


def _ends_without_day(member: ReportedMember) -> Iterator[Hit]:
    for coverage in member.coverages:
        heading = coverage.first("HD", "024")
        if heading is not None and coverage.first("DTP", "349") is None:
            yield at(heading, 1, member)


def _added_without_coverage(reported: ReportedSet) -> Iterator[Hit]:
    # A subscriber who waived what the dependents have is reported for their sake alone.
    carried = {member.subscriber_id for member in reported.members if not member.is_subscriber and member.coverages}
    for member in reported.members:
        stands_for_dependents = member.is_subscriber and member.subscriber_id in carried
        if member.action == "021" and not member.coverages and not stands_for_dependents:
            yield at(member.ins, 3, member)


def _contradiction(member: ReportedMember) -> Iterator[Hit]:
    for heading in _headings(member):
        if heading.text(1) in CONTRADICTIONS.get(member.action, ()):
            yield at(heading, 1, member)


def _doubt(member: ReportedMember) -> Iterator[Hit]:
    for n, coverage in enumerate(member.coverages):
        for heading in coverage.all("HD"):
            doubted = heading.text(1) in DOUBTS.get(member.action, ())
            if doubted and not (heading.text(1) == "001" and _ends_later(coverage, member.coverages[n + 1 :])):
                yield at(heading, 1, member)


def _ends_later(coverage: ReportedLoop, later: Iterable[ReportedLoop]) -> bool:
    """Whether what changes is what ends: the same benefit from the same first day, in HD 024 behind it."""
    return any(other.first("HD", "024") and _benefit(other) == _benefit(coverage) for other in later)


def _benefit(coverage: ReportedLoop) -> tuple[str, str]:
    heading, begin = coverage.first("HD"), coverage.first("DTP", "348")
    return heading.text(3) if heading else "", begin.text(3) if begin else ""


def _coverage_twice(member: ReportedMember) -> Iterator[Hit]:
    seen: set[tuple[str, ...]] = set()
    for coverage in member.coverages:
        heading, begin, changed = coverage.first("HD"), coverage.first("DTP", "348"), coverage.first("DTP", "303")
        if heading is None or begin is None:
            continue
        # Changes of one coverage on two days are two, each with its own day.
        key = (heading.text(1), heading.text(3), heading.text(4), begin.text(3), changed.text(3) if changed else "")
        if key in seen:
            yield at(heading, 0, member)
        seen.add(key)


def _more_than_cents(member: ReportedMember) -> Iterator[Hit]:
    for amount in member.loop.every("AMT", "ICM"):
        if _MORE_THAN_CENTS.fullmatch(amount.text(2)):
            yield at(amount, 2, member)


def _needless_zero(member: ReportedMember) -> Iterator[Hit]:
    for amount in member.loop.every("AMT", "ICM"):
        if _NEEDLESS_ZERO.fullmatch(amount.text(2)):
            yield at(amount, 2, member)


RULES = (
    Rule(
        "E834-1050", ERROR, "a membership ends (INS03 is 024) without a last day (DTP 357 or 349)",
        "X12's published examples; pyx12 accepts it", on_members(_end_without_day),
    ),
    Rule(
        "E834-1051", ERROR, "coverage ends (HD01 is 024) without a last day (DTP 349)",
        "guide 005010X220A1, loop 2300 DTP", on_members(_coverage_end_without_day),
    ),
    Rule(
        "E834-1052", WARNING, "coverage ends (HD01 is 024) without a last day of its own; the member has one (DTP 357)",
        "practice: most carriers want DTP 349 for each coverage", on_members(_coverage_end_with_the_members_day),
    ),
    Rule(
        "E834-1053", ERROR, "somebody is added (INS03 is 021) without any coverage (HD)",
        "X12 RFI 1775: HD is required when a new member is enrolled", on_set(_added_without_coverage),
    ),
    Rule(
        "E834-1054", ERROR, "the membership ends (INS03 is 024) while coverage is added or reinstated (HD01)",
        "guide 005010X220A1: INS03 024 ends everything", on_members(_contradiction),
    ),
    Rule(
        "E834-1055", WARNING, "what HD01 says does not go well with INS03",
        "practice: some carriers want it so", on_members(_doubt),
    ),
    Rule(
        "E834-1058", WARNING, "the same coverage is reported twice of one person",
        "practice: a carrier keeps one of them", on_members(_coverage_twice),
    ),
    Rule(
        "E834-1056", ERROR, "an amount of money has more than two decimals",
        "guide 005010X220A1, AMT02; pyx12 accepts it", on_members(_more_than_cents),
    ),
    Rule(
        "E834-1057", ERROR, "an amount of money begins with a zero that X12 leaves out",
        "X12.6, type R", on_members(_needless_zero),
    ),
)  # fmt: skip
