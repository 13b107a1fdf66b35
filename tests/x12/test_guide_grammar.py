"""The guide is well formed in itself: ordered, unambiguous, consistent, and every code of it has a meaning."""

from __future__ import annotations

from collections import Counter

import pytest

from edi834.errors import ConfigurationError
from edi834.x12 import CODE_SETS, GUIDE_005010X220A1, GUIDES, ElementDef, LoopDef, SegmentDef, guide_for
from edi834.x12.guide.code_names import CODE_NAMES
from edi834.x12.guide.definition import element, segment, unused
from edi834.x12.guide.elements import DATA_ELEMENTS

GUIDE = GUIDE_005010X220A1
LOOPS = list(GUIDE.interchange.walk())
SEGMENTS = [(loop, found) for loop in LOOPS for found in loop.segments()]
ELEMENTS = [(loop, part) for loop, found in SEGMENTS for whole in found.elements for part in (whole, *whole.components)]


def _id(value: object) -> str:
    return value.id if isinstance(value, LoopDef | SegmentDef) else value.ref if isinstance(value, ElementDef) else "-"


@pytest.mark.parametrize("loop", LOOPS, ids=_id)
def test_positions_ascend_in_every_loop(loop: LoopDef) -> None:
    positions = [child.position for child in loop.children]

    assert positions == sorted(positions)


@pytest.mark.parametrize("loop", LOOPS, ids=_id)
def test_what_a_segment_begins_is_never_in_doubt(loop: LoopDef) -> None:
    """No two children of a loop begin with the same segment and qualifier, but for those of a following loop."""
    starts: Counter[tuple[str, str]] = Counter()
    for child in loop.children:
        begins = child if isinstance(child, SegmentDef) else child.trigger
        assert begins is not None
        starts.update((begins.id, qualifier) for qualifier in begins.qualifiers or ("",))

    assert [start for start, times in starts.items() if times > 1] == []


@pytest.mark.parametrize("loop", LOOPS, ids=_id)
def test_uses_of_one_segment_in_a_loop_are_all_told_apart_by_a_qualifier(loop: LoopDef) -> None:
    times = Counter(found.id for found in loop.segments())

    assert all(found.qualifiers for found in loop.segments() if times[found.id] > 1)


@pytest.mark.parametrize("loop", LOOPS, ids=_id)
def test_every_loop_begins_with_a_segment_sent_once(loop: LoopDef) -> None:
    assert loop.trigger is not None
    assert loop.trigger.max_use == 1


def test_the_elements_of_every_segment_are_numbered_without_a_gap() -> None:
    for _, found in SEGMENTS:
        assert [one.ref for one in found.elements] == [f"{found.id}{n:02}" for n in range(1, len(found.elements) + 1)]
        assert [one.position for one in found.elements] == list(range(1, len(found.elements) + 1))


def test_syntax_notes_speak_of_elements_the_segment_has() -> None:
    strangers = [
        f"{loop.id}/{found.id} {note}"
        for loop, found in SEGMENTS
        for note in found.syntax
        if any(found.element(position) is None for position in note.positions)
    ]

    assert strangers == []


def test_codes_are_unique_fit_their_element_and_have_a_meaning() -> None:
    for loop, part in ELEMENTS:
        where = f"{loop.id}/{part.ref}"
        assert len(set(part.codes)) == len(part.codes), where
        assert all(part.min_length <= len(code) <= part.max_length for code in part.codes), where
        assert all(CODE_NAMES[part.number][code] for code in part.codes), where
        assert part.code_set in {"", *CODE_SETS}, where


def test_a_data_element_has_one_type_and_length_everywhere() -> None:
    for loop, part in ELEMENTS:
        assert part.name, f"{loop.id}/{part.ref}"
        if part.type != "composite":
            known = DATA_ELEMENTS[part.number]
            assert (part.type, part.min_length, part.max_length) == (known.type, known.min_length, known.max_length)


def test_every_meaning_is_of_a_code_the_guide_has() -> None:
    used = {(part.number, code) for _, part in ELEMENTS for code in part.codes}
    explained = {(number, code) for number, names in CODE_NAMES.items() for code in names}

    assert explained - used == set()


def test_a_guide_is_found_by_what_the_envelope_says() -> None:
    assert guide_for("005010X220A1", "BE", "834") is GUIDE
    assert list(GUIDES) == [("005010X220A1", "BE", "834")]


def test_a_version_without_a_guide_is_refused() -> None:
    with pytest.raises(ConfigurationError) as refused:
        guide_for("004010X095A1")

    assert refused.value.code == "E834-0401"


def test_a_loop_knows_the_loops_around_it() -> None:
    assert GUIDE.ancestry("2330") == ("ST_LOOP", "2000", "2300", "2320", "2330")
    with pytest.raises(ConfigurationError):
        GUIDE.loop("2999")


def test_a_segment_with_an_element_out_of_place_cannot_be_defined() -> None:
    with pytest.raises(ValueError, match="stands where"):
        segment("N3", "Street", "R", 1, element("N302", "Line", "R", "166"), at=1)


def test_a_constant_needs_not_be_asked_of_anybody() -> None:
    assert element("LS01", "Loop", "R", "447", "2700").constant == "2700"
    assert element("INS01", "Subscriber", "R", "1073", "N Y").constant == ""
    assert unused("HD02", "1203").constant == ""
