"""Whom each segment is about: what is kept when a file is sealed agrees with what a reader finds in the file."""

from __future__ import annotations

from pathlib import Path

from edi834.feed.whereabouts import NOWHERE, member_at
from edi834.x12 import read
from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import Sample
from tests.scenarios.arrived import people


def test_every_segment_of_a_sent_file_finds_its_member(sample: Sample, tmp_path: Path) -> None:
    sample.only("northstar")
    sample.rewrite(
        "carriers/northstar/feeds/medical.toml", "members_per_transaction = 10000", "members_per_transaction = 4"
    )
    assert sample.nightly(write_snapshot(tmp_path / "snapshot", families=None)).status == 0
    (content,) = sample.opened("northstar")
    with sample.ledger() as ledger:
        kept = ledger.whereabouts(sample.newest("northstar")["transmission"])
    positions = read(content).index()
    names = iter(person.member for person in people(content))
    of_set: dict[str, list[str]] = {}
    looked = 0
    for segments in _sets(content):
        number = segments[0].split("*")[2]
        of_set[number] = [next(names) for line in segments if line.startswith("INS*")]
        for at in range(1, len(segments) + 1):
            place, member = positions.locate(1, number, at), member_at(kept, number, at)
            wanted = of_set[number][place.member - 1] if place is not None and place.member else None
            assert (member.member_id if member else None) == wanted, (number, at)
            looked += 1
    assert set(kept) == set(of_set)
    assert looked > 100


def test_a_file_without_segments_has_no_index(sample: Sample, tmp_path: Path) -> None:
    sample.only("granite")
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0

    with sample.ledger() as ledger:
        assert ledger.whereabouts(sample.newest("granite")["transmission"]) == NOWHERE
    assert member_at(NOWHERE, "0001", 5) is None


def _sets(content: bytes) -> list[list[str]]:
    found: list[list[str]] = []
    for line in content.decode().replace("\n", "").split("~"):
        if line.startswith("ST*"):
            found.append([])
        if found and line.split("*")[0] not in {"GE", "IEA", ""}:
            found[-1].append(line)
    return found
