"""B01 to B37: files that are not what they should be. Nothing is planned from a file that cannot be believed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from tests.catalogue.scene import CANARY, Outcome, Scene
from tests.catalogue.spoiling import (
    AS_OF,
    Edit,
    Spoil,
    as_parquet,
    column,
    compressed,
    each_row,
    everyone,
    last_row,
    manifest,
    person,
    swapped,
    without_manifest,
    written,
)
from tests.commands.snapshots import Tables

REFUSED, HELD, ACCEPTED, WARNED, QUARANTINED = (
    Outcome.REFUSED,
    Outcome.HELD,
    Outcome.ACCEPTED,
    Outcome.WARNED,
    Outcome.QUARANTINED,
)


@dataclass(frozen=True)
class Case:
    """A spoiled file, and what comes of it."""

    id: str
    what: str
    outcome: Outcome
    code: str | None
    spoil: Spoil | None = None
    edits: tuple[Edit, ...] = ()
    dated: int = 2


def emptied(tables: Tables) -> None:
    tables["members"].clear()
    tables["coverages"].clear()


def of_another_employer(tables: Tables) -> None:
    for rows in tables.values():
        for row in rows:
            row["group_id"] = "larkspur"


def crowded(tables: Tables) -> None:
    """A hundred and nine people where nine were."""
    for number in range(100):
        name = f"J9{number:03}"
        who = {**tables["members"][4], "member_id": name, "subscriber_id": name, "ssn": f"90055{number:04}"}
        tables["members"].append(who)
        cover = next(r for r in tables["coverages"] if r["member_id"] == "J1009" and r["benefit"] == "medical")
        tables["coverages"].append({**cover, "member_id": name, "tier": "employee"})


def one_couple(tables: Tables) -> None:
    """Two people where nine were."""
    for table in ("members", "coverages"):
        tables[table] = [r for r in tables[table] if r["member_id"].startswith("J1009")]


def a_link(folder: Path) -> None:
    without_manifest(folder)
    real = folder.parent / "elsewhere.csv"
    (folder / "members.csv").rename(real)
    (folder / "members.csv").symlink_to(real)


def a_pipe(folder: Path) -> None:
    without_manifest(folder)
    (folder / "members.csv").unlink()
    os.mkfifo(folder / "members.csv")


def as_numbers(values: list[str | None]) -> pa.Array:
    return pa.array([int(v) if v else None for v in values], pa.int64())


def as_decimals(values: list[str | None]) -> pa.Array:
    return pa.array([Decimal(v) if v else None for v in values], pa.decimal128(20, 0))


def as_moments(values: list[str | None]) -> pa.Array:
    days = [f"{v}T00:00:00" if v else None for v in values]
    return pa.array(days, pa.string()).cast(pa.timestamp("s")).cast(pa.timestamp("s", tz="UTC"))


def flipped(content: bytes) -> bytes:
    middle = len(content) // 3
    return content[:middle] + bytes([content[middle] ^ 0x20]) + content[middle + 1 :]


def a_canary(content: bytes) -> bytes:
    """The last row's family name becomes the canary, so that a message cannot say it unseen."""
    return content.replace(b"Boise", CANARY.encode(), 1)


def latin(content: bytes) -> bytes:
    return content.replace("ñ".encode(), b"\xf1")


def reordered(content: bytes) -> bytes:
    rows = [line.split(b",") for line in content.splitlines()]
    return b"".join(b",".join(reversed(row)) + b"\n" for row in rows)


CASES = [
    Case("B01", "no byte", REFUSED, "E834-0312", written(lambda _: b"")),
    Case("B02", "a header alone", HELD, "E834-0342", edits=(emptied,)),
    Case("B03", "a byte order mark", ACCEPTED, None, written(lambda c: b"\xef\xbb\xbf" + c)),
    Case("B04", "UTF-16", REFUSED, "E834-0313", written(lambda c: a_canary(c).decode().encode("utf-16"))),
    Case("B05", "Latin-1 in UTF-8", REFUSED, "E834-0314", written(latin)),
    Case("B06", "an apostrophe of another code page", QUARANTINED, "E834-0361",
         edits=(person("J1020-1", last_name=f"O\x92{CANARY}"),)),
    Case("B07", "a quote that does not end", REFUSED, "E834-0317", written(last_row(lambda r: b'"' + r))),
    Case("B08", "a field too many in every row", REFUSED, "E834-0318", written(each_row(lambda r: r + b",x"))),
    Case("B09", "a field too many in one row", REFUSED, "E834-0318",
         written(last_row(lambda r: r + b"," + CANARY.encode()))),
    Case("B10", "a short row", REFUSED, "E834-0319", written(last_row(lambda r: r[:-1]))),
    Case("B11", "a comma at the end of every line", REFUSED, "E834-0320",
         written(each_row(lambda r: r + b",", header=True))),
    Case("B12", "a column twice", REFUSED, "E834-0320", written(swapped(b"gender", b"ssn", 1))),
    Case("B13", "a required column missing", REFUSED, "E834-0321", written(swapped(b"birth_date", b"favourite", 1))),
    Case("B14", "a column renamed", REFUSED, "E834-0322", written(swapped(b",ssn,", b",Soc Sec,", 1))),
    Case("B15", "an unknown column", WARNED, None,
         written(lambda c: each_row(lambda r: r + b"," + CANARY.encode())(swapped(b"\n", b",shoe_size\n", 1)(c)))),
    Case("B16", "columns in another order", ACCEPTED, None, written(reordered)),
    Case("B17", "semicolons", REFUSED, "E834-0323", written(swapped(b",", b";"))),
    Case("B17", "tabs", REFUSED, "E834-0323", written(swapped(b",", b"\t"))),
    Case("B18", "carriage returns alone", REFUSED, "E834-0324", written(swapped(b"\n", b"\r"))),
    Case("B18", "two kinds of line ends", REFUSED, "E834-0324", written(swapped(b"\n", b"\r\n", 2))),
    Case("B19", "a line break in a name", QUARANTINED, "E834-0361",
         edits=(person("J1020-1", first_name=f"{CANARY}\nTwo"),)),
    Case("B20", "a NUL", REFUSED, "E834-0315", written(last_row(lambda r: r.replace(b"83638", b"8\x0038")))),
    Case("B21", "a Ctrl-Z at the end", REFUSED, "E834-0316", written(lambda c: c + b"\x1a")),
    Case("B22", "a total at the end", REFUSED, "E834-0319", written(lambda c: c + b"TOTAL: 9\n")),
    Case("B23", "another count than the manifest's", REFUSED, None,
         manifest(row_counts={"groups": 1, "members": 12, "coverages": 1})),
    Case("B23", "another digest than the manifest's", REFUSED, None, manifest(sha256={"members": "0" * 64})),
    *(Case("B24", f"gzip cut after {part:.0%}", REFUSED, None, compressed(lambda c, p=part: c[: int(len(c) * p)]))
      for part in (0.01, 0.3, 0.6, 0.99)),
    Case("B24", "gzip with a bit turned", REFUSED, None, compressed(flipped)),
    Case("B24", "Parquet cut in half", REFUSED, None, as_parquet(lambda t: t, lambda c: c[: len(c) // 2])),
    Case("B24", "Parquet with a bit turned", REFUSED, None, as_parquet(lambda t: t, flipped)),
    Case("B25", "SSNs as numbers", REFUSED, "E834-0328", as_parquet(column("ssn", as_numbers))),
    Case("B26", "SSNs as decimals", REFUSED, None, as_parquet(column("ssn", as_decimals))),
    Case("B26", "dates as moments of a zone", REFUSED, None, as_parquet(column("birth_date", as_moments))),
    Case("B27", "a value of a megabyte", REFUSED, "E834-0329", written(swapped(b"Boise", b"x" * 1_000_000, 1))),
    Case("B30", "another employer's file", REFUSED, "E834-0928", edits=(of_another_employer,)),
    Case("B32", "two people where nine were", HELD, None, edits=(one_couple,)),
    Case("B35", "ten times as many people", HELD, None, edits=(crowded,)),
    Case("B37", "a symbolic link", REFUSED, None, a_link),
    Case("B37", "a named pipe", REFUSED, None, a_pipe),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.id} {c.what}")
def test_a_file_that_is_not_what_it_should_be(case: Case, scene: Scene) -> None:
    snapshot = scene.snapshot(*case.edits, dated=case.dated)
    if case.spoil is not None:
        case.spoil(snapshot)
    dated = () if (snapshot / "manifest.json").exists() else AS_OF
    scene.night(snapshot, *dated)
    scene.holds(case.outcome, case.code)


def test_b28_an_older_snapshot_is_held(scene: Scene) -> None:
    scene.night(scene.snapshot(dated=1, name="first again, later moved"), "--as-of", "2026-10-15")
    scene.holds(HELD, "E834-0902")


def test_b29_the_same_file_again_says_nothing_and_uses_no_number(scene: Scene) -> None:
    scene.night(scene.snapshot())
    first = scene.sample.newest("northstar")
    scene.night(scene.folder / "second")
    assert scene.ran.status == 0
    assert scene.outcome()["outcome"] == "nothing"
    assert scene.sample.newest("northstar") == first


def test_b31_a_snapshot_without_anybody_of_this_feed_is_held(scene: Scene) -> None:
    """Another carrier's extract: everybody is there, and nobody has this feed's benefit."""

    def theirs(tables: Tables) -> None:
        tables["coverages"] = [r for r in tables["coverages"] if r["carrier_id"] != "northstar"]

    scene.night(scene.snapshot(theirs))
    scene.holds(HELD, None)


def test_b33_more_than_a_few_missing_people_wait_for_an_approval(scene: Scene) -> None:
    scene.night(scene.snapshot(one_couple))
    scene.holds(HELD, None)
    assert "approve" in scene.outcome()["remedy"]


def test_b34_a_field_that_changed_for_everybody_waits_for_an_approval(scene: Scene) -> None:
    scene.sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "min_terminations = 5", "min_terminations = 5\nmin_changes = 5"
    )
    scene.night(scene.snapshot(everyone(city="Nampa", address1=f"1 {CANARY} Lane")))
    scene.holds(HELD, None)


def test_b36_two_contents_of_one_day_are_held(scene: Scene) -> None:
    scene.night(scene.snapshot())
    assert scene.ran.status == 0
    reported = len(scene.sample.arrived("northstar"))
    scene.night(scene.snapshot(person("J1009", city="Meridian"), name="another"))
    assert scene.ran.status == 6
    assert scene.outcome()["code"] == "E834-0903"
    assert len(scene.sample.arrived("northstar")) == reported
