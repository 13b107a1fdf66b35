"""The segments that name a person or an organization and say where to find them, shared by many loops.

What differs from loop to loop (role, kinds of number, whether an element is used) is a parameter; the rest is the same
in every loop of 005010X220A1, so it is written once.
Which loop holds which of them, and how often, is written in the loop's own file.
"""

from __future__ import annotations

from edi834.x12.guide.definition import ElementDef, SegmentDef, Usage, element, segment, unused

NM1_SYNTAX = "P0809 C1110 C1203"
ALL_NUMBERS = "AP BN CP EM EX FX HP TE WP"

REST_OF_NAME = (
    element("NM105", "Middle name", "S", "1037"),
    element("NM106", "Name prefix", "S", "1038"),
    element("NM107", "Name suffix", "S", "1039"),
)
NO_REST_OF_NAME = (unused("NM105", "1037"), unused("NM106", "1038"), unused("NM107", "1039"))
NO_IDENTIFIER = (unused("NM108", "66"), unused("NM109", "67"))
NO_MORE = (unused("NM110", "706"), unused("NM111", "98"), unused("NM112", "1035"))


def identifier(kinds: str) -> tuple[ElementDef, ElementDef]:
    """NM108 and NM109: an identifier of one of the kinds."""
    return (
        element("NM108", "Kind of identifier", "S", "66", kinds),
        element("NM109", "Identifier", "S", "67"),
    )


def person(
    name: str, roles: str, *rest: ElementDef, last: Usage = "R", first: Usage = "S", types: str = "1", at: int = 300
) -> SegmentDef:
    """NM1 of a party in one of the roles; `rest` are NM108 to NM112."""
    return segment(
        "NM1", name, "R", 1,
        element("NM101", "Role", "R", "98", roles),
        element("NM102", "Person or organization", "R", "1065", types),
        element("NM103", "Last name or organization", last, "1035"),
        element("NM104", "First name", first, "1036"),
        *REST_OF_NAME,
        *rest,
        at=at, syntax=NM1_SYNTAX,
    )  # fmt: skip


def organization(name: str, roles: str, *rest: ElementDef, usage: Usage = "R", at: int = 300) -> SegmentDef:
    """NM1 of a party that is never a person; `rest` are NM108 to NM112."""
    return segment(
        "NM1", name, "R", 1,
        element("NM101", "Role", "R", "98", roles),
        element("NM102", "Person or organization", "R", "1065", "2"),
        element("NM103", "Name of the organization", usage, "1035"),
        unused("NM104", "1036"),
        *NO_REST_OF_NAME,
        *rest,
        at=at, syntax=NM1_SYNTAX,
    )  # fmt: skip


def unnamed(name: str, role: str, at: int = 300) -> SegmentDef:
    """NM1 that only opens a loop: the role is all it says."""
    return segment(
        "NM1", name, "R", 1,
        element("NM101", "Role", "R", "98", role),
        element("NM102", "Person or organization", "R", "1065", "1"),
        unused("NM103", "1035"),
        unused("NM104", "1036"),
        *NO_REST_OF_NAME,
        *NO_IDENTIFIER,
        *NO_MORE,
        at=at, syntax=NM1_SYNTAX,
    )  # fmt: skip


def contact(
    name: str, function: str, kinds: str = ALL_NUMBERS, *, max_use: int = 1, named: bool = False, at: int = 400
) -> SegmentDef:
    """PER: up to three numbers or addresses by which a party is reached."""
    return segment(
        "PER", name, "S", max_use,
        element("PER01", "Kind of contact", "R", "366", function),
        element("PER02", "Name of the contact", "S", "93") if named else unused("PER02", "93"),
        element("PER03", "Kind of the first number", "R", "365", kinds),
        element("PER04", "First number", "R", "364"),
        element("PER05", "Kind of the second number", "S", "365", kinds),
        element("PER06", "Second number", "S", "364"),
        element("PER07", "Kind of the third number", "S", "365", kinds),
        element("PER08", "Third number", "S", "364"),
        unused("PER09", "443"),
        at=at, syntax="P0304 P0506 P0708",
    )  # fmt: skip


def street(name: str, usage: Usage = "S", max_use: int = 1, at: int = 500) -> SegmentDef:
    """N3: the address lines."""
    return segment(
        "N3", name, usage, max_use,
        element("N301", "Address line", "R", "166"),
        element("N302", "Second address line", "S", "166"),
        at=at,
    )  # fmt: skip


def city(name: str, usage: Usage = "S", at: int = 600, located: bool = False) -> SegmentDef:
    """N4: city, state, postal code and country; `located` where a county may be reported too.

    State (inside the United States and Canada) and country subdivision (elsewhere) exclude each other.
    """
    place = (
        (element("N405", "Kind of place", "S", "309", "60 CY"), element("N406", "Place", "S", "310"))
        if located
        else (unused("N405", "309"), unused("N406", "310"))
    )
    return segment(
        "N4", name, usage, 1,
        element("N401", "City", "R", "19"),
        element("N402", "State or province", "S", "156", code_set="states"),
        element("N403", "Postal code", "S", "116"),
        element("N404", "Country", "S", "26", code_set="countries"),
        *place,
        element("N407", "Country subdivision", "S", "1715"),
        at=at, syntax="E0207 C0605 C0704",
    )  # fmt: skip


def entity(name: str, roles: str, identified_by: str, named: Usage, at: int = 700) -> SegmentDef:
    """N1 of an organization the whole transaction set concerns, always identified."""
    return segment(
        "N1", name, "R", 1,
        element("N101", "Role", "R", "98", roles),
        element("N102", "Name", named, "93"),
        element("N103", "Kind of identifier", "R", "66", identified_by),
        element("N104", "Identifier", "R", "67"),
        unused("N105", "706"),
        unused("N106", "98"),
        at=at, syntax="R0203 P0304",
    )  # fmt: skip


def reference(name: str, usage: Usage, max_use: int, kinds: str, value: str, at: int) -> SegmentDef:
    """REF: an identifier of one of the kinds."""
    return segment(
        "REF", name, usage, max_use,
        element("REF01", "Kind of reference", "R", "128", kinds),
        element("REF02", value, "R", "127"),
        unused("REF03", "352"),
        unused("REF04", "C040"),
        at=at, syntax="R0203",
    )  # fmt: skip


def dates(
    name: str, usage: Usage, max_use: int | None, kinds: str, value: str, at: int, formats: str = "D8"
) -> SegmentDef:
    """DTP: a date of one of the kinds, or a period where the formats allow RD8."""
    return segment(
        "DTP", name, usage, max_use,
        element("DTP01", "Kind of date", "R", "374", kinds),
        element("DTP02", "Format of the date", "R", "1250", formats),
        element("DTP03", value, "R", "1251"),
        at=at,
    )  # fmt: skip


def amounts(name: str, max_use: int, at: int) -> SegmentDef:
    """AMT: an amount of money of one of the kinds."""
    return segment(
        "AMT", name, "S", max_use,
        element("AMT01", "Kind of amount", "R", "522", "B9 C1 D2 EBA FK P3 R"),
        element("AMT02", "Amount", "R", "782"),
        unused("AMT03", "478"),
        at=at,
    )  # fmt: skip
