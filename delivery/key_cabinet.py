"""What is known about keys, for the ``keys`` verbs: read, judged by the gate, and told as fingerprints and dates.

Nothing is written and nothing is connected to; a passphrase is never asked for, so an encrypted key of ours is known by
the public file beside it.
Which key is whose stands in ``carrier.toml``; that it was compared by telephone is the operator's word.
"""

from __future__ import annotations

import base64
import binascii

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from paramiko.pkey import UnknownKeyType

from delivery.admission import KeyWaiver, Pins, admit, offered
from delivery.sftp.host_keys import fingerprint, read_known_hosts
from delivery.signing import signing_key
from edi834.commands.key_cabinet import HostPin, OurKey, OurSignature, RecipientKey
from edi834.errors import ConfigurationError
from edi834.feed.ports import Clock
from edi834.feed.profile import Carrier

__all__ = ["Cabinet"]


class Cabinet:
    """The keys, by what can be known of them today."""

    def __init__(self, clock: Clock) -> None:
        """``clock`` tells what has run out."""
        self._clock = clock

    def offered(self, content: bytes) -> tuple[str, tuple[str, ...]]:
        """The primary fingerprint in a key file, and those of its subkeys whose algorithm encrypts."""
        found = offered(content)
        return found.primary, found.subkeys

    def admitted(self, content: bytes, primary: str, subkey: str, waivers: frozenset[str]) -> RecipientKey:
        """The key with those fingerprints, as it would be sealed to today."""
        unknown = waivers - {waiver.value for waiver in KeyWaiver}
        if unknown:
            raise ConfigurationError(f"there is no waiver {min(unknown)!r}", code="E834-0138")
        named = frozenset(KeyWaiver(waiver) for waiver in waivers)
        key = admit(content, Pins(primary, subkey), now=self._clock.now(), waivers=named)
        sealers = tuple(sorted(sealer.value for sealer in key.sealers))
        return RecipientKey(key.primary, key.subkey, key.expires, sealers, key.warnings)

    def our_key(self, carrier: Carrier) -> OurKey | None:
        """What we log in with at a carrier; None where that is no key."""
        name = carrier.channel.options.get("key_file")
        if not isinstance(name, str):
            return None
        path = carrier.folder / name
        try:
            key = paramiko.PKey.from_path(path)
            return OurKey(path, key.get_name(), fingerprint(key.asbytes()))
        except (paramiko.SSHException, UnknownKeyType, UnsupportedAlgorithm, ValueError, TypeError, OSError):
            pass  # encrypted, or of a kind that only OpenSSH knows: its public half may stand beside it
        try:
            algorithm, encoded, *_ = path.with_name(f"{path.name}.pub").read_text(encoding="utf-8").split()
            return OurKey(path, algorithm, fingerprint(base64.b64decode(encoded, validate=True)))
        except (OSError, ValueError, binascii.Error):
            return OurKey(path, None, None)

    def our_signature(self, carrier: Carrier) -> OurSignature | None:
        """What a carrier's files are signed with; None where they are not."""
        if carrier.signing is None:
            return None
        key = signing_key(carrier.signing.key_file, None, now=self._clock.now())
        return OurSignature(key.primary, key.fingerprint, key.expires, key.warnings)

    def host_pins(self, text: str, *, host: str, port: int, shown: str) -> tuple[HostPin, ...]:
        """The host keys that a ``known_hosts`` text pins for a server."""
        today = self._clock.now().date()
        return tuple(
            HostPin(pin.algorithm, fingerprint(pin.key), pin.valid_from, pin.valid_until, pin.holds(today))
            for pin in read_known_hosts(text, host=host, port=port, path=shown)
        )
