"""Do the numbers agree: totals of a set, numbers of sets, and the envelope with the plan of the file.

A file that says another thing about itself than the plan does is not the planned file, and is refused.
Counts and control numbers of trailers (SE, GE, IEA) are compared by the reader, on the raw text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from edi834.check.fault import Fault
from edi834.check.reported import ReportedLoop, ReportedSet
from edi834.mapping.document import Document, DocumentSet, FileScope
from edi834.x12 import Interchange

__all__ = ["balance_of_file", "balance_of_set", "totals", "totals_of_set"]

_SCOPES = {FileScope.CHANGES: "2", FileScope.FULL_AUDIT: "4", FileScope.FULL_REPLACE: "RX"}


def balance_of_file(interchange: Interchange, document: Document) -> Iterator[Fault]:
    """Compare the envelope, the sets and the number of segments with what the document says of itself."""
    facts, header = document.facts, interchange.header
    if header.control_number != facts.control_number:
        message = "the interchange has another control number than was given to the file"
        yield Fault("E834-1026", message, 1, "ISA_LOOP/ISA13")
    if len(interchange.groups) == 1 and interchange.groups[0][0].control_number != facts.control_number:
        yield Fault("E834-1026", "the group has another control number than was given to the file", 2, "GS_LOOP/GS06")
    if (header.usage == "T") != facts.is_test:
        yield Fault("E834-1027", "test or production (ISA15) is not what was planned", 1, "ISA_LOOP/ISA15")
    numbers = [one.control_number for one in interchange.transaction_sets()]
    if len(set(numbers)) < len(numbers):
        yield Fault("E834-1023", "two transaction sets of the file have the same control number", path="ST_LOOP/ST02")
    if numbers != [one.number for one in document.sets]:
        yield Fault("E834-1024", "the transaction sets are not those that the document names", path="ST_LOOP/ST02")
    if _segments(interchange) != document.records:
        yield Fault("E834-1028", "the number of segments is not what the document says")


def balance_of_set(reported: ReportedSet, document: Document, expected: DocumentSet | None) -> Iterator[Fault]:
    """Compare the totals of one set with its people, its kind with the plan, and its people with the document.

    Args:
      reported: The set.
      document: The document.
      expected: What the document says of the set; None where it does not name it.
    """
    beginning = reported.beginning
    if beginning.text(8) != _SCOPES[document.facts.scope]:
        message = "changes, audit or replacement (BGN08) is not what was planned"
        yield Fault("E834-1025", message, beginning.number, beginning.path(8))
    if expected is not None and expected.members != len(reported.members):
        yield Fault(
            "E834-1024", "the set tells another number of people than the document says", reported.first, "2000"
        )
    yield from totals_of_set(reported)


def totals_of_set(reported: ReportedSet) -> Iterator[Fault]:
    """Compare the totals (QTY) of one set with the people in it; any file's, ours or not."""
    yield from totals(reported.header, len(reported.members), sum(member.is_subscriber for member in reported.members))


def totals(header: ReportedLoop, members: int, subscribers: int) -> Iterator[Fault]:
    """Compare the totals in the header of a set with how many people are in it, and how many of them subscribe."""
    counted = {"TO": members, "ET": subscribers, "DT": members - subscribers}
    kinds: Counter[str] = Counter()
    for total in header.all("QTY"):
        kind, number = total.text(1), total.text(2)
        kinds[kind] += 1
        if kinds[kind] == 2:
            yield Fault("E834-1022", "the same total (QTY01) is reported twice", total.number, total.path(1))
        if kind in counted and not _is(number, counted[kind]):
            message = "a total (QTY) is not the number of people in the set"
            yield Fault("E834-1021", message, total.number, total.path(2))


def _is(text: str, number: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 15 and int(text) == number


def _segments(interchange: Interchange) -> int:
    """ISA and IEA, GS and GE, ST and SE, and everything between."""
    inner = sum(2 + sum(1 for _ in one.body.walk()) for one in interchange.transaction_sets())
    return 2 + 2 * len(interchange.groups) + inner
