"""Two 834s mean the same when the same people have the same coverages, however the files are cut and spelled."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi834.check.meaning import Comparison, compare, meaning_of
from edi834.x12 import read

MOTHER = """INS*Y*18*021*28*A***FT
REF*0F*E1001
REF*1L*GRP100
DTP*356*D8*20240201
NM1*IL*1*DOE*JANE*Q***34*900456789
PER*IP**HP*2085550100*EM*JANE@EXAMPLE.COM
DMG*D8*19800101*F
HD*021**HLT*PPO500*ECH
DTP*348*D8*20240201
AMT*P3*120
HD*021**DEN*DEN1*ECH
DTP*348*D8*20240201"""
CHILD = """INS*N*19*021*28*A
REF*0F*E1001
REF*1L*GRP100
NM1*IL*1*DOE*BABY
DMG*D8*20240310*F
HD*021**HLT*PPO500
DTP*348*D8*20240310"""
TWIN = CHILD.replace("BABY", "TWIN")
STRANGER = MOTHER.replace("E1001", "E2002").replace("900456789", "900111222").replace("JANE", "ADA")


def file(*sets: Sequence[str], number: int = 1, marks: str = "*~", newline: str = "\n", scope: str = "2") -> bytes:
    """An 834 of these transaction sets, each of people."""
    body = []
    for at, people in enumerate(sets, start=1):
        segments = [f"ST*834*{at:04}*005010X220A1", f"BGN*00*REF{number}*20240312*1200****{scope}",
                    "N1*P5*EMPLOYER*FI*900000001", "N1*IN*CARRIER*FI*900000002",
                    *(line for one in people for line in one.splitlines())]  # fmt: skip
        body += [*segments, f"SE*{len(segments) + 1}*{at:04}"]
    ids = f"ZZ*{'US':<15}*ZZ*{'THEM':<15}*240312*1200*^*00501*{number:09}*0*P*:"
    lines = [f"ISA*00*{'':10}*00*{'':10}*{ids}", f"GS*BE*US*THEM*20240312*1200*{number}*X*005010X220A1", *body,
             f"GE*{len(sets)}*{number}", f"IEA*1*{number:09}"]  # fmt: skip
    text = "".join(f"{line}~{newline}" for line in lines)
    return text.translate(str.maketrans("*~", marks)).encode()


def held_against(a: bytes, b: bytes) -> Comparison:
    return compare(meaning_of(read(a).interchanges), meaning_of(read(b).interchanges))


def changed(old: str, new: str, text: str = MOTHER) -> str:
    assert old in text
    return text.replace(old, new)


PLAIN = file([MOTHER, CHILD, STRANGER])


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(file([MOTHER, CHILD, STRANGER], number=77), id="another control number and reference"),
        pytest.param(file([STRANGER, CHILD, MOTHER]), id="another order"),
        pytest.param(file([MOTHER], [CHILD], [STRANGER]), id="a set for each"),
        pytest.param(file([MOTHER, CHILD, STRANGER], marks="|!", newline=""), id="other delimiters"),
        pytest.param(file([changed("JANE*Q", "Jane*q"), CHILD, STRANGER]), id="other capitals"),
        pytest.param(file([changed("P3*120", "P3*120.00"), CHILD, STRANGER]), id="a number spelled otherwise"),
        pytest.param(file([changed("HP*2085550100*EM*JANE@EXAMPLE.COM", "EM*JANE@EXAMPLE.COM*HP*2085550100"), CHILD,
                           STRANGER]), id="ways to reach her the other way round"),
        pytest.param(file([changed("REF*0F*E1001\nREF*1L*GRP100", "REF*1L*GRP100\nREF*0F*E1001"), CHILD, STRANGER]),
                     id="references the other way round"),
    ],
)  # fmt: skip
def test_the_same_people_with_the_same_coverages_mean_the_same(other: bytes) -> None:
    comparison = held_against(PLAIN, other)

    assert comparison.differences == ()
    assert comparison.is_same
    assert comparison.same == comparison.total > 30
    assert comparison.people == (3, 3, 3)


@pytest.mark.parametrize(
    ("old", "new", "path", "part"),
    [
        ("PPO500", "HMO1", "2300/HD04", "coverage HLT"),
        ("DEN*DEN1*ECH\nDTP*348*D8*20240201", "DEN*DEN1*ECH\nDTP*348*D8*20240301", "2300/DTP[348]03", "coverage DEN"),
        ("INS*Y*18*021", "INS*Y*18*024", "2000/INS03", "person"),
        ("REF*1L*GRP100", "REF*1L*GRP200", "2000/REF[1L]02", "person"),
        ("JANE*Q", "JOAN*Q", "2100A/NM104", "person"),
        ("900456789", "900456780", "2100A/NM109", "person"),
        ("D8*19800101", "D8*19800102", "2100A/DMG02", "person"),
        ("EM*JANE@EXAMPLE.COM", "EM*JOAN@EXAMPLE.COM", "2100A/PER[EM]", "person"),
        ("AMT*P3*120", "AMT*P3*121", "2300/AMT[P3]02", "coverage HLT"),
        ("AMT*P3*120\n", "", "2300/AMT[P3]02", "coverage HLT"),
    ],
)
def test_one_value_that_differs_is_found_where_it_stands_and_nothing_else_is(
    old: str, new: str, path: str, part: str
) -> None:
    there, back = (
        held_against(PLAIN, file([changed(old, new), CHILD, STRANGER])),
        held_against(file([changed(old, new), CHILD, STRANGER]), PLAIN),
    )

    for comparison in (there, back):
        (difference,) = comparison.differences
        assert (difference.path, difference.part, difference.a, difference.b) == (path, part, 1, 1)
        assert comparison.people == (3, 3, 3)
    assert (there.differences[0].old, there.differences[0].new) == (back.differences[0].new, back.differences[0].old)


def test_a_person_in_one_file_alone_is_reported_once() -> None:
    comparison = held_against(PLAIN, file([MOTHER, STRANGER]))

    (difference,) = comparison.differences
    assert (difference.a, difference.b, difference.path) == (2, 0, "")
    assert comparison.people == (3, 2, 2)


def test_a_coverage_in_one_file_alone_is_reported_once() -> None:
    without = MOTHER[: MOTHER.index("\nHD*021**DEN")]

    (difference,) = held_against(file([without]), file([MOTHER])).differences

    assert (difference.part, difference.path, difference.new) == ("coverage DEN", "", "in B alone")


def test_twins_are_not_taken_for_each_other() -> None:
    other = changed("HLT*PPO500", "HLT*HMO1", CHILD)
    comparison = held_against(file([MOTHER, CHILD, TWIN]), file([TWIN, other, MOTHER]))

    (difference,) = comparison.differences
    assert (difference.a, difference.b, difference.path) == (2, 2, "2300/HD04")


def test_another_childs_name_is_another_child() -> None:
    comparison = held_against(file([MOTHER, CHILD]), file([MOTHER, TWIN.replace("20240310", "20200101")]))

    assert [(d.a, d.b, d.path) for d in comparison.differences] == [(2, 0, ""), (0, 2, "")]


def test_a_full_file_does_not_mean_what_a_change_file_means() -> None:
    (difference,) = held_against(PLAIN, file([MOTHER, CHILD, STRANGER], scope="4")).differences

    assert (difference.a, difference.b, difference.path, difference.part) == (0, 0, "HEADER/BGN08", "file")
    assert difference.is_open


def test_two_spans_of_one_benefit_are_paired_by_what_they_say() -> None:
    second = "\nHD*024**HLT*OLD1\nDTP*348*D8*20230101\nDTP*349*D8*20240131"
    first = MOTHER.replace("\nHD*021**HLT", f"{second}\nHD*021**HLT")

    assert held_against(file([MOTHER + second]), file([first])).is_same


@given(st.permutations([MOTHER, CHILD, TWIN, STRANGER]), st.lists(st.booleans(), min_size=3, max_size=3))
def test_no_order_and_no_cut_changes_what_is_meant(people: list[str], cuts: list[bool]) -> None:
    sets: list[list[str]] = [[people[0]]]
    for person, cut in zip(people[1:], cuts, strict=True):
        if cut:
            sets.append([])
        sets[-1].append(person)

    assert held_against(file([MOTHER, CHILD, TWIN, STRANGER]), file(*sets)).is_same


def test_many_people_in_any_order_are_paired_in_good_time() -> None:
    people = [STRANGER.replace("E2002", f"E{n:05}").replace("900111222", f"900{n:06}") for n in range(1000)]
    shuffled = random.Random(7).sample(people, len(people))

    assert held_against(file(people), file(shuffled)).is_same
