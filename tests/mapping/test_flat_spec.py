"""A flat layout as TOML: every mistake is reported with its line before the first family is read."""

from __future__ import annotations

import pytest

from edi834.flat import Absent, Encoding, FlatKind, LayoutKind, Level, LineEnd
from edi834.mapping import Layer
from edi834.model import VOCABULARIES
from tests.mapping.flat_builders import DELIMITED, FIXED, SHORT, compiled, findings_of, short

CLASS = """{ name = "class", width = 4, value = "member.class_code" }"""


def test_the_shipped_fixed_layout_is_a_record_a_person_and_coverage_between_counts_and_sums() -> None:
    mapping = compiled(FIXED)

    assert mapping.layout.kind is LayoutKind.FIXED
    assert [(r.type.name, r.type.level) for r in mapping.records] == [
        ("H", Level.FILE_HEADER),
        ("D", Level.PERSON_COVERAGE),
        ("T", Level.FILE_TRAILER),
    ]
    assert {r.type.width for r in mapping.records} == {360}


def test_the_shipped_delimited_layout_is_written_with_pipes() -> None:
    layout = compiled(DELIMITED).layout

    assert (layout.kind, layout.delimiter, layout.line_end) == (LayoutKind.DELIMITED, "|", LineEnd.CRLF)
    assert layout.encoding is Encoding.UTF_8


@pytest.mark.parametrize("base", [FIXED, DELIMITED], ids=["fixed", "delimited"])
def test_the_shipped_layouts_know_every_action_and_relationship(base: Layer) -> None:
    tables = compiled(base).tables

    assert set(tables["actions"].rows) == {"add", "change", "end", "reinstate", "correct", "delete", "audit"}
    if "relationships" in tables:
        assert all(tables["relationships"].find(word, "code") for word in VOCABULARIES["relationship"])


def test_a_mapping_knows_which_fields_it_uses() -> None:
    mapping = short('{ name = "ssn", width = 9, value = "subscriber.ssn | digits" }', CLASS)

    assert mapping.uses == {"member.ssn", "member.class_code"}


def test_the_options_of_a_field_are_the_layouts() -> None:
    shape = 'width = 11, align = "right", pad = "0", null = "zeros"'
    spelling = 'kind = "number", decimals = 2, sign = "overpunch"'
    (record,) = short(f'{{ name = "volume", {shape}, {spelling}, value = "coverage.volume" }}').records
    field = record.type.fields[1]

    assert (field.kind, field.decimals, field.sign, field.absent) == (FlatKind.NUMBER, 2, "overpunch", Absent.ZEROS)


def test_a_carrier_replaces_codes_and_single_fields_of_the_layout_it_extends() -> None:
    mapping = compiled(
        FIXED,
        Layer(
            "carrier.toml",
            """
            extends = "fixed_eligibility"
            [set]
            "D/plan" = "member.class_code"
            "D/salary" = false
            "H/feed" = "'JUNIPER'"
            [tables.actions]
            end = "X"
            """,
        ),
    )
    detail = mapping.records[1].type
    salary, header = detail.indexes("salary"), mapping.records[0].type

    assert "member.class_code" in mapping.uses
    assert "member.salary" not in mapping.uses
    assert salary == ()
    assert {r.type.width for r in mapping.records} == {360}
    assert header.fields[4].constant == "JUNIPER"
    assert mapping.tables["actions"].find("end", "code") == "X"


def test_the_digest_changes_with_what_can_change_a_byte_and_with_nothing_else() -> None:
    text = SHORT.format(level="member", layout="", fields=CLASS)
    one = compiled(Layer("a.toml", text))
    moved = compiled(Layer("b.toml", "# a remark\n" + text))
    wider = compiled(Layer("a.toml", text.replace("width = 4", "width = 5")))

    assert one.digest == moved.digest
    assert one.digest != wider.digest


@pytest.mark.parametrize(
    ("field", "code", "part"),
    [
        ('{ name = "x", widht = 4, value = "member.ssn" }', "E834-1140", "widht"),
        ('{ name = "x", width = "4", value = "member.ssn" }', "E834-1140", "whole number"),
        ('{ name = "x", width = true, value = "member.ssn" }', "E834-1140", "whole number"),
        ('{ name = "x", width = 4, align = "centre", value = "member.ssn" }', "E834-1140", "left, right"),
        ('{ width = 4, value = "member.ssn" }', "E834-1140", "needs a name"),
        ('{ name = "x", width = 4 }', "E834-1141", "needs one of value"),
        ('{ name = "x", width = 4, value = "member.ssn", count = "all" }', "E834-1141", "needs one of value"),
        ('{ name = "x", width = 8, value = "member.birth_date" }', "E834-1141", "gives date"),
        ('{ name = "x", width = 8, value = "coverage.volume" }', "E834-1141", "gives decimal number"),
        ('{ name = "x", width = 1, value = "member.disabled" }', "E834-1141", "gives yes or no"),
        ('{ name = "x", width = 1, value = "1" }', "E834-0601", "is not a text"),
        ("""{ name = "x", width = 1, value = "'AB' if member.disabled else 'C'" }""", "E834-1141", "wider than 1"),
        ("""{ name = "x", width = 1, value = "'AB'" }""", "E834-1141", "wider than 1"),
        ('{ name = "x", width = 4, value = "file.members" }', "E834-0611", "no value here"),
        ('{ name = "x", width = 4, value = "member.sssn" }', "E834-0602", "sssn"),
        ('{ name = "x", width = 4, pad = "0", value = "member.ssn" }', "E834-1101", "right-aligned"),
        ('{ name = "x", value = "member.ssn" }', "E834-1101", "without a width"),
        ('{ filler = "all" }', "E834-1140", "whole number"),
        ('{ filler = "rest" }', "E834-1101", "without a width"),
    ],
)
def test_a_wrong_field_is_reported_with_its_place(field: str, code: str, part: str) -> None:
    findings = findings_of(SHORT.format(level="person_coverage", layout="", fields=field))
    found = [f for f in findings if f.code == code and part in f.message]

    assert found, findings
    assert all(f.place is not None and f.place.path == "carrier.toml" for f in found)


def test_a_mistake_is_shown_with_its_line() -> None:
    wrong = '{ name = "x", width = 8, value = "member.birth_date" }'
    (found,) = findings_of(SHORT.format(level="member", layout="", fields=wrong))

    assert found.place is not None
    assert found.place.line == 11
    assert found.remedy is not None
    assert "date('CCYYMMDD')" in found.remedy


@pytest.mark.parametrize(
    ("layout", "code", "part"),
    [
        ("record_length = 99", "E834-1102", "wide together, not 99"),
        ('encoding = "utf-16"', "E834-1140", "ascii, latin-1, utf-8, cp037"),
        ('encodign = "ascii"', "E834-1140", "encodign"),
        ('case = "lower"', "E834-1140", "upper, as_is"),
        ('eof = "0x1A"', "E834-1140", "whole number"),
        ("header_row = true", "E834-1101", "only a delimited file"),
    ],
)
def test_a_wrong_layout_is_reported(layout: str, code: str, part: str) -> None:
    findings = findings_of(SHORT.format(level="person_coverage", layout=layout, fields=CLASS))

    assert [f.code for f in findings] == [code]
    assert part in findings[0].message
    assert findings[0].place is not None


def test_an_address_that_the_layout_does_not_have_is_reported_with_the_one_meant() -> None:
    (found,) = findings_of('extends = "fixed_eligibility"\n[set]\n"D/pllan" = "member.class_code"', FIXED)

    assert (found.code, found.remedy) == ("E834-1144", "did you mean D/plan?")
    assert found.place is not None
    assert (found.place.path, found.place.line) == ("carrier.toml", 3)


def test_a_count_cannot_be_replaced_by_an_expression() -> None:
    (found,) = findings_of('extends = "fixed_eligibility"\n[set]\n"T/records" = "file.members"', FIXED)

    assert (found.code, found.message) == (
        "E834-1141",
        "T/records: the field is computed, so it takes no expression",
    )


def test_a_mapping_without_records_is_reported() -> None:
    assert [f.code for f in findings_of('format = "fixed"')] == ["E834-1140"]
    assert [f.code for f in findings_of('format = "fixed"\n[layout]\nrecord = [{ name = "D" }]')] == ["E834-1140"]
