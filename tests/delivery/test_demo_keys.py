"""Keys of invented carriers are such as GnuPG opens with every time."""

from __future__ import annotations

from delivery.demo_keys import new_rsa_key


def test_the_smaller_prime_comes_first_as_rfc_4880_has_it() -> None:
    """GnuPG relies on it, and otherwise fails at random: one file in a hundred."""
    for _ in range(20):
        numbers = new_rsa_key(1024)._key.keymaterial
        assert numbers.p < numbers.q
        assert numbers.p * numbers.q == numbers.n
        assert numbers.p * numbers.u % numbers.q == 1
