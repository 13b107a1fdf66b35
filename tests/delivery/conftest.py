"""What the tests of delivery share: a carrier of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from delivery.demo_carrier import DemoCarrier


@pytest.fixture
def demo_carrier(tmp_path: Path) -> Iterator[DemoCarrier]:
    with DemoCarrier(tmp_path / "carrier") as carrier:
        yield carrier
