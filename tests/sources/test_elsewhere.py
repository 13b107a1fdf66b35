"""A snapshot says what people have with other carriers: days alone, and nothing from rows that are wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.sources.builders import Tables, as_csv, coverage, family, household, opened, person, selecting

BEGIN = date(2026, 12, 1)


def with_rows(*rows: dict[str, str]) -> Tables:
    tables = household()
    tables["coverages"] = [*tables["coverages"], *rows]
    return tables


def elsewhere(path: Path, tables: Tables, *subscribers: str) -> object:
    snapshot = opened(as_csv(path / "s", tables))
    return snapshot.elsewhere(selecting(), [family(s) for s in subscribers])


def test_days_with_other_carriers_in_the_feeds_benefits_are_given(tmp_path: Path) -> None:
    other = coverage("E2", carrier_id="other", effective_date="2026-12-01", end_date="2027-06-30")
    child = coverage("D1", carrier_id="other", effective_date="2026-12-01")

    found = elsewhere(tmp_path, with_rows(other, child), "E1", "E2")

    assert found == {
        person("E2", "E2"): {"medical": [(BEGIN, date(2027, 6, 30))]},
        person("D1", "E1"): {"medical": [(BEGIN, None)]},
    }  # and nothing of the vision that goes to another carrier: it is no benefit of this feed's


def test_only_the_families_asked_for_are_spoken_of(tmp_path: Path) -> None:
    other = coverage("E2", carrier_id="other", effective_date="2026-12-01")

    assert elsewhere(tmp_path, with_rows(other), "E1") == {}


def test_a_wrong_row_at_another_carrier_is_evidence_of_nothing(tmp_path: Path) -> None:
    right = coverage("E2", carrier_id="other", effective_date="2026-12-01")
    wrong = coverage("E2", carrier_id="third", effective_date="2026-13-01")

    assert elsewhere(tmp_path, with_rows(right, wrong), "E2") == {}


def test_a_quarantined_family_is_not_spoken_of(tmp_path: Path) -> None:
    tables = with_rows(coverage("E2", carrier_id="other", effective_date="2026-12-01"))
    tables["members"][2]["birth_date"] = "soon"

    assert elsewhere(tmp_path, tables, "E2") == {}
