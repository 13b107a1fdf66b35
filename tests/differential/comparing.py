"""What pyx12 says of a file beside what we say of it: each complaint of the stranger, and whether we have it too.

pyx12 gets the very bytes, with its whole lists of codes, so that nothing is smoothed before the two are compared. A
complaint is ours as well where we found an error at the same segment; one about an envelope, where we found an error
in that envelope. What is left is a disagreement, and ``reasons.py`` must know why.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyx12.params
import pyx12.x12n_document

from edi834.check.judge import Found, Judgement, JudgeOptions, judge
from edi834.model import Severity
from tests.x12.strangers_maps import read_maps_once

read_maps_once()
logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
OPTIONS = JudgeOptions(invented_people=True, most_of_one_code=10_000)


@dataclass(frozen=True)
class Complaint:
    """One thing pyx12 refuses.

    Attributes:
      level: ``segment``, ``element``, ``set``, ``group`` or ``interchange``.
      code: Its own code, as IK304, IK403, IK502, AK905 or TA105.
      number: The number of the segment in the file, ISA being 1; 0 where it says none.
      segment: The segment's identifier, or what stands in its place.
      element: Of an element its position; 0 otherwise.
      words: Its message, which may repeat a value: for a person who looks at a failure.
    """

    level: str
    code: str
    number: int
    segment: str
    element: int = 0
    words: str = ""


@dataclass(frozen=True)
class Compared:
    """Both opinions of one file.

    Attributes:
      content: The file.
      ours: What we think of it.
      accepted: Whether pyx12 accepts it.
      complaints: What pyx12 refuses.
      stumbled: The kind of exception that pyx12 ended with; "" where it did not.
    """

    content: bytes
    ours: Judgement
    accepted: bool
    complaints: tuple[Complaint, ...]
    stumbled: str = ""

    @property
    def errors(self) -> list[Found]:
        """Our errors."""
        return [found for found in self.ours.findings if found.severity is Severity.ERROR]

    def unshared(self) -> Iterator[Complaint]:
        """The complaints of pyx12 that we do not have at the same place."""
        places = {found.number for found in self.errors}
        in_envelope = any(found.position in (0, 1) or found.segment in ("ST", "SE", "") for found in self.errors)
        for complaint in self.complaints:
            if complaint.level in ("segment", "element"):
                if complaint.number not in places:
                    yield complaint
            elif not (in_envelope or (complaint.level == "set" and complaint.code == "5" and self.errors)):
                yield complaint

    def text(self, number: int) -> str:
        """The segment of a number, as it stands."""
        lines = self.content.decode("latin-1").split("~")
        return lines[number - 1].strip("\r\n") if 0 < number <= len(lines) else ""


def compare(content: bytes) -> Compared:
    """Ask both."""
    ours = judge(content, OPTIONS)
    params = pyx12.params.ParamsBase()
    params.set("charset", "E")
    answer = io.StringIO()
    try:
        source = io.StringIO(content.decode("ascii"))
        accepted = bool(pyx12.x12n_document.x12n_document(params, source, None, None, fd_json=answer))
    except Exception as error:  # noqa: BLE001 - whatever a stranger stumbles over is what is compared
        return Compared(content, ours, False, (), type(error).__name__)
    said: dict[str, Any] = json.loads(answer.getvalue() or "{}")
    return Compared(content, ours, accepted, () if accepted else tuple(_complaints(said, _starts(content))))


def _starts(content: bytes) -> list[int]:
    """The number of each ST in the file."""
    lines = content.decode("latin-1").split("~")
    return [n for n, line in enumerate(lines, start=1) if line.strip("\r\n").startswith("ST*")]


def _complaints(said: dict[str, Any], starts: list[int]) -> Iterator[Complaint]:
    sets = iter(starts)
    for isa in said.get("interchanges", ()):
        yield from (_of("interchange", one, 1, "ISA") for one in isa["errors"])
        for group in isa["groups"]:
            yield from (_of("group", one, 0, "GS") for one in group["errors"])
            for reported in group["transactions"]:
                first = next(sets, 0)
                yield from (_of("set", one, first, "ST") for one in reported["errors"])
                for segment in reported["segments"]:
                    yield from _of_segment(segment, first)


def _of_segment(segment: dict[str, Any], first: int) -> Iterator[Complaint]:
    number = first + int(segment["seg_count"] or 1) - 1 if first else 0
    name = str(segment["seg_id"])
    yield from (_of("segment", one, number, name) for one in segment["errors"])
    for element in segment["elements"]:
        position = int(element["ele_pos"] or 0)
        yield from (_of("element", one, number, name, position) for one in element["errors"])


def _of(level: str, error: dict[str, Any], number: int, segment: str, element: int = 0) -> Complaint:
    return Complaint(level, str(error["err_cde"]), number, segment, element, str(error.get("err_str", "")))
