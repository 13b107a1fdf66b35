"""A field: where a value stands in a record, how wide it is, how it is spelled, and what fills the rest.

A field that contradicts itself cannot be made; what is told of a field is its name, never a value.
Which fields a record has is ``layout.py``'s, spelling a value ``settle.py``'s and ``line.py``'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi834.errors import ConfigurationError
from edi834.flat.numbers import SignStyle
from edi834.flat.vocabulary import Absent, Align, CountOf, FlatKind, Overflow

__all__ = ["MOST_PACKED", "WIDEST", "FlatField"]

WIDEST = 32_767
"""The widest field, in bytes: what spreadsheets and most databases still take."""
MOST_PACKED = 32
"""The widest packed number, in bytes: 63 digits, twice what any COBOL takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatField:
    """One field of a record.

    Attributes:
      name: What it is called; the column's name where the file has a header row.
      width: In a fixed layout its width, in a delimited one the most it takes: bytes in the file's encoding.
      align: At which end of the field the value stands.
      pad: One character that fills the rest.
      overflow: What becomes of a wider value.
      kind: How the value is spelled.
      absent: What stands in a fixed field without a value.
      decimals: How many implied decimals a number has.
      sign: Where a number's sign stands.
      constant: The text that it always holds; "" is filler, None is no constant.
      count: What it counts, in a header or trailer.
      total: The field whose numbers it adds up, in a header or trailer.
      hash_total: The field whose digits it adds up as whole numbers, keeping the last digits that fit.
      series: What the layout calls it where it stands once for each of several people or spans of one record; a total
        adds all of them up by that name.
    """

    name: str
    width: int | None = None
    align: Align = Align.LEFT
    pad: str = " "
    overflow: Overflow = Overflow.REFUSE
    kind: FlatKind = FlatKind.TEXT
    absent: Absent = Absent.BLANK
    decimals: int = 0
    sign: SignStyle = SignStyle.NONE
    constant: str | None = None
    count: CountOf | None = None
    total: str | None = None
    hash_total: str | None = None
    series: str = ""

    def __post_init__(self) -> None:
        if self.width is not None and not 1 <= self.width <= WIDEST:
            raise _wrong(f"the field {self.name!r} must be 1 to {WIDEST} wide")
        if len(self.pad) != 1 or not self.pad.isascii() or not self.pad.isprintable():
            raise _wrong(f"the field {self.name!r} must be padded with one printable ASCII character")
        if self.pad == "0" and self.align is Align.LEFT:
            raise _wrong(f"the field {self.name!r} is padded with zeros, so it must be right-aligned")
        if [self.constant, self.count, self.total, self.hash_total].count(None) < 3:
            raise _wrong(f"the field {self.name!r} may have one of a constant, a count, a total and a hash total")
        if self.constant is not None:
            self._check_constant(self.constant)
        self._check_number()

    def _check_constant(self, text: str) -> None:
        if not text.isprintable():
            raise _wrong(f"the constant of {self.name!r} has a character that is not printable")
        if self.is_number:
            raise _wrong(f"the constant of {self.name!r} is written as it stands, so it is of kind text")
        if self.pad != " " and text and (text != text.strip(" ") or (self.pad != "0" and text != text.strip(self.pad))):
            raise _wrong(f"the constant of {self.name!r} begins or ends with padding")

    def _check_number(self) -> None:
        if self.kind is FlatKind.TEXT:
            if self.decimals or self.sign is not SignStyle.NONE:
                raise _wrong(f"the field {self.name!r} has decimals or a sign, so it must be of kind number")
            return
        if not 0 <= self.decimals <= 12:
            raise _wrong(f"the field {self.name!r} may have 0 to 12 implied decimals")
        if self.overflow is Overflow.TRUNCATE:
            raise _wrong(f"the field {self.name!r} is a number, and a number is never truncated")
        if self.pad not in " 0":
            raise _wrong(f"the field {self.name!r} is a number, and is padded with blanks or zeros only")
        is_packed = self.kind is FlatKind.PACKED
        if (self.sign is SignStyle.NIBBLE and not is_packed) or (
            is_packed and self.sign not in (SignStyle.NONE, SignStyle.NIBBLE)
        ):
            raise _wrong(f"the field {self.name!r}: a packed number's sign is none or nibble, and no other's is nibble")
        if is_packed and (self.width or 0) > MOST_PACKED:
            raise _wrong(f"the packed field {self.name!r} is at most {MOST_PACKED} bytes")

    @property
    def is_number(self) -> bool:
        """Whether it holds a number, however that is spelled."""
        return self.kind is not FlatKind.TEXT

    @property
    def is_computed(self) -> bool:
        """Whether the writer fills it with a count or a total."""
        return not (self.count is None and self.total is None and self.hash_total is None)

    @property
    def is_filler(self) -> bool:
        """Whether it never holds anything."""
        return self.constant == ""


def _wrong(message: str) -> ConfigurationError:
    return ConfigurationError(message, code="E834-1101")
