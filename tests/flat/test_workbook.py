"""A worksheet of text cells: read by a stranger as it was written, the same bytes every time, and never run."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.errors import ConfigurationError
from edi834.flat import (
    CountOf,
    Encoding,
    FlatField,
    FlatKind,
    FlatRecord,
    Layout,
    LayoutKind,
    Level,
    RecordType,
    SignStyle,
    read_flat,
    write_flat,
)
from edi834.flat.workbook import read_rows, workbook_of
from tests.flat.layouts import number, packed, tag, text, texts, worksheet

CONTRIBUTIONS = worksheet(
    text("Member ID"), text("Plan"), number("Amount", decimals=2, sign=SignStyle.LEADING), header_row=True, sheet="Nov"
)
ROWS = (("007", "=1+1", "12.50"), ("1E5", "", ""), ("", "Zoë & <b>", "-0.25"))


def written(layout: Layout, *rows: tuple[str, ...]) -> bytes:
    outcome = write_flat(layout, [FlatRecord("D", row) for row in rows])
    assert outcome.content is not None, outcome.problems
    return outcome.content


def seen_by_a_stranger(content: bytes) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [[(cell.value, cell.data_type, cell.number_format) for cell in row] for row in sheet.iter_rows()]


def test_every_cell_is_text_to_a_stranger() -> None:
    layout = worksheet(text("a"), text("b"), text("c"), sheet="Nov")
    cells = seen_by_a_stranger(written(layout, *ROWS))

    assert [[value or "" for value, _, _ in row] for row in cells] == [list(row) for row in ROWS]
    assert {kind for row in cells for value, kind, _ in row if value} <= {"s", "inlineStr"}
    assert {style for row in cells for _, _, style in row} == {"@"}


@pytest.mark.laws
@given(st.lists(st.lists(texts(Encoding.UTF_8), min_size=2, max_size=2), min_size=1, max_size=4))
def test_a_stranger_reads_every_text_as_it_was_written(rows: list[list[str]]) -> None:
    """openpyxl leaves the format's own escapes as they stand, so texts that look like one are for our own reader."""
    plain = [list(row) for row in rows if not any("_x" in text_ for text_ in row)]
    cells = seen_by_a_stranger(workbook_of("Sheet1", plain))

    assert [[value or "" for value, _, _ in row] for row in cells if any(v for v, _, _ in row)] == [
        row for row in plain if any(row)
    ]


def test_the_row_of_names_and_the_sheets_name_are_the_layouts() -> None:
    content = written(CONTRIBUTIONS, ("007", "HSA", "12.50"))
    book = openpyxl.load_workbook(io.BytesIO(content))

    assert book.sheetnames == ["Nov"]
    assert [[c.value for c in row] for row in book["Nov"].iter_rows()] == [
        ["Member ID", "Plan", "Amount"],
        ["007", "HSA", "1250"],
    ]
    assert read_flat(CONTRIBUTIONS, content).records == (FlatRecord("D", ("007", "HSA", "12.50")),)


def test_the_same_rows_are_the_same_bytes_and_say_nothing_of_the_clock() -> None:
    content = written(CONTRIBUTIONS, ("007", "HSA", "12.50"))

    assert content == written(CONTRIBUTIONS, ("007", "HSA", "12.50"))
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(content)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_headers_trailers_and_counts_stand_in_rows_of_their_own() -> None:
    layout = Layout(
        kind=LayoutKind.XLSX,
        encoding=Encoding.UTF_8,
        records=(
            RecordType("H", Level.FILE_HEADER, (tag("H"), text("feed"))),
            RecordType("D", Level.MEMBER, (tag("D"), text("id"), text("amount"))),
            RecordType("T", Level.FILE_TRAILER, (tag("T"), FlatField(name="n", count=CountOf.DETAIL))),
        ),
    )
    rows = [FlatRecord("H", ("", "x")), FlatRecord("D", ("", "1", "")), FlatRecord("T", ("", ""))]
    content = write_flat(layout, rows).content

    assert content is not None
    assert read_rows(content) == ([["H", "x"], ["D", "1", ""], ["T", "1"]], "")
    assert read_flat(layout, content).is_sound


def test_what_a_spreadsheet_saved_again_is_read_where_its_cells_are_text_still() -> None:
    content = written(CONTRIBUTIONS, *ROWS)
    book = openpyxl.load_workbook(io.BytesIO(content))
    saved, spoilt = io.BytesIO(), io.BytesIO()
    book.save(saved)
    book["Nov"]["A2"].value = 7
    book.save(spoilt)

    assert read_flat(CONTRIBUTIONS, saved.getvalue()).records == read_flat(CONTRIBUTIONS, content).records
    assert [p.message for p in read_flat(CONTRIBUTIONS, spoilt.getvalue()).problems] == [
        "row 2 of the worksheet has a cell that is no text"
    ]


def test_another_row_of_names_is_noticed() -> None:
    content = workbook_of("Nov", [["Member ID", "Amount", "Plan"], ["007", "12.50", "HSA"]])

    assert "E834-1132" in {p.code for p in read_flat(CONTRIBUTIONS, content).problems}


@pytest.mark.parametrize("value", ["a\x00b", "a\tb", "a\nb", "a\ufffeb", "a\uffffb", "\ud800"], ids=ascii)
def test_what_a_workbook_cannot_hold_is_refused(value: str) -> None:
    outcome = write_flat(worksheet(text("a")), [FlatRecord("D", (value,))])

    assert outcome.content is None
    assert {p.code for p in outcome.problems} <= {"E834-1122", "E834-1123"}


def test_a_formula_is_text_in_a_worksheet_and_needs_no_warning() -> None:
    assert write_flat(worksheet(text("a")), [FlatRecord("D", ("=HYPERLINK(1)",))]).problems == ()


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"encoding": Encoding.ASCII}, "utf-8"),
        ({"eof": 26}, "end-of-file"),
        ({"sheet": ""}, "1 to 31"),
        ({"sheet": "a" * 32}, "1 to 31"),
        ({"sheet": "a/b"}, "1 to 31"),
        ({"record_length": 9}, "only a fixed layout"),
        ({"block_size": 9}, "only a fixed layout"),
    ],
)
def test_a_worksheet_that_cannot_be_is_refused(more: dict[str, Any], says: str) -> None:
    detail = RecordType("D", Level.MEMBER, (text("a"),))

    with pytest.raises(ConfigurationError, match=says):
        Layout(**{"kind": LayoutKind.XLSX, "records": (detail,), "encoding": Encoding.UTF_8, **more})


def test_a_worksheet_packs_no_numbers() -> None:
    with pytest.raises(ConfigurationError, match="packs"):
        worksheet(packed("a", 4))
    assert FlatKind.PACKED == "packed"


def hostile(**parts: str) -> bytes:
    """A workbook with other parts than ours."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr({"sheet": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml"}[name], content)
    return buffer.getvalue()


LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><worksheet><sheetData><row><c t='inlineStr'><is><t>&j;</t></is></c></row></sheetData></worksheet>"
)
ROW = "<worksheet><sheetData><row{}><c{}><v>0</v></c></row></sheetData></worksheet>"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        hostile(sheet="<worksheet>"),
        hostile(sheet="x" * 50_000_000),
        hostile(sheet=LAUGHS),
        hostile(sheet=ROW.format(' r="1048576"', "")),
        hostile(sheet=ROW.format("", ' t="s" r="ZZZ1"')),
        hostile(sheet=ROW.format("", ' t="n"')),
        hostile(sheet=ROW.format("", ' t="s"').replace(">0<", ">x<")),
        hostile(strings="<sst>", sheet=ROW.format("", "")),
    ],
    ids=["empty", "cut", "open", "grows", "laughs", "far row", "far column", "number", "no index", "strings"],
)
def test_a_file_that_is_no_worksheet_of_texts_is_a_problem_and_no_traceback(content: bytes) -> None:
    rows, reason = read_rows(content)

    assert rows is None
    assert reason
    assert next(p.code for p in read_flat(CONTRIBUTIONS, content).problems) == "E834-1130"


@pytest.mark.laws
@given(st.binary(max_size=60), st.integers(0, 2000))
def test_no_damage_makes_the_reader_fail(noise: bytes, at: int) -> None:
    content = workbook_of("Nov", [["007", "HSA"]] * 3)

    read_flat(CONTRIBUTIONS, content[:at] + noise + content[at + len(noise) :])
