"""Rules about Medicare and death: what INS says of them, and what else is reported, go together.

A carrier that cannot tell whether Medicare pays first pays what it need not; all of them are doubts, for a change file
may tell one half where the carrier knows the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi834.check.reported import ReportedMember, ReportedSegment
from edi834.check.rules.rule import WARNING, Hit, Rule, at, on_members

__all__ = ["RULES"]


def _reported_of_medicare(member: ReportedMember) -> Iterator[ReportedSegment]:
    """What loop 2000 tells of it: the days, and the number."""
    yield from member.loop.all("DTP", "338", "339")
    yield from member.loop.all("REF", "F6")


def _part_unsaid(member: ReportedMember) -> Iterator[Hit]:
    if not member.ins.text(6) and any(True for _ in _reported_of_medicare(member)):
        yield at(member.ins, 6, member)


def _none_and_some(member: ReportedMember) -> Iterator[Hit]:
    if member.ins.text(6) != "E":
        return
    begins, ends = member.loop.first("DTP", "338"), member.loop.first("DTP", "339")
    if member.ins.text(6, 2) or (begins is not None and ends is None):
        yield at(member.ins, 6, member)


def _death_without_its_day(member: ReportedMember) -> Iterator[Hit]:
    if member.is_subscriber and member.action == "024" and member.ins.text(4) == "03" and not member.ins.text(12):
        yield at(member.ins, 12, member)


RULES = (
    Rule(
        "E834-1067", WARNING, "days or number of Medicare (DTP 338 or 339, REF F6) are there, and not its part (INS06)",
        "guide 005010X220A1, INS06: wanted of whoever enters, has or leaves Medicare", on_members(_part_unsaid),
    ),
    Rule(
        "E834-1068", WARNING, "INS06 says that there is no Medicare (E), and a reason or a first day of it is there",
        "guide 005010X220A1, INS06 and DTP 338", on_members(_none_and_some),
    ),
    Rule(
        "E834-1069", WARNING, "a subscriber's membership ends by death (INS04 is 03) without its day (INS12)",
        "practice: the carrier cannot tell it from the last day of coverage", on_members(_death_without_its_day),
    ),
)  # fmt: skip
