"""What every law leans on: a collector of garbage that looks seldom."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _seldom_collected() -> Iterator[None]:
    """A history makes millions of small values and hardly a cycle: looking for cycles takes a quarter of its time."""
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 50)
    yield
    gc.set_threshold(*before)
