"""The ten days, lived through once for all workers of a test run."""

from __future__ import annotations

import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
from filelock import FileLock

from tests.commands.fixtures import carrier_key, shared
from tests.commands.workspace import CarrierKey
from tests.scenarios.ten_days import TenDays, live_through

__all__ = ["carrier_key", "shared", "ten_days"]


@pytest.fixture(scope="session")
def ten_days(shared: Path, carrier_key: CarrierKey) -> TenDays:
    """What is left of the ten days; opened with gpg where it is installed."""
    folder = shared / "ten-days"
    with FileLock(f"{folder}.lock"):
        if not (folder / "said.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            with carrier_key.gpg() if shutil.which("gpg") else nullcontext(carrier_key) as opener:
                live_through(folder, carrier_key, opener)
    return TenDays(folder)
