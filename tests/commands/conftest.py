"""The workspaces that commands are run in."""

from __future__ import annotations

from tests.commands.fixtures import carrier_key, empty_state, sample, sftp_server, shared

__all__ = ["carrier_key", "empty_state", "sample", "sftp_server", "shared"]
