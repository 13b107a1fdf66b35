"""The automaton accepts what the guide check finds nothing in, and nothing else."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings

from edi834.check.automaton import GuideOptions, automaton, check_stream
from edi834.check.automaton.segments import segment
from edi834.check.automaton.values import Marks, trie
from edi834.check.guide_check import Walk
from edi834.x12 import GUIDE_005010X220A1, Delimiters, ElementDef, Interchange, SegmentDef, read, write
from edi834.x12.reading.placing import SetReader
from edi834.x12.reading.tokens import RawSegment, ReadFinding
from tests.x12 import strategies
from tests.x12.builders import of_members
from tests.x12.shapes import REPEATED, SHAPES

GUIDE = GUIDE_005010X220A1
MARKS = Delimiters()
NAME = "NM1*IL*1*DOE*JANE~"
BEGIN = "INS*Y*18*030*XN*A~REF*0F*E1~"
USES = [
    (loop, one)
    for id, loop in GUIDE.loops.items()
    if id not in ("ISA_LOOP", "GS_LOOP", "ST_LOOP")
    for one in loop.segments()
]
OTHER_VALUES = (
    "", "", "", "X", "12", "ABC", "D8", "RD8", "34", "ZZ", "CY", "ID", "CA", "US", "20240229", "20230229", "19000229",
    "20000229", "00000101", "00010101", "99991231", "20240431", "20241301", "20240101-20240131", "20240131-20240101",
    "20240101-20240101", "20231231-20240101", "20240101-20240230", "0", "-1", "-.5", "5.", "1.25", "--1", "1234",
    "2359", "2400", "235960", "2359591", "23595912", "235959123", " A", "A ", "A B", " ", "A:B", "A:0", "A:0:1",
    "X" * 257, ":RET:2106-3", "C:RET:1^D",
    "1^35", "A^", "A:", "9" * 9, "9" * 16, "9" * 19, "X" * 36, "X" * 61, "X" * 81,
)  # fmt: skip


def _accepted(body: str, *, without: frozenset[str] = frozenset()) -> bool:
    """Whether the automaton accepts one member."""
    content = body.encode() + b"SE*1*0001~"
    found = automaton(MARKS, GUIDE, without).member.match(content)
    return found is not None and content[found.end() :].startswith(b"SE*")


def _faults(body: str) -> list[str]:
    """What reader and guide check find in one member, segment by segment."""
    notes: list[ReadFinding] = []
    reader = SetReader("0001", 1, GUIDE, MARKS, notes, [])
    reader.pass_over(1, GUIDE.loop("HEADER"))
    for number, text in enumerate(body.strip("~").split("~"), start=3):
        id, *elements = text.split("*")
        reader.add(RawSegment(number, id, tuple(elements)))
    walk = Walk(2)
    opened = walk.open(GUIDE.body)
    walk.passed("HEADER", 1, opened)
    for child in reader.drain():
        walk.child(child, opened)
    walk.close(opened)
    return [one.code for one in walk.faults] + [one.code for one in notes]


def _value(rng: random.Random, place: ElementDef) -> str:
    if place.codes and rng.random() < 0.7:
        return rng.choice(place.codes)
    return rng.choice(OTHER_VALUES)


def _variations(definition: SegmentDef, rng: random.Random, number: int) -> Iterator[list[str]]:
    """Segments near to right: what is required is mostly there, and what is unused mostly not."""
    for _ in range(number):
        sent = {"R": 0.95, "S": rng.choice([0.1, 0.5]), "N": 0.02}
        values = [_value(rng, place) if rng.random() < sent[place.usage] else "" for place in definition.elements]
        if rng.random() < 0.9:
            while values and not values[-1]:
                values.pop()
        else:
            values += rng.choice([[""], ["X"], ["", ""]])
        yield values


def test_every_use_of_every_segment_is_accepted_exactly_where_nothing_is_found() -> None:
    """The expression of a segment against the reader and the walk, of whatever may be written into it."""
    rng, marks, both = random.Random(834), Marks.of(MARKS), {True: 0, False: 0}
    for loop, definition in USES:
        expression = re.compile(
            segment(definition, marks).replace("(?P<same>", "(?P<same0>").replace("same)", "same0)")
        )
        for values in _variations(definition, rng, 120):
            text = "*".join([definition.id, *values]) + "~"
            notes: list[ReadFinding] = []
            reader = SetReader("0001", 1, GUIDE, MARKS, notes, [])
            raw = RawSegment(1, definition.id, tuple(values))
            walk = Walk(1)
            walk.segment(reader._segment(raw, definition), definition, loop.id)
            known = not definition.qualifiers or bool(values and values[0] in definition.qualifiers)
            sound = known and not walk.faults and not notes
            accepted = expression.fullmatch(text) is not None
            both[accepted] += 1
            # An empty part at the end of a composite, or of a repetition, is left out by the reader; we look twice.
            odd = any(part.endswith((":", "^")) or "^:" in part for part in values)
            assert accepted == sound or (odd and not accepted), (loop.id, text, walk.faults, notes)
    assert min(both.values()) > 1000


@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(strategies.interchanges(marks=MARKS, conformant=True))
def test_whatever_the_guide_allows_passes_without_a_look(reported: Interchange) -> None:
    check = check_stream(io.BytesIO(write(reported).text))

    assert (check.findings, check.passed) == ((), check.members)


@pytest.mark.parametrize(
    ("marks", "line_end"),
    [(b"|>!\n", b""), (b"\x1d>^\r", b"\n"), (b"][\\%", b"\r\n"), (b"^*$+", b" \n\n"), (b"*:^~", b"\n")],
)
def test_any_marks_will_do_and_lines_or_none(marks: bytes, line_end: bytes) -> None:
    usual = write(of_members(*REPEATED, *SHAPES["a disability"])).text
    content = usual.translate(bytes.maketrans(b"*:^~", marks)).replace(marks[3:], marks[3:] + line_end)
    check = check_stream(io.BytesIO(content))

    assert (check.findings, check.passed) == ((), 2)


@pytest.mark.parametrize("name", SHAPES)
def test_the_usual_occasions_pass(name: str) -> None:
    check = check_stream(io.BytesIO(write(of_members(*SHAPES[name])).text))

    assert (check.findings, check.passed) == ((), len(SHAPES[name]))


def test_repeated_elements_pass() -> None:
    assert check_stream(io.BytesIO(write(of_members(*REPEATED)).text)).passed == 1


@pytest.mark.parametrize("order", list(permutations(["REF*0F*E1~", "REF*1L*G~", "REF*17*A~", "REF*DX*B~"])))
def test_identifiers_of_a_member_stand_in_any_order(order: tuple[str, ...]) -> None:
    body = "INS*Y*18*030*XN*A~" + "".join(order) + NAME

    assert _accepted(body)
    assert _faults(body) == []


@pytest.mark.parametrize(
    "order",
    list(permutations([NAME, "NM1*31*1~N3*1 MAIN~N4*BOISE*ID*83702~", "NM1*QD*1*DOE*ANN~", "NM1*36*2*ACME~"])),
)
def test_people_and_places_of_a_member_stand_in_any_order(order: tuple[str, ...]) -> None:
    assert _accepted(BEGIN + "".join(order))
    assert _faults(BEGIN + "".join(order)) == []


COVERAGE = "HD*030**HLT~DTP*348*D8*20240101~"
COB = "COB*P**5~"
MOST = {
    "REF*0F*E1~": (1, "INS*Y*18*030*XN*A~{}" + NAME),
    "REF*1L*G~": (1, BEGIN + "{}" + NAME),
    "REF*17*A~": (13, BEGIN + "{}REF*1L*G~" + NAME),
    "DTP*303*D8*20240101~": (24, BEGIN + "{}" + NAME),
    NAME: (1, BEGIN + "{}"),
    "NM1*36*1~": (3, BEGIN + NAME + "{}"),
    "NM1*QD*1*DOE~": (13, BEGIN + NAME + "{}NM1*31*1~N3*A~N4*BOISE~"),
    "NM1*45*1~": (1, BEGIN + NAME + "{}"),
    "AMT*P3*1~": (7, BEGIN + NAME + "{}"),
    COVERAGE: (99, BEGIN + NAME + "{}"),
    "DTP*349*RD8*20240101-20240131~": (6, BEGIN + NAME + "HD*030**HLT~{}"),
    "AMT*R*1~": (9, BEGIN + NAME + COVERAGE + "{}"),
    "REF*CE*1~": (14, BEGIN + NAME + COVERAGE + "{}REF*QQ*1~"),
    "REF*QQ*1~": (1, BEGIN + NAME + COVERAGE + "REF*17*1~{}REF*17*2~"),
    "IDC*A*H~": (3, BEGIN + NAME + COVERAGE + "{}"),
    "LX*1~NM1*P3*1*A*****SV*12*25~": (30, BEGIN + NAME + COVERAGE + "{}"),
    COB: (5, BEGIN + NAME + COVERAGE + "{}"),
    "REF*60*1~": (4, BEGIN + NAME + COVERAGE + COB + "{}"),
    "NM1*IN*2~": (3, BEGIN + NAME + COVERAGE + COB + "{}"),
    "LS*2700~LE*2700~": (1, BEGIN + NAME + "{}"),
}


@pytest.mark.parametrize("one", MOST)
def test_as_often_as_the_guide_allows_and_not_once_more(one: str) -> None:
    most, around = MOST[one]
    right, wrong = around.format(one * most), around.format(one * (most + 1))

    assert _accepted(right)
    assert _faults(right) == []
    assert not _accepted(wrong)
    assert _faults(wrong) != []


@pytest.mark.parametrize(
    "body",
    [
        "INS*Y*18*030*XN*A~" + NAME, BEGIN, BEGIN + NAME + "HD*030**HLT~", BEGIN + NAME + "LS*2700~LX*1~N1*75*A~",
        BEGIN + NAME + "LX*1~N1*75*A~LE*2700~", BEGIN + "NM1*31*1~N3*A~N4*BOISE~", BEGIN + NAME + "N4*BOISE~N3*A~",
        BEGIN + NAME + COVERAGE + "LX*1~LE*2700~", BEGIN + NAME + COVERAGE + "DTP*007*D8*20240101~",
        BEGIN + NAME + "ZZZ~",
    ],
)  # fmt: skip
def test_what_is_missing_or_misplaced_is_not_accepted(body: str) -> None:
    assert not _accepted(body)
    assert _faults(body) != []


def test_codes_are_reported_letter_by_letter() -> None:
    expression = re.compile(trie(["1", "10", "ZZ", "A1", "A2", "B1", "B2"]))

    for text in ("1", "10", "ZZ", "A1", "B2"):
        assert expression.fullmatch(text)
    for text in ("", "11", "Z", "A", "C1", "A3", "100"):
        assert not expression.fullmatch(text)


@pytest.mark.parametrize(("list_", "city"), [("states", "N4*NICE*QQ"), ("countries", "N4*NICE***QQ")])
def test_each_list_of_others_may_be_left_out(list_: str, city: str) -> None:
    body = BEGIN + NAME + "N3*A~" + city + "~"
    content = write(of_members(*SHAPES["a death"])).text
    content = content.replace(b"~HD*", b"~N3*A~" + city.encode() + b"~HD*", 1).replace(b"SE*11", b"SE*13")

    assert not _accepted(body)
    assert _accepted(body, without=frozenset({list_}))
    found = check_stream(io.BytesIO(content)).findings
    assert [one.code for one in found if one.code == "E834-1012"] == ["E834-1012"]
    left = check_stream(io.BytesIO(content), GuideOptions(frozenset({list_}))).findings
    assert [one.code for one in left if one.code == "E834-1012"] == []


def test_a_guide_is_compiled_once_for_the_same_marks() -> None:
    assert automaton(Delimiters(newline="\n")) is automaton(Delimiters())
    assert automaton(Delimiters(segment="|")) is not automaton(Delimiters())


def test_what_it_accepts_can_be_read() -> None:
    """The bodies above are those of a file, and not of a grammar of our own."""
    assert read(write(of_members(*REPEATED)).text).findings == ()
