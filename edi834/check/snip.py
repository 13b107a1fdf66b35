"""The levels of WEDI's SNIP testing, by which the field says what kind of check a finding comes from.

1 syntax of X12, 2 the guide's own requirements, 3 totals, 4 situations between segments, 5 lists of codes that others
keep; level 6 (kinds of products) is about claims, and level 7 is a carrier's own, asked of its rules.
Each code has one level here; only a wrong code is of level 2 or 5 by whose list it is not on.
"""

from __future__ import annotations

from functools import cache
from types import MappingProxyType

from edi834.x12 import GUIDE_005010X220A1, ElementDef

__all__ = ["LEVELS", "element_at", "level_of"]

_SYNTAX = (
    "E834-0511", "E834-0512", "E834-0513", "E834-0514", "E834-0515", "E834-0516", "E834-0517", "E834-0518",
    "E834-0520", "E834-0521", "E834-0522", "E834-0523", "E834-0524", "E834-1003", "E834-1010", "E834-1011",
    "E834-1013", "E834-1014", "E834-1015", "E834-1016", "E834-1017", "E834-1018", "E834-1019",
    "E834-1057", "E834-1064", "E834-1065",
)  # fmt: skip
_GUIDE = (
    "E834-0519", "E834-1001", "E834-1004", "E834-1005", "E834-1006", "E834-1007", "E834-1008", "E834-1009",
    "E834-1012", "E834-1048", "E834-1056", "E834-1075", "E834-1076",
)  # fmt: skip
_TOTALS = ("E834-1021", "E834-1022")
_SITUATIONS = (
    "E834-1030", "E834-1031", "E834-1032", "E834-1033", "E834-1034", "E834-1035", "E834-1036", "E834-1038",
    "E834-1039", "E834-1040", "E834-1041", "E834-1042", "E834-1043", "E834-1044", "E834-1045", "E834-1046",
    "E834-1047", "E834-1049", "E834-1050", "E834-1051", "E834-1052", "E834-1053", "E834-1054", "E834-1055",
    "E834-1058", "E834-1059", "E834-1060", "E834-1061", "E834-1062", "E834-1066", "E834-1067", "E834-1068", "E834-1069",
)  # fmt: skip
_OTHERS_LISTS = ("E834-1037", "E834-1063")

_CARRIERS = (
    "E834-1091", "E834-1092", "E834-1093", "E834-1094", "E834-1095", "E834-1096", "E834-1097", "E834-1098",
    "E834-1099",
)  # fmt: skip

LEVELS = MappingProxyType(
    {
        code: level
        for level, codes in enumerate((_SYNTAX, _GUIDE, _TOTALS, _SITUATIONS, _OTHERS_LISTS, (), _CARRIERS), start=1)
        for code in codes
    }
)
"""The level of each code that judging a file may give."""


def level_of(code: str, loop: str = "", segment: str = "", element: str = "") -> int:
    """The level of a finding, by its code and, of a wrong code, by the list it should be on."""
    if code == "E834-1012":
        place = element_at(loop, segment, element)
        if place is not None and place.code_set and not place.codes:
            return 5
    return LEVELS[code]


@cache
def element_at(loop: str, segment: str, element: str) -> ElementDef | None:
    """What the guide has at an element of a segment in a loop, ``03`` or ``06-1``; None where it has nothing there."""
    place = GUIDE_005010X220A1.loops.get(loop)
    position, _, component = element.partition("-")
    if place is None or not position.isdigit():
        return None
    for definition in place.segments():
        found = definition.element(int(position)) if definition.id == segment else None
        if found is not None:
            parts = found.components
            return parts[int(component) - 1] if component.isdigit() and 0 < int(component) <= len(parts) else found
    return None
