"""Two 834s side by side: families by their subscriber, people within them, segments by loop and qualifier.

What is compared are the texts themselves; what is shown of them is masked like in either file alone, so a masked
element may be marked as different. Order of families and envelope numbers decide nothing.
How it looks is ``beside_lines.py``'s and ``beside_page.py``'s.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from edi834.report.annotated import Annotated, Block, Row
from edi834.x12.reading.tokens import RawSegment

__all__ = ["Standing", "Together", "Twin", "beside"]

_ABOUT_THE_FILE = frozenset(("ISA", "IEA", "GS", "GE", "ST", "SE"))
_MOST_MATCHED = 4_000
_KINDS_AT = {"HD": 3, "INS": 2, "AMT": 1, "COB": 1, "DTP": 1, "LUI": 1, "N1": 1, "NM1": 1, "PER": 1, "PLA": 1, "QTY": 1,
             "REF": 1}  # fmt: skip
"""Where a segment says which of its kind it is: a coverage by its insurance line, a person by the relationship."""


class Standing(StrEnum):
    """How a part of the two files stands."""

    SAME = "same"
    DIFFERENT = "different"
    FIRST = "only in the first"
    SECOND = "only in the second"


@dataclass(frozen=True, slots=True)
class Twin:
    """A segment beside its like.

    Attributes:
      first, second: The segments; None where one file has no such segment.
      different: The positions of the elements that differ; empty where one of the two is missing.
    """

    first: Row | None
    second: Row | None
    different: tuple[int, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether both say the same."""
        return self.first is not None and self.second is not None and not self.different


@dataclass(frozen=True, slots=True)
class Together:
    """A family, or a stretch around families, beside its like.

    Attributes:
      title: What it is, as the first file that has it calls it.
      kind: ``family``, ``header`` or ``envelope``.
      standing: Whether both have it, and say the same.
      twins: Its segments, in order.
    """

    title: str
    kind: str
    standing: Standing
    twins: tuple[Twin, ...]


def beside(first: Annotated, second: Annotated) -> tuple[Together, ...]:
    """Align two files."""
    return tuple(_together(_Side(first), _Side(second)))


class _Side:
    """One of the two files: its blocks, and its segments as they stand."""

    def __init__(self, annotated: Annotated) -> None:
        self.rows, self.blocks = annotated.rows, annotated.blocks
        self.raw: dict[int, RawSegment] = {}
        for one in annotated.judgement.interchanges:
            self.raw[one.raw.isa.number] = one.raw.isa
            self.raw.update((segment.number, segment) for segment in one.raw.segments)

    def keyed(self) -> dict[tuple[str, ...], list[Block]]:
        """The blocks by what they are; several of one kind in the order of the file."""
        found: dict[tuple[str, ...], list[Block]] = defaultdict(list)
        for block in self.blocks:
            found[self._key(block)].append(block)
        return found

    def _key(self, block: Block) -> tuple[str, ...]:
        if block.kind != "family":
            return (block.kind,)
        segments = (self.raw[row.number] for row in reversed(self.of(block)))
        reported = {one.text(1): one.text(2) for one in segments if one.id == "REF"}
        return ("family", reported.get("0F", ""), reported.get("1L", ""))

    def of(self, block: Block) -> Sequence[Row]:
        """The segments of a block."""
        return self.rows[block.first - 1 : block.last]

    def keys(self, rows: Iterable[Row]) -> list[tuple[str, ...]]:
        """What each segment is: its person, loop, identifier and qualifier."""
        keys: list[tuple[str, ...]] = []
        person: tuple[str, ...] = ()
        heading = ""
        for row in rows:
            raw = self.raw[row.number]
            if raw.id == "INS":
                person, heading = (raw.text(1), raw.text(2), raw.text(17)), ""
            elif raw.id in ("HD", "LX", "DSB"):
                heading = raw.id + raw.text(_KINDS_AT.get(raw.id, 1))
            own = raw.text(_KINDS_AT[raw.id]) if raw.id in _KINDS_AT else ""
            keys.append((*person, row.loop, heading if row.loop[:2] in ("22", "23") else "", raw.id, own))
        return keys


def _together(first: _Side, second: _Side) -> Iterator[Together]:
    left, right = first.keyed(), second.keyed()
    places: dict[int, tuple[Block, Block | None]] = {}
    rest: list[Block] = []
    for key, blocks in left.items():
        others = right.get(key, [])
        for n, block in enumerate(blocks):
            places[block.first] = (block, others[n] if n < len(others) else None)
    for key, blocks in right.items():
        rest += blocks[len(left.get(key, ())) :]
    for number in sorted(places):
        block, other = places[number]
        right_rows = second.of(other) if other else ()
        yield _pair(block, first.of(block), first, right_rows, second, has_other=other is not None)
    for block in sorted(rest, key=lambda one: one.first):
        twins = tuple(Twin(None, row) for row in second.of(block))
        yield Together(block.title, block.kind, Standing.SECOND, twins)


def _pair(
    block: Block, left: Sequence[Row], first: _Side, right: Sequence[Row], second: _Side, *, has_other: bool
) -> Together:
    if not has_other:
        return Together(block.title, block.kind, Standing.FIRST, tuple(Twin(row, None) for row in left))
    twins = tuple(_twins(left, first, right, second))
    standing = Standing.SAME if all(twin.is_same for twin in twins) else Standing.DIFFERENT
    return Together(block.title, block.kind, standing, twins)


def _twins(left: Sequence[Row], first: _Side, right: Sequence[Row], second: _Side) -> Iterator[Twin]:
    ours, theirs = first.keys(left), second.keys(right)
    if len(ours) * len(theirs) > _MOST_MATCHED**2:
        codes = [("equal", 0, len(ours), 0, len(theirs))] if ours == theirs else [
            ("replace", 0, len(ours), 0, len(theirs))
        ]  # fmt: skip
    else:
        codes = [tuple(code) for code in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()]  # type: ignore[misc]
    for word, a, b, c, d in codes:
        if word == "equal":
            for row, other in zip(left[a:b], right[c:d], strict=True):
                yield Twin(row, other, tuple(_differing(first.raw[row.number], second.raw[other.number])))
            continue
        yield from (Twin(row, None) for row in left[a:b])
        yield from (Twin(None, row) for row in right[c:d])


def _differing(one: RawSegment, other: RawSegment) -> Iterator[int]:
    """The elements that differ; of the envelope, whose numbers and hours are each file's own, none is asked."""
    if one.id not in _ABOUT_THE_FILE:
        for n in range(1, max(len(one.elements), len(other.elements)) + 1):
            if one.text(n) != other.text(n):
                yield n
