"""The right files that mutants are made of, and any others that a person points at.

``EDI834_CORPUS`` names files and folders, divided as PATH is; whatever begins with ISA in them is compared as it
stands, and with one edit where it has the usual delimiters.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from edi834.x12 import write
from tests.check.mutants import mutants
from tests.x12.builders import HEADER, header, interchange, transaction_set
from tests.x12.shapes import SHAPES

HERE = Path(__file__).parent
OURS = (HERE.parent / "check" / "fixtures" / "pass", HERE.parents[1] / "samples", HERE.parent / "scenarios")
OCTOBER = replace(HEADER, date=date(2024, 10, 1))


@cache
def right_files() -> dict[str, bytes]:
    """Every right 834 of the tests and samples, by name, in one order."""
    files = {f"on the occasion of {name}": shape_file(name) for name in SHAPES}
    for folder in OURS:
        files |= {str(path.relative_to(HERE.parents[1])): content for path, content in _interchanges(folder)}
    return files


def shape_file(occasion: str) -> bytes:
    """A file that tells of one usual occasion."""
    head = header("2", "REF*38*MASTER1", "DTP*007*D8*20241001")
    reported = interchange(transaction_set(*SHAPES[occasion], head=head))
    ((group, sets),) = reported.groups
    return write(replace(reported, header=OCTOBER, groups=((replace(group, date=OCTOBER.date), sets),))).text


@cache
def given_files() -> dict[str, bytes]:
    """The files of a corpus that somebody points at."""
    named = [Path(one) for one in os.environ.get("EDI834_CORPUS", "").split(os.pathsep) if one]
    missing = [str(path) for path in named if not path.exists()]
    assert not missing, f"EDI834_CORPUS names what is not there: {missing}"
    return {str(path): content for one in named for path, content in _interchanges(one)}


def mutants_of(files: dict[str, bytes], number: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """That many one-edit mutants, drawn evenly over the files, each named by its file and edit."""
    usual = [(name, content) for name, content in files.items() if _has_usual_marks(content)]
    draw = random.Random(seed)
    for n in range(number):
        name, content = usual[draw.randrange(len(usual))]
        for edit, mutant in mutants(content.replace(b"~\r\n", b"~").replace(b"~\n", b"~"), draw.getrandbits(32), 1):
            yield f"{name}: {edit} ({seed}/{n})", mutant


def _has_usual_marks(content: bytes) -> bool:
    return content.isascii() and content[3:4] == b"*" and content[105:106] == b"~"


def _interchanges(path: Path) -> Iterator[tuple[Path, bytes]]:
    inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    for one in inside:
        content = one.read_bytes()
        if content.startswith(b"ISA"):
            yield one, content
