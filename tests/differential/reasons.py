"""Why pyx12 and we do not say the same of a file: every kind of disagreement there is, each with a file that shows it.

The table is exhaustive both ways: a disagreement that no row explains fails the test, and so does a row whose own
example no longer shows it. What pyx12 does not look for at all is the second table, by our codes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.differential.comparing import Compared, Complaint
from tests.differential.corpus import shape_file

HIRED = shape_file("a new hire with medical and dental and a child")
BIRTH = shape_file("a birth that changes the subscriber's tier")


def _with_a_set_of_no_kind(content: bytes) -> bytes:
    """The file with its set once more, of which ST01 does not say that it is an 834."""
    before, mark, rest = content.partition(b"ST*834*")
    body, trailer = rest.split(b"GE*1*")
    another = b"ST**" + body.replace(b"0001*", b"0002*", 1).replace(b"*0001~", b"*0002~")
    return b"".join((before, mark, body, another, b"GE*2*", trailer))


_PLACES = frozenset((
    "E834-0511", "E834-0513", "E834-0517", "E834-0518", "E834-1001", "E834-1003", "E834-1004", "E834-1005", "E834-1006",
    "E834-1007", "E834-1008", "E834-1012",
))  # fmt: skip
"""Our codes by which a segment may lose its place, or is missing from it."""

_NEWER = frozenset((
    "NL", "NU", "QC", "PW", "UM", "AX", "BL", "BQ", "CW", "GG", "IM", "JE", "ME", "MF", "RS", "SS", "SX", "TL",
))  # fmt: skip
"""Provinces and countries that are younger than pyx12's lists."""


@dataclass(frozen=True)
class Reason:
    """One kind of complaint that pyx12 has and we have not at that place.

    Attributes:
      why: Why ours stands.
      explains: Whether it explains a complaint.
      example: A file that shows it.
    """

    why: str
    explains: Callable[[Compared, Complaint], bool]
    example: bytes


def _is_older_list(both: Compared, one: Complaint) -> bool:
    parts = both.text(one.number).split("*")
    stands = parts[one.element] if one.element < len(parts) else ""
    return one.segment == "N4" and one.code == "7" and one.element in (2, 4) and stands in _NEWER


def _lost_its_place(both: Compared, one: Complaint) -> bool:
    """pyx12 places a segment by its codes too; where one of them is wrong, what follows stands nowhere for it."""
    before = (found for found in both.errors if found.number < one.number and found.code in _PLACES)
    return _stands_nowhere(one) and any(before)


def _stands_nowhere(one: Complaint) -> bool:
    return one.level == "segment" and one.code == "1" and "not found" in one.words


def _missing_reported_later(both: Compared, one: Complaint) -> bool:
    """Of something missing pyx12 tells where it noticed, and we where the loop begins, or what stands instead."""
    return one.level == "segment" and one.code == "3" and any(found.code in _PLACES for found in both.errors)


def _next_segment(both: Compared, one: Complaint) -> bool:
    """An identifier that cannot be is reported at the segment after it, which has none of it."""
    whole = ("is invalid", "leading space", "is empty", "trailing element")
    return (
        one.level == "segment"
        and any(words in one.words for words in whole)
        and any(found.number == one.number - 1 for found in both.errors)
    )


def _segment_before(both: Compared, one: Complaint) -> bool:
    """What is wrong with a trailer's spelling is reported a segment before it; there are three trailers."""
    return (
        one.level == "segment"
        and one.code in ("SEG1", "1")
        and any(found.segment in ("SE", "GE", "IEA") or 1 <= found.number - one.number <= 3 for found in both.errors)
    )


def _set_of_no_kind(both: Compared, one: Complaint) -> bool:
    """For pyx12 a set that does not say what it is goes on within the set before it, which then ends twice."""
    ends_twice = (one.level, one.segment, one.code) == ("segment", "SE", "5")
    return (_stands_nowhere(one) or ends_twice) and any(found.code == "E834-0519" for found in both.errors)


def _is_repetition(both: Compared, one: Complaint) -> bool:
    return one.level == "element" and "^" in both.text(one.number)


REASONS = (
    Reason(
        "pyx12's lists of provinces and countries end before Nunavut, Quebec's QC and a dozen countries",
        _is_older_list, HIRED.replace(b"N4*BOISE*ID*83702", b"N4*MONTREAL*QC*H2X1Y4*CA"),
    ),
    Reason(
        "one mistake in a qualifier makes pyx12 lose its place, and it then refuses what follows; we go on",
        _lost_its_place, HIRED.replace(b"INS*N*19", b"INS*Q*19"),
    ),
    Reason(
        "what is missing is reported by pyx12 where it noticed, by us where its loop begins or at what stands instead",
        _missing_reported_later, HIRED.replace(b"REF*0F*E1001~REF*1L", b"REF*1L", 1),
    ),
    Reason(
        "pyx12 tells of an identifier that cannot be, or of a segment without anything, at the segment after it",
        _next_segment, HIRED.replace(b"~AMT*P3*", b"~A.T*P3*"),
    ),
    Reason(
        "pyx12 tells of a trailer that ends with an empty element at the number of the segment before it",
        _segment_before, HIRED.replace(b"*0001~GE*", b"*0001*~GE*"),
    ),
    Reason(
        "a set whose ST01 says nothing goes on, for pyx12, within the set before it; we refuse it at its ST",
        _set_of_no_kind, _with_a_set_of_no_kind(HIRED),
    ),
    Reason(
        "pyx12 does not divide an element that repeats (ISA11), and takes all of its values for one",
        _is_repetition, HIRED.replace(b"DMG*D8*19800101*F*M~", b"DMG*D8*19800101*F*M*C^J~"),
    ),
)  # fmt: skip

STUMBLES = {
    "IndexError": ("it divides a composite that repeats in the wrong place, and then asks for a part that is not there",
                   HIRED.replace(b"DMG*D8*19800101*F*M~", b"DMG*D8*19800101*F*M*:RET:2106-3^:RET:2186-5~")),
}  # fmt: skip
"""Exceptions that pyx12 ends with on a right file, with the reason and a file. On a wrong file it may end with any."""

NOT_LOOKED_FOR = {
    "E834-0519": "ST01 empty: pyx12 takes the kind of set from GS01 alone",
    "E834-0520": "the repetition separator inside a name: pyx12 does not know that it divides",
    "E834-0524": "an empty element at the end of GS: pyx12 looks for it inside of sets only",
    "E834-1017": "spaces alone: pyx12 takes an element of spaces for one that is not sent",
    "E834-1021": "totals (QTY) that are not the number of people",
    "E834-1022": "the same total twice",
    "E834-1030": "INS01 and INS02 that contradict each other",
    "E834-1031": "the same subscriber twice",
    "E834-1033": "a dependent before its subscriber",
    "E834-1035": "a Social Security number that has not nine digits",
    "E834-1036": "a Social Security number that was never issued",
    "E834-1037": "a ZIP code of another shape",
    "E834-1038": "an address without state or ZIP code",
    "E834-1039": "COBRA without its event",
    "E834-1043": "somebody born after the day of the file",
    "E834-1045": "a death before birth, or after the day of the file",
    "E834-1046": "coverage that ends before it begins",
    "E834-1048": "the same kind of date twice",
    "E834-1050": "an end without a last day",
    "E834-1051": "coverage that ends without a last day",
    "E834-1053": "somebody added without coverage",
    "E834-1054": "a membership that ends while coverage begins",
    "E834-1056": "money with more than two decimals",
    "E834-1057": "money with a needless zero",
    "E834-1059": "a file for verification that adds somebody",
    "E834-1061": "a correction that does not say of what",
}
"""Our errors in files that pyx12 accepts, by code: what it does not look for."""


OTHER_LISTS = {
    "LUI02": ("pyx12 has no list of languages, and takes any text for one",
              HIRED.replace(b"*F*M~", b"*F*M~LUI*LE*ZQZ**7~").replace(b"SE*33", b"SE*34")),
    "N402": ("pyx12's list still has NF and PQ, which Canada gave up", HIRED.replace(b"*ID*83702", b"*PQ*H2X1Y4*CA")),
    "N404": ("pyx12's list still has AN, TP and YU, which are no countries any more",
             HIRED.replace(b"*ID*83702", b"**1000*YU")),
}  # fmt: skip
"""Where a wrong code (E834-1012) is one only to us, because the list is kept by others and pyx12's is another."""


def unexplained(both: Compared) -> list[Complaint]:
    """The complaints of pyx12 that neither we share nor a row explains."""
    return [one for one in both.unshared() if not any(reason.explains(both, one) for reason in REASONS)]
