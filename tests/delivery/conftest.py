"""What the tests of delivery share: a carrier of their own, and a file that waits to be sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.demo_carrier import DemoCarrier
from tests.contract.line_contract import CONTENT
from tests.faults.one_file import new_book


@pytest.fixture
def demo_carrier(tmp_path: Path) -> Iterator[DemoCarrier]:
    with DemoCarrier(tmp_path / "carrier") as carrier:
        yield carrier


@pytest.fixture(scope="session")
def waiting_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which one sealed file waits; to be copied."""
    folder = tmp_path_factory.mktemp("waiting")
    new_book(folder, CONTENT).close()
    return folder
