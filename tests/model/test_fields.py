"""The catalogue of fields: it is what the records are, and every coded field has its words."""

from __future__ import annotations

import dataclasses

import pytest

from edi834.model import (
    COVERAGE_COLUMNS,
    FIELDS,
    GROUP_COLUMNS,
    MEMBER_COLUMNS,
    OTHER_INSURANCE_COLUMNS,
    VOCABULARIES,
    Coverage,
    FieldKind,
    FieldPath,
    Group,
    Member,
    ModelField,
    OtherInsurance,
    field_at,
)

TABLES = (
    (Group, GROUP_COLUMNS), (Member, MEMBER_COLUMNS), (Coverage, COVERAGE_COLUMNS),
    (OtherInsurance, OTHER_INSURANCE_COLUMNS),
)  # fmt: skip


@pytest.mark.parametrize(("record", "columns"), TABLES)
def test_every_field_of_a_record_but_the_extras_is_a_column(record: type, columns: dict[str, ModelField]) -> None:
    assert list(columns) == [f.name for f in dataclasses.fields(record) if f.name != "extra"]


def test_every_path_leads_to_its_field() -> None:
    assert all(path == field.path == f"{field.table}.{field.name}" for path, field in FIELDS.items())
    assert all(field_at(path) is field for path, field in FIELDS.items())


def test_every_coded_field_has_a_vocabulary_and_no_other_has() -> None:
    assert {f.path for f in FIELDS.values() if f.vocabulary} == {
        f.path for f in FIELDS.values() if f.kind is FieldKind.CODE
    }
    assert {f.vocabulary for f in FIELDS.values() if f.vocabulary} <= set(VOCABULARIES)


def test_no_vocabulary_is_idle() -> None:
    used = {f.vocabulary for f in FIELDS.values() if f.vocabulary}

    assert used == set(VOCABULARIES)


@pytest.mark.parametrize("path", ["member.extra.badge", "coverage.extra.rate_cell"])
def test_an_extra_column_is_a_text_field(path: str) -> None:
    field = field_at(FieldPath(path))

    assert field is not None
    assert field.kind is FieldKind.TEXT
    assert not field.required


@pytest.mark.parametrize("path", ["member.password", "group.extra.badge", "member.extra.", "nothing", "member"])
def test_there_is_no_such_field(path: str) -> None:
    assert field_at(FieldPath(path)) is None


def test_what_identifies_a_person_is_sensitive() -> None:
    assert all(
        FIELDS[FieldPath(path)].sensitive
        for path in ("member.ssn", "member.birth_date", "member.last_name", "member.medicare_id", "member.salary")
    )
