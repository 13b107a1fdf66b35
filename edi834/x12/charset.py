"""The characters a file may contain, and the one table by which others are put into them.

X12 has two sets, basic (capitals, digits, some signs) and extended (small letters and more signs); both are ASCII.
`clean` changes only what the tables below say, tells why, and gives up rather than send a question mark; `forbidden`
is what the writer refuses. Whether a changed name is worth a warning is decided where findings are made.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal

from edi834.errors import ConfigurationError
from edi834.x12.document import Delimiters

Charset = Literal["basic", "extended"]

_BASIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 !\"&'()*+,-./:;?="
_EXTENDED = _BASIC + "abcdefghijklmnopqrstuvwxyz%~@[]_{}\\|<>^`#$"
CHARSETS: dict[Charset, str] = {"basic": _BASIC, "extended": _EXTENDED}
"""The characters of each set, as X12.6 lists them for 005010."""

Reason = Literal["accent", "letter", "punctuation", "space", "invisible", "delimiter", "sign", "case"]
"""Why a text was changed: see `clean`."""

# Letters with a mark, by the plain letter they become. Spelled out, so that what may happen to a name can be read.
_ACCENTED = {
    "A": "ÀÁÂÃÄÅĀĂĄǍȀȂȦẠẢẤẦẨẪẬẮẰẲẴẶ", "C": "ÇĆĈĊČ", "D": "ĎḌ", "E": "ÈÉÊËĒĔĖĘĚȄȆẸẺẼẾỀỂỄỆ", "G": "ĜĞĠĢǦǴ",
    "H": "ĤȞḤ", "I": "ÌÍÎÏĨĪĬĮİǏỈỊ", "J": "Ĵ", "K": "ĶǨ", "L": "ĹĻĽ", "N": "ÑŃŅŇǸ",
    "O": "ÒÓÔÕÖŌŎŐƠǑȌȎỌỎỐỒỔỖỘỚỜỞỠỢ", "R": "ŔŖŘ", "S": "ŚŜŞŠȘṢ", "T": "ŢŤȚṬ",
    "U": "ÙÚÛÜŨŪŬŮŰŲƯǓǗỤỦỨỪỬỮỰ", "W": "ŴẀẂẄ", "Y": "ÝŶŸỲỴỶỸ", "Z": "ŹŻŽẒ",
    "a": "àáâãäåāăąǎȁȃȧạảấầẩẫậắằẳẵặ", "c": "çćĉċč", "d": "ďḍ", "e": "èéêëēĕėęěȅȇẹẻẽếềểễệ", "g": "ĝğġģǧǵ",
    "h": "ĥȟḥ", "i": "ìíîïĩīĭįǐỉị", "j": "ĵǰ", "k": "ķǩ", "l": "ĺļľ", "n": "ñńņňǹ",
    "o": "òóôõöōŏőơǒȍȏọỏốồổỗộớờởỡợ", "r": "ŕŗř", "s": "śŝşšșṣ", "t": "ţťțṭẗ",
    "u": "ùúûüũūŭůűųưǔǘụủứừửữự", "w": "ŵẁẃẅ", "y": "ýŷÿỳỵỷỹ", "z": "źżžẓ",
}  # fmt: skip

# Letters that are not a plain letter with a mark.
_LETTERS = {
    "ß": "ss", "ẞ": "SS", "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l",
    "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "TH", "þ": "th", "Ħ": "H", "ħ": "h", "ı": "i", "ĸ": "k",
    "Ŋ": "NG", "ŋ": "ng", "Ŧ": "T", "ŧ": "t", "Ə": "E", "ə": "e", "ſ": "s", "ª": "a", "º": "o",
    "Ĳ": "IJ", "ĳ": "ij", "Ŀ": "L", "ŀ": "l", "ŉ": "'n",
}  # fmt: skip

_PUNCTUATION = {
    "\u2018": "'", "\u2019": "'", "\u201a": ",", "\u201b": "'", "\u02bc": "'", "\u02bb": "'", "\u2032": "'",
    "\u00b4": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2026": "...", "\u2022": "-", "\u00b7": "-", "\u2044": "/", "\u00bf": "", "\u00a1": "",
}  # fmt: skip

_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"

# Shown as nothing: soft hyphen, zero-width characters, marks of direction, byte order mark, variation selectors.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff" + "".join(map(chr, range(0xFE00, 0xFE10)))
)

TRANSLITERATION: dict[str, tuple[str, Reason]] = {
    **{accented: (plain, "accent") for plain, all_ in _ACCENTED.items() for accented in all_},
    **{letter: (plain, "letter") for letter, plain in _LETTERS.items()},
    **{sign: (plain, "punctuation") for sign, plain in _PUNCTUATION.items()},
    **dict.fromkeys(_SPACES, (" ", "space")),
    **dict.fromkeys(_INVISIBLE, ("", "invisible")),
}
"""What each character outside ASCII becomes, and the reason reported; what is not here is not sent."""


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text that may be sent. `reasons` say what was changed, each once, in a fixed order; empty: nothing was."""

    text: str
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Uncleanable:
    """A text that cannot be sent as it is: the characters at these places have no spelling in the set.

    Places count from 0 in the composed text (NFC). The characters are not reported: they are part of somebody's name.
    """

    positions: tuple[int, ...]


@cache
def forbidden(charset: Charset, delimiters: Delimiters) -> re.Pattern[str]:
    """A pattern that finds any character no text may contain: outside the set, a control character or a delimiter."""
    allowed = "".join(sorted(set(CHARSETS[charset]) - set(delimiters.characters)))
    return re.compile(f"[^{re.escape(allowed)}]")


def clean(text: str, charset: Charset, delimiters: Delimiters, replacement: str = " ") -> Cleaned | Uncleanable:
    """Put a text into the characters of a set.

    Composes accents (NFC, which is no change), then: letters by the table, invisible characters away, odd spaces and
    quotes to plain ones, delimiters to the `replacement` (one allowed character, or ''), small letters to capitals
    in the basic set, signs that only the extended set has to the replacement in the basic one, spaces at the ends
    away. Tabs, line ends and other control characters, and letters without a spelling, give `Uncleanable`.
    Cleaning twice changes nothing more. Raises `ConfigurationError` E834-0507 for a replacement that is
    itself forbidden.
    """
    if replacement and (len(replacement) > 1 or forbidden(charset, delimiters).search(replacement)):
        message = "the replacement of delimiters must be one allowed character, or none"
        raise ConfigurationError(message, code="E834-0507")
    reasons: set[Reason] = set()
    failed: list[int] = []
    kept: list[str] = []
    for at, character in enumerate(unicodedata.normalize("NFC", text)):
        spelled = _spelled(character, reasons)
        if spelled is None:
            failed.append(at)
        else:
            kept.append(_allowed(spelled, charset, delimiters, replacement, reasons))
    if failed:
        return Uncleanable(tuple(failed))
    whole = "".join(kept)
    if whole != whole.strip(" "):
        reasons.add("space")
    return Cleaned(whole.strip(" "), tuple(reason for reason in _REASONS if reason in reasons))


def transliterate(text: str) -> str | None:
    """A text in ASCII by the same tables, whatever the character set; None where a letter has no spelling.

    ASCII stays as it is, delimiters and control characters too: the writer judges those.
    """
    composed = unicodedata.normalize("NFC", text)
    spelled = [character if character.isascii() else _spelled(character, set()) for character in composed]
    return None if None in spelled else "".join(part for part in spelled if part)


_REASONS: tuple[Reason, ...] = ("accent", "letter", "punctuation", "space", "invisible", "delimiter", "sign", "case")


def _spelled(character: str, reasons: set[Reason]) -> str | None:
    """The ASCII spelling of one character, or None where there is none."""
    if character.isascii():
        return character if character.isprintable() else None
    if character in TRANSLITERATION:
        spelled, reason = TRANSLITERATION[character]
    elif unicodedata.combining(character) and "\u0300" <= character <= "\u036f":
        spelled, reason = "", "accent"  # a mark that composes with no letter of its own
    else:
        return None
    reasons.add(reason)
    return spelled


def _allowed(spelled: str, charset: Charset, delimiters: Delimiters, replacement: str, reasons: set[Reason]) -> str:
    """An ASCII spelling in the characters of the set."""
    kept = ""
    for character in spelled:
        if charset == "basic" and character.islower():
            reasons.add("case")
            kept += character.upper()
        elif character in delimiters.characters:
            reasons.add("delimiter")
            kept += replacement
        elif character in CHARSETS[charset]:
            kept += character
        else:
            reasons.add("sign")
            kept += replacement
    return kept
