"""The answer to a file that was judged: the TA1 on an interchange and the 999 on its groups, as bytes.

A set with an error is rejected, whatever the error's level; a broken envelope is answered by a TA1 alone, and what
cannot be addressed, or is itself an acknowledgment, is not answered. Values are never repeated in an answer.
How a 999 is spelled is ``edi834/x12``'s; codes are those of 005010X231A1 and of TA105.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from typing import Literal

from edi834.check.judgement import Found, Judgement
from edi834.check.snip import element_at
from edi834.check.standing import JudgedInterchange
from edi834.model import Severity
from edi834.x12 import ElementError, GroupVerdict, Interchange, SegmentError, SetVerdict, write_999, write_ta1

__all__ = ["Answer", "answer"]

_SEGMENT_CODES = {
    "E834-0517": "2", "E834-0518": "7", "E834-1001": "2", "E834-1003": "7", "E834-1004": "3", "E834-1005": "I7",
    "E834-1006": "5", "E834-1007": "4", "E834-1022": "5", "E834-1031": "2", "E834-1048": "5", "E834-1050": "I6",
    "E834-1051": "I6", "E834-1053": "I6", "E834-1096": "5", "E834-1097": "7", "E834-1098": "7",
}  # fmt: skip
"""IK304 by what was found; anything else is reported as an element (8)."""

_OF_SEGMENTS = {"E834-1092": "I6", "E834-1093": "I4"}
"""IK304 of what a carrier asks for, where the segment is meant and none of its elements."""

_ELEMENT_CODES = {
    "E834-0516": "7", "E834-0520": "6", "E834-0524": "3", "E834-1001": "3", "E834-1008": "1", "E834-1009": "I10",
    "E834-1010": "4", "E834-1011": "5", "E834-1012": "7", "E834-1013": "8", "E834-1014": "6", "E834-1015": "2",
    "E834-1016": "12", "E834-1017": "6", "E834-1038": "I9", "E834-1039": "I9", "E834-1043": "8", "E834-1045": "8",
    "E834-1019": "6", "E834-1046": "8", "E834-1061": "I9", "E834-1091": "I6", "E834-1092": "I9", "E834-1093": "I10",
    "E834-1099": "6",
}  # fmt: skip
"""IK403 by what was found; of a situation that is broken otherwise I12, a pattern that the guide does not have."""

_SET_CODES = {
    ("E834-0519", "ST"): "1", ("E834-0513", ""): "2", ("E834-0515", "SE"): "3", ("E834-0514", "SE"): "4",
    ("E834-0523", "ST"): "23",
}  # fmt: skip
_SITUATIONAL = (4, 5, 7)  # SNIP levels of what the guide, or the carrier, asks for beyond the standard
_GROUP_CODES = {
    ("E834-0519", "ST"): "", ("E834-0519", ""): "2", ("E834-0513", ""): "3", ("E834-0515", "GE"): "4",
    ("E834-0514", "GE"): "5", ("E834-0516", "GS"): "6", ("E834-0516", "GE"): "6", ("E834-0523", "GS"): "19",
}  # fmt: skip
"""AK905 by what was found, and at which segment of the group's envelope."""
_TA1_ELEMENTS = {
    "01": "010", "02": "011", "03": "012", "04": "013", "05": "005", "06": "006", "07": "007", "08": "008",
    "09": "014", "10": "015", "12": "017", "13": "018", "14": "019", "15": "020",
}  # fmt: skip
_TA1_CODES = {
    "E834-0511": "023", "E834-0512": "026", "E834-0513": "022", "E834-0514": "021", "E834-0515": "001",
    "E834-0523": "025", "E834-1005": "024",
}  # fmt: skip
_ACKNOWLEDGMENTS = ("FA",)
_LARGEST_NUMBER = 999_999_999
_MOST_DIGITS = 6  # of GE01 and AK902
_TA1_VERDICTS: tuple[Literal["A", "R"], Literal["A", "R"]] = ("A", "R")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back.

    Attributes:
      content: Interchanges with TA1 and 999, one after the other; empty where nothing can be answered.
      accepted: The interchanges of which every set is accepted, from 1.
      rejected: Those with at least one set rejected, or rejected as a whole.
      unanswered: Those that cannot be answered: nobody to address, or themselves acknowledgments.
      interchanges: How many interchanges the content holds.
    """

    content: bytes
    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    unanswered: tuple[int, ...]
    interchanges: int = 0


def answer(judgement: Judgement, *, control_number: int, moment: datetime) -> Answer:
    """Answer every interchange of a file: a TA1 where one is asked for or the envelope is broken, else a 999.

    Args:
      judgement: What is thought of the file.
      control_number: Of the first interchange of the answer; those after it count on.
      moment: When it is answered.
    """
    written: list[bytes] = []
    accepted: list[int] = []
    rejected: list[int] = []
    unanswered: list[int] = []
    for n, one in enumerate(judgement.interchanges, start=1):
        found = [each for each in judgement.findings if each.interchange == n and each.severity is Severity.ERROR]
        note = _note_code(one, found) or ("022" if (n, 0, "") in judgement.refused else "")
        if not _can_be_addressed(one) or _is_acknowledgment(one):
            unanswered.append(n)
            continue
        day, hour = moment.date(), moment.time()
        if note or one.reported.header.acknowledgment_requested:
            number, verdict = control_number + len(written), _TA1_VERDICTS[bool(note)]
            written.append(
                write_ta1(_spellable(one, day), verdict, note or "000", control_number=number, date=day, time=hour)
            )
        groups = dict(_group_verdicts(one, found))
        verdicts = [] if note else list(_verdicts(judgement, one, n, found, groups))
        if not note:
            number = control_number + len(written)
            written.append(write_999(one.reported, verdicts, control_number=number, date=day, time=hour, groups=groups))
        (rejected if note or verdicts else accepted).append(n)
    return Answer(b"".join(written), tuple(accepted), tuple(rejected), tuple(unanswered), len(written))


def _spellable(one: JudgedInterchange, day: date) -> Interchange:
    """The interchange, with a day and number that TA1 can repeat where its own cannot be: the note says which."""
    header = one.reported.header
    if not 2000 <= header.date.year <= 2099:
        header = replace(header, date=day)
    if header.control_number > _LARGEST_NUMBER:
        header = replace(header, control_number=0)
    return replace(one.reported, header=header)


def _note_code(one: JudgedInterchange, found: Iterable[Found]) -> str:
    """TA105 of an interchange whose envelope is broken; "" where it is whole."""
    for each in found:
        if each.code == "E834-0511":
            return _TA1_CODES[each.code]
        if each.group == 0 and each.segment in ("ISA", "IEA", "") and each.code in ("E834-0516", *_TA1_CODES):
            of_element = _TA1_ELEMENTS.get(each.element, "") if each.segment == "ISA" else ""
            return of_element or _TA1_CODES.get(each.code, "022")
    return "" if one.reported.groups else "024"


def _can_be_addressed(one: JudgedInterchange) -> bool:
    """Whether an answer to its sender can be spelled: texts of an envelope are printable, and have their widths."""
    header = one.reported.header
    widths = (
        (header.sender_id, 15), (header.receiver_id, 15), (header.sender_qualifier, 2), (header.receiver_qualifier, 2),
    )  # fmt: skip
    if any(not text or len(text) > width for text, width in widths):
        return False
    texts = [text for text, _ in widths]
    for group, sets in one.reported.groups:
        texts += [group.application_sender, group.application_receiver, group.functional_id, group.version]
        texts += [each.control_number for each in sets]
    marks = one.reported.delimiters.characters
    return all(text.isascii() and (not text or text.isprintable()) and not set(text) & set(marks) for text in texts)


def _is_acknowledgment(one: JudgedInterchange) -> bool:
    if not one.reported.groups:
        return any(segment.id == "TA1" for segment in one.raw.segments)
    return any(group.functional_id in _ACKNOWLEDGMENTS for group, _ in one.reported.groups)


def _verdicts(
    judgement: Judgement, one: JudgedInterchange, n: int, found: list[Found], groups: Mapping[int, GroupVerdict]
) -> Iterator[SetVerdict]:
    """The sets that are rejected: those with an error, and all of a group that is broken."""
    broken = {group for at, group, number in judgement.refused if at == n and group and not number}
    broken -= {group + 1 for group, whole in groups.items() if "3" in whole.codes}
    broken |= set(groups)
    rejected: dict[str, None] = {}
    for m, (_, sets) in enumerate(one.reported.groups, start=1):
        for each in sets:
            if m in broken or (n, m, each.control_number) in judgement.refused:
                rejected[each.control_number] = None
    by_set: dict[str, list[Found]] = {}
    for fault in found:
        by_set.setdefault(fault.set_number, []).append(fault)
    for number in rejected:
        inside = by_set.get(number, [])
        errors = tuple(_segment_errors(inside))
        codes = dict.fromkeys(filter(None, map(_set_code, inside)))
        levels = {each.snip for each in inside if each.severity is Severity.ERROR and not _set_code(each)}
        if errors or not codes:
            # 5 speaks of the standard, I5 of what the guide asks for beyond it.
            codes |= dict.fromkeys(("I5",) if levels and levels <= set(_SITUATIONAL) else ("5",))
        yield SetVerdict(number, "R", tuple(codes)[:5], errors)


def _group_verdicts(one: JudgedInterchange, found: Iterable[Found]) -> Iterator[tuple[int, GroupVerdict]]:
    """What is wrong with the groups themselves, by their number from 1."""
    by_group: dict[int, dict[str, None]] = {}
    for each in found:
        if each.group and not each.set_number and (code := _group_code(each)):
            # That a group has no GE shows where the next one begins.
            number = each.group - 1 if code == "3" and each.segment == "GS" else each.group
            by_group.setdefault(number, {})[code] = None
    trailers = [segment.text(1) for segment in one.raw.segments if segment.id == "GE"]
    for number, codes in by_group.items():
        reported = trailers[number - 1] if len(trailers) == len(one.reported.groups) else ""
        included = (
            int(reported) if reported.isascii() and reported.isdigit() and len(reported) <= _MOST_DIGITS else None
        )
        yield number, GroupVerdict(tuple(codes), included)


def _group_code(found: Found) -> str:
    if found.segment in ("ST", "SE"):
        return ""
    return _GROUP_CODES.get((found.code, found.segment), "") or _GROUP_CODES.get((found.code, ""), "")


def _set_code(found: Found) -> str:
    return _SET_CODES.get((found.code, found.segment), "") or _SET_CODES.get((found.code, ""), "")


def _segment_errors(found: Iterable[Found]) -> Iterator[SegmentError]:
    inside = [each for each in found if not _set_code(each)]
    for (position, segment, loop), together in groupby(
        inside, key=lambda each: (each.position, each.segment, each.loop)
    ):
        if not segment:
            continue  # IK301 takes an identifier, and what stands there is none
        elements: dict[ElementError, None] = {}
        others: dict[str, None] = {}
        for each in together:
            wrong = None if each.code in _SEGMENT_CODES and each.code != "E834-1001" else _element_error(each)
            if wrong is None:
                others[_SEGMENT_CODES.get(each.code) or _OF_SEGMENTS.get(each.code, "8")] = None
            else:
                elements[wrong] = None
        if elements:
            others.pop("8", None)
            yield SegmentError(segment, position, _loop(loop), "8", tuple(elements))
        for code in others:
            yield SegmentError(segment, position, _loop(loop), code)


def _element_error(found: Found) -> ElementError | None:
    position, _, component = found.element.partition("-")
    if not position.isdigit():
        return None
    place = element_at(found.loop, found.segment, found.element)
    code = _ELEMENT_CODES.get(found.code, "I12")
    # IK402 is a number: a composite (C056) has none.
    reference = place.number if place and place.number.isdigit() else ""
    return ElementError(int(position), code, int(component or 0), reference=reference)


def _loop(loop: str) -> str:
    return "" if loop.isalpha() or loop.endswith("_LOOP") else loop
