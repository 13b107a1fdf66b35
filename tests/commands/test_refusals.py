"""Bad input through the command line: each gives its code, its exit status and a way out, and names no value.

Which rule refuses what, row by row, is tested in ``tests/sources``; here it is what an operator sees in the morning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.commands.snapshots import FEW, PEOPLE, Tables, day, write_csv, write_snapshot
from tests.commands.workspace import Ran, Sample
from tests.samples.reading import rows

Spoil = Callable[[Path], object]


def without_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def rewritten(table: str, change: Callable[[bytes], bytes]) -> Spoil:
    """Change a table's bytes, and say nothing of it in a manifest."""

    def spoil(folder: Path) -> None:
        without_manifest(folder)
        file = folder / f"{table}.csv"
        file.write_bytes(change(file.read_bytes()))

    return spoil


def first_row(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    def changed(content: bytes) -> bytes:
        header, first, *rest = content.split(b"\n")
        return b"\n".join([header, change(first), *rest])

    return changed


def with_numbers_for_text(folder: Path) -> None:
    """Parquet files, as pandas writes them when nobody stops it: the numbers are numbers."""
    without_manifest(folder)
    members = rows(1, "members")
    columns = {name: [row.get(name) for row in members] for name in {n for row in members for n in row}}
    table = pa.table({n: pa.array(v, pa.string()) for n, v in columns.items() if n != "ssn"})
    ssns = pa.array([int(row["ssn"]) if "ssn" in row else None for row in members], pa.int64())
    pq.write_table(table.append_column("ssn", ssns), folder / "members.parquet")
    (folder / "members.csv").unlink()


@dataclass(frozen=True)
class Case:
    """A spoiled snapshot, and what is said of it."""

    name: str
    spoil: Spoil
    status: int
    code: str
    words: str


def in_latin(content: bytes) -> bytes:
    return content.decode().encode("latin-1", "replace")


def with_another_name(content: bytes) -> bytes:
    return content.replace(b"birth_date", b"born", 1)


REFUSED = [
    Case("0 bytes (B01)", rewritten("members", lambda _: b""), 5, "E834-0312", "members"),
    Case("one field too many (B09)", rewritten("members", first_row(lambda r: r + b",more")), 5, "E834-0318", ":2"),
    Case("one field too few (B10)", rewritten("members", first_row(lambda r: r[:-1])), 5, "E834-0319", ":2"),
    Case("Latin-1 (B05)", rewritten("members", in_latin), 5, "E834-0314", "byte"),
    Case("a NUL (B20)", rewritten("members", first_row(lambda r: r + b"\x00")), 5, "E834-0315", "members"),
    Case("a column missing (B13)", rewritten("members", with_another_name), 5, "E834-0321", "birth_date"),
    Case("semicolons (B17)", rewritten("members", lambda c: c.replace(b",", b";")), 5, "E834-0323", "members"),
    Case("an SSN as a number (B25)", with_numbers_for_text, 5, "E834-0328", "ssn"),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_a_spoiled_snapshot_is_refused_with_its_code_and_a_way_out(case: Case, sample: Sample, tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "snapshot")
    case.spoil(snapshot)
    arguments = ("run", "--all", "--snapshot", snapshot, "--as-of", "2026-11-01")

    reported, script = sample.run(*arguments), sample.json(*arguments)

    assert (reported.status, script.status) == (case.status, case.status), reported.said
    assert case.code in reported.said
    assert "help:" in reported.said
    assert case.words in reported.said
    assert all(e["remedy"] for e in script.events if e["event"] == "feed")
    assert all(sample.arrived(carrier) == [] for carrier in sample.inboxes)
    says_no_value(reported, script)


def test_a_header_alone_holds_every_feed_that_reported_somebody(sample: Sample, tmp_path: Path) -> None:
    """B02: an empty export is never a termination of everyone."""
    sample.nightly(write_snapshot(tmp_path / "full"))

    def emptied(tables: Tables) -> None:
        tables["members"].clear()
        tables["coverages"].clear()

    empty = write_snapshot(tmp_path / "empty", dated=2, edit=emptied)

    ran = sample.nightly(empty)

    assert ran.status == 6, ran.said
    assert {e["code"] for e in ran.events if e["event"] == "feed"} == {"E834-0342"}
    assert {len(sample.arrived(carrier)) for carrier in sample.inboxes} == {1}
    assert all(e["remedy"] for e in ran.events if e["event"] == "feed")
    says_no_value(ran)


def test_a_byte_order_mark_is_no_mistake(sample: Sample, tmp_path: Path) -> None:
    """B03."""
    snapshot = write_snapshot(tmp_path / "snapshot")
    rewritten("members", lambda content: b"\xef\xbb\xbf" + content)(snapshot)

    ran = sample.json("run", "--all", "--snapshot", snapshot, "--as-of", "2026-11-01")

    assert ran.status == 0, ran.said
    assert ran.event("feed", feed="northstar-medical")["counts"]["added"] == 9


def test_a_delimiter_in_a_name_reaches_nobody_as_a_delimiter(sample: Sample, tmp_path: Path) -> None:
    """A name with * (and ~, : and ^) in it is reported without, or that family waits; the others are not held up."""

    def odd(tables: Tables) -> None:
        tables["members"][0]["last_name"] = "Mu*o~z:^"

    ran = sample.nightly(write_snapshot(tmp_path / "snapshot", edit=odd))

    assert ran.status in {0, 3}, ran.said
    (content,) = sample.opened("northstar")
    assert content.count(b"INS*") == ran.event("feed", feed="northstar-medical")["counts"]["added"]
    assert b"Mu*o" not in content.title()
    findings = ran.event("feed", feed="northstar-medical")["findings"]
    assert [f for f in findings if f["code"].startswith(("E834-03", "E834-06"))]
    assert "Mu*o~z" not in ran.said


def test_an_older_snapshot_is_held(sample: Sample, tmp_path: Path) -> None:
    """B28."""
    sample.nightly(write_snapshot(tmp_path / "new", 3))

    ran = sample.nightly(write_snapshot(tmp_path / "old", 1))

    assert ran.status == 6
    assert {(e["code"], e["outcome"]) for e in ran.events if e["event"] == "feed"} == {("E834-0902", "held")}
    assert all("newest snapshot" in e["remedy"] for e in ran.events if e["event"] == "feed")
    assert {len(sample.arrived(carrier)) for carrier in sample.inboxes} == {1}


def test_the_same_snapshot_under_another_roof_is_the_same(sample: Sample, tmp_path: Path) -> None:
    """B29: same rows, same day: nothing to say, and no number is used."""
    sample.nightly(write_snapshot(tmp_path / "here"))

    ran = sample.nightly(write_snapshot(tmp_path / "there"))

    assert ran.status == 0
    assert {e["outcome"] for e in ran.events if e["event"] == "feed"} == {"nothing"}
    assert sample.newest("northstar")["control_number"] == 1


def test_two_contents_of_one_day_are_held_until_a_person_dates_one(sample: Sample, tmp_path: Path) -> None:
    """B36."""
    sample.nightly(write_snapshot(tmp_path / "one"))
    other = write_snapshot(tmp_path / "other", edit=lambda t: t["members"][0].update(city="Nampa"))

    ran = sample.nightly(other)

    assert ran.status == 6
    assert {e["code"] for e in ran.events if e["event"] == "feed"} == {"E834-0903"}
    assert all("--as-of" in e["remedy"] for e in ran.events if e["event"] == "feed")
    assert sample.nightly(other, "--as-of", "2026-11-02").status == 0


def test_a_stage_of_draft_sends_nothing(sample: Sample, tmp_path: Path) -> None:
    sample.rewrite("carriers/cedar/feeds/dental.toml", 'stage = "testing"', 'stage = "draft"')
    snapshot = write_snapshot(tmp_path / "snapshot")

    named, every = sample.json("run", "cedar-dental", "--snapshot", snapshot), sample.nightly(snapshot)

    assert (named.status, named.event("feed")["code"]) == (6, "E834-0906")
    assert every.status == 0
    assert sample.arrived("cedar") == []


# --- a guard says hold ----------------------------------------------------------------------------------------------


def endings(tables: Tables) -> None:
    """Everybody's coverage ends: somebody wrote a date into every row."""
    for row in tables["coverages"]:
        row["end_date"] = "2026-11-30"
        row["end_reason"] = "termination"


def held_after_many_endings(sample: Sample, tmp_path: Path) -> tuple[Path, dict[str, object]]:
    sample.only("northstar")
    sample.nightly(write_snapshot(tmp_path / "before"))
    after = write_snapshot(tmp_path / "after", dated=2, edit=endings)
    ran = sample.nightly(after)
    assert ran.status == 6, ran.said
    outcome = ran.event("feed")
    assert (outcome["outcome"], outcome["code"]) == ("held", "E834-0912")
    assert "9 of 9" in outcome["message"]
    assert outcome["control_number"] is None
    assert f"approve {outcome['transmission']}" in outcome["remedy"]
    assert len(sample.arrived("northstar")) == 1
    return after, outcome


def test_many_terminations_are_held_and_an_approval_lets_exactly_them_go(sample: Sample, tmp_path: Path) -> None:
    after, outcome = held_after_many_endings(sample, tmp_path)
    assert sample.json("plan", "northstar-medical", "--snapshot", after).status == 6
    assert sample.json("run", "--all", "--dry-run", "--snapshot", after).status == 6

    approved = sample.json("approve", outcome["transmission"], "--reason", "the mill is closed")  # type: ignore[arg-type]
    ran = sample.nightly(after)

    assert approved.status == 0, approved.said
    assert ran.status == 0, ran.said
    assert ran.event("feed")["counts"]["ended"] == 9
    assert ran.event("feed")["control_number"] == 2
    assert len(sample.arrived("northstar")) == 2
    assert sample.nightly(after).event("feed")["outcome"] == "nothing"


def test_an_approval_is_for_the_plan_that_was_looked_at_and_no_other(sample: Sample, tmp_path: Path) -> None:
    _, outcome = held_after_many_endings(sample, tmp_path)
    sample.json("approve", outcome["transmission"], "--reason", "the mill is closed")  # type: ignore[arg-type]

    def moved(tables: Tables) -> None:
        endings(tables)
        tables["coverages"][0]["end_date"] = "2026-12-31"

    ran = sample.nightly(write_snapshot(tmp_path / "moved", dated=3, edit=moved))

    assert ran.status == 6, ran.said
    assert len(sample.arrived("northstar")) == 1


def test_a_discarded_file_is_void_and_the_next_run_plans_anew(sample: Sample, tmp_path: Path) -> None:
    after, outcome = held_after_many_endings(sample, tmp_path)

    discarded = sample.json("discard", outcome["transmission"], "--reason", "wrong export")  # type: ignore[arg-type]

    assert discarded.status == 0
    assert sample.newest("northstar")["state"] == "voided"
    assert sample.json("discard", outcome["transmission"], "--reason", "again").status == 10  # type: ignore[arg-type]
    assert sample.nightly(after).status == 6
    right = write_snapshot(tmp_path / "right", dated=3, edit=lambda t: t["members"][0].update(city="Nampa"))
    ran = sample.nightly(right)
    assert (ran.status, ran.event("feed")["control_number"]) == (0, 2)


def test_many_absent_are_held_though_there_is_nothing_to_send(sample: Sample, tmp_path: Path) -> None:
    """B33: a short export tells nobody anything, and so would go unseen."""
    sample.only("northstar")
    sample.nightly(write_snapshot(tmp_path / "all"))
    short = write_snapshot(tmp_path / "short", dated=2, families=FEW[1:2])

    ran = sample.nightly(short)

    assert ran.status == 6, ran.said
    outcome = ran.event("feed")
    assert "missing" in outcome["message"]
    assert len(sample.arrived("northstar")) == 1
    assert sample.json("approve", outcome["transmission"], "--reason", "they moved").status == 0
    assert sample.nightly(short).status == 0
    assert len(sample.arrived("northstar")) == 1
    with sample.ledger() as ledger:
        assert ledger.held_members("northstar-medical") == 9  # type: ignore[arg-type]


# --- mappings and grants --------------------------------------------------------------------------------------------


def test_a_changed_mapping_is_held_until_everyone_is_reported_again(sample: Sample, tmp_path: Path) -> None:
    """B106."""
    sample.only("northstar")
    sample.nightly(write_snapshot(tmp_path / "before"))
    sample.rewrite("carriers/northstar/mappings/medical.toml", "[set]", '[set]\n"2000/REF[F6]" = false')
    after = write_snapshot(tmp_path / "after", 3)

    held = sample.nightly(after)
    full = sample.nightly(after, "--full")

    assert (held.status, held.event("feed")["code"]) == (6, "E834-0904")
    assert "--full" in held.event("feed")["remedy"]
    assert full.status == 0, full.said
    assert sample.opened("northstar")[1].count(b"INS*") == 10
    assert sample.nightly(after).event("feed")["outcome"] == "nothing"


def test_a_narrower_grant_is_not_a_change_of_anybodys_data(sample: Sample, tmp_path: Path) -> None:
    sample.only("lantern")
    sample.nightly(write_snapshot(tmp_path / "before"))
    sample.rewrite("carriers/lantern/mappings/vision.toml", '"Apartment" = "member.address2"\n', "")
    sample.rewrite("grants/juniper/lantern.toml", '    "member.address2",\n', "")

    ran = sample.nightly(write_snapshot(tmp_path / "after", 3))

    assert ran.status == 6
    assert ran.event("feed")["code"] in {"E834-0904", "E834-0905"}


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        ("gone", "E834-0202"),
        ("expired", "E834-0201"),
        ("silent", "E834-0203"),
    ],
)
def test_without_a_grant_that_stands_and_speaks_nothing_goes(
    spoil: str, code: str, sample: Sample, tmp_path: Path
) -> None:
    """Missing, run out (B100), or silent about a field that the mapping uses (B99)."""
    grant = sample.home / "grants" / "juniper" / "northstar.toml"
    if spoil == "gone":
        grant.unlink()
    elif spoil == "expired":
        sample.rewrite("grants/juniper/northstar.toml", "to = 2027-12-31", "to = 2026-10-31")
    else:
        sample.rewrite("grants/juniper/northstar.toml", '    "member.ssn",\n', "")

    ran = sample.nightly(write_snapshot(tmp_path / "snapshot"))

    outcome = ran.event("feed", feed="northstar-medical")
    assert (outcome["exit_status"], outcome["outcome"]) == (6, "held")
    assert outcome["code"] == code, outcome
    assert outcome["remedy"]
    assert sample.arrived("northstar") == []
    assert len(sample.arrived("cedar")) == 1
    assert ran.status == 3
    check = sample.run("check", "northstar-medical")
    assert check.status == 4
    assert code in check.out


def test_an_unsealed_recipient_needs_the_data_owners_word(sample: Sample, tmp_path: Path) -> None:
    sample.rewrite("grants/juniper/lantern.toml", "plaintext = true", "plaintext = false")

    ran = sample.json("run", "lantern-vision", "--snapshot", write_snapshot(tmp_path / "snapshot"))

    assert (ran.status, ran.event("feed")["code"]) == (6, "E834-0206")
    assert "plaintext = true" in ran.event("feed")["remedy"]


@pytest.mark.parametrize("spoil", ["other", "page", "private", "gone"])
def test_a_key_that_is_not_the_one_agreed_seals_nothing(spoil: str, sample: Sample, tmp_path: Path) -> None:
    sample.only("northstar")
    file = sample.home / "carriers/northstar/keys/recipient.asc"
    if spoil == "other":
        sample.rewrite("carriers/northstar/carrier.toml", sample.key.fingerprints[1], "AB" * 20)
    elif spoil == "page":
        file.write_text("<html>not a key</html>", encoding="utf-8")
    elif spoil == "private":
        file.write_text(sample.key.armored, encoding="utf-8")
    else:
        file.unlink()

    ran = sample.nightly(write_snapshot(tmp_path / "snapshot"))

    assert ran.status == 6, ran.said
    assert ran.event("feed")["code"].startswith("E834-08")
    assert ran.event("feed")["remedy"]
    assert sample.arrived("northstar") == []
    assert sample.run("doctor").status in {4, 6}


# --- nothing is said about anybody ----------------------------------------------------------------------------------


def says_no_value(*said: Ran) -> None:
    """No number, family name or birth date of anybody, and no traceback."""
    for ran in said:
        assert "Traceback" not in ran.said
        for row in PEOPLE.values():
            assert row.get("ssn", "none") not in ran.said
            assert row["last_name"] == "Null" or not re.search(rf"\b{re.escape(row['last_name'])}\b", ran.said)
            assert row["birth_date"] not in ran.said


def test_a_quarantined_family_is_named_by_reference_and_place_alone(sample: Sample, tmp_path: Path) -> None:
    def impossible(tables: Tables) -> None:
        tables["members"][1]["birth_date"] = "1972-02-30"
        tables["members"][2]["ssn"] = "12345678"

    ran = sample.nightly(write_snapshot(tmp_path / "snapshot", edit=impossible))

    assert ran.status == 3
    outcome = ran.event("feed", feed="northstar-medical")
    assert outcome["counts"]["quarantined"] == 1
    assert outcome["counts"]["added"] == 5
    assert any("members.csv:3" in (f["where"] or "") for f in outcome["findings"])
    assert "1972-02-30" not in ran.said
    assert "12345678" not in ran.said
    says_no_value(ran)


def test_every_day_of_the_samples_can_be_planned_without_a_word_about_anybody(sample: Sample) -> None:
    says_no_value(sample.run("run", "--all", "--dry-run", "--snapshot", day(9)))


def test_a_manifest_that_disagrees_refuses_the_snapshot(sample: Sample, tmp_path: Path) -> None:
    """B23: a half-written export must never look like a mass termination."""
    snapshot = write_snapshot(tmp_path / "snapshot")
    manifest = json.loads((snapshot / "manifest.json").read_text(encoding="utf-8"))
    manifest["row_counts"]["members"] += 1
    (snapshot / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    digest = write_snapshot(tmp_path / "other")
    (digest / "members.csv").write_bytes(write_csv("members", rows(1, "members")))

    for folder in (snapshot, digest):
        ran = sample.run("run", "--all", "--snapshot", folder)
        assert ran.status == 5, ran.said
        assert "manifest" in ran.said
