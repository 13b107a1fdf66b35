"""What is said of a file that is judged: each finding with its place, the counts, and the verdict.

What stands where an identifier or a qualifier belongs, and is none that the guide has, is never repeated: it may be
somebody's name. Who judges is ``judge.py``, of a file in memory, and ``streamed/``, of one of any size.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache

from edi834.check.carrier import CarrierRules
from edi834.check.fault import Fault
from edi834.check.snip import level_of
from edi834.check.standing import JudgedInterchange, Spot
from edi834.mapping.document import FileFacts
from edi834.model import FeedId, Severity
from edi834.x12 import GUIDE_005010X220A1
from edi834.x12.document import GroupHeader, InterchangeHeader
from edi834.x12.reader import UNREADABLE_DATE

__all__ = [
    "Counts", "Found", "JudgeOptions", "Judgement", "Verdict", "address", "day_of", "facts_of", "known_ids", "path_of",
]  # fmt: skip

_PATH = re.compile(
    r"(?:(?P<loop>[^/]*)/)?(?P<segment>[A-Z][A-Z0-9]{1,2}?)(?P<qualified>\[[^\]]*\])?(?P<element>\d\d(?:-\d+)?)?"
)
_ENVELOPE = ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1")


class Verdict(StrEnum):
    """What a file is worth."""

    ACCEPTED = "accepted"  # nothing was found
    DOUBTFUL = "accepted with warnings"  # carriers may refuse it
    REFUSED = "refused"  # at least one error


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """How to judge.

    Attributes:
      invented_people: The people are invented, so that their numbers were never issued; those of a test file may be.
      most_of_one_code: How many findings of one code and severity are kept; all of them are counted.
      second_opinion: Ask pyx12 as well, about a file of one interchange in which nothing else is an error.
      carrier: What the carrier wants besides the guide; None where it is not known whose file it is.
      without: The lists kept by others that are not asked: ``states``, ``countries``, ``languages``.
    """

    invented_people: bool = False
    most_of_one_code: int = 1000
    second_opinion: bool = False
    carrier: CarrierRules | None = None
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a file holds, and how much is wrong with it."""

    segments: int = 0
    interchanges: int = 0
    groups: int = 0
    sets: int = 0
    members: int = 0
    subscribers: int = 0
    errors: int = 0
    warnings: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is wrong or doubtful in a file.

    Attributes:
      code: The rule.
      severity: What it stops.
      message: What is wrong, without any value.
      number: The number of the segment in the file, ISA being 1; 0 for the file as a whole.
      segment: The segment's identifier, or that of the one that is missing; "" where it is unknown.
      loop: The loop, as the guide names it; "" in the envelope.
      element: The element, ``03`` or ``06-1``; "" for the segment as a whole.
      path: Its address: ``2300/DTP[348]03``.
      snip: The level of WEDI's SNIP testing, 1 to 5, or 7.
      interchange: Which interchange of the file, from 1; 0 where there is none.
      group: Which group of the interchange, from 1; 0 outside of groups.
      set_number: ST02 of the transaction set; "" outside of sets.
      position: The number of the segment in its set, ST being 1; 0 outside of sets.
    """

    code: str
    severity: Severity
    message: str
    number: int
    segment: str
    loop: str
    element: str
    path: str
    snip: int
    interchange: int
    group: int
    set_number: str
    position: int

    @classmethod
    def at(cls, fault: Fault, spot: Spot, message: str) -> Found:
        """A fault, where it stands, in words without any value."""
        loop, segment, qualified, element = address(fault.path)
        return cls(
            fault.code, fault.severity, message, fault.number, segment, loop, element,
            path_of(loop, segment, qualified + element), level_of(fault.code, loop, segment, element),
            spot.interchange, spot.group, spot.set_number, spot.position,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is thought of a file.

    Attributes:
      findings: What was found, in the order of the file; of each code at most as many as was asked for.
      interchanges: What the file holds, for whoever shows or answers it.
      counts: Totals.
      verdict: What it is worth.
      by_code: How often each code was found, in all.
      refused: Where there is an error, all of them: interchange, group and ST02; group 0 or ST02 "" where the envelope
        around them is meant.
      second_opinion: What pyx12 read, in words.
    """

    findings: tuple[Found, ...]
    interchanges: tuple[JudgedInterchange, ...] = field(repr=False)
    counts: Counts
    verdict: Verdict
    by_code: Mapping[str, int]
    refused: frozenset[tuple[int, int, str]]
    second_opinion: str = "not asked"

    @classmethod
    def of(
        cls, findings: Iterable[Found], interchanges: tuple[JudgedInterchange, ...], counts: Counts,
        seen: Mapping[tuple[str, Severity], int], refused: Iterable[tuple[int, int, str]], words: str,
    ) -> Judgement:  # fmt: skip
        """Put a judgement together: `seen` is how often each code was found with each severity."""
        by_code: Counter[str] = Counter()
        for (code, _), number in seen.items():
            by_code[code] += number
        errors = sum(number for (_, severity), number in seen.items() if severity is Severity.ERROR)
        warnings = sum(seen.values()) - errors
        order = list(Severity)
        return cls(
            tuple(sorted(findings, key=lambda found: (found.number, order.index(found.severity), found.code))),
            interchanges, replace(counts, errors=errors, warnings=warnings),
            Verdict.REFUSED if errors else Verdict.DOUBTFUL if warnings else Verdict.ACCEPTED,
            dict(sorted(by_code.items())), frozenset(refused), words,
        )  # fmt: skip


def day_of(header: InterchangeHeader, group: GroupHeader) -> date:
    """The day by which the people of a group are judged."""
    return group.date if group.date != UNREADABLE_DATE else header.date


def facts_of(header: InterchangeHeader, day: date) -> FileFacts:
    """What the rules ask of a file; of one that is not ours nothing else is known."""
    return FileFacts(
        feed_id=FeedId("judged"), control_number=header.control_number, reference="",
        created=datetime.combine(day, time(0), UTC), as_of=day, is_test=header.usage == "T", remote_name="",
    )  # fmt: skip


def address(path: str) -> tuple[str, str, str, str]:
    """Loop, segment, qualifier and element of an address; "" for what it lacks or the guide does not know."""
    if path in GUIDE_005010X220A1.loops:
        return path, "", "", ""
    found = _PATH.fullmatch(path)
    if found is None or found["segment"] not in known_ids():
        loop = path.partition("/")[0] if "/" in path else ""
        return (loop if loop in GUIDE_005010X220A1.loops else ""), "", "", ""
    loop = found["loop"] or ""
    qualified = found["qualified"] or ""
    if qualified and (found["segment"], qualified[1:-1]) not in _known_qualifiers():
        qualified = "[?]"
    return (loop if loop in GUIDE_005010X220A1.loops else ""), found["segment"], qualified, found["element"] or ""


def path_of(loop: str, segment: str, rest: str) -> str:
    """The address of these parts of it."""
    return "/".join(part for part in (loop, segment + rest) if part)


@cache
def known_ids() -> frozenset[str]:
    """The identifiers that the guide has anywhere: any other one may be a name."""
    loops = GUIDE_005010X220A1.loops.values()
    return frozenset({*_ENVELOPE, *(segment.id for loop in loops for segment in loop.segments())})


@cache
def _known_qualifiers() -> frozenset[tuple[str, str]]:
    segments = (segment for loop in GUIDE_005010X220A1.loops.values() for segment in loop.segments())
    return frozenset(
        (segment.id, code) for segment in segments if segment.elements for code in segment.elements[0].codes
    )
