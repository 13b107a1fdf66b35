"""What a carrier answers: the TA1 on an interchange, the 999 (or 997) on its groups and transaction sets.

They are read into values, and written for an interchange that was received, as a carrier would.
Reading never raises; an acknowledgment that is not whole or not understood is not returned, a finding says why,
because half a verdict must move nothing. Copies of wrong values (IK404) are dropped: they are about people.
What a verdict does to a transmission, and whose it is, is decided in `edi834/feed`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from functools import partial
from types import MappingProxyType
from typing import Literal, cast

from edi834.errors import UnexpectedError
from edi834.x12 import formats
from edi834.x12.document import GroupHeader, Interchange, InterchangeHeader, TransactionSet
from edi834.x12.reader import read
from edi834.x12.reading.tokens import RawSegment, ReadFinding, split
from edi834.x12.segment import Segment
from edi834.x12.writer import isa_text

MAX_BYTES = 10_000_000
"""What is read of an acknowledgment at most: a 999 on the largest file we send is far smaller."""

VERSION_999 = "005010X231A1"

Verdict = Literal["A", "E", "M", "P", "R", "W", "X"]
"""A accepted; E accepted with errors; P partially accepted (groups); R, M, W, X rejected (M, W, X for security)."""

_MOST_CODES = 5  # IK502 to IK506, AK905 to AK909
_VERDICTS = ("A", "E", "M", "P", "R", "W", "X")
_BLOCKING = ("E834-0511", "E834-0512", "E834-0513", "E834-0514", "E834-0515")


@dataclass(frozen=True, slots=True)
class ElementError:
    """IK4: what is wrong with one element. The value is never kept."""

    position: int  # in the segment, from 1
    code: str  # 1 missing, 4 too short, 5 too long, 6 character, 7 code, 8 date, 9 time, ...
    component: int = 0  # in the composite, from 1; 0 for the whole element
    repetition: int = 0  # of a repeated element, from 1; 0 where it is not reported
    reference: str = ""  # number of the data element in the dictionary


@dataclass(frozen=True, slots=True)
class SegmentError:
    """IK3: what is wrong with one segment."""

    segment_id: str
    position: int  # in the transaction set, ST being 1
    loop: str  # identifier, often its first four characters only; '' where it is not reported
    code: str  # 1 unrecognised, 2 unexpected, 3 missing, 4 or 5 too often, 7 out of order, 8 element errors, I... guide
    elements: tuple[ElementError, ...] = ()
    triggers: tuple[str, ...] = ()  # CTX: which elements made it wrong, as INS03 or the name of a business unit


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """AK2 to IK5: the verdict on one transaction set."""

    control_number: str  # ST02 of what was sent
    verdict: Verdict
    codes: tuple[str, ...] = ()  # IK502 to IK506
    errors: tuple[SegmentError, ...] = ()

    @property
    def accepted(self) -> bool:
        """True for A and E: the carrier took the set in."""
        return self.verdict in ("A", "E")


@dataclass(frozen=True, slots=True)
class Ack999:
    """One 999 or 997: the verdict on one functional group."""

    envelope: InterchangeHeader  # of the acknowledgment itself: its sender is the carrier, its receiver is us
    group_control_number: int  # AK102, GS06 of what was sent
    functional_id: str  # AK101
    version: str  # AK103, '' where it is not reported
    verdict: Verdict  # AK901
    included: int  # AK902, transaction sets the group says it has
    received: int  # AK903
    accepted: int  # AK904
    sets: tuple[SetVerdict, ...] = ()  # where the carrier tells only what it rejects, the accepted ones are missing
    codes: tuple[str, ...] = ()  # AK905 to AK909
    kind: Literal["999", "997"] = "999"

    def verdict_on(self, set_control_number: str) -> Verdict | None:
        """The verdict on one transaction set: its own, else the group's where that is the same for all, else None."""
        for one in self.sets:
            if one.control_number == set_control_number:
                return one.verdict
        return None if self.verdict == "P" else self.verdict


@dataclass(frozen=True, slots=True)
class TA1:
    """The verdict on one interchange as a whole."""

    envelope: InterchangeHeader  # of the acknowledgment itself
    interchange_control_number: int  # TA101, ISA13 of what was sent
    verdict: Literal["A", "E", "R"]  # E: accepted with errors, must not be sent again; R: must be
    note_code: str  # TA105, 000 where nothing is wrong
    date: date | None  # TA102, of the interchange; None where it cannot be read
    time: time | None  # TA103


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """Every acknowledgment in a file, in order, and what could not be read."""

    found: tuple[Ack999 | TA1, ...]
    findings: tuple[ReadFinding, ...]


class _UnreadableError(Exception):
    """One acknowledgment is not understood: raised and caught in this file, so that the others are still read."""

    def __init__(self, message: str, segment: Segment | None = None) -> None:
        super().__init__(message)
        self.message, self.segment_id = message, segment.id if segment else ""


def read_acknowledgements(content: bytes, max_bytes: int = MAX_BYTES) -> Acknowledgements:
    """Read TA1, 999 and 997. Never raises.

    Findings: those of `tokens.ReadFinding`; E834-0531 too large; -0532 not understood; -0533 nothing acknowledged.
    """
    if len(content) > max_bytes:
        return Acknowledgements((), (ReadFinding("E834-0531", f"the file is larger than {max_bytes} bytes"),))
    result = read(content, {})
    findings = [finding for finding in result.findings if finding.code != "E834-0519"]
    if any(finding.code in _BLOCKING for finding in findings):
        return Acknowledgements((), tuple(findings))
    found: list[Ack999 | TA1] = []
    for raw, interchange in zip(split(content)[0], result.interchanges, strict=True):
        for segment in raw.segments:
            if segment.id == "TA1":
                _collect(found, findings, partial(_ta1, segment, interchange.header))
        for group, sets in interchange.groups:
            for one in sets:
                _collect(found, findings, partial(_ack, one, group, interchange))
    if not found and not findings:
        findings.append(ReadFinding("E834-0533", "the file acknowledges nothing"))
    return Acknowledgements(tuple(found), tuple(findings))


def _collect(found: list[Ack999 | TA1], findings: list[ReadFinding], reading: Callable[[], Ack999 | TA1]) -> None:
    try:
        found.append(reading())
    except _UnreadableError as error:
        findings.append(ReadFinding("E834-0532", error.message, segment_id=error.segment_id))


def _ta1(raw: RawSegment, header: InterchangeHeader) -> TA1:
    segment = Segment(raw.id, raw.elements)
    verdict = segment.text(4)
    if verdict not in ("A", "E", "R"):
        raise _UnreadableError("TA104 is no verdict", segment)
    return TA1(
        header, _number(segment, 1), cast(Literal["A", "E", "R"], verdict), segment.text(5),
        formats.read_d6(segment.text(2)), formats.read_tm(segment.text(3)),
    )  # fmt: skip


def _ack(one: TransactionSet, group: GroupHeader, interchange: Interchange) -> Ack999:
    segments = list(one.body.segments())
    component = interchange.delimiters.component
    first, last = (segments[0], segments[-1]) if segments else (None, None)
    if first is None or last is None or first.id != "AK1" or last.id != "AK9":
        raise _UnreadableError("the transaction set is no acknowledgment: it does not go from AK1 to AK9", first)
    sets: list[SetVerdict] = []
    open_: SetVerdict | None = None
    for segment in segments[1:-1]:
        id = segment.id.replace("IK", "AK")
        if id == "AK2" and open_ is None:
            open_ = SetVerdict(segment.text(2), "R")
        elif open_ is None:
            raise _UnreadableError("the segment stands outside of AK2 to IK5", segment)
        elif id == "AK5":
            sets.append(replace(open_, verdict=_verdict(segment, 1), codes=_codes(segment, 2)))
            open_ = None
        else:
            open_ = replace(open_, errors=_with(open_.errors, segment, component))
    if open_ is not None:
        raise _UnreadableError("a transaction set has no verdict: IK5 is missing", last)
    return Ack999(
        interchange.header, _number(first, 2), first.text(1), first.text(3), _verdict(last, 1), _number(last, 2),
        _number(last, 3), _number(last, 4), tuple(sets), _codes(last, 5),
        "999" if "X231" in group.version or any(segment.id.startswith("IK") for segment in segments) else "997",
    )  # fmt: skip


def _with(errors: tuple[SegmentError, ...], segment: Segment, component: str) -> tuple[SegmentError, ...]:
    """The errors of a set with one more IK3, or the last of them with an IK4 or CTX."""
    id = segment.id.replace("IK", "AK")
    if id == "AK3":
        return (*errors, SegmentError(segment.text(1), _number(segment, 2), segment.text(3), segment.text(4)))
    if id not in ("AK4", "CTX") or (not errors and id == "AK4"):
        raise _UnreadableError("the segment does not belong into an acknowledgment here", segment)
    if not errors:  # a CTX on the set as a whole says nothing of a segment
        return errors
    last = errors[-1]
    if id == "CTX":
        return (*errors[:-1], replace(last, triggers=(*last.triggers, *_trigger(segment, component))))
    position, part, repetition = [*segment.text(1).split(component), "", ""][:3]
    wrong = ElementError(
        _whole(position, segment), segment.text(3), _optional(part), _optional(repetition), segment.text(2)
    )
    return (*errors[:-1], replace(last, elements=(*last.elements, wrong)))


def _trigger(segment: Segment, component: str) -> Iterator[str]:
    """What a CTX points at, without the value of a business unit's identifier."""
    name, _, value = segment.text(1).partition(component)
    if value or name != "SITUATIONAL TRIGGER":
        yield name
    elif segment.text(2):
        position = segment.text(5).partition(component)[0]
        yield segment.text(2) + (f"{int(position):02}" if position.isdecimal() else "")


def _verdict(segment: Segment, at: int) -> Verdict:
    if segment.text(at) not in _VERDICTS:
        raise _UnreadableError(f"{segment.id}{at:02} is no verdict", segment)
    return cast(Verdict, segment.text(at))


def _number(segment: Segment, at: int) -> int:
    return _whole(segment.text(at), segment)


def _whole(text: str, segment: Segment) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise _UnreadableError("a number cannot be read", segment)
    return int(text)


def _optional(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0


def _codes(segment: Segment, begin: int) -> tuple[str, ...]:
    return tuple(text for at in range(begin, begin + 5) if (text := segment.text(at)))


@dataclass(frozen=True, slots=True)
class GroupVerdict:
    """AK9 beyond what its sets say: what is wrong with a group itself."""

    codes: tuple[str, ...] = ()  # AK905 to AK909: 2 version, 3 no GE, 4 numbers differ, 5 count, 6 number, 19 twice
    included: int | None = None  # AK902, as GE01 tells; None where it tells what was received


def write_999(
    received: Interchange, verdicts: Iterable[SetVerdict] = (), *, control_number: int, date: date, time: time,
    groups: Mapping[int, GroupVerdict] = MappingProxyType({}),
) -> bytes:  # fmt: skip
    """The answer to an interchange: one 999 a group, from its receiver to its sender.

    Sets without a verdict are accepted. A verdict names its set by control number, in every group that has it.

    Args:
      received: What is answered.
      verdicts: On its sets.
      control_number: Of the answer's interchange.
      date, time: Of the answer.
      groups: On its groups, counted from 1; a group with a code is rejected as a whole.
    """
    given = {verdict.control_number: verdict for verdict in verdicts}
    unknown = set(given) - {one.control_number for one in received.transaction_sets()}
    if unknown:
        message = f"no transaction set {', '.join(sorted(unknown))} was received"
        raise UnexpectedError(message, code="E834-0506")
    mark, lines = received.delimiters.element, list[str]()
    for number, (group, sets) in enumerate(received.groups, start=1):
        all_ = [given.get(one.control_number, SetVerdict(one.control_number, "A")) for one in sets]
        answered = _answer(group, all_, received.delimiters.component, groups.get(number, GroupVerdict()))
        begun = ("GS", "FA", group.application_receiver, group.application_sender, formats.d8(date), formats.tm(time),
                 str(number), "X", VERSION_999)  # fmt: skip
        lines += [_spelled(begun, mark), _spelled(("ST", "999", f"{number:04}", VERSION_999), mark)]
        first = len(lines)
        # Spelled one by one: a file may have more sets than anybody would hold twice.
        lines.extend(_spelled(line, mark) for line in answered)
        lines += [_spelled(("SE", str(len(lines) - first + 2), f"{number:04}"), mark)]
        lines += [_spelled(("GE", "1", str(number)), mark)]
    return _interchange(received, lines, len(received.groups), control_number, date, time)


def write_ta1(
    received: Interchange, verdict: Literal["A", "E", "R"] = "A", note_code: str = "000", *,
    control_number: int, date: date, time: time,
) -> bytes:  # fmt: skip
    """The answer to an interchange as a whole: an interchange that holds only a TA1."""
    sent = received.header
    line = ("TA1", f"{sent.control_number:09}", formats.d6(sent.date), formats.hhmm(sent.time), verdict, note_code)
    return _interchange(received, [_spelled(line, received.delimiters.element)], 0, control_number, date, time)


def _answer(
    group: GroupHeader, verdicts: list[SetVerdict], component: str, whole: GroupVerdict
) -> Iterator[tuple[str, ...]]:
    yield "AK1", group.functional_id, str(group.control_number), group.version
    for one in verdicts:
        yield "AK2", "834", one.control_number, group.version
        for error in one.errors:
            # IK303 has at most four characters: 2100A is reported as 2100.
            yield "IK3", error.segment_id, str(error.position), error.loop[:4], error.code
            for wrong in error.elements:
                parts = [wrong.position, wrong.component, wrong.repetition]
                while not parts[-1]:
                    parts.pop()
                place = component.join(str(part) if part else "" for part in parts)
                yield "IK4", place, wrong.reference, wrong.code
        yield "IK5", one.verdict, *(one.codes or (("5",) if one.errors else ()))[:_MOST_CODES]
    accepted = 0 if whole.codes else sum(one.accepted for one in verdicts)
    included = len(verdicts) if whole.included is None else whole.included
    verdict = "R" if whole.codes else _group_verdict(verdicts)
    yield "AK9", verdict, str(included), str(len(verdicts)), str(accepted), *whole.codes[:_MOST_CODES]


def _group_verdict(verdicts: list[SetVerdict]) -> Verdict:
    if all(one.verdict == "A" for one in verdicts):
        return "A"
    accepted = [one.accepted for one in verdicts]
    return "E" if all(accepted) else "P" if any(accepted) else "R"


def _interchange(
    received: Interchange, lines: list[str], groups: int, control_number: int, date: date, time: time
) -> bytes:
    marks, sent = received.delimiters, received.header
    header = InterchangeHeader(
        sent.receiver_qualifier, sent.receiver_id, sent.sender_qualifier, sent.sender_id, date, time, control_number,
        usage=sent.usage,
    )  # fmt: skip
    last = marks.element.join(("IEA", str(groups), f"{control_number:09}"))
    ending = marks.segment + marks.newline
    return (ending.join((isa_text(header, marks), *lines, last)) + ending).encode("ascii")


def _spelled(line: tuple[str, ...], mark: str) -> str:
    while not line[-1]:
        line = line[:-1]
    return mark.join(line)
