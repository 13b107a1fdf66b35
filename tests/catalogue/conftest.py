"""A workspace in which one night was reported, and the second night's snapshot waits to be spoiled."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.catalogue.scene import Scene
from tests.commands.fixtures import carrier_key, empty_state, shared
from tests.commands.snapshots import write_snapshot
from tests.commands.workspace import CarrierKey, Sample, make_sample

__all__ = ["carrier_key", "empty_state", "shared"]


@pytest.fixture(scope="session")
def reported_state(shared: Path, carrier_key: CarrierKey, empty_state: Path) -> Path:
    """The state of a workspace that has reported its first night, made once."""
    kept = shared / "reported"
    with FileLock(f"{kept}.lock"):
        if not (kept / "made").exists():
            sample = make_sample(kept, carrier_key, empty_state).only("northstar")
            ran = sample.nightly(write_snapshot(kept / "first"))
            assert ran.status == 0, ran.said
            (kept / "made").touch()
    return kept


@pytest.fixture
def scene(tmp_path: Path, carrier_key: CarrierKey, reported_state: Path) -> Scene:
    """The morning after: nine people were reported, and the next snapshot has one piece of news."""
    sample: Sample = make_sample(tmp_path / "sample", carrier_key, reported_state / "workspace" / "state")
    sample.only("northstar")
    (inbox,) = (reported_state / "carriers-side" / "northstar").parent.glob("northstar")
    shutil.copytree(inbox, sample.inboxes["northstar"], dirs_exist_ok=True)
    return Scene(sample, tmp_path)
