"""A file read through a window is judged as one in memory: the same findings, wherever the window cuts it."""

from __future__ import annotations

import io
import random
import tracemalloc
from collections import Counter
from dataclasses import replace

import pytest

from edi834.check.automaton import GuideOptions, check_stream
from edi834.check.automaton.stream import MOST_SEGMENTS
from edi834.check.judge import JudgeOptions, judge
from edi834.check.judgement import address, path_of
from edi834.x12 import Interchange, write
from tests.check.mutants import mutants
from tests.x12.builders import GROUP, HEADER, of_members, transaction_set
from tests.x12.shapes import REPEATED, SHAPES

PEOPLE = tuple(one for members in SHAPES.values() for one in members) + REPEATED
FILE = write(of_members(*PEOPLE)).text
SETS = write(
    Interchange(
        HEADER,
        tuple(
            (replace(GROUP, control_number=n), tuple(transaction_set(*SHAPES[name], number=f"{m:04}") for m in (1, 2)))
            for n, name in enumerate(SHAPES, start=1)
        ),
    )
).text
OF_THE_GUIDE = (
    *(f"E834-{number:04}" for number in range(511, 525)), *(f"E834-{number}" for number in range(1001, 1020)),
)  # fmt: skip


class Dripping:
    """A source that gives little at a time, so that everything is cut somewhere."""

    def __init__(self, content: bytes, seed: int, most: int) -> None:
        self._from, self._rng, self._most = io.BytesIO(content), random.Random(seed), most

    def read(self, size: int, /) -> bytes:
        return self._from.read(min(size, self._rng.randint(1, self._most)))


def _in_memory(content: bytes) -> Counter[tuple[str, int, str, str]]:
    found = judge(content, JudgeOptions(most_of_one_code=10**9)).findings
    return Counter(
        (one.code, one.number, _known(one.message, one.path), one.severity.value)
        for one in found
        if one.code in OF_THE_GUIDE
    )


def _streamed(content: bytes, *, seed: int = 0, most: int = 1 << 20) -> Counter[tuple[str, int, str, str]]:
    found = check_stream(Dripping(content, seed, most), GuideOptions(most_of_one_code=10**9)).findings
    return Counter(
        (one.code, one.number, _known(one.message, _as_judged(one.path)), one.severity.value) for one in found
    )


def _known(message: str, path: str) -> str:
    """The address, but of a segment that the guide does not have: judging may show what looks like an element."""
    strange = message.startswith(("the guide does not have this", "the segment")) or "such segment" in message
    return "" if strange else path


def _as_judged(path: str) -> str:
    """Judging leaves out a loop of the envelope's segments, and an unknown segment."""
    loop, segment, qualified, element = address(path)
    return path_of(loop, segment, qualified + element)


@pytest.mark.parametrize("content", [FILE, SETS], ids=["one set", "many groups"])
def test_what_the_guide_allows_passes_without_a_look(content: bytes) -> None:
    check = check_stream(io.BytesIO(content))

    assert (check.findings, check.passed) == ((), check.members)
    assert check.segments == content.count(b"~")
    assert check.members == content.count(b"~INS*")


@pytest.mark.parametrize("name", SHAPES)
def test_every_mutant_is_judged_through_the_window_as_in_memory(name: str) -> None:
    content = write(of_members(*SHAPES[name])).text
    for n, (edit, mutant) in enumerate(mutants(content, seed=52, number=20)):
        assert _streamed(mutant, seed=n, most=300) == _in_memory(mutant), edit


def test_any_bytes_are_judged_through_the_window_as_in_memory() -> None:
    """Bytes changed, left out and said twice, anywhere: in envelopes and between interchanges too."""
    rng = random.Random(834)
    for n in range(150):
        content = bytearray(rng.choice([FILE, SETS + FILE])[: rng.randint(200, 4000)])
        for _ in range(rng.randint(1, 10)):
            at, other = rng.randrange(len(content)), rng.randrange(len(content))
            match rng.randrange(3):
                case 0:
                    content[at] = rng.choice(b"*~:^ \n\rISAGEINS0A\xe9\x00")
                case 1 if len(content) > 300:
                    del content[at : at + rng.randint(1, 120)]
                case _:
                    content[at:at] = content[other : other + rng.randint(1, 200)]
        assert _streamed(bytes(content), seed=n, most=400) == _in_memory(bytes(content)), n


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\n \n", b"Dear carrier,\n"])
@pytest.mark.parametrize("after", [b"", b"\n\n", b"~", b"yours", FILE])
def test_what_stands_around_an_interchange_is_judged_as_in_memory(before: bytes, after: bytes) -> None:
    content = before + SETS + after

    assert _streamed(content, seed=1, most=999) == _in_memory(content)


def test_judging_finds_the_same_with_the_automaton_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    for _, mutant in mutants(FILE, seed=4, number=25):
        monkeypatch.setattr("edi834.check.judge._WORTH_COMPILING", 0)
        swift = judge(mutant)
        monkeypatch.setattr("edi834.check.judge._WORTH_COMPILING", 10**9)
        assert swift.findings == judge(mutant).findings


def test_of_many_faults_some_are_kept_and_all_are_counted() -> None:
    wrong = write(of_members(*SHAPES["a death"] * 200)).text.replace(b"*TE*", b"*QQ*")
    check = check_stream(io.BytesIO(wrong), GuideOptions(most_of_one_code=7))

    assert (len(check.findings), check.errors, dict(check.by_code)) == (7, 200, {"E834-1012": 200})
    assert (check.members, check.passed) == (200, 0)


def test_no_value_is_shown_whatever_stands_where_an_identifier_should() -> None:
    wrong = FILE.replace(b"~DTP*348*", b"~SECRET*348*", 1).replace(b"REF*DX*", b"REF*SECRET*", 1)
    check = check_stream(io.BytesIO(wrong))

    assert check.errors
    assert "SECRET" not in repr(check)


def test_a_member_without_end_is_given_up_and_the_next_one_is_checked() -> None:
    head, ins, rest = FILE.partition(b"INS*")
    member, _, _ = (ins + rest).partition(b"~HD*")
    endless = member + b"~" + b"XX*1~" * (MOST_SEGMENTS + 500)
    check = check_stream(io.BytesIO(head + endless + member.replace(b"*FT", b"*QQ") + b"~" + ins + rest))
    behind = (head + endless).count(b"~")

    assert [one.number for one in check.findings if one.code == "E834-1064"] == [head.count(b"~") + MOST_SEGMENTS + 1]
    assert check.by_code["E834-1001"] < MOST_SEGMENTS
    assert [one.number for one in check.findings if one.code == "E834-1012"] == [behind + 1]


def test_a_segment_without_end_is_not_held() -> None:
    wrong = FILE.replace(b"N3*1 MAIN", b"N3*" + b"1 MAIN" * 1_000_000, 1)
    check = check_stream(io.BytesIO(wrong))

    assert check.by_code["E834-1065"] == 1
    assert check.segments == FILE.count(b"~")


class Repeating:
    """A file of one member over and over, made as it is read."""

    def __init__(self, head: bytes, member: bytes, number: int) -> None:
        self._head, self._member, self._left = head, member, number

    def read(self, size: int, /) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        now = min(self._left, max(size // len(self._member), 1))
        self._left -= now
        return self._member * now


def test_memory_does_not_grow_with_the_file() -> None:
    head, ins, rest = FILE.partition(b"INS*")
    member = ins + rest.partition(b"INS*")[0]
    wrong = member.replace(b"*FT", b"*QQ")
    peaks = []
    for number in (30, 300):
        tracemalloc.start()
        check = check_stream(Repeating(head, member * 20 + wrong, number), GuideOptions(most_of_one_code=5))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert check.members == number * 21

    assert peaks[1] < peaks[0] + (1 << 20)
    assert peaks[1] < 8 << 20
