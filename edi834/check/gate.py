"""The gate: a document is checked in every way, and leaves as a checked document only without an error.

All checks that can be made are made, so that a person sees everything at once; only pyx12 is not asked about a file
that we already refuse. This is the only maker of a ``CheckedDocument``.
What each check looks for is in the files beside this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, replace

from edi834.check.balance import balance_of_file, balance_of_set
from edi834.check.carrier import CarrierRules, check_carrier
from edi834.check.checked import CheckedDocument
from edi834.check.fault import Fault, bounded
from edi834.check.guide_check import check_guide
from edi834.check.reported import Whose, reported_sets
from edi834.check.round_trip import check_round_trip
from edi834.check.rules.rule import InHand
from edi834.check.second_opinion import ask_pyx12
from edi834.check.situational import check_situations
from edi834.errors import Place, UnexpectedError
from edi834.flat import FlatProblem, Layout, read_flat, write_flat
from edi834.mapping.document import Document, FileFormat
from edi834.model import FamilyRef, Finding, Severity
from edi834.x12 import GUIDES, Interchange, ReadFinding, read

__all__ = ["CheckOutcome", "check_flat", "check_worklist", "check_x12"]

NO_SECOND_OPINION = "not an X12 file"

_PLACED_BY_READER = ("E834-0517", "E834-0518")
_PLACED_BY_GUIDE = ("E834-1001", "E834-1003")


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """What came of a check.

    Attributes:
      checked: The document, fit to be sealed; None where a finding is an error.
      findings: Everything found, errors first, at most some of each kind.
      families: Whom the errors concern, where each of them concerns a family: without these families the file would
        have passed. Empty where there is no error, or where one concerns the file itself.
    """

    checked: CheckedDocument | None
    findings: tuple[Finding, ...]
    families: frozenset[FamilyRef] = frozenset()


def check_x12(
    document: Document,
    *,
    max_second_opinion_segments: int = 100_000,
    invented_people: bool = False,
    carrier: CarrierRules | None = None,
) -> CheckOutcome:
    """Check an 834: round trip, guide, totals, situations, the carrier's rules, and the second opinion of pyx12.

    Args:
      document: What was written.
      max_second_opinion_segments: Up to how many segments pyx12 reads the whole file.
      invented_people: Whether the workspace's people are invented, so that their numbers were never issued; those of
        a test file always may be.
      carrier: What the carrier wants besides the guide.

    Raises:
      UnexpectedError: E834-1090, the document is no 834 or does not say what it was written from.
    """
    if document.format is not FileFormat.X12 or document.interchange is None:
        raise UnexpectedError("the document is no 834, or does not say what it was written from", code="E834-1090")
    reading = read(document.content)
    whose = Whose()
    ours = tuple(check_round_trip(document.content, reading.interchanges, document.interchange))
    faults: list[Fault] = []
    if len(reading.interchanges) == 1:
        file = InHand(document.facts, invented_people or document.facts.is_test)
        faults += _own_checks(document, reading.interchanges[0], reading.findings, file, whose)
        faults += _carriers_checks(reading.interchanges[0], carrier)
    else:
        faults += map(_read, reading.findings)
    words = "not asked"
    if not any(fault.severity is Severity.ERROR for fault in (*ours, *faults)):
        opinion = ask_pyx12(
            document.content,
            reading.interchanges[0],
            segments=document.records,
            seed=f"{document.facts.feed_id}/{document.facts.control_number}",
            most_segments=max_second_opinion_segments,
        )
        faults += opinion.faults
        words = opinion.read
    # A round trip that fails is a defect of ours, wherever it shows; everything else is somebody's, if it stands there.
    placed = (fault if fault.family else replace(fault, family=whose.family(fault.number)) for fault in faults)
    return _outcome(document, [fault.finding(document.facts.remote_name) for fault in (*ours, *placed)], words)


def check_flat(document: Document, layout: Layout) -> CheckOutcome:
    """Check a flat file: it reads back by its layout, counts and totals agree, and what was read spells the same bytes.

    Raises:
      UnexpectedError: E834-1090, the document is no flat file.
    """
    if document.format is not FileFormat.FLAT:
        raise UnexpectedError("the document is no flat file", code="E834-1090")
    name = document.facts.remote_name
    reading = read_flat(layout, document.content)
    findings = [_flat(problem, name) for problem in reading.problems]
    if len(reading.records) != document.records:
        findings.append(_wrong("E834-1080", "the number of records is not what the document says", name))
    if reading.is_sound and write_flat(layout, reading.records).content != document.content:
        findings.append(_wrong("E834-1081", "the bytes are not those that the records in them spell", name))
    return _outcome(document, findings, NO_SECOND_OPINION)


def check_worklist(document: Document, read_back: Callable[[bytes], object]) -> CheckOutcome:
    """Check a worklist: its content reads back, and has as many items as the document has units.

    Args:
      document: What was written.
      read_back: Reads the content and gives its items, or raises `ValueError`, `KeyError` or `TypeError`.

    Raises:
      UnexpectedError: E834-1090, the document is no worklist.
    """
    if document.format is not FileFormat.WORKLIST:
        raise UnexpectedError("the document is no worklist", code="E834-1090")
    name = document.facts.remote_name
    findings: list[Finding] = []
    try:
        items = read_back(document.content)
    except (ValueError, KeyError, TypeError):
        findings.append(_wrong("E834-1085", "the worklist cannot be read back", name))
    else:
        if not isinstance(items, Sized) or len(items) != len(document.sets):
            findings.append(_wrong("E834-1086", "the number of items is not what the document says", name))
    return _outcome(document, findings, NO_SECOND_OPINION)


def _own_checks(
    document: Document, interchange: Interchange, read_findings: Iterable[ReadFinding], file: InHand, whose: Whose
) -> Iterator[Fault]:
    placed: set[int] = set()
    version = next((group.version for group, _ in interchange.groups), "")
    guide = GUIDES.get((version, "BE", "834"))
    if guide is not None:
        for fault in check_guide(interchange, guide):
            if fault.code in _PLACED_BY_GUIDE:
                placed.add(fault.number)
            yield fault
    for found in read_findings:
        if found.code not in _PLACED_BY_READER or found.segment_number not in placed:
            yield _read(found)
    yield from balance_of_file(interchange, document)
    expected = {one.number: one for one in document.sets}
    for reported in reported_sets(interchange, document.sets):
        whose.add(reported)
        yield from balance_of_set(reported, document, expected.get(reported.number))
        yield from check_situations(reported, file)


def _carriers_checks(interchange: Interchange, carrier: CarrierRules | None) -> Iterator[Fault]:
    if carrier:
        for reported in reported_sets(interchange):
            yield from check_carrier(reported, carrier)


def _read(found: ReadFinding) -> Fault:
    path = f"{found.loop}/{found.segment_id}" if found.loop and found.segment_id else found.loop or found.segment_id
    path += f"{found.element:02}" if found.element else ""
    return Fault(found.code, found.message, found.segment_number, path)


def _flat(problem: FlatProblem, name: str) -> Finding:
    place = Place(name, problem.record, name=problem.field)
    return Finding(problem.code, problem.severity, problem.message, place=place)


def _wrong(code: str, message: str, name: str) -> Finding:
    return Finding(code, Severity.ERROR, message, place=Place(name))


def _outcome(document: Document, findings: Sequence[Finding], words: str) -> CheckOutcome:
    kept = sorted(bounded(findings), key=lambda finding: list(Severity).index(finding.severity))
    if any(finding.severity is Severity.ERROR for finding in kept):
        concerned = {finding.about for finding in findings if finding.severity is Severity.ERROR}
        families = {about for about in concerned if isinstance(about, FamilyRef)}
        return CheckOutcome(None, tuple(kept), frozenset(families) if len(families) == len(concerned) else frozenset())
    return CheckOutcome(CheckedDocument(document, tuple(kept), words), tuple(kept))
