"""Keys of invented carriers are such as GnuPG opens with every time."""

from __future__ import annotations

import warnings

from delivery.demo_keys import new_rsa_key, put_primes_in_order
from delivery.openpgp.packets import packets

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pgpy.packet.types import MPI


def test_the_smaller_prime_comes_first_as_rfc_4880_has_it() -> None:
    """GnuPG relies on it, and otherwise fails at random: one file in a hundred."""
    for _ in range(20):
        numbers = new_rsa_key(1024)._key.keymaterial
        assert numbers.p < numbers.q
        assert numbers.p * numbers.q == numbers.n
        assert numbers.p * numbers.u % numbers.q == 1


def test_a_key_put_in_order_says_how_long_it_is() -> None:
    """The inverse of the one prime is often shorter than that of the other; a wrong length would cost the subkey."""
    packet = new_rsa_key(1024)._key
    numbers = packet.keymaterial
    numbers.p, numbers.q, numbers.u = MPI(11), MPI(7), MPI(2**500)
    packet.update_hlen()

    put_primes_in_order(packet)

    assert (numbers.p, numbers.q, numbers.u) == (7, 11, 8)
    (read,) = packets(bytes(packet))
    assert bytes(packet).endswith(bytes(read.body))
