"""Addresses are read, found in the guide, and when they are wrong the error says what was probably meant."""

from __future__ import annotations

import pytest

from edi834.errors import ConfigurationError
from edi834.x12 import GUIDE_005010X220A1, Path, every_path, resolve

GUIDE = GUIDE_005010X220A1


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("2000/REF[1L]02", Path("2000", "REF", "1L", 2)),
        ("2100A/NM109", Path("2100A", "NM1", "", 9)),
        ("2000/INS06-1", Path("2000", "INS", "", 6, 1)),
        ("2300/DTP[348]03", Path("2300", "DTP", "348", 3)),
        ("HEADER/BGN02", Path("HEADER", "BGN", "", 2)),
        ("2100A/PER", Path("2100A", "PER")),
        ("2310", Path("2310")),
        ("2750/N1[75]02", Path("2750", "N1", "75", 2)),
        ("1000A/N104", Path("1000A", "N1", "", 4)),
        ("LS_LOOP/LE01", Path("LS_LOOP", "LE", "", 1)),
    ],
)
def test_an_address_is_read_and_spelled_the_same(text: str, path: Path) -> None:
    assert Path.parse(text) == path
    assert str(path) == text


def test_loops_around_the_loop_may_be_reported_and_are_dropped() -> None:
    assert Path.parse("2000/2300/HD04") == Path("2300", "HD", "", 4)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2000/REF[0F]02", "Subscriber identifier"),
        ("2000/REF[1L]02", "Group or policy number"),
        ("2000/REF[DX]02", "Further identifier"),
        ("2300/REF[QQ]02", "Months of coverage before"),
        ("2300/REF[1L]02", "Policy identifier"),
        ("2000/INS06-2", "Reason of Medicare eligibility"),
        ("2100A/PER", "How to reach the member"),
        ("2310", "Provider"),
        ("2300/HD[021]04", "Plan"),
    ],
)
def test_an_address_is_found_in_the_guide(text: str, name: str) -> None:
    found = resolve(text, GUIDE)

    assert found.name == name
    assert found.is_used


def test_a_position_the_guide_never_fills_is_found_and_says_so() -> None:
    assert not resolve("2300/HD02", GUIDE).is_used


def test_every_address_of_the_guide_is_found_again() -> None:
    addresses = list(every_path(GUIDE))

    assert len(addresses) > 300
    assert [resolve(str(one.path), GUIDE) for one in addresses] == addresses


@pytest.mark.parametrize(
    ("text", "code", "remedy"),
    [
        ("2000.INS03", "E834-0402", "Did you mean 2000/INS03?"),
        ("2300/hd04", "E834-0402", "Did you mean 2300/HD04?"),
        ("coverage", "E834-0402", None),
        ("", "E834-0402", None),
        ("2000/INS00", "E834-0402", None),
        ("2301/HD04", "E834-0403", "Did you mean 2300/HD04?"),
        ("2000/HD04", "E834-0404", "Did you mean 2300/HD04?"),
        ("2300/HD4", "E834-0404", "Did you mean 2300/HD04?"),
        ("2300/XX", "E834-0404", None),
        ("2000/REF02", "E834-0405", "Did you mean 2000/REF[0F]02 or 2000/REF[1L]02 or 2000/REF[17]02?"),
        ("2000/REF[1X]02", "E834-0406", "Did you mean 2000/REF[DX]02 or 2000/REF[1L]02?"),
        ("2000/INS18", "E834-0407", "Did you mean 2000/INS17?"),
        ("2000/INS06-9", "E834-0408", "Did you mean 2000/INS06?"),
        ("2000/INS03-1", "E834-0408", "Did you mean 2000/INS03?"),
    ],
)
def test_a_wrong_address_is_refused_with_what_was_probably_meant(text: str, code: str, remedy: str | None) -> None:
    with pytest.raises(ConfigurationError) as refused:
        resolve(text, GUIDE)

    assert (refused.value.code, refused.value.remedy) == (code, remedy)
