"""A workspace for the pages that commands write."""

from __future__ import annotations

from tests.commands.fixtures import carrier_key, empty_state, sample, shared

__all__ = ["carrier_key", "empty_state", "sample", "shared"]
