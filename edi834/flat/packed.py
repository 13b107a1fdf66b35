"""Packed decimals: COBOL's COMP-3, two digits a byte, the sign in the last half byte.

A signed number has C or D there, an unsigned one F (IBM z/Architecture Principles of Operation, "Decimal-Number
Formats"); the bytes are the same in every encoding of text.
Numbers as text are ``numbers.py``'s.
"""

from __future__ import annotations

from decimal import Decimal

from edi834.flat.numbers import SignStyle, whole_number

__all__ = ["packed_number", "unpacked_number"]

_PLUS, _MINUS, _UNSIGNED = 0xC, 0xD, 0xF
_READ_AS_PLUS = frozenset({0xA, 0xC, 0xE, 0xF})
_READ_AS_MINUS = frozenset({0xB, 0xD})


def packed_number(number: Decimal, decimals: int, sign: SignStyle, width: int) -> bytes | None:
    """Pack a number into so many bytes.

    Args:
      number: The number.
      decimals: How many of its last digits are decimals.
      sign: ``nibble`` for C and D; ``none`` for F, and then no negative number.
      width: The bytes; they hold twice as many digits less one.

    Returns:
      The bytes, or None where the number has more decimals or digits, or is negative without a sign.
    """
    whole = whole_number(number, decimals)
    if whole is None or (whole < 0 and sign is not SignStyle.NIBBLE):
        return None
    digits = str(abs(whole)).rjust(2 * width - 1, "0")
    if len(digits) > 2 * width - 1:
        return None
    half = _UNSIGNED if sign is not SignStyle.NIBBLE else _MINUS if whole < 0 else _PLUS
    return bytes.fromhex(f"{digits}{half:X}")


def unpacked_number(raw: bytes, decimals: int, sign: SignStyle) -> Decimal | None:
    """Give the number that :func:`packed_number` packed, None where the bytes are no such number."""
    spelled = raw.hex()
    digits, half = spelled[:-1], int(spelled[-1:] or "0", 16)
    negative = half in _READ_AS_MINUS
    if not digits.isdecimal() or (not negative and half not in _READ_AS_PLUS):
        return None
    if negative and sign is not SignStyle.NIBBLE:
        return None
    whole = int(digits)
    return Decimal((1 if negative and whole else 0, tuple(map(int, str(whole))), -decimals))
