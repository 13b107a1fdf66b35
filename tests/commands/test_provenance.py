"""Every element says where it is from: line, expression, row and column, table row, rule; and what was there before."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands.snapshots import FEW, PEOPLE, Tables, write_snapshot
from tests.commands.workspace import FEEDS, Ran, Sample

MOVED = "J1009"
REVEALED = ("--reveal", "--reason", "ticket 23")


def moves(tables: Tables) -> None:
    """Somebody moves house, and changes plan in every benefit."""
    for row in tables["members"]:
        if row["member_id"] == MOVED:
            row |= {"address1": "77 Cedar Way", "city": "Eugene"}
    for row in tables["coverages"]:
        if row["member_id"] == MOVED and row["benefit"] == "medical":
            row["plan_code"] = "HMO1" if row["plan_code"] != "HMO1" else "PPO500"


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> tuple[Sample, Path]:
    """The sample's carriers after a first night, and the snapshot of the next."""
    sample.only("northstar", "cedar", "granite", "harbor")
    assert sample.nightly(write_snapshot(tmp_path / "one")).status == 0
    return sample, write_snapshot(tmp_path / "two", edit=moves, dated=2)


def elements(ran: Ran) -> list[dict[str, Any]]:
    return [
        {**element, "member": event["member"], "segment": event["segment"]}
        for event in ran.events
        if event["event"] == "segment"
        for element in event["elements"]
    ]


def next_of(reported: tuple[Sample, Path], carrier: str, *more: str) -> Ran:
    sample, snapshot = reported
    ran = sample.json("preview", FEEDS[carrier], "--next", "--snapshot", snapshot, *more)
    assert ran.status == 0, ran.said
    return ran


def test_an_element_names_everything_it_is_from(reported: tuple[Sample, Path]) -> None:
    found = elements(next_of(reported, "northstar", *REVEALED))
    (street,) = [e for e in found if e["address"] == "2100A/N301" and e["member"].endswith(f"/{MOVED}")]

    assert street["value"] == "77 CEDAR WAY"
    assert street["before"] == f"reported before: {PEOPLE[MOVED]['address1'].upper()}"
    assert street["source"] == "member.address1 if not change.is_brief"
    file, line, column = street["where"].rsplit(":", 2)
    assert (file, column) == ("mappings/x12_834_5010.toml", "1")
    assert '"2100A/N301"' in Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1]
    (row,) = street["rows"]
    assert row.endswith(" address1")
    place, number = row.partition(" ")[0].rsplit(":", 1)
    assert MOVED in (reported[1] / Path(place).name).read_text(encoding="utf-8").splitlines()[int(number) - 1]
    assert street["rules"] == ["rule address = each"]


def test_the_row_of_a_code_table_is_the_one_that_answered_where_several_give_the_same(
    reported: tuple[Sample, Path],
) -> None:
    """The base's relationship table and the reason table are written in the mapping, each word on its line."""
    found = elements(next_of(reported, "northstar", *REVEALED))
    (relation,) = [e for e in found if e["address"] == "2000/INS02" and e["member"].endswith(f"/{MOVED}")]
    (row,) = [t for t in relation["tables"] if t.startswith("row ")]
    file, line, _ = row.removeprefix("row ").rsplit(":", 2)

    assert Path(file).read_text(encoding="utf-8").splitlines()[int(line) - 1] == 'self = "18"'


def test_what_happened_names_the_rule_that_chose_how_it_is_reported(reported: tuple[Sample, Path]) -> None:
    found = [e for e in elements(next_of(reported, "northstar")) if e["member"].endswith(f"/{MOVED}")]
    rules = {e["address"]: e["rules"] for e in found}

    assert "rule plan_change = term_then_add" in rules["2300/HD01"]
    assert any(rule.startswith("rule begin_date") for rule in rules["2300/DTP[348]03"])


def test_what_was_reported_before_is_masked_like_what_is_reported_now(reported: tuple[Sample, Path]) -> None:
    ran = next_of(reported, "northstar")
    before = [e["before"] for e in elements(ran) if e["before"]]

    assert "reported before: the same" in before
    assert PEOPLE[MOVED]["address1"].upper() not in ran.out.upper()
    assert PEOPLE[MOVED]["last_name"].upper() not in ran.out.upper()


@pytest.mark.parametrize("carrier", sorted(FEEDS.keys() - {"lantern"}))  # a person must first hand over its list
def test_every_form_of_document_says_what_was_reported_before(
    carrier: str, reported: tuple[Sample, Path], tmp_path: Path
) -> None:
    sample, snapshot = reported
    page = tmp_path / "next.html"
    ran = sample.json("preview", FEEDS[carrier], "--next", "--full", "--snapshot", snapshot, "--html", page, *REVEALED)
    found = [e for e in elements(ran) if e["member"].endswith(f"/{MOVED}")]

    assert ran.status == 0, ran.said
    assert [e for e in found if e["before"] == "reported before: the same"]
    assert [e for e in found if e["before"] not in (None, "reported before: the same")]
    assert [e for e in found if e["before"] and any("coverages.csv" in row for row in e["rows"])]
    assert "reported before" in page.read_text(encoding="utf-8")
    assert all(e["where"] or e["source"].startswith(("'", "the guide's", "count", "total")) for e in found)


def test_a_look_at_the_next_file_tells_and_remembers_nothing(reported: tuple[Sample, Path]) -> None:
    sample, _ = reported
    before = sample.transmissions("northstar")

    next_of(reported, "northstar")

    assert sample.transmissions("northstar") == before


def test_nothing_to_tell_is_status_10(reported: tuple[Sample, Path], tmp_path: Path) -> None:
    sample, _ = reported
    same = write_snapshot(tmp_path / "same", dated=2)

    silent = sample.json("preview", FEEDS["northstar"], "--next", "--snapshot", same)
    nobody = sample.json("preview", FEEDS["northstar"], "--next", "--snapshot", reported[1], "--member", FEW[0])

    assert (silent.status, json.loads(silent.err.splitlines()[-1])["code"]) == (10, "E834-0044")
    assert nobody.status == 10


def test_people_reported_as_if_nobody_were_known_have_nothing_before(reported: tuple[Sample, Path]) -> None:
    sample, snapshot = reported
    ran = sample.json("preview", FEEDS["northstar"], "--snapshot", snapshot)

    assert ran.status == 0
    assert [e for e in elements(ran) if e["before"]] == []


def test_where_a_value_is_from_costs_a_run_nothing() -> None:
    """What a run is made of does not even load what traces."""
    asked = "import sys, edi834.feed.nightly, edi834.feed.ship, edi834.feed.forms; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert "edi834.mapping.guided.emission" in ran.stdout
    assert "edi834.mapping.tracing" not in ran.stdout
