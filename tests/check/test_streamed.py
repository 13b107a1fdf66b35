"""A file judged as a stream is judged as one in memory: the same findings, counts and answer, in bounded memory."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import pytest

from edi834.check.answer import answer
from edi834.check.judge import judge
from edi834.check.judgement import Found, Judgement, JudgeOptions
from edi834.check.streamed import judge_stream
from edi834.check.streamed.people import StreamedPeople
from edi834.check.streamed.plain import PlainLook
from edi834.check.streamed.remembered import Queues, Remembered, digest
from edi834.x12 import Delimiters, write
from tests.check.mutants import mutants
from tests.check.test_automaton_stream import FILE, SETS, Dripping, Repeating
from tests.check.test_carrier_rules import BREACHES, one_rule
from tests.x12.builders import of_members
from tests.x12.shapes import SHAPES

FIXTURES = sorted((Path(__file__).parent / "fixtures").glob("*/*.edi"))
FAMILY = (Path(__file__).parent / "fixtures" / "pass" / "new-hire-with-a-child.edi").read_bytes().replace(b"\n", b"")
SMALL = [write(of_members(*members)).text for members in SHAPES.values()]
MOMENT = datetime(2024, 10, 2, 3, 4, tzinfo=UTC)
EVERYTHING = JudgeOptions(most_of_one_code=10**9)


def reported(judgement: Judgement) -> tuple[object, ...]:
    def order(found: Found) -> tuple[object, ...]:
        return found.number, found.code, found.path, found.message, found.severity

    findings = sorted(judgement.findings, key=order)
    return findings, judgement.counts, judgement.verdict, dict(judgement.by_code), judgement.refused


def alike(content: bytes, options: JudgeOptions = EVERYTHING, seed: int = 0) -> bool:
    return reported(judge_stream(Dripping(content, seed, 5_000), options)) == reported(judge(content, options))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
@pytest.mark.parametrize("invented", [False, True], ids=["real", "invented"])
def test_every_fixture_is_judged_alike(path: Path, invented: bool) -> None:
    content = path.read_bytes()
    production = content.replace(b"*T*:~", b"*P*:~", 1)

    for each in (content, production, content.replace(b"~", b"|\r\n").replace(b"*", b"\x1d")):
        assert alike(each, replace(EVERYTHING, invented_people=invented))


@pytest.mark.parametrize("seed", range(4))
def test_mutants_are_judged_alike(seed: int) -> None:
    for content in (FILE, SETS, SMALL[seed], SMALL[-1 - seed]):
        for n, (edit, mutant) in enumerate(mutants(content, seed, 15)):
            assert alike(mutant, seed=n), edit


@pytest.mark.parametrize("name", BREACHES)
def test_a_carriers_rules_are_asked_alike(name: str, tmp_path: Path) -> None:
    code, text, _, before, after = BREACHES[name]
    options = replace(EVERYTHING, carrier=one_rule(text, tmp_path))

    assert code in judge_stream(io.BytesIO(FAMILY.replace(before, after)), options).by_code
    for content in (FAMILY, FAMILY.replace(before, after), FILE, SETS):
        assert alike(content, options)


@pytest.mark.parametrize(
    "rule",
    [
        'at = "2000/INS02"\norder = ["19", "18"]', 'at = "2100A/NM109"\nascending = true',
        'at = "2100A/NM109"\nascending = true\nonly = "subscriber"',
    ],
)  # fmt: skip
def test_a_rule_about_the_order_of_people_remembers_who_stood_before(rule: str, tmp_path: Path) -> None:
    options = replace(EVERYTHING, carrier=one_rule(rule, tmp_path))

    assert judge_stream(io.BytesIO(FILE), options).by_code.keys() & {"E834-1097", "E834-1098"}
    assert alike(FILE, options)
    assert alike(SETS, options)


@pytest.mark.parametrize("list_", ["states", "countries", "languages"])
def test_each_list_of_others_can_be_left_out(list_: str) -> None:
    lines = b"N4*NICE*QQ***~N4*NICE***QQ~LUI*LE*QQ~".split(b"~")
    wrong = dict(zip(("states", "countries", "languages"), lines, strict=False))[list_].rstrip(b"*")
    content = SMALL[0].replace(b"N4*BOISE*ID*83702", wrong if list_ != "languages" else b"N4*BOISE*ID*83702", 1)
    if list_ == "languages":
        content = content.replace(b"DMG*D8*19800101*F*M~", b"DMG*D8*19800101*F*M~" + wrong + b"~", 1)

    assert "E834-1012" in judge_stream(io.BytesIO(content)).by_code
    assert "E834-1012" not in judge_stream(io.BytesIO(content), JudgeOptions(without=frozenset({list_}))).by_code
    assert alike(content)
    assert alike(content, replace(EVERYTHING, without=frozenset({list_})))


def test_the_answer_is_the_one_that_is_given_to_a_file_in_memory() -> None:
    broken = [path.read_bytes() for path in FIXTURES] + [SETS, SETS.replace(b"GE*2*3~", b"GE*3*3~"), b"ISA", FILE * 2]
    for content in broken:
        whole = judge(content)
        streamed = judge_stream(io.BytesIO(content), for_answer=True)
        assert answer(streamed, control_number=7, moment=MOMENT) == answer(whole, control_number=7, moment=MOMENT)


def test_most_people_are_plain_and_are_not_read_into_a_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    closely: list[int] = []
    monkeypatch.setattr(StreamedPeople, "member", lambda self, loop, number: closely.append(number) or ())

    judged = judge_stream(io.BytesIO(b"".join(SMALL).replace(b"*20240301*", b"*20250301*")))

    assert judged.counts.members > 10
    assert len(closely) == 0


def test_what_the_quick_look_lets_pass_breaks_no_rule_about_one_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """With everybody looked at closely, nothing more is found."""
    quick = [reported(judge_stream(io.BytesIO(path.read_bytes()), EVERYTHING)) for path in FIXTURES]
    monkeypatch.setattr(PlainLook, "person", lambda self, segments, number: None)

    assert [reported(judge_stream(io.BytesIO(path.read_bytes()), EVERYTHING)) for path in FIXTURES] == quick


class Made:
    """A file that is made as it is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int, /) -> bytes:
        content = b""
        while len(content) < size and (piece := next(self._pieces, b"")):
            content += piece
        return content


def _made(number: int) -> Made:
    head, ins, rest = SMALL[0].partition(b"INS*")
    family = ins + rest.rpartition(b"SE*")[0]
    return Made(chain([head], (family.replace(b"E1001", b"E%08d" % n) for n in range(number))))


def test_memory_does_not_grow_with_the_people_that_are_compared() -> None:
    peaks = []
    for number in (2_000, 20_000):
        tracemalloc.start()
        judgement = judge_stream(_made(number), JudgeOptions(most_of_one_code=5), most_people=1_000)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert judgement.counts.members == number * 2
        assert judgement.by_code["E834-1066"] == 1

    assert peaks[1] < peaks[0] + (1 << 20)


def test_a_file_of_one_family_reported_over_and_over_takes_no_longer_for_each() -> None:
    head, ins, rest = SMALL[0].partition(b"INS*")
    people = (ins + rest.rpartition(b"SE*")[0]).split(b"INS*")[1:]
    dependent = b"INS*" + people[1]

    judgement = judge_stream(Repeating(head, dependent, 20_000), JudgeOptions(most_of_one_code=5))

    assert judgement.counts.members == 20_000
    assert judgement.by_code["E834-1032"] == 19_999


def test_a_number_is_remembered_by_its_key() -> None:
    table = Remembered()
    keys = [digest(b"%d" % n) for n in range(5_000)]

    assert [table.put(key, n) for n, key in enumerate(keys)] == [None] * 5_000
    assert [table.put(key, n + 1) for n, key in enumerate(keys)] == list(range(5_000))
    assert [table.get(key) for key in keys] == list(range(1, 5_001))
    assert digest(b"nobody") not in table
    assert sorted(table.items()) == sorted(zip(keys, range(1, 5_001), strict=True))


def test_too_many_are_forgotten_and_it_is_said() -> None:
    table, queues = Remembered(100), Queues(100)
    for n in range(1_000):
        table.put(digest(b"%d" % n), n)
        queues.add(digest(b"%d" % (n % 7)), n, mark=False)

    assert table.forgot
    assert queues.forgot
    assert table.get(digest(b"999")) == 999


def test_a_queue_gives_its_numbers_once_and_keeps_its_mark() -> None:
    queues = Queues()
    for n, mark in ((1, False), (2, True), (3, False)):
        queues.add(5, n, mark=mark)
    queues.add(6, 9, mark=False)

    assert sorted(queues.take(5)) == [1, 2, 3]
    assert list(queues.take(5)) == []
    assert (queues.is_marked(5), queues.is_marked(6), queues.is_marked(7)) == (True, False, False)
    assert list(queues.items()) == [(5, 1), (5, 2), (5, 3), (6, 9)]


def test_the_marks_of_the_delimiters_may_be_any() -> None:
    for marks in (Delimiters(element="|", segment="\n"), Delimiters(element="\\", segment="'", component="<")):
        content = write(replace(of_members(*SHAPES["a death"]), delimiters=marks)).text
        assert alike(content)


def test_the_families_of_an_interchange_are_its_own() -> None:
    twice = judge_stream(io.BytesIO(FILE + FILE))

    assert alike(FILE + FILE)
    assert twice.by_code["E834-1031"] == 2 * judge(FILE).by_code["E834-1031"]


def test_an_unended_interchange_behind_an_unended_one_is_found() -> None:
    for rest in (b"ISA", b"ISA*00*   ", b"ISA*005010X220A1*20240229**A:B:C*:"):
        for before in (FILE, SMALL[0].rpartition(b"SE*")[0], SMALL[0].partition(b"GS*")[0]):
            for piece in (1, 7, 5_000):
                source = Dripping(before + rest, piece, piece)
                assert reported(judge_stream(source, EVERYTHING)) == reported(judge(before + rest, EVERYTHING))


@pytest.mark.parametrize("mark", ["-", "."])
def test_a_delimiter_that_values_are_made_of_is_never_passed_over(mark: str) -> None:
    content = SMALL[0].replace(b"*T*:~", b"*T*" + mark.encode() + b"~").replace(b"AMT*P3*512.25", b"AMT*P3*-512.25")

    assert "E834-0520" in judge_stream(io.BytesIO(content)).by_code
    assert alike(content)


def test_a_name_where_an_identifier_belongs_is_not_repeated_however_long_it_is() -> None:
    for name in (b"JANEDOE", b"W" * (1 << 20), b"JANE[DOE]", b"REF[DOE]"):
        found = judge_stream(io.BytesIO(SMALL[0].partition(b"NM1*")[0] + name)).findings
        assert not [one for one in found if "DOE" in one.message + one.path + one.segment or "WWW" in one.path]


def test_terminators_without_a_segment_are_passed_over_or_reported_as_in_memory() -> None:
    trailer, unended = SMALL[0].rpartition(b"IEA*"), SMALL[0].rpartition(b"IEA*")[0]
    for content in (trailer[0] + b"~" + b"IEA*" + trailer[2], SMALL[0] + b"~", SMALL[0] + b"~~\n", unended + b"~~",
                    SMALL[0].replace(b"~HD*", b"~~HD*"), SMALL[0].replace(b"~ST*", b"~~ST*")):  # fmt: skip
        assert alike(content)
        assert alike(content + FILE)
