"""Trees that read like the file they become: `member("INS*Y*18*021*28*A", names("NM1*IL*1*DOE*JANE"))`.

A segment is written as one text with `*` between elements, `:` between the components of INS06 and `^` in repeats.
People are invented; numbers like social security numbers are of ranges never issued.
"""

from __future__ import annotations

from datetime import date, time

from edi834.x12 import (
    Delimiters,
    Element,
    GroupHeader,
    Interchange,
    InterchangeHeader,
    Loop,
    Segment,
    TransactionSet,
    composite,
    repeated,
)

HEADER = InterchangeHeader(
    sender_qualifier="30",
    sender_id="900123456",
    receiver_qualifier="ZZ",
    receiver_id="EVERGREEN",
    date=date(2024, 3, 1),
    time=time(22, 15),
    control_number=42,
    acknowledgment_requested=True,
    usage="T",
)
GROUP = GroupHeader("900123456", "EVERGREEN", date(2024, 3, 1), time(22, 15, 30), 42)


def seg(text: str) -> Segment:
    """A segment from its text."""
    id, *elements = text.split("*")
    return Segment.of(id, *(_element(id, n, element) for n, element in enumerate(elements, start=1)))


def _element(id: str, n: int, text: str) -> Element:
    if (id, n) == ("COB", 4):
        return repeated(text.split("^"))
    if (id, n) == ("INS", 6):
        return composite(*text.split(":"))
    if (id, n) == ("DMG", 5):
        return repeated(composite(*one.split(":")) for one in text.split("^"))
    return text


def loop(id: str, *children: str | Loop) -> Loop:
    """A loop of segments (as texts) and loops."""
    return Loop(id, tuple(seg(child) if isinstance(child, str) else child for child in children))


def member(*children: str | Loop) -> Loop:
    return loop("2000", *children)


def names(*segments: str) -> Loop:
    return loop("2100A", *segments)


def coverage(*children: str | Loop) -> Loop:
    return loop("2300", *children)


def header(action: str = "2", *further: str) -> Loop:
    """A plain header: changes unless reported otherwise."""
    return loop(
        "HEADER",
        f"BGN*00*R-1*20240301*2215****{action}",
        *further,
        loop("1000A", "N1*P5*ACME TOYS*FI*900123456"),
        loop("1000B", "N1*IN*EVERGREEN HEALTH*94*EVERGREEN"),
    )


def transaction_set(*members: Loop, number: str = "0001", head: Loop | None = None) -> TransactionSet:
    return TransactionSet(number, Loop("ST_LOOP", (head or header(), *members)))


def interchange(*sets: TransactionSet, delimiters: Delimiters | None = None) -> Interchange:
    """An interchange of one group."""
    return Interchange(HEADER, ((GROUP, sets),), delimiters or Delimiters())


def of_members(*members: Loop) -> Interchange:
    return interchange(transaction_set(*members))
