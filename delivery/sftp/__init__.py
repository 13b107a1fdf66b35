"""Delivery by SFTP: pinned host keys, a temporary name, a plain rename, and proof of arrival by our own looking.

Nothing is trusted that was not configured: no agent, no keys of the user's, no host key on first sight.
What is sent, and what it means that it arrived, is the feed's.
"""

from delivery.sftp.channel import SftpChannel
from delivery.sftp.host_keys import PinnedHostKey, read_known_hosts
from delivery.sftp.program import ProgramSession
from delivery.sftp.settings import CommandSecret, EnvironmentSecret, Secret, SftpSettings, UploadMode, Verification

__all__ = [
    "CommandSecret",
    "EnvironmentSecret",
    "PinnedHostKey",
    "ProgramSession",
    "Secret",
    "SftpChannel",
    "SftpSettings",
    "UploadMode",
    "Verification",
    "read_known_hosts",
]
