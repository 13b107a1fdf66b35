"""Fixtures of everything that runs the program."""

from tests.commands.fixtures import carrier_key, empty_state, sample, sftp_server, shared

__all__ = ["carrier_key", "empty_state", "sample", "sftp_server", "shared"]
