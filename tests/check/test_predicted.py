"""Law 12: a family whose file would not bring the carrier's book to the desired one is found before it is sealed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edi834.book import Dialect
from edi834.check.predicted import differences
from edi834.check.reading_back import places_of_x12, read_back_x12
from edi834.grants import ReleasedFamily
from edi834.mapping import build_x12
from edi834.mapping.document import Document
from edi834.model import CoveredMember
from tests.book.families import covered, family, jane, pat, story
from tests.mapping.builders import AROUND, compiled, envelope

MAPPING = compiled()
ADDRESS = {"address1": "1 Mill Road", "city": "La Grande", "state": "OR", "postal_code": "97850"}


def worker(end: str | None = None, **values: str) -> CoveredMember:
    return jane(covered("2024-02-01", end, tier="employee"), home_phone="5415550101", **ADDRESS, **values)


def hired(**values: str) -> ReleasedFamily:
    return family(worker(**values))


def document_of(before: ReleasedFamily | None, now: ReleasedFamily) -> Document:
    """The file that says what is otherwise."""
    statement = story(before, now).statement
    assert statement is not None
    document = build_x12(MAPPING, envelope(MAPPING), AROUND, [statement]).document
    assert document is not None
    return document


def found(document: Document) -> list[str]:
    """The fields in which the file would lead to another book."""
    findings = list(differences(read_back_x12(document, MAPPING), Dialect(), places_of_x12(MAPPING)))
    assert all(f.code == "E834-1149" and f.about is not None and f.remedy for f in findings)
    return [f.message.split()[1] for f in findings]


def spoiled(document: Document, was: str, becomes: str) -> Document:
    """The same file with something else in one place, as a wrong mapping would write it."""
    text = document.content.decode()
    assert text.count(was) == 1, text
    return replace(document, content=text.replace(was, becomes).encode())


MOVED = (hired(), hired(last_name="Roe", birth_date="1980-02-02"))
LATER = (hired(), family(worker("2026-11-30")))
JOINED = (hired(), family(worker(), pat(covered("2026-12-01"))))


@pytest.mark.parametrize("change", [(None, hired()), MOVED, LATER, JOINED])
def test_a_file_that_says_what_was_to_be_said_passes(change: tuple[ReleasedFamily | None, ReleasedFamily]) -> None:
    assert found(document_of(*change)) == []


@pytest.mark.parametrize(
    ("change", "was", "becomes", "field"),
    [
        (MOVED, "*ROE*", "*DOE*", "member.last_name"),
        (MOVED, "DMG*D8*19800202*F~", "DMG*D8*19800203*F~", "member.birth_date"),
        (MOVED, "DMG*D8*19800202*F~", "", "member.birth_date"),
        (LATER, "DTP*349*D8*20261130~", "DTP*349*D8*20261201~", "span.end"),
        (LATER, "HD*024**HLT*PPO500*EMP~", "HD*024**HLT*PPO501*EMP~", "coverage.plan_code"),
        (JOINED, "DTP*348*D8*20261201~", "DTP*348*D8*20261202~", "span.begin"),
        (JOINED, "HD*021**HLT*PPO500~", "HD*021**DEN*PPO500~", "coverage.benefit"),
        (JOINED, "*34*900456780~", "*34*900456781~", "member.ssn"),
    ],
)
def test_what_the_file_says_otherwise_is_found_with_its_field(
    change: tuple[ReleasedFamily, ReleasedFamily], was: str, becomes: str, field: str
) -> None:
    assert field in found(spoiled(document_of(*change), was, becomes))


def test_the_mappings_line_is_named() -> None:
    document = spoiled(document_of(*MOVED), "*ROE*", "*DOE*")
    (finding,) = differences(read_back_x12(document, MAPPING), Dialect(), places_of_x12(MAPPING))

    assert finding.place is not None
    assert str(finding.place).startswith("mappings/x12_834_5010.toml:")
    assert "member.last_name" in str(finding.remedy)
    assert "Roe" not in finding.message


def test_a_coverage_that_is_missing_from_the_file_is_found() -> None:
    document = document_of(*JOINED)
    head, rest = document.content.decode().split("HD*021**HLT*PPO500~")
    without = head + rest.partition("~")[2]

    assert found(replace(document, content=without.encode())) == ["coverage.plan_code"]
