"""Checking an 834: our guide check, and ``validate`` with all its rules, against pyx12 on the same file; and memory.

The file is made of the occasions that the tests know, each family with identifiers, numbers and names of its own, in
sets of 7,000 families, and pyx12 accepts it; the people are invented. Each case
has a process of its own; its time is that of the processor, with reading the file and the guide (ours is compiled,
pyx12's is parsed). pyx12 is run as the second opinion runs it: from memory, writing no acknowledgment.
What must hold is in ``bench/README.md``.
"""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bench.measured import Measured, measure
from edi834.check.answer import answer
from edi834.check.automaton import automaton, check_stream
from edi834.check.judge import judge
from edi834.check.judgement import JudgeOptions, Verdict
from edi834.check.streamed import judge_stream
from edi834.x12 import Delimiters, Interchange, write
from tests.x12.builders import GROUP, HEADER, of_members, transaction_set
from tests.x12.shapes import SHAPES

SEGMENTS, MANY = 100_000, 2_000_000
TIMES = 3
_FAMILIES_OF_A_SET = 7_000
_DAY = date(2025, 3, 1)
"""No one in the file is born after it, and no one dies after it."""

_NUMBER = re.compile(rb"\*9[0-9]{8}(?=[*~])")


def main() -> None:
    """Measure everything, and print it."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        plain, large = _made(folder / "plain", SEGMENTS), _made(folder / "large", MANY)
        lines = folder / "lines"
        lines.write_bytes(plain.read_bytes().replace(b"~", b"|\r\n").replace(b"*", b"\x1d"))
        alone, small_sets = (_made(folder / f"alone-{n}", n, of_a_set=1) for n in (SEGMENTS, MANY))
        cases = {
            "pyx12": ("pyx12", plain),
            "guide check": ("guide", plain),
            "guide check, guide compiled before": ("compiled", plain),
            "guide check, other marks and lines": ("guide", lines),
            "pyx12, one family a set": ("pyx12", alone),
            "guide check, one family a set": ("guide", alone),
            "validate": ("validate", plain),
            "validate --ack": ("answer", plain),
            "validate, held in memory as for view": ("memory", plain),
            f"guide check of {MANY:,} segments": ("guide", large),
            f"validate of {MANY:,} segments": ("validate", large),
            f"validate --ack, {MANY:,}, a family a set": ("answer", small_sets),
        }
        idle = measure("bench.check", "case", "idle", str(plain))
        best = _best_of_rounds(cases)
        print(f"{SEGMENTS:,} segments; the best of {TIMES} rounds, each of which runs every case once\n")
        pyx12 = {file: _pace(file, best[name]) for name, (case, file) in cases.items() if case == "pyx12"}
        like = {lines: plain, large: plain, small_sets: alone}  # too large for it, or the same segments in other marks
        for name, (_, file) in cases.items():
            pace = _pace(file, best[name])
            ratio = pace / pyx12[like.get(file, file)]
            memory = best[name].own - idle.own
            print(f"  {name:<42} {pace:12,.0f} segments/s  {ratio:6.1f} x pyx12  {memory:6.1f} MiB")
        print("\nMemory is the peak above the interpreter with its imports.")


def _pace(file: Path, case: Measured) -> float:
    content = file.read_bytes()
    return content.count(content[105:106]) / case.seconds


def _best_of_rounds(cases: dict[str, tuple[str, Path]]) -> dict[str, Measured]:
    """In rounds, so that other work on the machine slows all cases alike."""
    best: dict[str, Measured] = {}
    for _ in range(TIMES):
        for name, (case, file) in cases.items():
            now = measure("bench.check", "case", case, str(file))
            best[name] = min(now, best.get(name, now), key=lambda one: one.seconds)
    return best


def _made(file: Path, segments: int, of_a_set: int = _FAMILIES_OF_A_SET) -> Path:
    """A file of about so many segments, written piece by piece: two million are too many for a tree.

    No family is like another: each has identifiers, numbers and names of its own.
    """
    header = replace(HEADER, date=_DAY), replace(GROUP, date=_DAY)
    families = [_members(write(of_members(*members)).text) for members in SHAPES.values()]
    frame = write(Interchange(header[0], ((header[1], (transaction_set(*next(iter(SHAPES.values()))),)),))).text
    isa_gs, st, rest = frame.partition(b"ST*")
    opening, trailer = rest.partition(b"INS*")[0].partition(b"~")[2], rest.rpartition(b"GE*1*")[2]
    written = sets = families_written = 0
    with file.open("wb") as out:
        out.write(isa_gs)
        while written < segments:
            sets += 1
            count = 2 + opening.count(b"~")
            out.write(st + b"834*%04d*005010X220A1~" % sets + opening)
            for _ in range(of_a_set):
                family = _another(families[families_written % len(families)], families_written)
                families_written += 1
                out.write(family)
                count += family.count(b"~")
                if written + count >= segments:
                    break
            out.write(b"SE*%d*%04d~" % (count, sets))
            written += count
        out.write(b"GE*%d*" % sets + trailer)
    return file


def _members(content: bytes) -> bytes:
    return b"INS*" + content.partition(b"INS*")[2].rpartition(b"SE*")[0]


def _another(family: bytes, number: int) -> bytes:
    """A family like another, and not the same people."""
    letters = bytes(ord("A") + (number // 26**power) % 26 for power in range(4))
    reported = family.replace(b"E1001", b"E%08d" % number).replace(b"*DOE*", b"*D" + letters + b"*")
    return _NUMBER.sub(lambda found: b"*9%08d" % ((int(found[0][2:]) + 7919 * number) % 10**8), reported)


def _pyx12(content: bytes) -> None:
    import pyx12.params
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    params = pyx12.params.ParamsBase()
    params.set("charset", "E")
    params.set("exclude_external_codes", "states,country")
    with open(os.devnull, "w") as nowhere:
        source = io.StringIO(content.decode("ascii"))
        if not pyx12.x12n_document.x12n_document(params, source, None, None, fd_json=nowhere):
            raise SystemExit("pyx12 refuses the file")


def _guide(file: Path) -> None:
    with file.open("rb") as source:
        check = check_stream(source)
    if check.findings or check.passed != check.members:
        raise SystemExit("the file should have passed")


def _validate(file: Path, *, is_answered: bool) -> None:
    with file.open("rb") as source:
        judgement = judge_stream(source, JudgeOptions(invented_people=True), for_answer=is_answered)
    if judgement.verdict is not Verdict.ACCEPTED:
        raise SystemExit("the file should have been accepted")
    if is_answered and not answer(judgement, control_number=1, moment=datetime(2025, 3, 2, tzinfo=UTC)).accepted:
        raise SystemExit("the answer should have accepted the file")


def one_case(name: str, file: Path) -> float:
    """Run one case, and give the seconds of the processor that it took: nothing here waits for anything."""
    began = time.process_time()
    match name:
        case "pyx12":
            _pyx12(file.read_bytes())
        case "guide":
            _guide(file)
        case "compiled":
            automaton(Delimiters())
            began = time.process_time()
            _guide(file)
        case "validate" | "answer":
            _validate(file, is_answered=name == "answer")
        case "memory":
            judge(file.read_bytes(), JudgeOptions(invented_people=True))
    return time.process_time() - began


if __name__ == "__main__":
    if sys.argv[1:2] == ["case"]:
        print(json.dumps({"seconds": one_case(sys.argv[2], Path(sys.argv[3]))}))
    else:
        main()
