"""A snapshot says in which rows of its source somebody stands, and of no rows that the selection does not see."""

from __future__ import annotations

from pathlib import Path

import pytest

from edi834.feed.ports import PlacedTable
from tests.sources.builders import as_csv, as_parquet, family, household, opened, person, selecting, shuffled


def lines_of(snapshot: object, *subscribers: str, benefits: tuple[str, ...] = ("medical", "dental")) -> object:
    assert isinstance(snapshot, PlacedTable)
    found = snapshot.places(selecting(benefits=benefits), [family(s) for s in subscribers])
    return {ref: {t: [p.line for p in places] for t, places in rows.items()} for ref, rows in found.items()}


def test_each_person_stands_in_rows_of_their_own(tmp_path: Path) -> None:
    snapshot = opened(as_csv(tmp_path / "s", household()))

    assert lines_of(snapshot, "E1", "E2") == {
        person("E1", "E1"): {"members": [2], "coverages": [2]},
        person("D1", "E1"): {"members": [3], "coverages": [3]},
        person("E2", "E2"): {"members": [4], "coverages": [4, 6]},
    }


def test_rows_that_a_feed_does_not_see_are_not_named(tmp_path: Path) -> None:
    snapshot = opened(as_csv(tmp_path / "s", household()))

    assert lines_of(snapshot, "E2", benefits=("dental",)) == {person("E2", "E2"): {"members": [4], "coverages": [6]}}
    assert lines_of(snapshot, "E1", benefits=("dental",)) == {}
    assert lines_of(snapshot) == {}


@pytest.mark.parametrize("seed", range(4))
def test_the_line_named_is_the_persons_in_any_order_of_rows(tmp_path: Path, seed: int) -> None:
    folder = as_csv(tmp_path / "s", shuffled(household(), seed))
    snapshot = opened(folder)
    assert isinstance(snapshot, PlacedTable)

    for ref, rows in snapshot.places(selecting(), [family("E1"), family("E2")]).items():
        for table, places in rows.items():
            text = (folder / f"{table}.csv").read_text(encoding="utf-8").splitlines()
            for place in places:
                assert place.line is not None
                assert ref.member_id in text[place.line - 1].split(",")
                assert place.path.endswith(f"{table}.csv")


def test_rows_of_parquet_are_named_by_their_number(tmp_path: Path) -> None:
    snapshot = opened(as_parquet(tmp_path / "s", household()))

    assert lines_of(snapshot, "E2") == {person("E2", "E2"): {"members": [3], "coverages": [3, 5]}}
