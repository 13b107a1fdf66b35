"""The guide check finds nothing in what the guide allows, and names the place of everything else."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import HealthCheck, given, settings

from edi834.check.fault import Fault
from edi834.check.guide_check import check_guide
from edi834.model import Severity
from edi834.x12 import Delimiters, Interchange, Loop, Segment, TransactionSet, read, write
from tests.x12 import strategies
from tests.x12.builders import GROUP, HEADER, coverage, header, interchange, loop, member, names, of_members, seg
from tests.x12.shapes import REPEATED, SHAPES

JANE = names("NM1*IL*1*DOE*JANE")


def _faults(reported: Interchange) -> list[Fault]:
    """Of the tree itself, for it may be one that the writer would not write."""
    return list(check_guide(reported))


def _codes(*members: Loop) -> list[tuple[str, str, int]]:
    return [(fault.code, fault.path, fault.number) for fault in _faults(of_members(*members))]


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(strategies.interchanges(marks=Delimiters(), conformant=True))
def test_whatever_the_guide_allows_has_no_fault(reported: Interchange) -> None:
    read_back = read(write(reported).text).interchanges[0]

    assert [fault for fault in check_guide(read_back) if fault.severity is Severity.ERROR] == []


@pytest.mark.parametrize("occasion", SHAPES)
def test_the_usual_occasions_have_no_fault(occasion: str) -> None:
    assert _faults(of_members(*SHAPES[occasion])) == []


def test_repeated_elements_have_no_fault() -> None:
    assert _faults(of_members(*REPEATED)) == []


def test_a_fault_names_code_address_and_the_segment_as_it_stands_in_the_file() -> None:
    wrong = member("INS*Y*18*030*XN*A", "REF*0F*E1", JANE, coverage("HD*030**LIF*PPO", "DTP*348*D8*20240201"))

    lines = write(of_members(wrong)).text.split(b"~")
    (fault,) = _faults(of_members(wrong))

    assert (fault.code, fault.path) == ("E834-1012", "2300/HD03")
    assert lines[fault.number - 1] == b"HD*030**LIF*PPO"


def test_a_qualifier_stands_in_the_address() -> None:
    wrong = member("INS*Y*18*030*XN*A", "REF*0F*E1", JANE, coverage("HD*030**HLT", "DTP*348*D8*20240230"))

    assert [path for _, path, _ in _codes(wrong)] == ["2300/DTP[348]03"]


def test_numbers_go_on_over_sets_and_groups() -> None:
    sound = TransactionSet("0001", Loop("ST_LOOP", (header(), member("INS*Y*18*030*XN*A", "REF*0F*E1", JANE))))
    wrong = TransactionSet("0002", Loop("ST_LOOP", (header(), member("INS*Y*18*999*XN*A", "REF*0F*E2", JANE))))
    reported = Interchange(HEADER, ((GROUP, (sound, sound, wrong)), (GROUP, (wrong,))))
    numbers = [fault.number for fault in _faults(reported)]

    # ISA, GS, then in each set ST, BGN, N1, N1, INS, REF, NM1, SE; then GE, GS, and again.
    assert numbers == [2 + 8 + 8 + 5, 2 + 24 + 2 + 5]


def test_an_unknown_loop_is_counted_and_the_numbers_stay_right() -> None:
    wrong = member(
        "INS*Y*18*030*XN*A", "REF*0F*E1", JANE, loop("2900", "XX*1", "YY*2"),
        coverage("HD*030**LIF", "DTP*348*D8*20240201"),
    )  # fmt: skip

    assert _codes(wrong) == [("E834-1001", "2900", 10), ("E834-1012", "2300/HD03", 12)]


@pytest.mark.parametrize(
    ("sent", "code", "path"),
    [
        ("INS*Y*18**XN*A", "E834-1008", "2000/INS03"),
        ("INS*Y*18*030*XN*A*****Y*D8", "E834-1015", "2000/INS"),
        ("INS*Y*18*030*XN*A********R*X", "E834-1009", "2000/INS14"),
        ("INS*Y*18*030*XN*A************x", "E834-1014", "2000/INS17"),
        ("INS*Y*18*030*XN*A*Q", "E834-1012", "2000/INS06-1"),
        ("INS*Y*18*030*XN*A*A:0:1", "E834-1009", "2000/INS06-3"),
        ("INS*Y*18*030*XN*A************1*X", "E834-1001", "2000/INS"),
    ],
)
def test_every_kind_of_fault_of_an_element_has_its_code(sent: str, code: str, path: str) -> None:
    assert (code, path, 7) in _codes(member(sent, "REF*0F*E1", JANE))


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("0", True), ("512.25", True), (".5", True), ("-.5", True), ("-12", True), ("012", True),
        ("5.", False), ("1e5", False), ("1,000", False), ("", True), ("-", False), (".", False), ("٣", False),
        ("123456789012345678", True), ("-12345678901234567.8", True), ("1234567890123456789", False),
    ],
)  # fmt: skip
def test_a_number_is_one_as_x12_writes_it(text: str, sound: bool) -> None:
    amounts = (Segment.of("AMT", "P3", text),) if text else ()
    one = Loop("2300", (seg("HD*030**HLT"), seg("DTP*348*D8*20240201"), *amounts))

    assert (_codes(member("INS*Y*18*030*XN*A", "REF*0F*E1", JANE, one)) == []) == sound


@pytest.mark.parametrize(
    ("format_", "text", "sound"),
    [
        ("D8", "20240229", True), ("D8", "20230229", False), ("D8", "99991231", True), ("D8", "00000000", False),
        ("D8", "2024022", False), ("RD8", "20240101-20240131", True), ("RD8", "20240131-20240101", False),
        ("RD8", "20240101", False), ("D8", "20240101-20240131", False), ("D8", "２０２４０１０１", False),
    ],
)  # fmt: skip
def test_a_date_is_one_of_the_calendar_in_the_format_beside_it(format_: str, text: str, sound: bool) -> None:
    one = Loop("2300", (seg("HD*030**HLT"), Segment.of("DTP", "348", format_, text)))

    assert (_codes(member("INS*Y*18*030*XN*A", "REF*0F*E1", JANE, one)) == []) == sound


@pytest.mark.parametrize("clock", ["2460", "2400", "221", "221561", "22156100000", "ab15"])
def test_a_time_of_day_is_one(clock: str) -> None:
    head = header()
    late = Loop("HEADER", (seg(f"BGN*00*R-1*20240301*{clock}****2"), *head.children[1:]))
    reported = interchange(
        TransactionSet("0001", Loop("ST_LOOP", (late, member("INS*Y*18*030*XN*A", "REF*0F*E1", JANE))))
    )

    assert {fault.path for fault in _faults(reported)} == {"HEADER/BGN04"}


def test_too_many_are_reported_once_a_loop() -> None:
    many = (coverage("HD*030**HLT", "DTP*348*D8*20240201") for _ in range(105))

    assert [code for code, _, _ in _codes(member("INS*Y*18*030*XN*A", "REF*0F*E1", JANE, *many))] == ["E834-1007"]


def test_categories_that_begin_must_end() -> None:
    """LE is situational in the guide's table, and required by what it is for."""
    open_ = loop("LS_LOOP", "LS*2700", loop("2700", "LX*1", loop("2750", "N1*75*PAY", "REF*LU*1")))

    assert [c for c, _, _ in _codes(member("INS*Y*18*030*XN*A", "REF*0F*E1", JANE, open_))] == ["E834-1004"]


def test_an_interchange_without_groups_and_a_group_without_sets_lack_what_is_required() -> None:
    assert [f.code for f in _faults(Interchange(HEADER, ()))] == ["E834-1005"]
    assert [f.code for f in _faults(Interchange(HEADER, ((GROUP, ()),)))] == ["E834-1005"]


def test_the_time_grows_with_the_file_and_not_with_its_square() -> None:
    """A file ten times as long may take thirty times as long on a busy machine, and not a hundred times."""
    members = tuple(one for members in SHAPES.values() for one in members)
    small, large = of_members(*members * 10), of_members(*members * 100)

    def taken(reported: Interchange) -> float:
        start = perf_counter()
        assert _faults(reported) == []
        return perf_counter() - start

    assert min(taken(large) for _ in range(2)) < 30 * min(taken(small) for _ in range(3))
