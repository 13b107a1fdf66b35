"""Keys for carriers that are invented: those of the demonstration, and of the tests.

PGPy writes an RSA key's two primes in the order in which they came, while OpenPGP wants the smaller first (RFC 4880,
5.5.3). GnuPG's arithmetic relies on that order, and the program otherwise fails to open one file in some hundred, a
different one each time it is asked: so the primes are put in order before such a key is given to anybody.
"""

from __future__ import annotations

import warnings
from datetime import datetime

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pgpy
    from pgpy.constants import HashAlgorithm, KeyFlags, PubKeyAlgorithm, SymmetricKeyAlgorithm
    from pgpy.packet.packets import PrivKeyV4
    from pgpy.packet.types import MPI

__all__ = ["new_carrier_key", "new_rsa_key", "put_primes_in_order"]

_RSA_BITS = 2048


def new_carrier_key(name: str) -> pgpy.PGPKey:
    """Make a primary key for certifying and a subkey for encrypting, both RSA, for an invented owner of that name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        preferences = {"hashes": [HashAlgorithm.SHA256], "ciphers": [SymmetricKeyAlgorithm.AES256]}
        key = new_rsa_key(_RSA_BITS)
        user = pgpy.PGPUID.new(f"{name} (invented)", email="edi@example.com")
        key.add_uid(user, usage={KeyFlags.Sign, KeyFlags.Certify}, **preferences)
        subkey = new_rsa_key(_RSA_BITS)
        key.add_subkey(subkey, usage={KeyFlags.EncryptCommunications, KeyFlags.EncryptStorage})
        return key


def new_rsa_key(bits: int, created: datetime | None = None) -> pgpy.PGPKey:
    """Make an RSA key of so many bits, its primes in OpenPGP's order; ``created`` is now unless it is given."""
    key = pgpy.PGPKey.new(PubKeyAlgorithm.RSAEncryptOrSign, bits, created=created)
    put_primes_in_order(key._key)  # noqa: SLF001 - PGPy has no public way to a key's numbers
    return key


def put_primes_in_order(packet: PrivKeyV4) -> None:
    """Put the smaller prime of a secret RSA key first, and what follows from it right: u, the sum and the length."""
    numbers = packet.keymaterial
    if numbers.p > numbers.q:
        numbers.p, numbers.q = numbers.q, numbers.p
        numbers.u = MPI(pow(int(numbers.p), -1, int(numbers.q)))
        numbers._compute_chksum()  # noqa: SLF001 - nor to have the sum made anew
        packet.update_hlen()
