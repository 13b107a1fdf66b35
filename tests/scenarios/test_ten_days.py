"""The ten days of the samples, end to end: what arrived at the carriers is the story that the README tells.

Everything is read from the carriers' side, opened with their key (by gpg where it is installed) and read with nothing
of the engine. That the story itself is right is tested in ``tests/samples``.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.snapshots import PEOPLE
from tests.commands.workspace import FEEDS, SEALED
from tests.samples.reading import DAYS, rows
from tests.samples.test_story import Line, promised, readme
from tests.scenarios.arrived import delimited, fixed, people, worklist, x12
from tests.scenarios.ten_days import TenDays
from tests.x12.stranger import accepts, complaints

READERS = {"granite": fixed, "harbor": delimited}


def lines(days: TenDays, number: int, carrier: str) -> set[Line]:
    """What a carrier reads on a day."""
    if carrier == "lantern":
        page = days.paper(number)
        return worklist(page, number, carrier) if page is not None else set()
    read: set[Line] = set()
    for content in days.arrived(number, carrier):
        reader = READERS.get(carrier)
        read |= reader(content, number, carrier) if reader else x12(content, number, carrier, promised())
    return read


@pytest.mark.parametrize("carrier", sorted(FEEDS))
@pytest.mark.parametrize("number", [day for day in DAYS if day > 1])
def test_what_arrived_is_the_story(ten_days: TenDays, number: int, carrier: str) -> None:
    reported = {line for line in promised() if (line.day, line.carrier) == (number, carrier)}

    assert lines(ten_days, number, carrier) == reported


def test_day_1_tells_each_carrier_of_everyone_it_covers(ten_days: TenDays) -> None:
    read = {carrier: lines(ten_days, 1, carrier) for carrier in FEEDS}

    assert all(line.action == "add" for carrier in FEEDS for line in read[carrier])
    sentence = ", ".join(f"{c} {len({line.member for line in read[c]})}" for c in
                         ("northstar", "cedar", "lantern", "granite", "harbor"))  # fmt: skip
    assert f"it covers: {sentence}." in readme()


def test_the_same_day_again_sends_nothing_and_takes_no_number(ten_days: TenDays) -> None:
    again = ten_days.ran("again")

    assert again.status == 0
    assert {e["outcome"] for e in again.events if e["event"] == "feed"} == {"nothing"}
    for carrier in SEALED:
        assert len(ten_days.arrived(1, carrier)) == 1
    numbers = [e["control_number"] for e in ten_days.ran(2).events if e["event"] == "feed"]
    assert numbers == [2] * len(FEEDS)


@pytest.mark.parametrize("carrier", ["northstar", "cedar"])
def test_day_2_names_exactly_the_people_whose_data_changed(ten_days: TenDays, carrier: str) -> None:
    (content,) = ten_days.arrived(2, carrier)
    before = {row["member_id"] for row in rows(1, "coverages") if row["carrier_id"] == carrier}
    today = {row["member_id"] for row in rows(2, "coverages") if row["carrier_id"] == carrier}

    assert sorted(person.member for person in people(content)) == sorted(today - before)


def test_a_day_on_which_nothing_happened_brings_no_file(ten_days: TenDays) -> None:
    assert ten_days.ran(8).status == 0
    assert [ten_days.arrived(8, carrier) for carrier in SEALED] == [[], [], [], []]
    assert ten_days.paper(8) is None


def test_only_the_day_with_mistakes_says_so(ten_days: TenDays) -> None:
    statuses = {number: ten_days.ran(number).status for number in DAYS}

    assert statuses == {number: 3 if number == 9 else 0 for number in DAYS}
    assert {"E834-0363", "E834-0362"} <= set(re.findall(r"E834-\d{4}", ten_days.ran(9).out))


@pytest.mark.parametrize("carrier", ["northstar", "cedar"])
def test_a_stranger_accepts_every_834(ten_days: TenDays, carrier: str) -> None:
    contents = [content for number in DAYS for content in ten_days.arrived(number, carrier)]

    assert len(contents) == 9
    assert [complaints(content) for content in contents if not accepts(content)] == []


def test_each_file_has_the_next_number_of_its_carrier(ten_days: TenDays) -> None:
    for carrier in ("northstar", "cedar"):
        contents = [content for number in DAYS for content in ten_days.arrived(number, carrier)]
        assert [int(content.split(b"*")[13]) for content in contents] == list(range(1, 10))


# --- nothing about people rests in the open -------------------------------------------------------------------------


def numbers() -> list[bytes]:
    """Every Social Security number of the story."""
    return sorted({row["ssn"].encode() for day in DAYS for row in rows(day, "members") if row.get("ssn")}
                  - {b"900000000"})  # fmt: skip


def test_no_number_of_anybody_rests_in_the_workspace(ten_days: TenDays) -> None:
    """State, ledger, write-ahead log, spool, locks and configuration: the whole workspace, byte for byte."""
    wanted = re.compile(b"|".join(numbers()))
    found = {str(file.relative_to(ten_days.home)) for file, content in _files(ten_days.home) if wanted.search(content)}

    assert len(numbers()) > 150
    assert found == set()


def test_nobody_is_named_with_a_birth_date_in_the_workspace(ten_days: TenDays) -> None:
    people = {(row["last_name"], row["birth_date"]) for row in PEOPLE.values()}
    for file, content in _files(ten_days.home):
        low = content.lower()
        named = [(last, born) for last, born in people
                 if _dates(born, low) and any(form in low for form in _forms(last))]  # fmt: skip
        assert named == [], file.name


def test_the_ledger_holds_no_value_even_when_it_is_read_as_a_database(ten_days: TenDays) -> None:
    wanted = re.compile("|".join(number.decode() for number in numbers()))
    with sqlite3.connect(f"file:{ten_days.home}/state/ledger.db?mode=ro", uri=True) as ledger:
        text = "\n".join(ledger.iterdump())

    assert "INSERT" in text
    assert wanted.search(text) is None


def test_the_runs_say_nothing_about_anybody(ten_days: TenDays) -> None:
    wanted = [re.compile(number.decode()) for number in numbers()]
    names = {row["last_name"] for row in PEOPLE.values()} - {"Null"}
    for which in ten_days.said:
        said = ten_days.ran(which).said
        assert [pattern.pattern for pattern in wanted if pattern.search(said)] == []
        assert [name for name in names if re.search(rf"\b{re.escape(name)}\b", said)] == []


def test_the_search_finds_a_number_where_there_is_one(ten_days: TenDays) -> None:
    wanted = re.compile(b"|".join(numbers()))

    assert all(wanted.search(content) for content in ten_days.arrived(1, "northstar"))


def _files(home: Path) -> Iterator[tuple[Path, bytes]]:
    files = [path for path in home.rglob("*") if path.is_file()]
    assert any(path.name == "ledger.db" for path in files)
    return ((path, path.read_bytes()) for path in files)


def _dates(born: str, content: bytes) -> bool:
    year, month, day = born.split("-")
    return any(form.encode() in content for form in (born, f"{year}{month}{day}", f"{month}/{day}/{year}"))


def _forms(name: str) -> set[bytes]:
    return {name.lower().encode(), name.lower().encode("ascii", "ignore")}
