"""Any 834 of anyone's, judged from its bytes: the reader's findings, the guide, totals and situations, in one list.

Whatever the bytes are there is a verdict and never an exception; numbers of segments are those of the file as it
stands, and no value is repeated: an identifier or qualifier that the guide does not know is shown as ``?``.
Files of our own are checked against their plan as well, in ``gate.py``; the answer to a sender is ``answer.py``'s.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache, partial

from edi834.check.automaton import GuideOptions, check_stream
from edi834.check.balance import totals_of_set
from edi834.check.carrier import CarrierRules, check_carrier
from edi834.check.fault import Fault
from edi834.check.guide_check import check_guide
from edi834.check.rules.rule import InHand
from edi834.check.second_opinion import ask_pyx12
from edi834.check.situational import RULES, check_situations
from edi834.check.snip import level_of
from edi834.check.spelling import check_spelling, may_hold_control
from edi834.check.standing import JudgedInterchange, Spots
from edi834.check.told import told_sets
from edi834.mapping.document import FileFacts
from edi834.model import FeedId, Severity
from edi834.x12 import GUIDE_005010X220A1, GUIDES, Guide, Interchange, ReadFinding, TransactionSet, read
from edi834.x12.document import GroupHeader
from edi834.x12.reader import UNREADABLE_DATE
from edi834.x12.reading.tokens import split

__all__ = ["Counts", "Found", "JudgeOptions", "Judgement", "Verdict", "judge"]

_PATH = re.compile(
    r"(?:(?P<loop>[^/]*)/)?(?P<segment>[A-Z][A-Z0-9]{1,2}?)(?P<qualified>\[[^\]]*\])?(?P<element>\d\d(?:-\d+)?)?"
)
_PLACED_BY_READER = ("E834-0517", "E834-0518")
_PLACED_BY_GUIDE = ("E834-1001", "E834-1003")
_BY_THE_DAY_OF_THE_FILE = ("E834-1043", "E834-1044", "E834-1045")
_WORTH_COMPILING = 1 << 17  # bytes: a smaller file is judged before the automaton would be ready
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
      without: The lists kept by others that are not asked: ``states``, ``countries``.
    """

    invented_people: bool = False
    most_of_one_code: int = 1000
    second_opinion: bool = False
    carrier: CarrierRules | None = None
    without: frozenset[str] = frozenset()


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


def judge(content: bytes, options: JudgeOptions | None = None) -> Judgement:
    """Judge a file, whatever its bytes are. Never raises."""
    options = options or JudgeOptions()
    reading = read(content)
    pairs = zip(split(content)[0], reading.interchanges, strict=True)
    interchanges = tuple(JudgedInterchange.of(raw, told) for raw, told in pairs)
    collected = _Collected(interchanges, options.most_of_one_code)
    people: Counter[str] = Counter()
    placed: set[int] = set()
    passed = _passed(content, options)
    for one in interchanges:
        for fault in check_spelling(one.raw, has_control=may_hold_control(content, one.raw)):
            collected.add(fault)
        for fault in _faults_of(one, options, people, passed):
            if fault.code in _PLACED_BY_GUIDE:
                placed.add(fault.number)
            collected.add(fault)
    for found in reading.findings:
        if found.code not in _PLACED_BY_READER or found.segment_number not in placed:
            collected.add(_read(found))
    words = "not asked"
    if options.second_opinion and len(interchanges) == 1 and not collected.errors:
        opinion = ask_pyx12(content, interchanges[0].told, segments=_segments(interchanges), seed="judged")
        words = opinion.read
        for fault in opinion.faults:
            collected.add(fault)
    return collected.judgement(people, words)


class _Collected:
    """What was found so far: some of each code, and the number of all."""

    def __init__(self, interchanges: tuple[JudgedInterchange, ...], most: int) -> None:
        self._interchanges, self._most = interchanges, most
        self._spots = Spots(interchanges)
        self._ids = {one.raw.isa.number: "ISA" for one in interchanges}
        for one in interchanges:
            self._ids.update((segment.number, segment.id) for segment in one.raw.segments)
        self._kept: list[Found] = []
        self._seen: Counter[tuple[str, Severity]] = Counter()
        self._refused: set[tuple[int, int, str]] = set()

    @property
    def errors(self) -> int:
        return sum(n for (_, severity), n in self._seen.items() if severity is Severity.ERROR)

    def add(self, fault: Fault) -> None:
        kind = fault.code, fault.severity
        self._seen[kind] += 1
        spot = self._spots.at(fault.number)
        if fault.severity is Severity.ERROR and spot.interchange:
            self._refused.add((spot.interchange, spot.group, spot.set_number))
        if self._seen[kind] > self._most:
            return
        loop, segment, qualified, element = _address(fault.path)
        self._kept.append(
            Found(
                fault.code, fault.severity, self._without_values(fault), fault.number, segment, loop, element,
                _path(loop, segment, qualified + element),
                level_of(fault.code, loop, segment, element), spot.interchange, spot.group, spot.set_number,
                spot.position,
            )
        )  # fmt: skip

    def _without_values(self, fault: Fault) -> str:
        """The message, in which an identifier that nobody knows may stand: it may be a name."""
        id = self._ids.get(fault.number, "")
        if id and id not in _known_ids():
            return fault.message.replace(f"segment {id} ", "such segment ").replace(f"{id} has", "the segment has")
        return fault.message

    def judgement(self, people: Counter[str], words: str) -> Judgement:
        warnings = sum(self._seen.values()) - self.errors
        verdict = Verdict.REFUSED if self.errors else Verdict.DOUBTFUL if warnings else Verdict.ACCEPTED
        sets = [one for each in self._interchanges for one in each.told.transaction_sets()]
        counts = Counts(
            _segments(self._interchanges), len(self._interchanges),
            sum(len(one.told.groups) for one in self._interchanges), len(sets), people["members"],
            people["subscribers"], self.errors, warnings,
        )  # fmt: skip
        by_code: Counter[str] = Counter()
        for (code, _), number in self._seen.items():
            by_code[code] += number
        order = list(Severity)
        kept = sorted(self._kept, key=lambda found: (found.number, order.index(found.severity), found.code))
        return Judgement(
            tuple(kept), self._interchanges, counts, verdict, dict(sorted(by_code.items())), frozenset(self._refused),
            words,
        )  # fmt: skip


def _passed(content: bytes, options: JudgeOptions) -> dict[int, int]:
    """The headers and members that the automaton accepts, by the number of the first segment: how many they have."""
    passed: dict[int, int] = {}
    if len(content) >= _WORTH_COMPILING:
        check_stream(io.BytesIO(content), GuideOptions(options.without, 0), on_passed=passed.__setitem__)
    return passed


def _segments_passed(passed: Mapping[int, int], shift: int, number: int) -> int:
    return passed.get(number + shift, 0)


def _faults_of(
    one: JudgedInterchange, options: JudgeOptions, people: Counter[str], passed: Mapping[int, int]
) -> Iterator[Fault]:
    """What guide, totals and situations have to say; the reader's findings come besides."""
    told, isa = one.told, one.raw.isa.number
    test = told.header.usage == "T"
    in_hand: dict[date | None, InHand] = {}
    if not told.groups:
        yield from _numbered(check_guide(told), (isa,), least=0)
    for n, (group, standing, sets) in enumerate(one.groups()):
        guide = _guide(group)
        if not sets and guide is not None:
            bare = Interchange(told.header, ((group, ()),), told.delimiters)
            yield from _numbered(check_guide(bare, guide), (isa, standing.number), least=2 if n else 0)
        day = _day(told, group)
        file = in_hand.setdefault(day, InHand(_facts(told, day), options.invented_people or test))
        for m, (each, at) in enumerate(zip(sets, standing.sets, strict=True)):
            if guide is None or at.kind != "834":
                continue
            alone = Interchange(told.header, ((group, (each,)),), told.delimiters)
            numbers = (isa, standing.number, *at.numbers)
            asked = partial(_segments_passed, passed, numbers[2] - 3)  # in `alone` ST is the third segment
            found = check_guide(alone, guide, passed=asked, without=options.without)
            yield from _numbered(found, numbers, least=3 if m else 2 if n else 0)
            yield from _numbered(_about_people(alone, each, file, people, options.carrier), numbers, least=0)


def _about_people(
    alone: Interchange, each: TransactionSet, file: InHand, people: Counter[str], carrier: CarrierRules | None
) -> Iterator[Fault]:
    dated = file.facts.as_of != UNREADABLE_DATE
    rules = RULES if dated else tuple(rule for rule in RULES if rule.code not in _BY_THE_DAY_OF_THE_FILE)
    for told in told_sets(alone):
        people["members"] += len(told.members)
        people["subscribers"] += sum(member.is_subscriber for member in told.members)
        if each.body.id == GUIDE_005010X220A1.body.id:
            yield from totals_of_set(told)
            yield from check_situations(told, file, rules)
            yield from check_carrier(told, carrier) if carrier else ()


def _numbered(faults: Iterable[Fault], numbers: tuple[int, ...], *, least: int) -> Iterator[Fault]:
    """Faults of a set that was looked at alone, with the numbers of the file; those of what is before it, once."""
    for fault in faults:
        if fault.number == 0 or fault.number >= least:
            number = numbers[min(max(fault.number, 1), len(numbers)) - 1]
            yield Fault(fault.code, fault.message, number, fault.path, fault.severity)


def _guide(group: GroupHeader) -> Guide | None:
    return GUIDES.get((group.version, group.functional_id, "834"))


def _day(told: Interchange, group: GroupHeader) -> date:
    return group.date if group.date != UNREADABLE_DATE else told.header.date


def _facts(told: Interchange, day: date) -> FileFacts:
    """What the rules ask of a file; of one that is not ours nothing else is known."""
    return FileFacts(
        feed_id=FeedId("judged"), control_number=told.header.control_number, reference="",
        created=datetime.combine(day, time(0), UTC), as_of=day, is_test=told.header.usage == "T", remote_name="",
    )  # fmt: skip


def _read(found: ReadFinding) -> Fault:
    # A letter as ISA11 is the habit of 4010: such a file repeats nothing, and is understood.
    habit = found.code == "E834-0512" and found.element == 11
    path = f"{found.loop}/{found.segment_id}" + (f"{found.element:02}" if found.element else "")
    return Fault(found.code, found.message, found.segment_number, path, Severity.WARNING if habit else Severity.ERROR)


def _address(path: str) -> tuple[str, str, str, str]:
    """Loop, segment, qualifier and element of an address; "" for what it lacks or the guide does not know."""
    if path in GUIDE_005010X220A1.loops:
        return path, "", "", ""
    found = _PATH.fullmatch(path)
    if found is None or found["segment"] not in _known_ids():
        loop = path.partition("/")[0] if "/" in path else ""
        return (loop if loop in GUIDE_005010X220A1.loops else ""), "", "", ""
    loop = found["loop"] or ""
    qualified = found["qualified"] or ""
    if qualified and (found["segment"], qualified[1:-1]) not in _known_qualifiers():
        qualified = "[?]"
    return (loop if loop in GUIDE_005010X220A1.loops else ""), found["segment"], qualified, found["element"] or ""


def _path(loop: str, segment: str, rest: str) -> str:
    return "/".join(part for part in (loop, segment + rest) if part)


@cache
def _known_ids() -> frozenset[str]:
    loops = GUIDE_005010X220A1.loops.values()
    return frozenset({*_ENVELOPE, *(segment.id for loop in loops for segment in loop.segments())})


@cache
def _known_qualifiers() -> frozenset[tuple[str, str]]:
    segments = (segment for loop in GUIDE_005010X220A1.loops.values() for segment in loop.segments())
    return frozenset(
        (segment.id, code) for segment in segments if segment.elements for code in segment.elements[0].codes
    )


def _segments(interchanges: Iterable[JudgedInterchange]) -> int:
    return sum(1 + len(one.raw.segments) for one in interchanges)
