"""Every usual occasion is written as pyx12, a stranger, accepts it, and is read back as it was reported."""

from __future__ import annotations

import pytest

from edi834.x12 import read, write
from tests.x12 import stranger
from tests.x12.builders import header, interchange, of_members, transaction_set
from tests.x12.shapes import REPEATED, SHAPES

ALL = tuple(member for members in SHAPES.values() for member in members)


@pytest.mark.parametrize("occasion", SHAPES)
def test_the_stranger_accepts(occasion: str) -> None:
    written = write(of_members(*SHAPES[occasion])).text

    assert stranger.accepts(written), stranger.complaints(written)


@pytest.mark.parametrize("occasion", SHAPES)
def test_it_is_read_back_as_it_was_reported(occasion: str) -> None:
    reported = of_members(*SHAPES[occasion])

    result = read(write(reported).text)

    assert result.findings == ()
    assert result.interchanges == (reported,)


def test_a_file_of_several_transaction_sets_is_accepted_and_read_back() -> None:
    head = header("4", "REF*38*MASTER1", "DTP*007*D8*20240301", f"QTY*TO*{len(ALL)}")
    reported = interchange(transaction_set(*ALL, number="0001", head=head), transaction_set(*ALL[:2], number="0002"))
    written = write(reported).text

    assert stranger.accepts(written), stranger.complaints(written)
    assert read(written).interchanges == (reported,)


def test_repeated_elements_are_written_once_and_read_back() -> None:
    """pyx12 does not divide at the repetition separator, so it is not asked."""
    reported = of_members(*REPEATED)
    written = write(reported).text

    assert b"DMG*D8*19800101*F*M*:RET:2106-3^:RET:2186-5^C*1~" in written
    assert b"COB*P**5*1^35^48~" in written
    assert read(written).interchanges == (reported,)


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        (b"DTP*348*D8*20240201", b"DTP*348*D8*20241301"),
        (b"HD*021**HLT", b"HD*021**QQQ"),
        (b"REF*0F*E1001~", b""),
        (b"SE*", b"SE*9"),
    ],
)
def test_the_stranger_is_one_who_can_say_no(sound: bytes, broken: bytes) -> None:
    """An acceptance is worth something only from somebody who refuses what is wrong."""
    written = write(of_members(*SHAPES["a new hire with medical and dental and a child"])).text

    assert sound in written
    assert not stranger.accepts(written.replace(sound, broken, 1))
