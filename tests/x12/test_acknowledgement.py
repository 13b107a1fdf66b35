"""What carriers answer is understood whole or not at all; and a carrier's answer can be written for the demo."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.errors import UnexpectedError
from edi834.x12 import (
    TA1,
    Ack999,
    Delimiters,
    ElementError,
    SegmentError,
    SetVerdict,
    read_acknowledgements,
    write,
    write_999,
    write_ta1,
)
from tests.x12 import stranger
from tests.x12.builders import GROUP, header, interchange, of_members, transaction_set
from tests.x12.shapes import SHAPES

MEMBERS = SHAPES["a new hire with medical and dental and a child"]
SENT = interchange(*(transaction_set(*MEMBERS, number=number) for number in ("0001", "0002", "0003")))
WHEN = {"control_number": 7, "date": date(2024, 3, 2), "time": time(6, 30)}
WRONG = SegmentError("NM1", 10, "2100", "8", (ElementError(9, "5", reference="67"), ElementError(5, "7", 2, 1, "1037")))

ENVELOPE = (
    "ISA*00*          *00*          *ZZ*EVERGREEN      *30*900123456      *240302*0630*^*00501*000000007*0*T*:~"
    "GS*FA*EVERGREEN*900123456*20240302*0630*1*X*005010X231A1~ST*999*0001*005010X231A1~{}SE*{}*0001~GE*1*1~"
    "IEA*1*000000007~"
)


def _file(*segments: str) -> bytes:
    return ENVELOPE.format("".join(f"{segment}~" for segment in segments), len(segments) + 2).encode()


def _only(content: bytes) -> Ack999 | TA1:
    result = read_acknowledgements(content)
    assert result.findings == ()
    (found,) = result.found
    return found


def test_a_file_that_is_accepted_as_a_whole() -> None:
    answer = _only(write_999(SENT, **WHEN))  # type: ignore[arg-type]

    assert isinstance(answer, Ack999)
    assert (answer.verdict, answer.included, answer.received, answer.accepted) == ("A", 3, 3, 3)
    assert (answer.group_control_number, answer.functional_id, answer.version) == (42, "BE", "005010X220A1")
    assert [one.verdict for one in answer.sets] == ["A", "A", "A"]
    assert (answer.envelope.sender_id, answer.envelope.receiver_id) == ("EVERGREEN", "900123456")
    assert answer.envelope.control_number == 7


def test_a_file_of_which_one_transaction_set_is_rejected() -> None:
    verdict = SetVerdict("0002", "R", ("5",), (WRONG,))

    answer = _only(write_999(SENT, [verdict], **WHEN))  # type: ignore[arg-type]

    assert isinstance(answer, Ack999)
    assert (answer.verdict, answer.accepted) == ("P", 2)
    assert answer.sets[1] == verdict
    assert (answer.verdict_on("0002"), answer.verdict_on("0001"), answer.verdict_on("9999")) == ("R", "A", None)


@pytest.mark.parametrize(
    ("verdicts", "group", "accepted"), [("AAA", "A", 3), ("AEA", "E", 3), ("RRR", "R", 0), ("RER", "P", 1)]
)
def test_the_verdict_on_a_group_follows_from_those_on_its_sets(verdicts: str, group: str, accepted: int) -> None:
    given = [SetVerdict(f"000{n}", verdict) for n, verdict in enumerate(verdicts, start=1)]  # type: ignore[arg-type]

    answer = _only(write_999(SENT, given, **WHEN))  # type: ignore[arg-type]

    assert isinstance(answer, Ack999)
    assert (answer.verdict, answer.accepted) == (group, accepted)


def test_the_stranger_accepts_our_acknowledgments() -> None:
    for content in (
        write_999(SENT, **WHEN),  # type: ignore[arg-type]
        write_999(SENT, [SetVerdict("0002", "R", ("5",), (WRONG,))], **WHEN),  # type: ignore[arg-type]
        write_ta1(SENT, **WHEN),  # type: ignore[arg-type]
    ):
        assert stranger.accepts(content), stranger.complaints(content)


def test_the_acknowledgment_a_stranger_writes_is_understood() -> None:
    broken = write(SENT).text.replace(b"DTP*348*D8*20240201", b"DTP*348*D8*20241301", 1)
    content = stranger.complaints(broken).replace("\n", "").encode()
    (answer,) = (one for one in read_acknowledgements(content).found if isinstance(one, Ack999))

    assert answer.group_control_number == 42
    assert [(one.control_number, one.verdict) for one in answer.sets] == [("0001", "R"), ("0002", "A"), ("0003", "A")]
    (wrong,) = answer.sets[0].errors
    found = write(SENT).index().locate(42, "0001", wrong.position)
    assert wrong.segment_id == "DTP"
    assert found is not None
    assert (found.member, found.coverage) == (1, 1)


@pytest.mark.parametrize(("verdict", "note"), [("A", "000"), ("E", "031"), ("R", "025")])
def test_a_verdict_on_the_interchange_is_read(verdict: str, note: str) -> None:
    answer = _only(write_ta1(SENT, verdict, note, **WHEN))  # type: ignore[arg-type]

    assert isinstance(answer, TA1)
    assert (answer.interchange_control_number, answer.verdict, answer.note_code) == (42, verdict, note)
    assert (answer.date, answer.time) == (date(2024, 3, 1), time(22, 15))


def test_several_groups_are_answered_one_by_one() -> None:
    second = replace(GROUP, control_number=43)
    sent = replace(SENT, groups=(*SENT.groups, (second, (transaction_set(*MEMBERS, head=header("4")),))))

    found = read_acknowledgements(write_999(sent, **WHEN)).found  # type: ignore[arg-type]

    assert [one.group_control_number for one in found if isinstance(one, Ack999)] == [42, 43]


def test_an_interchange_verdict_and_a_group_verdict_may_come_in_one_file() -> None:
    both = _file("AK1*BE*42*005010X220A1", "AK9*A*1*1*1").replace(b"GS*FA", b"TA1*000000042*240301*2215*A*000~GS*FA", 1)

    assert [type(one) for one in read_acknowledgements(both).found] == [TA1, Ack999]


def test_a_carrier_may_tell_only_what_it_rejects() -> None:
    answer = _only(_file("AK1*BE*42*005010X220A1", "AK2*834*0002", "IK5*R*5", "AK9*P*3*3*2"))

    assert isinstance(answer, Ack999)
    assert (answer.verdict_on("0002"), answer.verdict_on("0001")) == ("R", None)


def test_a_verdict_without_sets_is_one_on_all_of_them() -> None:
    answer = _only(_file("AK1*BE*42*005010X220A1", "AK9*R*3*3*0*1"))

    assert isinstance(answer, Ack999)
    assert (answer.verdict_on("0001"), answer.codes) == ("R", ("1",))


def test_an_older_997_is_read_too() -> None:
    content = (
        _file("AK1*BE*42", "AK2*834*0001", "AK3*NM1*10*2100A*8", "AK4*9*67*5*900456789", "AK5*R*5", "AK9*R*1*1*0")
        .replace(b"005010X231A1", b"005010")
        .replace(b"ST*999*0001*005010", b"ST*997*0001")
    )
    answer = _only(content)

    assert isinstance(answer, Ack999)
    assert answer.kind == "997"
    assert answer.sets[0].errors == (SegmentError("NM1", 10, "2100A", "8", (ElementError(9, "5", reference="67"),)),)


def test_a_copy_of_a_wrong_value_is_not_kept() -> None:
    reported = ["IK3*NM1*10*2100*8", "CTX*SITUATIONAL TRIGGER*INS*5**3", "CTX*SUBSCRIBER NUMBER:900456789"]
    wrong = "IK4*9*67*5*900456789"
    answer = _only(_file("AK1*BE*42*005010X220A1", "AK2*834*0001", *reported, wrong, "IK5*R*5", "AK9*R*1*1*0"))

    assert isinstance(answer, Ack999)
    assert answer.sets[0].errors[0].triggers == ("INS03", "SUBSCRIBER NUMBER")
    assert "900456789" not in repr(answer)


@pytest.mark.parametrize(
    "segments",
    [
        ["AK1*BE*42", "AK2*834*0001", "AK9*A*1*1*1"],
        ["AK1*BE*42", "AK2*834*0001", "IK5*Q", "AK9*A*1*1*1"],
        ["AK1*BE*42", "IK5*A", "AK9*A*1*1*1"],
        ["AK1*BE*4X2", "AK9*A*1*1*1"],
        ["AK1*BE*42", "AK9*?*1*1*1"],
        ["AK1*BE*42", "AK9*A*one*1*1"],
        ["AK1*BE*42", "AK2*834*0001", "IK4*1**1", "IK5*R", "AK9*R*1*1*0"],
        ["AK1*BE*42", "AK2*834*0001", "IK3*NM1*X**8", "IK5*R", "AK9*R*1*1*0"],
        ["AK1*BE*42", "AK2*834*0001", "INS*Y", "IK5*R", "AK9*R*1*1*0"],
        ["AK1*BE*42", "AK2*834*0001", "IK5*R"],
        ["BGN*00*1"],
        [],
    ],
)
def test_an_acknowledgment_that_is_not_understood_moves_nothing(segments: list[str]) -> None:
    result = read_acknowledgements(_file(*segments))

    assert result.found == ()
    assert [finding.code for finding in result.findings] == ["E834-0532"]


def test_one_that_is_not_understood_does_not_hide_the_others() -> None:
    ta1 = _file("AK1*BE*42", "AK9*A*1*1*1").replace(b"GS*FA", b"TA1*000000042*240301*2215*Z*000~GS*FA", 1)
    result = read_acknowledgements(ta1)

    assert [type(one) for one in result.found] == [Ack999]
    assert [(finding.code, finding.segment_id) for finding in result.findings] == [("E834-0532", "TA1")]


def test_a_file_that_was_cut_moves_nothing() -> None:
    whole = write_999(SENT, **WHEN)  # type: ignore[arg-type]

    for end in range(len(whole) - 1):
        result = read_acknowledgements(whole[:end])
        assert result.found == (), end
        assert result.findings


def test_a_file_too_large_to_be_an_acknowledgment_is_not_read() -> None:
    result = read_acknowledgements(b"ISA" * 100, max_bytes=299)

    assert [finding.code for finding in result.findings] == ["E834-0531"]


def test_a_file_that_acknowledges_nothing_says_so() -> None:
    empty = write_ta1(SENT, **WHEN).replace(b"TA1*000000042*240301*2215*A*000~", b"")  # type: ignore[arg-type]

    assert [finding.code for finding in read_acknowledgements(empty).findings] == ["E834-0533"]


def test_a_file_of_members_is_no_acknowledgment() -> None:
    assert read_acknowledgements(write(SENT).text).found == ()


def test_a_loop_is_reported_in_the_four_characters_there_are_for_it() -> None:
    wrong = SetVerdict("0002", "R", ("5",), (replace(WRONG, loop="2100A"),))

    assert b"IK3*NM1*10*2100*8~" in write_999(SENT, [wrong], **WHEN)  # type: ignore[arg-type]


def test_a_verdict_on_what_was_not_received_cannot_be_written() -> None:
    with pytest.raises(UnexpectedError, match="E834-0506"):
        write_999(SENT, [SetVerdict("0009", "R")], **WHEN)  # type: ignore[arg-type]


def test_the_answer_uses_the_delimiters_of_what_was_received() -> None:
    sent = replace(of_members(*MEMBERS), delimiters=Delimiters("|", ">", "!", "~", "\n"))

    assert b"\nAK1|BE|42|005010X220A1~\n" in write_999(sent, **WHEN)  # type: ignore[arg-type]


@given(st.binary(max_size=300))
def test_no_bytes_break_it(content: bytes) -> None:
    read_acknowledgements(content)


SOUND = write_999(SENT, [SetVerdict("0002", "R", ("5",), (WRONG,))], **WHEN)  # type: ignore[arg-type]


@given(st.integers(0, len(SOUND) - 1), st.integers(0, 20), st.text("AIKRX5:*~^ 0", max_size=5))
def test_no_damage_breaks_it(at: int, cut: int, put: str) -> None:
    read_acknowledgements(SOUND[:at] + put.encode() + SOUND[at + cut :])
