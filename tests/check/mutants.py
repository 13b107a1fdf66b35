"""One-edit mutants of a file: what a slip of a mapping, a typing hand or a bad line could make of it.

The edits are drawn by a seed, so a mutant that once mattered can be made again.
A mutant may still be right; what it must never do is crash a check.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

Lines = list[list[str]]


def mutants(content: bytes, seed: int, number: int) -> Iterator[tuple[str, bytes]]:
    """Give that many mutants of a file written with the usual delimiters, each with the name of its edit."""
    rng = random.Random(seed)
    for _ in range(number):
        edit = rng.choice(EDITS)
        lines = [line.split("*") for line in content.decode("ascii").strip("~").split("~")]
        edit(lines, rng)
        text = "~".join("*".join(line) for line in lines) + "~"
        yield edit.__name__, text.encode("latin-1")


def _inner(lines: Lines, rng: random.Random) -> int:
    """A segment that is not the ISA."""
    return rng.randrange(1, len(lines))


def leave_out_a_segment(lines: Lines, rng: random.Random) -> None:
    del lines[_inner(lines, rng)]


def say_a_segment_twice(lines: Lines, rng: random.Random) -> None:
    at = _inner(lines, rng)
    lines.insert(at, list(lines[at]))


def swap_two_segments(lines: Lines, rng: random.Random) -> None:
    at = rng.randrange(1, len(lines) - 1)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def move_a_segment(lines: Lines, rng: random.Random) -> None:
    lines.insert(_inner(lines, rng), lines.pop(_inner(lines, rng)))


def empty_an_element(lines: Lines, rng: random.Random) -> None:
    line = lines[_inner(lines, rng)]
    if len(line) > 1:
        line[rng.randrange(1, len(line))] = ""


def append_an_element(lines: Lines, rng: random.Random) -> None:
    lines[_inner(lines, rng)].append(rng.choice(["", "X", "1", "20240101"]))


def replace_an_element(lines: Lines, rng: random.Random) -> None:
    line = lines[_inner(lines, rng)]
    if len(line) > 1:
        line[rng.randrange(1, len(line))] = rng.choice(REPLACEMENTS)


def take_an_element_from_elsewhere(lines: Lines, rng: random.Random) -> None:
    line, other = lines[_inner(lines, rng)], lines[_inner(lines, rng)]
    if len(line) > 1 and len(other) > 1:
        line[rng.randrange(1, len(line))] = rng.choice(other[1:])


def lengthen_an_element(lines: Lines, rng: random.Random) -> None:
    line = lines[_inner(lines, rng)]
    if len(line) > 1:
        line[rng.randrange(1, len(line))] += rng.choice(["0", "9" * 30, "X" * 80, " "])


def change_a_letter(lines: Lines, rng: random.Random) -> None:
    line = lines[_inner(lines, rng)]
    at = rng.randrange(len(line))
    if line[at]:
        where = rng.randrange(len(line[at]))
        line[at] = line[at][:where] + rng.choice("09AZz -.:^'é\t") + line[at][where + 1 :]


EDITS: tuple[Callable[[Lines, random.Random], None], ...] = (
    leave_out_a_segment, say_a_segment_twice, swap_two_segments, move_a_segment, empty_an_element, append_an_element,
    replace_an_element, take_an_element_from_elsewhere, lengthen_an_element, change_a_letter,
)  # fmt: skip

REPLACEMENTS = (
    "", "0", "00", "X", "XX", "QQQ", "Y", "N", "18", "19", "021", "024", "030", "348", "349", "D8", "RD8", "34", "ZZ",
    "20240230", "20241301", "2024", "20240101-20231231", "20240101-20240131", "1:2", "A^B", "1.5", "1.", ".5", "-1",
    "1e5", "12.345", "JANE", " JANE", "JANE ", "9999999999", "ID", "83702", "8370", "HLT", "DEN",
)  # fmt: skip
