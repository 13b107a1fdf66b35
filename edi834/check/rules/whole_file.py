"""Rules about the file and its families: what it says it is, and who stands in it beside whom.

A file of changes may tell a dependent without its subscriber; a full file may not.
The totals and numbers of a file are in ``balance.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi834.check.reported import ReportedSet
from edi834.check.rules.rule import ERROR, WARNING, Hit, InHand, Rule, at, on_set

__all__ = ["FOLLOWS", "RULES"]

FOLLOWS = frozenset((("024", "021"), ("024", "025"), ("025", "024")))
"""INS03 of somebody told twice, where both tell one thing: ended and added anew, or reinstated to end another day."""


def _audit_that_adds(reported: ReportedSet) -> Iterator[Hit]:
    if reported.beginning.text(8) == "4":
        for member in reported.members:
            if member.action == "021":
                yield at(member.ins, 3, member)


def _audit_that_changes(reported: ReportedSet) -> Iterator[Hit]:
    if reported.beginning.text(8) == "4":
        for member in reported.members:
            if member.action in ("001", "024", "025"):
                yield at(member.ins, 3, member)


def _correction_of_nothing(reported: ReportedSet) -> Iterator[Hit]:
    if reported.beginning.text(1) == "15" and not reported.beginning.text(6):
        yield at(reported.beginning, 6)


def _copy_of_nothing(reported: ReportedSet) -> Iterator[Hit]:
    if reported.beginning.text(1) == "22" and not reported.beginning.text(6):
        yield at(reported.beginning, 6)


def _subscriber_twice(reported: ReportedSet, file: InHand) -> Iterator[Hit]:
    sponsor = next((party.first("N1") for party in reported.header.inner("1000A")), None)
    master = reported.header.first("REF", "38")
    around = (sponsor.text(4) if sponsor else "", master.text(2) if master else "")
    for member in reported.members:
        if member.is_subscriber and member.subscriber_id:
            key = (*around, member.subscriber_id, member.policy)
            action = member.ins.text(3)
            before = file.subscribers.get(key)
            if before is not None and not _follows(before, (reported.number, action)):
                yield at(member.ins, 0, member)
            file.subscribers[key] = (reported.number, action)


def _follows(before: tuple[str, str], now: tuple[str, str]) -> bool:
    """Whether reporting somebody again is reporting one thing in two, or a change in a set of its own."""
    changed_in_two_sets = before[0] != now[0] and before[1] == now[1] == "001"
    return (before[1], now[1]) in FOLLOWS or changed_in_two_sets


def _dependent_twice(reported: ReportedSet) -> Iterator[Hit]:
    seen: dict[tuple[str, ...], str] = {}
    for member in reported.members:
        name = member.person.first("NM1") if member.person else None
        if member.is_subscriber or member.person is None or name is None:
            continue
        born = member.person.first("DMG")
        # INS17 tells twins apart who have no name and number yet.
        names = tuple(name.text(n) for n in (3, 4, 5, 7, 9))
        birth = tuple(born.text(n) for n in (2, 3)) if born else ()
        key = (member.subscriber_id, member.policy, member.ins.text(2), member.ins.text(17), *names, *birth)
        if key in seen and (seen[key], member.action) not in FOLLOWS:
            yield at(member.ins, 0, member)
        seen[key] = member.action


def _dependent_first(reported: ReportedSet) -> Iterator[Hit]:
    # Of a subscriber told twice, dependents may end between the two, and are added behind both.
    last = {member.subscriber_id: n for n, member in enumerate(reported.members) if member.is_subscriber}
    told: set[str] = set()
    for n, member in enumerate(reported.members):
        if member.is_subscriber:
            told.add(member.subscriber_id)
        elif n < last.get(member.subscriber_id, -1) and (member.action == "021" or member.subscriber_id not in told):
            yield at(member.ins, 1, member)


def _orphan_in_full_file(reported: ReportedSet) -> Iterator[Hit]:
    if reported.beginning.text(8) in ("4", "RX"):
        subscribers = {member.subscriber_id for member in reported.members if member.is_subscriber}
        for member in reported.members:
            if not member.is_subscriber and member.subscriber_id not in subscribers:
                yield at(member.ins, 1, member)


RULES = (
    Rule(
        "E834-1059", ERROR, "the file is for verification (BGN08 is 4), and adds somebody (INS03 is 021)",
        "X12 RFI 1775: adding is what a change file does", on_set(_audit_that_adds),
    ),
    Rule(
        "E834-1060", WARNING, "the file is for verification (BGN08 is 4), and tells of a change of somebody",
        "some carriers take recent changes in a full file, others nothing but 030", on_set(_audit_that_changes),
    ),
    Rule(
        "E834-1061", ERROR, "the file corrects another one (BGN01 is 15), and does not say which (BGN06)",
        "guide 005010X220A1, BGN06; a carrier cannot match the correction", on_set(_correction_of_nothing),
    ),
    Rule(
        "E834-1062", WARNING, "the file is a copy of another one (BGN01 is 22), and does not say of which (BGN06)",
        "guide 005010X220A1, BGN06", on_set(_copy_of_nothing),
    ),
    Rule(
        "E834-1031", ERROR, "the same subscriber is reported twice in the file",
        "practice: a carrier keeps the last, or refuses both", _subscriber_twice,
    ),
    Rule(
        "E834-1032", WARNING, "the same dependent seems to be reported twice in its family",
        "practice: twins without names and numbers are told apart by INS17", on_set(_dependent_twice),
    ),
    Rule(
        "E834-1033", ERROR, "a dependent stands before its subscriber",
        "guide 005010X220A1, loop 2000: the subscriber precedes the dependents", on_set(_dependent_first),
    ),
    Rule(
        "E834-1034", WARNING, "a full file tells a dependent without its subscriber",
        "guide 005010X220A1, loop 2000; a subscriber may waive what dependents have", on_set(_orphan_in_full_file),
    ),
)  # fmt: skip
