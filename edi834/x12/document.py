"""A whole interchange as a value: delimiters, envelope headers, and the transaction sets in them.

Trailers and counts are not here: they say nothing the tree does not; the writer computes, the reader checks them.
Dates and numbers are typed; only the bodies of the transaction sets are text in segments.
What the headers must contain for one carrier is the carrier's configuration, and control numbers are the ledger's.
Besides: the map from segment numbers, by which a 999 speaks, to members and coverages.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Literal, NoReturn

from edi834.errors import ConfigurationError
from edi834.x12.segment import Loop

VERSION = "005010X220A1"
"""The implementation guide this engine writes: GS08 and ST03."""


def _refuse(message: str) -> NoReturn:
    raise ConfigurationError(message, code="E834-0501")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four characters that divide an interchange, and the line end that may follow each segment.

    Raises `ConfigurationError` E834-0501 where they cannot be told apart from each other or from text.
    """

    element: str = "*"
    component: str = ":"  # ISA16
    repetition: str = "^"  # ISA11
    segment: str = "~"
    newline: Literal["", "\n", "\r\n"] = ""  # written after the segment terminator, for carriers that want lines

    def __post_init__(self) -> None:
        named = {
            "element": self.element,
            "component": self.component,
            "repetition": self.repetition,
            "segment": self.segment,
        }
        for name, mark in named.items():
            if len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark == " ":
                # A space pads ISA06 and a letter or digit is text: neither can divide it.
                _refuse(f"the {name} delimiter must be one ASCII character that is no letter, digit or space")
        if len(set(named.values())) != len(named):
            _refuse("the element, component, repetition and segment delimiters must all be different")
        if self.newline not in ("", "\n", "\r\n"):
            _refuse("the line end after a segment must be nothing, LF or CRLF")

    @property
    def characters(self) -> str:
        """The four characters that no text may contain."""
        return self.element + self.component + self.repetition + self.segment


@dataclass(frozen=True, slots=True)
class InterchangeHeader:
    """ISA: who sends to whom, when, under which number."""

    sender_qualifier: str  # ISA05, kind of the sender's identifier: 30 tax id, ZZ mutually agreed, ...
    sender_id: str  # ISA06, at most 15 characters, without padding
    receiver_qualifier: str  # ISA07
    receiver_id: str  # ISA08, at most 15 characters, without padding
    date: date  # ISA09; two-digit years are written, so 2000..2099
    time: time  # ISA10; minutes are the finest the header tells
    control_number: int  # ISA13 and IEA02, 1..999_999_999
    acknowledgment_requested: bool = False  # ISA14, asks for a TA1
    usage: Literal["T", "P"] = "P"  # ISA15, test or production
    authorization_qualifier: str = "00"  # ISA01, 00 = no authorization reported
    authorization: str = ""  # ISA02, at most 10 characters
    security_qualifier: str = "00"  # ISA03, 00 = no password reported
    security: str = ""  # ISA04, at most 10 characters


@dataclass(frozen=True, slots=True)
class GroupHeader:
    """GS: one functional group, by application names instead of mailboxes."""

    application_sender: str  # GS02
    application_receiver: str  # GS03
    date: date  # GS04
    time: time  # GS05; seconds are written only when there are any
    control_number: int  # GS06 and GE02, 1..999_999_999
    functional_id: str = "BE"  # GS01, BE = benefit enrollment
    version: str = VERSION  # GS08


@dataclass(frozen=True, slots=True)
class TransactionSet:
    """One ST...SE: what a carrier accepts or rejects as a whole.

    `body` is `Loop("ST_LOOP", (Loop("HEADER", ...), Loop("2000", ...), Loop("2000", ...), ...))`;
    ST and SE themselves are the writer's.
    """

    control_number: str  # ST02 and SE02, 4..9 characters, unique in its group
    body: Loop

    @property
    def header(self) -> Loop:
        """The HEADER loop: BGN to the loops 1000A-C; empty when the body has none."""
        return next(self.body.loops("HEADER"), Loop("HEADER", ()))

    def members(self) -> Iterator[Loop]:
        """The 2000 loops, one a member, in the order of sending."""
        return self.body.loops("2000")


@dataclass(frozen=True, slots=True)
class Interchange:
    """One ISA...IEA: what one file holds."""

    header: InterchangeHeader
    groups: tuple[tuple[GroupHeader, tuple[TransactionSet, ...]], ...]
    delimiters: Delimiters = Delimiters()

    def transaction_sets(self) -> Iterator[TransactionSet]:
        """Every transaction set of every group, in the order of sending."""
        for _, sets in self.groups:
            yield from sets


TRACKED = ("HEADER", "2000", "2300")
"""The loops whose place is remembered, so that an acknowledgment can be traced to a member and a coverage."""


@dataclass(frozen=True, slots=True)
class SegmentPosition:
    """One occurrence of loop HEADER, 2000 or 2300, as a range of segment numbers."""

    group_control_number: int  # GS06
    set_control_number: str  # ST02
    loop: str  # HEADER, 2000 or 2300
    first: int  # number of its first segment in the set, ST being 1
    last: int  # number of its last segment, those of inner loops included
    member: int = 0  # n-th 2000 loop of the set, from 1; 0 in the header
    coverage: int = 0  # n-th 2300 loop of the member, from 1; 0 outside of coverage


class PositionIndex:
    """Finds the innermost occurrence that holds a segment; made once for many questions."""

    def __init__(self, positions: Iterable[SegmentPosition]) -> None:
        self._by_set: dict[tuple[int, str], list[SegmentPosition]] = {}
        for position in positions:
            key = (position.group_control_number, position.set_control_number)
            self._by_set.setdefault(key, []).append(position)
        for found in self._by_set.values():
            found.sort(key=lambda position: (position.first, -position.last))

    def locate(self, group_control_number: int, set_control_number: str, segment: int) -> SegmentPosition | None:
        """The coverage, else the member, else the header that holds the segment of this number; None for ST and SE."""
        found = self._by_set.get((group_control_number, set_control_number), [])
        at = bisect_right(found, segment, key=lambda position: position.first)
        while at:
            at -= 1
            if found[at].first <= segment <= found[at].last:
                return found[at]
            if found[at].loop != "2300":  # a member or header that ends before the segment: nothing before holds it
                return None
        return None
