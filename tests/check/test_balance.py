"""A file that says of itself anything else than the plan does is not the planned file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from edi834.check import check_x12
from edi834.mapping.document import Document, FileScope
from edi834.x12 import write
from tests.check.documents import document_of
from tests.x12.builders import GROUP, HEADER, coverage, header, interchange, member, names, transaction_set


def _worker(n: int) -> Any:
    return member(
        "INS*Y*18*001*22*A***FT", f"REF*0F*E{n}", "DTP*303*D8*20240201", names(f"NM1*IL*1*ROE*N{n}"),
        coverage("HD*001**HLT*PPO*EMP", "DTP*348*D8*20240101"),
    )  # fmt: skip


@pytest.fixture
def planned() -> Document:
    return document_of(
        interchange(transaction_set(_worker(1), _worker(2), number="0001"), transaction_set(_worker(3), number="0002"))
    )


def _errors(document: Document) -> list[str]:
    return [finding.code for finding in check_x12(document).findings]


def _planned_otherwise(document: Document, **facts: Any) -> Document:
    return replace(document, facts=replace(document.facts, **facts))


def test_a_file_as_planned_passes(planned: Document) -> None:
    assert _errors(planned) == []


def test_another_control_number_in_interchange_and_group(planned: Document) -> None:
    assert _errors(_planned_otherwise(planned, control_number=43)) == ["E834-1026", "E834-1026"]


def test_another_control_number_in_the_group_alone() -> None:
    reported = interchange(transaction_set(_worker(1)))
    other = replace(reported, groups=((replace(GROUP, control_number=7), reported.groups[0][1]),))

    assert _errors(document_of(other)) == ["E834-1026"]


def test_several_groups_number_themselves() -> None:
    reported = interchange(transaction_set(_worker(1)))
    second = (replace(GROUP, control_number=43), (transaction_set(_worker(2), number="0002"),))

    assert _errors(document_of(replace(reported, groups=(*reported.groups, second)))) == []


def test_test_for_production_and_production_for_test(planned: Document) -> None:
    assert _errors(_planned_otherwise(planned, is_test=False)) == ["E834-1027"]
    live = document_of(replace(interchange(transaction_set(_worker(1))), header=replace(HEADER, usage="P")))
    assert _errors(live) == []
    assert _errors(_planned_otherwise(live, is_test=True)) == ["E834-1027"]


@pytest.mark.parametrize("scope", [FileScope.FULL_AUDIT, FileScope.FULL_REPLACE])
def test_changes_where_a_full_file_was_planned(planned: Document, scope: FileScope) -> None:
    assert set(_errors(_planned_otherwise(planned, scope=scope))) == {"E834-1025"}


def test_every_set_must_be_of_the_planned_kind() -> None:
    reported = interchange(
        transaction_set(_worker(1), number="0001"), transaction_set(_worker(2), number="0002", head=header("RX"))
    )

    assert _errors(document_of(reported)) == ["E834-1025"]


def test_sets_and_people_that_the_document_does_not_name(planned: Document) -> None:
    first, second = planned.sets
    assert _errors(replace(planned, sets=(first,))) == ["E834-1024"]
    assert _errors(replace(planned, sets=(second, first))) == ["E834-1024"]
    assert _errors(replace(planned, sets=(replace(first, members=3), second))) == ["E834-1024"]


def test_another_number_of_segments_than_the_document_says(planned: Document) -> None:
    assert planned.records == planned.content.count(b"~")
    assert _errors(replace(planned, records=planned.records + 1)) == ["E834-1028"]


@pytest.mark.parametrize(
    ("reported", "sound"),
    [
        ("QTY*TO*2", True), ("QTY*TO*02", True), ("QTY*TO*3", False), ("QTY*ET*2", True), ("QTY*ET*1", False),
        ("QTY*DT*0", True), ("QTY*DT*1", False), ("QTY*TO*2.0", False),
    ],
)  # fmt: skip
def test_totals_are_those_of_the_set(reported: str, sound: bool) -> None:
    document = document_of(interchange(transaction_set(_worker(1), _worker(2), head=header("2", reported))))

    assert _errors(document) == ([] if sound else ["E834-1021"])


def test_two_interchanges_in_one_file(planned: Document) -> None:
    assert "E834-1029" in _errors(replace(planned, content=planned.content * 2))


def test_the_plan_of_a_file_is_reported_by_its_name_and_not_by_its_people(planned: Document) -> None:
    (first, *_) = check_x12(_planned_otherwise(planned, control_number=43)).findings

    assert str(first.place) == f"{planned.facts.remote_name}:1 (ISA_LOOP/ISA13)"
    assert first.about is None
    assert write(planned.interchange).text == planned.content  # type: ignore[arg-type]
