"""Nothing leaves the gate as checked that has an error, whatever its format."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from edi834.check import CheckOutcome, check_flat, check_worklist, check_x12
from edi834.check.fault import MOST_OF_ONE_CODE, bounded
from edi834.errors import UnexpectedError
from edi834.flat import CountOf, FlatField, FlatRecord, Layout, LayoutKind, Level, RecordType, write_flat
from edi834.mapping.document import Document, DocumentSet, FileFacts, FileFormat
from edi834.model import FamilyRef, FeedId, Finding, GroupId, MemberId, Severity
from edi834.x12 import Loop
from tests.check.documents import document_of
from tests.x12.builders import coverage, interchange, member, names, of_members, transaction_set
from tests.x12.shapes import SHAPES

FACTS = FileFacts(
    feed_id=FeedId("granite-life"),
    control_number=7,
    reference="GL-7",
    created=datetime(2024, 3, 1, 22, 15),
    as_of=date(2024, 3, 1),
    is_test=True,
    remote_name="GL_7.txt",
)
FAMILY = FamilyRef(GroupId("acme"), MemberId("S1"))


def _worker(n: int, *, begins: str = "20240101", zip_: str = "83702") -> Loop:
    return member(
        "INS*Y*18*001*22*A***FT", f"REF*0F*E{n}", "DTP*303*D8*20240201",
        names(f"NM1*IL*1*ROE*N{n}", "N3*1 MAIN ST", f"N4*BOISE*ID*{zip_}"),
        coverage("HD*001**HLT*PPO*EMP", f"DTP*348*D8*{begins}"),
    )  # fmt: skip


def _codes(outcome: CheckOutcome) -> list[str]:
    return [finding.code for finding in outcome.findings]


def test_a_checked_document_is_the_document_with_its_warnings() -> None:
    document = document_of(of_members(_worker(1, zip_="83702-1234")))

    outcome = check_x12(document)

    assert outcome.checked is not None
    assert outcome.checked.document is document
    assert outcome.checked.warnings == outcome.findings
    assert [(f.code, f.severity) for f in outcome.findings] == [("E834-1063", Severity.WARNING)]


def test_invented_people_may_have_numbers_that_were_never_issued() -> None:
    reported = of_members(*SHAPES["the end of employment"])
    live = document_of(replace(reported, header=replace(reported.header, usage="P", date=date(2024, 10, 1))))

    assert _codes(check_x12(live)) == ["E834-1036", "E834-1036"]
    assert check_x12(live, invented_people=True).checked is not None


def test_errors_come_first() -> None:
    outcome = check_x12(document_of(of_members(_worker(1, zip_="83702-1234"), _worker(2, begins="20240230"))))

    assert outcome.checked is None
    assert _codes(outcome) == ["E834-1013", "E834-1063"]


def test_a_finding_names_the_family_it_concerns() -> None:
    outcome = check_x12(document_of(of_members(_worker(1), _worker(2, begins="20240230"), _worker(3))))

    (finding,) = outcome.findings
    assert finding.about == FamilyRef(GroupId("acme"), MemberId("S2"))
    assert outcome.families == {finding.about}


def test_no_family_is_named_where_the_document_tells_of_others() -> None:
    document = document_of(of_members(_worker(1), _worker(2, begins="20240230")))
    fewer = replace(document, sets=(replace(document.sets[0], families=document.sets[0].families[:1]),))

    (finding,) = check_x12(fewer).findings
    assert finding.about is None


def test_leaving_out_families_helps_only_where_every_error_is_about_one() -> None:
    wrong = document_of(of_members(_worker(1), _worker(2, begins="20240230")))

    assert len(check_x12(wrong).families) == 1
    assert check_x12(replace(wrong, records=1)).families == frozenset()
    assert check_x12(document_of(of_members(_worker(1)))).families == frozenset()


def test_a_dependent_belongs_to_the_family_of_its_subscriber() -> None:
    sam = SHAPES["a new hire with medical and dental and a child"]
    broken = replace(sam[1], children=tuple(c for c in sam[1].children if getattr(c, "id", "") != "2100A"))

    outcome = check_x12(document_of(of_members(_worker(1), sam[0], broken)))

    assert {(f.code, f.about) for f in outcome.findings} == {("E834-1005", FamilyRef(GroupId("acme"), MemberId("S2")))}


def test_many_mistakes_of_one_kind_are_counted_and_not_all_listed() -> None:
    outcome = check_x12(document_of(of_members(*(_worker(n, begins="20240230") for n in range(MOST_OF_ONE_CODE + 10)))))

    assert len(outcome.findings) == MOST_OF_ONE_CODE + 1
    assert outcome.findings[-1].message.startswith("and 10 more")
    assert len(outcome.families) == MOST_OF_ONE_CODE + 10


def test_warnings_never_crowd_out_an_error() -> None:
    warnings = [Finding("E834-1060", Severity.WARNING, f"{n}") for n in range(200)]

    kept = list(bounded([*warnings, Finding("E834-1060", Severity.ERROR, "this one")]))

    assert [f.message for f in kept if f.severity is Severity.ERROR] == ["this one"]


def test_the_document_is_not_printed_with_its_outcome() -> None:
    outcome = check_x12(document_of(of_members(*SHAPES["a death"])))

    assert "DOE" not in repr(outcome)


def test_a_document_of_another_format_is_a_defect() -> None:
    x12 = document_of(of_members(*SHAPES["a death"]))
    checks: tuple[Callable[[], CheckOutcome], ...] = (
        lambda: check_x12(replace(x12, interchange=None)),
        lambda: check_x12(replace(x12, format=FileFormat.FLAT)),
        lambda: check_flat(x12, LAYOUT),
        lambda: check_worklist(x12, json.loads),
    )
    for check in checks:
        with pytest.raises(UnexpectedError) as error:
            check()
        assert error.value.code == "E834-1090"


def test_sets_without_anybody_are_refused() -> None:
    assert _codes(check_x12(document_of(interchange(transaction_set())))) == ["E834-1005"]


def _kind(letter: str) -> FlatField:
    return FlatField(name="type", width=1, constant=letter)


LAYOUT = Layout(
    kind=LayoutKind.FIXED,
    record_length=12,
    records=(
        RecordType("H", Level.FILE_HEADER, (_kind("H"), FlatField(name="date", width=11))),
        RecordType("D", Level.MEMBER, (_kind("D"), FlatField(name="name", width=11))),
        RecordType("T", Level.FILE_TRAILER, (_kind("T"), FlatField(name="count", width=11, count=CountOf.DETAIL))),
    ),
)  # fmt: skip


def _flat(*names_: str) -> Document:
    people = (FlatRecord("D", ("", name)) for name in names_)
    written = write_flat(LAYOUT, (FlatRecord("H", ("", "20240301")), *people, FlatRecord("T", ("", ""))))
    assert written.content is not None
    sets = (DocumentSet("0001", (FAMILY,), len(names_)),)
    return Document(FACTS, FileFormat.FLAT, written.content, sets, records=len(written.records))


def test_a_flat_file_that_reads_back_is_checked() -> None:
    outcome = check_flat(_flat("ROE", "DOE"), LAYOUT)

    assert outcome.checked is not None
    assert outcome.checked.second_opinion == "not an X12 file"
    assert outcome.findings == ()


@pytest.mark.parametrize(
    ("sound", "wrong", "code"),
    [
        (b"T2  ", b"T3  ", "E834-1133"),
        (b"DROE", b"XROE", "E834-1130"),
        (b"DROE ", b"DROE", "E834-1130"),
        (b"DROE        \r\n", b"", "E834-1133"),
        (b"DROE        \r\n", b"", "E834-1080"),
        (b"\r\nT", b"\nT", "E834-1130"),
    ],
)
def test_a_flat_file_that_is_not_what_its_layout_says_is_refused(sound: bytes, wrong: bytes, code: str) -> None:
    document = _flat("ROE", "DOE")
    assert sound in document.content

    outcome = check_flat(replace(document, content=document.content.replace(sound, wrong, 1)), LAYOUT)

    assert outcome.checked is None
    assert code in _codes(outcome)
    assert not any("ROE" in f"{f.message}{f.place}" for f in outcome.findings)


def test_a_flat_file_with_other_records_than_the_document_says_is_refused() -> None:
    assert _codes(check_flat(replace(_flat("ROE"), records=2), LAYOUT)) == ["E834-1080"]


def test_a_flat_file_whose_records_spell_other_bytes_is_refused() -> None:
    """Quotation marks that the layout does not write say the same, and are not what was written."""
    layout = Layout(
        kind=LayoutKind.DELIMITED, records=(RecordType("D", Level.MEMBER, (FlatField(name="a"), FlatField(name="b"))),)
    )
    written = write_flat(layout, (FlatRecord("D", ("ROE", "KIM")),)).content or b""
    sets = (DocumentSet("0001", (FAMILY,), 1),)
    document = Document(FACTS, FileFormat.FLAT, written, sets, records=1)

    assert check_flat(document, layout).checked is not None
    assert _codes(check_flat(replace(document, content=b'"ROE",KIM\r\n'), layout)) == ["E834-1081"]


def _worklist(content: bytes) -> Document:
    sets = tuple(DocumentSet(f"{n:04}", (FAMILY,), 1) for n in (1, 2))
    return Document(FACTS, FileFormat.WORKLIST, content, sets, records=2)


def test_a_worklist_with_an_item_for_each_unit_is_checked() -> None:
    outcome = check_worklist(_worklist(b'["one", "two"]'), json.loads)

    assert outcome.checked is not None
    assert outcome.findings == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [(b'["one"]', "E834-1086"), (b"3", "E834-1086"), (b'["one", "tw', "E834-1085"), (b"\xff", "E834-1085")],
)
def test_a_worklist_that_cannot_be_read_back_or_has_other_items_is_refused(content: bytes, code: str) -> None:
    outcome = check_worklist(_worklist(content), json.loads)

    assert outcome.checked is None
    assert _codes(outcome) == [code]
