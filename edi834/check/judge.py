"""Any 834 of anyone's, judged from its bytes: the reader's findings, the guide, totals and situations, in one list.

Whatever the bytes are there is a verdict and never an exception; numbers of segments are those of the file as it
stands, and no value is repeated: an identifier or qualifier that the guide does not know is shown as ``?``.
Files of our own are checked against their plan as well, in ``gate.py``; the answer to a sender is ``answer.py``'s.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import partial

from edi834.check.automaton import GuideOptions, Unwatched, check_stream, in_one_line, loops_in
from edi834.check.automaton.tally import of_reader
from edi834.check.balance import totals_of_set
from edi834.check.carrier import CarrierRules, check_carrier
from edi834.check.fault import Fault
from edi834.check.guide_check import check_guide
from edi834.check.judgement import Counts, Found, Judgement, JudgeOptions, Verdict, day_of, facts_of, known_ids
from edi834.check.reported import reported_sets
from edi834.check.rules.rule import InHand
from edi834.check.second_opinion import ask_pyx12
from edi834.check.situational import OF_THE_DAY, RULES, check_situations
from edi834.check.spelling import check_spelling, may_hold_control
from edi834.check.standing import JudgedInterchange, Spots
from edi834.model import Severity
from edi834.x12 import GUIDE_005010X220A1, GUIDES, Delimiters, Guide, Interchange, TransactionSet, read
from edi834.x12.document import GroupHeader
from edi834.x12.reader import UNREADABLE_DATE, InterchangeReader
from edi834.x12.reading.tokens import split

__all__ = ["Counts", "Found", "JudgeOptions", "Judgement", "Verdict", "judge"]

_PLACED_BY_READER = ("E834-0517", "E834-0518")
_PLACED_BY_GUIDE = ("E834-1001", "E834-1003")
_WORTH_COMPILING = 1 << 17  # bytes: a smaller file is judged before the automaton would be ready


def judge(content: bytes, options: JudgeOptions | None = None) -> Judgement:
    """Judge a file, whatever its bytes are. Never raises."""
    options = options or JudgeOptions()
    reading = read(content)
    pairs = zip(split(content)[0], reading.interchanges, strict=True)
    interchanges = tuple(JudgedInterchange.of(raw, reported) for raw, reported in pairs)
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
            collected.add(of_reader(found))
    words = "not asked"
    if options.second_opinion and len(interchanges) == 1 and not collected.errors:
        opinion = ask_pyx12(content, interchanges[0].reported, segments=_segments(interchanges), seed="judged")
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
        self._kept.append(Found.at(fault, spot, self._without_values(fault)))

    def _without_values(self, fault: Fault) -> str:
        """The message, in which an identifier that nobody knows may stand: it may be a name."""
        id = self._ids.get(fault.number, "")
        if id and id not in known_ids():
            return fault.message.replace(f"segment {id} ", "such segment ").replace(f"{id} has", "the segment has")
        return fault.message

    def judgement(self, people: Counter[str], words: str) -> Judgement:
        counts = Counts(
            _segments(self._interchanges), len(self._interchanges),
            sum(len(one.reported.groups) for one in self._interchanges),
            sum(1 for each in self._interchanges for _ in each.reported.transaction_sets()),
            people["members"], people["subscribers"],
        )  # fmt: skip
        return Judgement.of(self._kept, self._interchanges, counts, self._seen, self._refused, words)


def _passed(content: bytes, options: JudgeOptions) -> dict[int, int]:
    """The headers and members that the automaton accepts, by the number of the first segment: how many they have."""
    accepted = _Accepted()
    if len(content) >= _WORTH_COMPILING:
        check_stream(io.BytesIO(content), GuideOptions(options.without, 0), accepted)
    return accepted.segments


class _Accepted(Unwatched):
    """Remembers what the automaton accepted."""

    def __init__(self) -> None:
        self.segments: dict[int, int] = {}
        self._delimiters = Delimiters()

    def begins_interchange(self, reader: InterchangeReader) -> None:
        self._delimiters = reader.raw.delimiters

    def accepted_header(self, content: bytes, number: int) -> Iterable[Fault]:
        self._remember(content, number, b"BGN")
        return ()

    def accepted_members(self, content: bytes, number: int) -> Iterable[Fault]:
        self._remember(content, number, b"INS")
        return ()

    def _remember(self, content: bytes, number: int, id: bytes) -> None:
        for segments in loops_in(in_one_line(content, self._delimiters), self._delimiters, id):
            self.segments[number] = len(segments)
            number += len(segments)


def _segments_passed(passed: Mapping[int, int], shift: int, number: int) -> int:
    return passed.get(number + shift, 0)


def _faults_of(
    one: JudgedInterchange, options: JudgeOptions, people: Counter[str], passed: Mapping[int, int]
) -> Iterator[Fault]:
    """What guide, totals and situations have to say; the reader's findings come besides."""
    reported, isa = one.reported, one.raw.isa.number
    test = reported.header.usage == "T"
    in_hand: dict[date | None, InHand] = {}
    if not reported.groups:
        yield from _numbered(check_guide(reported), (isa,), least=0)
    for n, (group, standing, sets) in enumerate(one.groups()):
        guide = _guide(group)
        if not sets and guide is not None:
            bare = Interchange(reported.header, ((group, ()),), reported.delimiters)
            yield from _numbered(check_guide(bare, guide), (isa, standing.number), least=2 if n else 0)
        day = day_of(reported.header, group)
        file = in_hand.setdefault(day, InHand(facts_of(reported.header, day), options.invented_people or test))
        for m, (each, at) in enumerate(zip(sets, standing.sets, strict=True)):
            if guide is None or at.kind != "834":
                continue
            alone = Interchange(reported.header, ((group, (each,)),), reported.delimiters)
            numbers = (isa, standing.number, *at.numbers)
            asked = partial(_segments_passed, passed, numbers[2] - 3)  # in `alone` ST is the third segment
            found = check_guide(alone, guide, passed=asked, without=options.without)
            yield from _numbered(found, numbers, least=3 if m else 2 if n else 0)
            yield from _numbered(_about_people(alone, each, file, people, options.carrier), numbers, least=0)


def _about_people(
    alone: Interchange, each: TransactionSet, file: InHand, people: Counter[str], carrier: CarrierRules | None
) -> Iterator[Fault]:
    dated = file.facts.as_of != UNREADABLE_DATE
    rules = RULES if dated else tuple(rule for rule in RULES if rule.code not in OF_THE_DAY)
    for reported in reported_sets(alone):
        people["members"] += len(reported.members)
        people["subscribers"] += sum(member.is_subscriber for member in reported.members)
        if each.body.id == GUIDE_005010X220A1.body.id:
            yield from totals_of_set(reported)
            yield from check_situations(reported, file, rules)
            yield from check_carrier(reported, carrier) if carrier else ()


def _numbered(faults: Iterable[Fault], numbers: tuple[int, ...], *, least: int) -> Iterator[Fault]:
    """Faults of a set that was looked at alone, with the numbers of the file; those of what is before it, once."""
    for fault in faults:
        if fault.number == 0 or fault.number >= least:
            number = numbers[min(max(fault.number, 1), len(numbers)) - 1]
            yield Fault(fault.code, fault.message, number, fault.path, fault.severity)


def _guide(group: GroupHeader) -> Guide | None:
    return GUIDES.get((group.version, group.functional_id, "834"))


def _segments(interchanges: Iterable[JudgedInterchange]) -> int:
    return sum(1 + len(one.raw.segments) for one in interchanges)
