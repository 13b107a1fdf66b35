"""A rotation of the at-rest key, whole, and killed and run again: nothing is lost or reported; the old key is out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from edi834.errors import HeldError
from edi834.ledger import Keyring, Spool
from edi834.model import FeedId
from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import Sample
from tests.faults.killing import Died, points_hit, run_failing

ROTATE = ("keys", "rotate", "--reason", "the yearly change")
POINTS = (
    "rotation-started#1", "rotation-named#1", "rotation-portion#1", "rotation-reported#1", "rotation-file#1",
    "rotation-file#3", "rotation-resealed#1",
)  # fmt: skip


@pytest.fixture
def reported(sample: Sample, tmp_path: Path) -> Sample:
    """A workspace that has reported three families, in one file."""
    sample.only("northstar")
    assert sample.nightly(write_snapshot(tmp_path / "snapshot")).status == 0
    shutil.copy(root_key(sample), tmp_path / "old.key")
    return sample


def root_key(sample: Sample) -> Path:
    return sample.home / "state" / "root.key"


def is_settled(reported: Sample, tmp_path: Path) -> None:
    """What must hold after a rotation, however it went."""
    old = Keyring.read(tmp_path / "old.key")
    feed = FeedId("northstar-medical")
    with reported.ledger() as ledger:
        assert ledger.verify_trail() is None
        newest = ledger.transmissions(feed)[0]
        assert ledger.sealed_content(newest.transmission_id)
        assert ledger.held_members(feed) > 0
        tokens = list(ledger.baseline_digests(feed))
        assert len(ledger.baseline(feed, tokens)) == len(tokens) > 0
        spool = ledger._books.spool.folder
    sealed = newest.sealed_sha256
    assert sealed is not None
    with pytest.raises(HeldError):
        Spool(spool, old).content(feed, sealed)
    assert root_key(reported).stat().st_mode & 0o777 == 0o600
    quiet = reported.nightly(tmp_path / "snapshot")
    assert quiet.status == 0, quiet.said
    assert {e["outcome"] for e in quiet.events if e["event"] == "feed"} == {"nothing"}
    new = root_key(reported).read_bytes()
    shutil.copy(tmp_path / "old.key", root_key(reported))
    refused = reported.json("status")
    assert refused.status == 6
    assert "E834-0724" in refused.said
    root_key(reported).write_bytes(new)


def test_everything_is_sealed_anew_and_the_old_key_opens_nothing(reported: Sample, tmp_path: Path) -> None:
    before = reported.json("keys", "list").event("at_rest_key")["name"]

    ran = reported.json(*ROTATE)

    assert ran.status == 0, ran.said
    assert ran.event("summary")["records"] == 3
    assert ran.event("summary")["files"] == 3
    after = reported.json("keys", "list").event("at_rest_key")
    assert (after["name"] != before, after["retiring"]) == (True, None)
    is_settled(reported, tmp_path)
    assert reported.json(*ROTATE).status == 0
    is_settled(reported, tmp_path)


def test_the_points_of_a_rotation_are_all_there_are(reported: Sample) -> None:
    hit = points_hit(reported, *ROTATE)

    assert set(POINTS) <= set(hit)
    assert {point.partition("#")[0] for point in hit} == {point.partition("#")[0] for point in POINTS}


@pytest.mark.parametrize("point", POINTS)
def test_a_rotation_that_was_killed_goes_on_where_it_stopped(point: str, reported: Sample, tmp_path: Path) -> None:
    assert run_failing(reported, f"{point}=kill", *ROTATE).status == Died
    between = reported.nightly(tmp_path / "snapshot")
    assert between.status == 0, between.said  # with both keys, the night's work goes on
    name = reported.json("keys", "list").event("at_rest_key")["name"]

    assert reported.json(*ROTATE).status == 0

    assert reported.json("keys", "list").event("at_rest_key") | {"retiring": None, "name": name} == reported.json(
        "keys", "list"
    ).event("at_rest_key")  # the same new key, not yet another
    is_settled(reported, tmp_path)


def test_a_feed_at_work_keeps_its_key(reported: Sample, tmp_path: Path) -> None:
    with reported.ledger() as ledger, ledger.lease(FeedId("northstar-medical")):
        assert reported.json(*ROTATE).status == 8
    assert root_key(reported).read_bytes() == (tmp_path / "old.key").read_bytes()
