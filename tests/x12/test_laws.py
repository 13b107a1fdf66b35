"""Laws of writing and reading: what is written can be read back, by us and by a stranger, and nothing breaks us."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from edi834.x12 import (
    GUIDE_005010X220A1,
    Delimiters,
    Interchange,
    Loop,
    Segment,
    Written,
    definition_of,
    read,
    spell,
    write,
)
from tests.x12 import stranger, strategies
from tests.x12.builders import of_members
from tests.x12.shapes import SHAPES

pytestmark = pytest.mark.laws
slow = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much])

unshrunk = settings(slow, max_examples=30, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@slow
@given(strategies.interchanges())
def test_what_was_written_is_read_back_equal(reported: Interchange) -> None:
    result = read(write(reported).text)

    assert result.findings == ()
    assert result.interchanges == (reported,)


@slow
@given(strategies.interchanges())
def test_the_same_interchange_gives_the_same_bytes(reported: Interchange) -> None:
    assert write(reported) == write(reported)


@slow
@given(strategies.interchanges(), st.randoms(use_true_random=False))
def test_the_order_in_which_children_are_reported_does_not_matter(reported: Interchange, random: Random) -> None:
    """Different things may be reported in any order: the guide's is written. Like things keep theirs."""
    groups = tuple(
        (group, tuple(replace(one, body=_shuffled(one.body, random)) for one in sets))
        for group, sets in reported.groups
    )

    assert write(replace(reported, groups=groups)).text == write(reported).text


@slow
@given(strategies.interchanges())
def test_positions_are_the_same_for_the_writer_and_the_reader(reported: Interchange) -> None:
    written = write(reported)

    assert read(written.text).positions == (written.positions,)


@unshrunk  # the stranger says itself what it does not like, and is slow
@given(strategies.interchanges(marks=Delimiters(), conformant=True))
def test_a_stranger_accepts_what_conforms_to_the_guide(reported: Interchange) -> None:
    written = write(reported).text

    assert stranger.accepts(written), stranger.complaints(written)


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    read(content)


SOUND = write(of_members(*(member for members in SHAPES.values() for member in members))).text


@given(
    st.lists(
        st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 40), st.binary(max_size=6)), min_size=1, max_size=4
    )
)
def test_no_damage_to_a_file_breaks_the_reader(damages: list[tuple[int, int, bytes]]) -> None:
    content = SOUND
    for at, cut, put in damages:
        content = content[:at] + put + content[at + cut :]

    read(content)


@given(st.integers(0, len(SOUND) - 2))
def test_a_file_that_was_cut_is_never_read_without_a_finding(end: int) -> None:
    assert read(SOUND[:end]).findings


@given(st.text(max_size=30))
def test_a_text_is_written_as_it_is_or_refused_but_never_changed(text: str) -> None:
    """No text can break out of its element, whatever it holds."""
    reported = of_members(Loop("2000", (Segment.of("INS", "Y", "18", "021"), Segment.of("REF", "0F", text, "", ""))))

    written = spell(reported)

    if isinstance(written, Written):
        assert read(written.text).interchanges == (reported,)
    else:
        assert [refusal.path for refusal in written.refusals] == ["2000/REF02"]
        assert text not in repr(written.refusals) or text in "2000/REF02 E834-0504 0001"


def _shuffled(loop: Loop, random: Random) -> Loop:
    """The loop with its uses of segments and its kinds of loops in another order."""
    uses: dict[object, list[Segment | Loop]] = {}
    for child in loop.children:
        if isinstance(child, Loop):
            uses.setdefault(child.id, []).append(_shuffled(child, random))
        else:
            uses.setdefault(definition_of(child, GUIDE_005010X220A1.loop(loop.id)), []).append(child)
    order = list(uses.values())
    random.shuffle(order)
    return Loop(loop.id, tuple(child for children in order for child in children))
