"""A file that cannot be trusted as a whole is refused, says where, and never prints what it holds."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from edi834.errors import ConfigurationError, SnapshotRefusedError, UsageError
from edi834.model import Severity
from edi834.sources import Caps, SourceSettings, open_snapshot
from tests.sources.builders import (
    AT_ONCE,
    DAY,
    KEY,
    StoppedClock,
    as_csv,
    as_parquet,
    codes,
    coverage,
    csv_text,
    family,
    household,
    member,
    opened,
    selecting,
    with_manifest,
)
from tests.sources.test_rows import STORIES

CANARY = "Zzyzxqueue"


@dataclass(frozen=True)
class Case:
    """What happens to the bytes of members.csv, whose first person is called by the canary."""

    name: str
    code: str
    change: Callable[[bytes], bytes]
    line: int | None = None


def each_line(suffix: bytes) -> Callable[[bytes], bytes]:
    return lambda content: content.replace(b"\r\n", suffix + b"\r\n")


def from_line(first: int, suffix: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        lines = content.split(b"\r\n")
        return b"\r\n".join(line + suffix if at >= first and line else line for at, line in enumerate(lines, start=1))

    return change


REFUSED = [
    Case("B01 no byte at all", "E834-0312", lambda _: b""),
    Case("B01 blank lines alone", "E834-0312", lambda _: b"\r\n\r\n"),
    Case("B04 UTF-16", "E834-0313", lambda content: content.decode().encode("utf-16")),
    Case("B04 UTF-16 without a mark", "E834-0315", lambda content: content.decode().encode("utf-16-le")),
    Case("B05 Latin-1", "E834-0314", lambda content: content.replace(b"Wren", "Zoë".encode("latin-1"))),
    Case("B05 a character cut at the end", "E834-0314", lambda content: content + b"\xc3"),
    Case(
        "B07 a quote that does not end", "E834-0317", lambda content: content.replace(b"juniper,D1", b'"juniper,D1'), 3
    ),
    Case("B07 text after a quote", "E834-0337", lambda content: content.replace(b"juniper,D1", b'"juniper"x,D1'), 3),
    Case("B08 a field too many in every row", "E834-0318", from_line(2, b",x"), 2),
    Case(
        "B09 a field too many in one row",
        "E834-0318",
        lambda content: content.replace(b"juniper,D1", b"juniper,x,D1"),
        3,
    ),
    Case("B10 a short row", "E834-0319", lambda content: content.replace(b"juniper,D1", b"D1"), 3),
    Case("B11 a comma at the end of every row but the header", "E834-0318", from_line(2, b","), 2),
    Case("B11 a comma at the end of every line", "E834-0320", each_line(b",")),
    Case("B12 a column twice", "E834-0320", lambda content: content.replace(b"gender", b"ssn")),
    Case("B13 a required column missing", "E834-0321", lambda content: content.replace(b"gender", b"favourite")),
    Case("B14 SSN under a house's name", "E834-0322", lambda content: content.replace(b"ssn", b"Soc Sec", 1)),
    Case("B14 SSN in capitals", "E834-0322", lambda content: content.replace(b"ssn", b"SSN", 1)),
    Case(
        "B14 a required column under a house's name",
        "E834-0321",
        lambda content: content.replace(b"birth_date", b"DOB"),
    ),
    Case("B17 semicolons", "E834-0323", lambda content: content.replace(b",", b";")),
    Case("B17 tabs", "E834-0323", lambda content: content.replace(b",", b"\t")),
    Case("B18 carriage returns alone", "E834-0324", lambda content: content.replace(b"\r\n", b"\r")),
    Case(
        "B18 two kinds of line ends", "E834-0324", lambda content: content[:-2].replace(b"\r\n", b"\n", 2) + b"\r\n", 3
    ),
    Case("B20 a NUL", "E834-0315", lambda content: content.replace(b"Wren", b"Wr\0en")),
    Case("B21 a Ctrl-Z at the end", "E834-0316", lambda content: content + b"\x1a", 5),
    Case("B22 a total at the end", "E834-0319", lambda content: content + b"TOTAL: 3\r\n", 5),
    Case(
        "a blank line between rows", "E834-0319", lambda content: content.replace(b"juniper,D1", b"\r\njuniper,D1"), 3
    ),
    Case("a last line without an end", "E834-0325", lambda content: content[:-2]),
    Case("B27 a value beyond any length", "E834-0329", lambda content: content.replace(b"Wren", b"W" * 5_000), 2),
    Case("B27 a value of a megabyte", "E834-0329", lambda content: content.replace(b"Wren", b"W" * 1_000_000)),
    Case(
        "B27 a quoted value of many lines",
        "E834-0329",
        lambda content: content.replace(b"Wren", b'"' + b"W\n" * 500_000 + b'"'),
        2,
    ),
    Case(
        "B67 dates in another order",
        "E834-0335",
        lambda content: content.replace(b"1980-05-17", b"13/02/1990").replace(b"2012-02-29", b"02/03/1990"),
        2,
    ),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_file_that_cannot_be_trusted_is_refused(case: Case, tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", canaries())
    path = folder / "members.csv"
    path.write_bytes(case.change(path.read_bytes()))

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder)

    assert refusal.value.code == case.code
    assert refusal.value.place is not None
    assert refusal.value.place.path == str(path)
    assert case.line in {None, refusal.value.place.line}
    assert STORIES[case.code]["remedy"]
    assert STORIES[case.code]["exit"] == refusal.value.exit_status == 5
    assert CANARY not in "".join(traceback.format_exception(refusal.value)) + str(refusal.value.remedy)


def canaries() -> dict[str, list[dict[str, str]]]:
    tables = household()
    for row in tables["members"]:
        row["last_name"] = CANARY
    return tables


def test_b05_the_first_wrong_byte_is_named(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())
    content = (folder / "members.csv").read_bytes()
    (folder / "members.csv").write_bytes(content.replace(b"Wren", b"Wr\xe9n", 1))

    with pytest.raises(SnapshotRefusedError, match=f"byte {content.index(b'Wren') + 3} "):
        opened(folder)


def test_b05_the_first_wrong_byte_is_named_across_blocks_too(tmp_path: Path) -> None:
    """A character that begins in one block of a megabyte and is found broken in the next."""
    folder = as_csv(tmp_path / "s", household())
    content = (folder / "members.csv").read_bytes()
    row = content.split(b"\r\n")[1] + b"\r\n"
    short = (2**20 - 1 - len(content)) % len(row)
    content += row * ((2**20 - 1 - len(content)) // len(row)) + b"x" * short
    (folder / "members.csv").write_bytes(content + b"\xc3(\r\n")

    with pytest.raises(SnapshotRefusedError, match=rf"byte {2**20} "):
        opened(folder)


def test_b14_the_refusal_shows_what_to_write(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())
    path = folder / "members.csv"
    path.write_bytes(path.read_bytes().replace(b"ssn", b"Soc Sec", 1))

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder)
    renamed = opened(folder, replace(AT_ONCE, renames={"members": {"ssn": "Soc Sec"}}))

    assert "ssn = 'Soc Sec'" in str(refusal.value.remedy)
    assert renamed.identity == opened(as_csv(tmp_path / "t", household())).identity


@pytest.mark.parametrize("name", ["badge", "address3", "end_reason_text", "mailing_zone"])
def test_b15_an_unknown_column_is_ignored_with_one_warning(name: str, tmp_path: Path) -> None:
    tables = household()
    for row in tables["members"]:
        row |= {name: CANARY, "shoe": CANARY}

    snapshot = opened(as_csv(tmp_path / "s", tables))

    assert [f.severity for f in snapshot.findings if f.code == "E834-0340"] == [Severity.WARNING]
    assert snapshot.identity == opened(as_csv(tmp_path / "t", household())).identity


def test_columns_of_credentials_are_dropped_and_named_once(tmp_path: Path) -> None:
    tables = household()
    for row in tables["members"]:
        row |= {"user_name": CANARY, "PasswordHash": CANARY, "security_access_level": CANARY, "username": CANARY}

    snapshot = opened(as_csv(tmp_path / "s", tables))
    (finding,) = (f for f in snapshot.findings if f.code == "E834-0341")

    assert all(name in finding.message for name in ("user_name", "PasswordHash", "security_access_level"))
    assert CANARY not in finding.message
    assert "E834-0340" not in codes(snapshot)


def test_columns_that_only_sound_like_credentials_are_not_taken_for_them(tmp_path: Path) -> None:
    snapshot = opened(as_csv(tmp_path / "s", household()))

    assert "E834-0341" not in codes(snapshot)


@pytest.mark.parametrize(
    "settings",
    [
        {"renames": {"people": {}}},
        {"renames": {"members": {"badge": "x"}}},
        {"renames": {"members": {"member_id": "user_name"}}},
        {"renames": {"members": {"member_id": "x", "ssn": "x"}}},
        {"extra": {"groups": ("x",)}},
        {"extra": {"members": ("ssn",)}},
        {"extra": {"members": ("password",)}},
        {"settle_seconds": -1},
        {"caps": Caps(field_length=1_000_000)},
    ],
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        SourceSettings(**settings)  # type: ignore[arg-type]

    assert (refusal.value.code, refusal.value.exit_status) == ("E834-0333", STORIES["E834-0333"]["exit"])


@pytest.mark.parametrize(
    "settings",
    [replace(AT_ONCE, renames={"members": {"ssn": "Soc Sec"}}), replace(AT_ONCE, extra={"members": ("badge",)})],
)
def test_a_declared_column_that_is_not_there_refuses_the_snapshot(settings: SourceSettings, tmp_path: Path) -> None:
    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(as_csv(tmp_path / "s", household()), settings)

    assert refusal.value.code == "E834-0334"


def test_b02_a_header_without_rows_is_an_error_and_terminates_nobody(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())
    for name in ("members", "coverages"):
        path = folder / f"{name}.csv"
        path.write_bytes(path.read_bytes().split(b"\r\n")[0] + b"\r\n")

    snapshot = opened(folder)

    assert [f.severity for f in snapshot.findings if f.code == "E834-0342"] == [Severity.ERROR] * 2
    assert snapshot.digests(selecting(), KEY) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda content: b"\xef\xbb\xbf" + content,
        lambda content: b'\xef\xbb\xbf"group_id"' + content.removeprefix(b"group_id"),
        lambda content: content.replace(b"\r\n", b"\n"),
        lambda content: content + b"\r\n\r\n",
    ],
    ids=[
        "B03 a byte order mark",
        "B03 a byte order mark before a quote",
        "B18 LF throughout",
        "blank lines at the end",
    ],
)
def test_what_rfc_4180_leaves_open_is_read(change: Callable[[bytes], bytes], tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())
    path = folder / "members.csv"
    expected = opened(folder).identity
    path.write_bytes(change(path.read_bytes()))

    assert opened(folder).identity == expected


@pytest.mark.parametrize("make", ["link", "fifo", "device", "folder"])
def test_b37_only_a_regular_file_is_opened(make: str, tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())
    path = folder / "members.csv"
    path.rename(tmp_path / "elsewhere.csv")
    match make:
        case "link":
            path.symlink_to(tmp_path / "elsewhere.csv")
        case "device":
            path.symlink_to("/dev/zero")
        case "fifo":
            os.mkfifo(path)
        case _:
            path.mkdir()

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder)

    assert refusal.value.code == "E834-0303"


def test_b37_a_folder_behind_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(as_csv(tmp_path / "s", household()))

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(tmp_path / "latest")

    assert refusal.value.code == "E834-0303"


def test_a_missing_folder_a_missing_table_and_a_table_twice_are_refused(tmp_path: Path) -> None:
    only = as_csv(tmp_path / "only", {"members": household()["members"]})
    twice = as_parquet(as_csv(tmp_path / "twice", household()), {"members": household()["members"]})

    for location, code in ((tmp_path / "none", "E834-0304"), (only, "E834-0301"), (twice, "E834-0302")):
        with pytest.raises(SnapshotRefusedError) as refusal:
            opened(location)
        assert refusal.value.code == code


def test_b23_a_manifest_that_agrees_is_believed(tmp_path: Path) -> None:
    folder = with_manifest(as_csv(tmp_path / "s", household()), row_counts={"members": 3, "coverages": 5})

    snapshot = opened(folder, SourceSettings(), as_of=None)

    assert snapshot.as_of == DAY


def test_a_manifest_may_name_files_instead_of_tables(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household(), gzipped=True)
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest().upper() for path in folder.iterdir()}

    assert opened(with_manifest(folder, sha256=digests), SourceSettings(), as_of=None).as_of == DAY


@pytest.mark.parametrize(
    ("reported", "code"),
    [
        ({"row_counts": {"members": 4}}, "E834-0308"),
        ({"sha256": {"coverages": "0" * 64}}, "E834-0309"),
        ({"row_counts": {"groups": 1}}, "E834-0310"),
        ({"sha256": {"other_insurance.csv": "0" * 64}}, "E834-0310"),
        ({"row_counts": {"members": "3"}}, "E834-0307"),
        ({"row_counts": {"members": True}}, "E834-0307"),
        ({"row_counts": [3]}, "E834-0307"),
        ({"sha256": {"members": "abc"}}, "E834-0307"),
        ({"as_of": "11/22/2026"}, "E834-0307"),
        ({"as_of": "20261122"}, "E834-0307"),
        ({"as_of": 20261122}, "E834-0307"),
    ],
)
def test_b23_a_manifest_that_disagrees_refuses_the_snapshot(
    reported: dict[str, object], code: str, tmp_path: Path
) -> None:
    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(with_manifest(as_csv(tmp_path / "s", household()), **reported))

    assert refusal.value.code == code


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"as_of": "2026-11-22", "as_of": "2026-11-23"}', b"\xff", b"[" * 100_000]
)
def test_a_manifest_that_is_none_refuses_the_snapshot(content: bytes, tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())
    (folder / "manifest.json").write_bytes(content)

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder)

    assert refusal.value.code == "E834-0307"


def test_a_manifest_may_speak_of_other_files(tmp_path: Path) -> None:
    folder = with_manifest(as_csv(tmp_path / "s", household()), row_counts={"payroll": 1})

    assert "E834-0354" in codes(opened(folder))


def test_the_day_is_the_callers_then_the_manifests_and_never_guessed(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())

    with pytest.raises(UsageError) as refusal:
        opened(folder, as_of=None)
    reported = opened(with_manifest(folder), as_of=date(2026, 11, 23))

    assert (refusal.value.code, refusal.value.exit_status) == ("E834-0311", STORIES["E834-0311"]["exit"])
    assert reported.as_of == date(2026, 11, 23)
    assert "E834-0344" in codes(reported)


@pytest.mark.parametrize(("age", "read"), [(29, False), (31, True), (-5, False)])
def test_f01_without_a_manifest_a_file_must_have_stood_still(age: int, read: bool, tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())
    for path in folder.iterdir():
        os.utime(path, (0, 0))  # a copy keeps its original's times; when it was made is not hidden
    changed = datetime.fromtimestamp((folder / "coverages.csv").stat().st_ctime, UTC)
    clock = StoppedClock(changed + timedelta(seconds=age))

    if read:
        assert open_snapshot(folder, SourceSettings(), as_of=DAY, clock=clock).as_of == DAY
        return
    with pytest.raises(SnapshotRefusedError) as refusal:
        open_snapshot(folder, SourceSettings(), as_of=DAY, clock=clock)
    assert refusal.value.code == "E834-0306"


def test_f01_a_manifest_that_vouches_for_one_table_only_leaves_the_other_to_settle(tmp_path: Path) -> None:
    folder = with_manifest(as_csv(tmp_path / "s", household()), sha256={}, row_counts={"members": 3})
    now = datetime.fromtimestamp((folder / "coverages.csv").stat().st_ctime, UTC)

    with pytest.raises(SnapshotRefusedError) as refusal:
        open_snapshot(folder, SourceSettings(), as_of=DAY, clock=StoppedClock(now))

    assert refusal.value.code == "E834-0306"
    assert refusal.value.place is not None
    assert refusal.value.place.path.endswith("coverages.csv")


def test_f01_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())

    class Appending(StoppedClock):
        """Whoever asks for the time gives the producer a chance to write."""

        def now(self) -> datetime:
            with (folder / "members.csv").open("ab") as file:
                file.write(csv_text([member("E9")]).encode().split(b"\r\n")[1] + b"\r\n")
            return datetime(2100, 1, 1, tzinfo=UTC)

    with pytest.raises(SnapshotRefusedError) as refusal:
        open_snapshot(folder, SourceSettings(), as_of=DAY, clock=Appending())

    assert refusal.value.code == "E834-0306"


def test_f02_a_file_cut_anywhere_is_refused_or_ends_at_a_row(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household())
    path = folder / "members.csv"
    whole = path.read_bytes()

    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        if whole[:cut].endswith(b"\r\n"):
            continue  # without a manifest nothing tells this from a smaller snapshot; a feed's guards do
        with pytest.raises(SnapshotRefusedError):
            opened(folder)


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_f02_with_a_manifest_a_file_cut_anywhere_is_refused(ending: str, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    if ending == "parquet":
        as_parquet(folder, household())
    else:
        as_csv(folder, household(), gzipped=ending == "csv.gz")
    with_manifest(folder)
    path = folder / f"members.{ending}"
    whole = path.read_bytes()

    for cut in range(0, len(whole), max(len(whole) // 200, 1)):
        path.write_bytes(whole[:cut])
        with pytest.raises(SnapshotRefusedError):
            opened(folder)


def test_f02_a_disk_that_fails_refuses_the_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> bytes:
        raise OSError(5, "Input/output error", CANARY)

    folder = as_csv(tmp_path / "s", household())
    monkeypatch.setattr("edi834.sources.read.tabular._CheckedBytes._check", failing)

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder)

    assert refusal.value.code == "E834-0305"
    assert CANARY not in "".join(traceback.format_exception(refusal.value))


def test_b24_a_damaged_gzip_is_refused_without_a_manifest_too(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household(), gzipped=True)
    path = folder / "members.csv.gz"
    whole = path.read_bytes()

    for damaged in (
        whole[:40],
        whole[:-4],
        whole[:-6] + b"\0\0" + whole[-4:],
        whole + b"junk",
        b"group_id,member_id\r\n",
    ):
        path.write_bytes(damaged)
        with pytest.raises(SnapshotRefusedError) as refusal:
            opened(folder)
        assert refusal.value.code == "E834-0326"


def test_b24_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    folder = as_parquet(tmp_path / "s", canaries())
    path = folder / "members.parquet"
    whole = path.read_bytes()

    for cut in (0, 3, 8, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:cut])
        with pytest.raises(SnapshotRefusedError) as refusal:
            opened(folder)
        assert refusal.value.code == "E834-0327"
        assert CANARY not in "".join(traceback.format_exception(refusal.value))


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("ssn", pa.array([900123456] * 3, pa.int64())),
        ("member_id", pa.array([1, 2, 3], pa.int32())),
        ("postal_code", pa.array([2116.0] * 3)),
        ("birth_date", pa.array([datetime(1980, 1, 1, tzinfo=UTC)] * 3, pa.timestamp("us", "UTC"))),
        ("hire_date", pa.array([datetime(1980, 1, 1)] * 3, pa.timestamp("s"))),
        ("salary", pa.array([1234.5] * 3, pa.float64())),
        ("last_name", pa.array([["a"]] * 3)),
        ("last_name", pa.array([b"a"] * 3)),
        ("tobacco_use", pa.array([1, 0, 1], pa.int8())),
    ],
    ids=str,
)
def test_b25_b26_a_type_that_cannot_hold_the_value_exactly_is_refused(
    column: str, values: pa.Array, tmp_path: Path
) -> None:
    folder = as_parquet(tmp_path / "s", household())
    table = pq.read_table(folder / "members.parquet")
    if column in table.column_names:
        table = table.drop_columns(column)
    pq.write_table(table.append_column(column, values), folder / "members.parquet")

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder)

    assert refusal.value.code == "E834-0328"
    assert refusal.value.place is not None
    assert refusal.value.place.name == column


def test_b91_text_in_parquet_that_is_not_unicode_is_refused(tmp_path: Path) -> None:
    folder = as_parquet(tmp_path / "s", household())
    table = pq.read_table(folder / "members.parquet")
    lone = pa.array([b"\xed\xa0\x80"] * 3, pa.binary()).view(pa.string())
    at = table.column_names.index("last_name")
    pq.write_table(table.set_column(at, "last_name", lone), folder / "members.parquet")

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder)

    assert refusal.value.code == "E834-0327"


def test_b20_a_nul_in_parquet_is_refused(tmp_path: Path) -> None:
    tables = household()
    tables["members"][1]["last_name"] = "a\0b"

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(as_parquet(tmp_path / "s", tables))

    assert refusal.value.code == "E834-0315"


@pytest.mark.parametrize("caps", [Caps(rows=2), Caps(bytes=100)])
@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet"])
def test_b27_a_table_larger_than_it_may_be_is_refused(caps: Caps, ending: str, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    if ending == "parquet":
        as_parquet(folder, household())
    else:
        as_csv(folder, household(), gzipped=ending == "csv.gz")

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder, replace(AT_ONCE, caps=caps))

    assert refusal.value.code == "E834-0329"


def test_b27_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", household(), gzipped=True)
    header = csv_text(household()["members"]).split("\r\n")[0]
    (folder / "members.csv.gz").write_bytes(gzip.compress(header.encode() + b"\r\n" + b"x\r\n" * 10_000_000, 1))

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder, replace(AT_ONCE, caps=Caps(bytes=1_000_000)))

    assert refusal.value.code in {"E834-0329", "E834-0319"}


def test_b16_columns_are_found_by_name(tmp_path: Path) -> None:
    tables = household()
    turned = {name: [dict(reversed(row.items())) for row in rows] for name, rows in tables.items()}

    assert opened(as_csv(tmp_path / "t", turned)).identity == opened(as_csv(tmp_path / "s", tables)).identity


def test_extra_columns_are_kept_where_the_workspace_asks_for_them(tmp_path: Path) -> None:
    tables = household()
    tables["members"][0]["Badge"] = "007"
    for row in tables["coverages"]:
        row["bundle"] = "B1"
    settings = replace(AT_ONCE, extra={"members": ("Badge",), "coverages": ("bundle",)})

    (reported,) = opened(as_csv(tmp_path / "s", tables), settings).families(selecting(), [family("E1")])

    assert dict(reported.members[0].member.extra) == {"Badge": "007"}
    assert dict(reported.members[1].member.extra) == {}
    assert dict(reported.members[1].coverages[0].extra) == {"bundle": "B1"}


def test_the_manifest_is_json_and_nothing_more(tmp_path: Path) -> None:
    folder = as_csv(tmp_path / "s", {"members": [member()], "coverages": [coverage()]})
    (folder / "manifest.json").write_text(json.dumps({"as_of": "2026-11-22", "source": "x" * 2_000_000}))

    with pytest.raises(SnapshotRefusedError) as refusal:
        opened(folder)

    assert refusal.value.code == "E834-0307"
