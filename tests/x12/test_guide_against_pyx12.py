"""The guide says what pyx12's map says, and every difference is listed with its reason.

Open maps disagree with each other and none is authoritative: a difference is not a mistake, an unexplained one is.
Names are not compared; ours are our own.
"""

from __future__ import annotations

from typing import Any

import pycountry
import pytest

from edi834.x12 import CODE_SETS, GUIDE_005010X220A1, ElementDef, LoopDef, SegmentDef
from edi834.x12.guide import is_language
from edi834.x12.guide.languages import LANGUAGES_IN_THREE, LANGUAGES_IN_TWO
from tests.x12.stranger import COUNTRIES, STATES, Facts, external_codes, map_facts

LOOPS = {
    "DETAIL": "pyx12 gathers the members in a loop without a segment of its own; our tree has them in ST_LOOP",
    "2000": "it stands where DETAIL does, so it has DETAIL's position after the header",
}
SEGMENTS: dict[str, str] = {}
ELEMENTS = {
    "2100F/PER[PQ]07": "pyx12 leaves fax out of the third number only; every other number of this PER allows it",
}


@pytest.fixture(scope="module")
def theirs() -> Facts:
    return map_facts()


@pytest.fixture(scope="module")
def ours() -> Facts:
    facts = Facts({}, {}, {})
    for loop in GUIDE_005010X220A1.interchange.walk():
        facts.loops[loop.id] = (loop.usage, loop.repeat, loop.position)
        for segment in loop.segments():
            notes = tuple(sorted(map(str, segment.syntax)))
            facts.segments[_address(loop, segment)] = (segment.usage, segment.max_use, segment.position, notes)
            for element in segment.elements:
                at = f"{_address(loop, segment)}{element.position:02}"
                facts.elements[at] = _facts(element)
                facts.elements.update({f"{at}-{part.position}": _facts(part) for part in element.components})
    return facts


def test_the_loops_differ_only_where_there_is_a_reason(ours: Facts, theirs: Facts) -> None:
    assert _differing(ours.loops, theirs.loops) == set(LOOPS)


def test_the_segments_differ_only_where_there_is_a_reason(ours: Facts, theirs: Facts) -> None:
    assert _differing(ours.segments, theirs.segments) == set(SEGMENTS)


def test_the_elements_differ_only_where_there_is_a_reason(ours: Facts, theirs: Facts) -> None:
    assert _differing(ours.elements, theirs.elements) == set(ELEMENTS)


def test_the_comparison_sees_every_loop_segment_and_element(ours: Facts, theirs: Facts) -> None:
    """A comparison of nothing with nothing would find no difference either."""
    assert len(theirs.loops) == 26
    assert len(ours.segments) == len(theirs.segments) > 80
    assert len(ours.elements) == len(theirs.elements) > 500


def test_states_and_countries_differ_only_where_there_is_a_reason() -> None:
    assert CODE_SETS["states"] ^ external_codes("states") == set(STATES)
    assert CODE_SETS["countries"] ^ external_codes("country") == set(COUNTRIES)


def test_the_languages_are_those_of_the_package_that_keeps_iso_639() -> None:
    two = {one.alpha_2 for one in pycountry.languages if hasattr(one, "alpha_2")}
    three = {one.alpha_3 for one in pycountry.languages if hasattr(one, "alpha_2")}
    older = {one.bibliographic for one in pycountry.languages if hasattr(one, "bibliographic")}

    assert two == LANGUAGES_IN_TWO
    assert three | older == LANGUAGES_IN_THREE
    assert CODE_SETS["languages"] == {code.upper() for code in LANGUAGES_IN_TWO | LANGUAGES_IN_THREE}


@pytest.mark.parametrize(
    ("code", "list_", "is_one"),
    [
        ("ES", "LE", True), ("es", "LE", True), ("Es", "LE", False), ("ES", "LD", False), ("SPA", "LD", True),
        ("SPA", "LE", True), ("CMN", "LE", True), ("GER", "LD", True), ("QAA", "LE", True), ("QZZ", "LE", False),
        ("XX", "LE", False), ("ZQZ", "LE", False), ("ENGL", "LE", False), ("", "LE", False), ("BER", "LE", True),
    ],
)  # fmt: skip
def test_a_language_is_asked_of_the_list_that_is_named(code: str, list_: str, is_one: bool) -> None:
    assert is_language(code, list_) is is_one


def _differing(ours: dict[str, Any], theirs: dict[str, Any]) -> set[str]:
    return {address for address in ours.keys() | theirs.keys() if ours.get(address) != theirs.get(address)}


def _address(loop: LoopDef, segment: SegmentDef) -> str:
    return f"{loop.id}/{segment.id}" + (f"[{min(segment.qualifiers)}]" if segment.qualifiers else "")


def _facts(element: ElementDef) -> tuple[Any, ...]:
    if element.type == "composite":
        return element.usage, element.number, element.max_repeat
    external = {"states": "states", "countries": "country", "languages": "", "": ""}[element.code_set]
    return (
        element.usage,
        element.number,
        element.type,
        element.min_length,
        element.max_length,
        frozenset(element.codes),
        external,
        element.max_repeat,
    )
