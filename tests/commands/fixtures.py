"""Fixtures of everything that runs the program: the carriers' key, made once, and a workspace for each test.

Rooms that run the program import these into their own ``conftest.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from delivery.demo_carrier import DemoCarrier
from tests.commands.workspace import CarrierKey, Sample, make_sample

__all__ = ["carrier_key", "empty_state", "sample", "sftp_server", "shared"]


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all workers of one test run share."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def carrier_key(shared: Path) -> CarrierKey:
    """The invented carriers' key; making one takes seconds, so it is made once."""
    kept = shared / "carrier-key.asc"
    with FileLock(f"{kept}.lock"):
        if not kept.exists():
            kept.write_text(CarrierKey.make().armored, encoding="utf-8")
    return CarrierKey(kept.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def empty_state(shared: Path, carrier_key: CarrierKey) -> Path:
    """The state of a workspace in which nothing has happened, made once."""
    kept = shared / "empty"
    with FileLock(f"{kept}.lock"):
        if not (kept / "made").exists():
            make_sample(kept, carrier_key)
            (kept / "made").touch()
    return kept / "workspace" / "state"


@pytest.fixture
def sample(tmp_path: Path, carrier_key: CarrierKey, empty_state: Path) -> Sample:
    """A workspace whose carriers fetch from folders."""
    return make_sample(tmp_path / "sample", carrier_key, empty_state)


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoCarrier]:
    """A carrier's SFTP server on this machine."""
    with DemoCarrier(tmp_path_factory.mktemp("sftp")) as server:
        yield server
