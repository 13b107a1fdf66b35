"""The annotated 834 as one self-contained page: it asks nothing of any server, and works opened from disk.

The segments travel once, as text, with the guide's words beside them in a small dictionary; the page names and decodes
only what it shows, so that a file of 100,000 segments stays under 10 MB. What is masked is masked before it gets here.
Form and behaviour of the page are the templates' in ``pages/``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from edi834.model import Severity
from edi834.report.annotated import Annotated, Block, Row
from edi834.report.judged_report import shown_number
from edi834.x12 import GUIDE_005010X220A1, ElementDef, SegmentDef
from edi834.x12.guide import CODE_NAMES

__all__ = ["Words", "annotated_page", "environment", "findings_of", "script_text"]

_KINDS = ("envelope", "header", "family")
_REPORTED = ("added", "changed", "ended")
_MOST_OF_ONE_CODE = 200
_DATE_OR_PERIOD = "1251"


def annotated_page(annotated: Annotated, remedy: Callable[[str], str], *, reason: str = "") -> bytes:
    """Draw the page.

    Args:
      annotated: The file.
      remedy: What to do about a code.
      reason: Why values are revealed, where they are.
    """
    template = environment().get_template("annotated.html.j2")
    text = template.render(
        name=annotated.name,
        digest=annotated.digest,
        revealed=annotated.revealed,
        reason=reason,
        verdict=annotated.judgement.verdict,
        counts=annotated.judgement.counts,
        families=sum(block.kind == "family" for block in annotated.blocks),
        envelopes=_envelopes(annotated),
        marks=_marks(annotated),
        ours=annotated.ours,
        facts=script_text(_facts(annotated, remedy)),
    )
    return text.encode("utf-8")


@cache
def environment() -> Environment:
    return Environment(
        loader=PackageLoader("edi834.report", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def _envelopes(annotated: Annotated) -> list[dict[str, Any]]:
    """Who sent what to whom, one entry an interchange; the first ten."""
    return [
        {"usage": one.reported.header.usage, "number": one.reported.header.control_number,
         "sender": one.reported.header.sender_id, "receiver": one.reported.header.receiver_id,
         "versions": sorted({group.version for group, _ in one.reported.groups})}
        for one in annotated.judgement.interchanges[:10]
    ]  # fmt: skip


def _marks(annotated: Annotated) -> str:
    marks = annotated.marks
    ends = {"": "no line ends", "\n": "a line each (LF)", "\r\n": "a line each (CRLF)"}[marks.newline]
    return f"{' '.join(repr(mark)[1:-1] for mark in marks.characters)}  {ends}"


def script_text(facts: dict[str, Any]) -> str:
    """JSON that may stand inside of a script element: nothing in it can end the element."""
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _facts(annotated: Annotated, remedy: Callable[[str], str]) -> dict[str, Any]:
    words = Words()
    at = [words.number_of(row) for row in annotated.rows]
    marks = annotated.marks
    return {
        "marks": [marks.element, marks.component, marks.repetition, marks.segment],
        "raw": [row.raw for row in annotated.rows],
        "at": at,
        "defs": words.definitions,
        "codes": words.codes,
        "loops": {loop: one.name for loop, one in GUIDE_005010X220A1.loops.items()},
        "blocks": [_block(block) for block in annotated.blocks],
        "from": annotated.ours.origins if annotated.ours else {},
        **findings_of(annotated, remedy),
    }


def _block(block: Block) -> list[Any]:
    reported = [name in block.reported for name in _REPORTED]
    bits = sum(1 << n for n, yes in enumerate(reported) if yes)
    kin = [[one.first, one.last, one.name, one.relationship, one.action] for one in block.kin]
    return [_KINDS.index(block.kind), block.title, block.first, block.last, bits, kin]


def findings_of(annotated: Annotated, remedy: Callable[[str], str]) -> dict[str, Any]:
    order = list(Severity)
    seen: dict[str, int] = {}
    shown = []
    for found in annotated.judgement.findings:
        seen[found.code] = seen.get(found.code, 0) + 1
        if seen[found.code] <= _MOST_OF_ONE_CODE:
            shown.append(
                [found.number, order.index(found.severity), found.code, found.message, found.path, found.snip,
                 shown_number(found.set_number), found.position]
            )  # fmt: skip
    return {
        "found": shown,
        "more": {
            code: n - _MOST_OF_ONE_CODE for code, n in annotated.judgement.by_code.items() if n > _MOST_OF_ONE_CODE
        },
        "help": {code: remedy(code) for code in seen},
    }


class Words:
    """The guide's words for the segments of one file, each said once."""

    def __init__(self) -> None:
        self.definitions: list[list[Any]] = []
        self.codes: dict[str, dict[str, str]] = {}
        self._numbers: dict[tuple[str, str, SegmentDef | None], int] = {}

    def number_of(self, row: Row) -> int:
        """Which of the definitions says what a row is."""
        key = row.loop, row.id, row.definition
        if key not in self._numbers:
            self._numbers[key] = len(self.definitions)
            elements = [self._element(one) for one in row.definition.elements] if row.definition else []
            self.definitions.append([row.loop, row.id, row.definition.name if row.definition else "", elements])
        return self._numbers[key]

    def _element(self, place: ElementDef) -> list[Any]:
        """Name, key of its codes, 1 for a date or 2 for a date or period, whether it repeats, and its components."""
        key = place.number if place.number in CODE_NAMES else ""
        if key:
            self.codes[key] = dict(CODE_NAMES[key])
        kind = 1 if place.type == "DT" else 2 if place.number == _DATE_OR_PERIOD else 0
        components = [self._element(one) for one in place.components]
        return [place.name, key, kind, int(place.max_repeat > 1), components]
