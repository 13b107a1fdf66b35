"""An annotated 834: every segment of a file as it stands, with its place in the guide, and the families it tells of.

Values about people are masked here, before anything is drawn, unless the caller was told to reveal them; only codes
that say what is done, and qualifiers that say what a value is, are shown as they are.
How it looks in a terminal is ``annotated_lines.py``'s, and on a page ``annotated_page.py``'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from edi834.check.judgement import Judgement
from edi834.check.standing import JudgedInterchange, StandingSet
from edi834.model import masked
from edi834.report.provenance import Ours
from edi834.x12 import GUIDE_005010X220A1, Delimiters, Loop, LoopDef, Segment, SegmentDef, TransactionSet, definition_of
from edi834.x12.reading.tokens import RawInterchange, RawSegment

__all__ = ["HIDDEN", "Annotated", "Block", "Kin", "Row", "annotate", "shown_raw"]

HIDDEN = "•••"
"""What stands for a value that is too short to be shown by its first letter."""

_ENVELOPE = {loop: GUIDE_005010X220A1.loops[loop] for loop in ("ISA_LOOP", "GS_LOOP", "ST_LOOP")}
_OF_ENVELOPE = {
    "ISA": "ISA_LOOP",
    "IEA": "ISA_LOOP",
    "GS": "GS_LOOP",
    "GE": "GS_LOOP",
    "ST": "ST_LOOP",
    "SE": "ST_LOOP",
}
_SECRETS = {"ISA": (2, 4)}  # an authorization and a password

_REPORTED_OF_PEOPLE = {
    "AMT": (1,), "COB": (1,), "DMG": (1,), "DTP": (1, 2), "HD": (1, 3, 5), "ICM": (1,), "INS": (1, 2, 3, 4, 5, 7, 8),
    "LE": (1,), "LS": (1,), "LUI": (1,), "LX": (1,), "N1": (1,), "NM1": (1, 2, 8, 10), "PER": (1, 3, 5, 7),
    "PLA": (1, 2), "QTY": (1,), "REF": (1,),
}  # fmt: skip
"""Where, in what is reported of a person, stands what is done or what kind of value follows, and not a value."""

_ACTIONS = {"021": "added", "025": "changed", "001": "changed", "026": "changed", "024": "ended", "002": "ended"}
_PIECE = 250  # segments at most in a block that is no family


@dataclass(frozen=True, slots=True)
class Row:
    """One segment.

    Attributes:
      number: In the file, ISA being 1.
      id: Its identifier; ``?`` where the guide has none of that name.
      loop: Its loop in the guide; "" where it stands outside of every loop.
      definition: What the guide says of it; None where it does not have it there.
      raw: The segment as it stands, without its terminator, masked unless revealed.
    """

    number: int
    id: str
    loop: str
    definition: SegmentDef | None
    raw: str


@dataclass(frozen=True, slots=True)
class Kin:
    """One person of a family: where they stand, who they are to the subscriber, and what is done (INS03)."""

    first: int
    last: int
    name: str
    relationship: str
    action: str


@dataclass(slots=True)
class Block:
    """What belongs together: a family, the header of a set, or a stretch of the envelope.

    Attributes:
      kind: ``family``, ``header`` or ``envelope``.
      title: What it is, masked unless revealed.
      first: The number of its first segment.
      last: That of its last one.
      reported: What is done in it: ``added``, ``changed``, ``ended``.
      kin: The people of a family.
    """

    kind: str
    title: str
    first: int
    last: int
    reported: set[str] = field(default_factory=set)
    kin: list[Kin] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Annotated:
    """A file, ready to be drawn.

    Attributes:
      name: The file's name.
      digest: SHA-256 of its bytes, in hexadecimal.
      revealed: Whether values about people are shown.
      judgement: What was found.
      rows: Every segment, in order.
      blocks: The whole file in blocks, in order.
      ours: Where its elements come from, where the file is ours.
    """

    name: str
    digest: str
    revealed: bool
    judgement: Judgement
    rows: tuple[Row, ...] = field(repr=False)
    blocks: tuple[Block, ...] = field(repr=False)
    ours: Ours | None = None

    @property
    def marks(self) -> Delimiters:
        """The delimiters of the first interchange."""
        found = self.judgement.interchanges
        return found[0].reported.delimiters if found else Delimiters()


def annotate(name: str, digest: str, judgement: Judgement, *, reveal: bool, ours: Ours | None = None) -> Annotated:
    """Annotate a file that was judged; `ours` is what is known of it because it is ours."""
    rows: list[Row] = []
    blocks: list[Block] = []
    families = 0
    for one in judgement.interchanges:
        placed = _placed(one)
        rows += (_row(segment, one.raw, placed.get(segment.number), reveal) for segment in _all(one.raw))
        families = _add_blocks(one, blocks, families, reveal)
    return Annotated(name, digest, reveal, judgement, tuple(rows), tuple(blocks), ours)


def _all(raw: RawInterchange) -> Iterator[RawSegment]:
    yield raw.isa
    yield from raw.segments


# --- the place of each segment ----------------------------------------------------------------------------------------


def _placed(one: JudgedInterchange) -> dict[int, tuple[LoopDef | None, SegmentDef | None]]:
    """Loop and definition of the segments inside of sets, by number."""
    found: dict[int, tuple[LoopDef | None, SegmentDef | None]] = {}
    for _, standing, sets in one.groups():
        for reported, at in zip(sets, standing.sets, strict=True):
            inside = _inside(reported.body)
            for number, (segment, loop) in zip(at.numbers[1:-1], inside, strict=True):
                place = GUIDE_005010X220A1.loops.get(loop) if at.kind == "834" else None
                found[number] = (place, definition_of(segment, place) if place else None)
    return found


def _inside(loop: Loop) -> Iterator[tuple[Segment, str]]:
    for child in loop.children:
        if isinstance(child, Loop):
            yield from _inside(child)
        else:
            yield child, loop.id


def _row(
    raw: RawSegment, interchange: RawInterchange, placed: tuple[LoopDef | None, SegmentDef | None] | None, reveal: bool
) -> Row:
    marks = interchange.delimiters
    if placed is None:
        loop = _OF_ENVELOPE.get(raw.id, "")
        definition = next((one for one in _ENVELOPE[loop].segments() if one.id == raw.id), None) if loop else None
        return _as_row(raw, loop, definition, marks, reveal)
    return _as_row(raw, placed[0].id if placed[0] else "", placed[1], marks, reveal)


def _as_row(raw: RawSegment, loop: str, definition: SegmentDef | None, marks: Delimiters, reveal: bool) -> Row:
    id = raw.id if reveal or raw.id in _known() else "?"
    return Row(raw.number, id, loop, definition, shown_raw(raw, loop, definition, marks, reveal=reveal))


@cache
def _known() -> frozenset[str]:
    return frozenset(one.id for loop in GUIDE_005010X220A1.loops.values() for one in loop.segments())


# --- masking ----------------------------------------------------------------------------------------------------------


def shown_raw(raw: RawSegment, loop: str, definition: SegmentDef | None, marks: Delimiters, *, reveal: bool) -> str:
    """A segment as it stands, without its terminator; what is about a person masked, where it is not revealed."""
    if reveal:
        return marks.element.join((raw.id, *raw.elements))
    id = raw.id if raw.id in _known() else "?"
    return marks.element.join(
        (id, *(_shown(raw, n, text, loop, definition, marks) for n, text in enumerate(raw.elements, start=1)))
    )


def _shown(raw: RawSegment, n: int, text: str, loop: str, definition: SegmentDef | None, marks: Delimiters) -> str:
    if not text.strip():
        return text
    place = definition.element(n) if definition else None
    if place is not None and n not in _SECRETS.get(raw.id, ()):
        if loop not in _about_people():
            return text
        if n in _REPORTED_OF_PEOPLE.get(raw.id, ()) and (
            text in place.codes or (raw.id == "LX" and text.isdigit() and len(text) <= 4)
        ):
            return text
    parts = (
        marks.component.join(_mask(part) for part in one.split(marks.component)) for one in text.split(marks.repetition)
    )
    return marks.repetition.join(parts)


def _mask(text: str) -> str:
    """A value by its first letter, a number of nine digits by its last four; with no character that divides."""
    if not text:
        return ""
    if len(text) <= 3:
        return HIDDEN
    hidden = masked(text)
    return "•••••" + hidden[-4:] if hidden.startswith("***-**-") else (text[0] if text[0].isalnum() else "") + HIDDEN


@cache
def _about_people() -> frozenset[str]:
    """The loops of a member."""
    return frozenset(loop.id for loop in _walk(GUIDE_005010X220A1.loops["2000"]))


def _walk(loop: LoopDef) -> Iterator[LoopDef]:
    yield loop
    for child in loop.children:
        if isinstance(child, LoopDef):
            yield from _walk(child)


# --- what belongs together --------------------------------------------------------------------------------------------


def _add_blocks(one: JudgedInterchange, blocks: list[Block], families: int, reveal: bool) -> int:
    """Add the blocks of an interchange, so that every segment is in one; gives the number of families then."""
    at, last = one.raw.isa.number, one.raw.segments[-1].number if one.raw.segments else one.raw.isa.number
    for _, standing, sets in one.groups():
        for reported, numbers in zip(sets, standing.sets, strict=True):
            _add_stretch(blocks, "envelope", "Envelope", at, numbers.numbers[0])
            at = numbers.numbers[0] + 1
            at, families = _add_set(reported, numbers, blocks, at, families, reveal)
    _add_stretch(blocks, "envelope", "Envelope", at, last)
    return families


def _add_set(
    reported: TransactionSet, standing: StandingSet, blocks: list[Block], at: int, families: int, reveal: bool
) -> tuple[int, int]:
    numbers = iter(standing.numbers[1:-1])
    title = f"Header of set {reported.control_number}" if reported.control_number.isdigit() else "Header of a set"
    before: str | None = None
    for child in reported.body.children:
        segments = [pair[0] for pair in _inside(child)] if isinstance(child, Loop) else [child]
        own = [next(numbers) for _ in segments]
        if not own or not isinstance(child, Loop) or child.id != "2000":
            continue
        ins = next(child.segments("INS"), Segment("INS", ()))
        identifier = next((ref.text(2) for ref in child.segments("REF") if ref.text(1) == "0F"), "")
        if before is None or identifier != before or ins.text(1) == "Y" or own[0] != at:
            _add_stretch(blocks, "header", title, at, own[0] - 1)
            families += 1
            who = (identifier if reveal else _mask(identifier)) or "nobody named"
            blocks.append(Block("family", f"Family {families:,} of {who}", own[0], own[0] - 1))
        before = identifier
        _add_member(blocks[-1], child, ins, own, reveal)
        at = own[-1] + 1
    _add_stretch(blocks, "header", title, at, standing.numbers[-2])
    return max(at, standing.numbers[-2] + 1), families


def _add_member(block: Block, member: Loop, ins: Segment, numbers: list[int], reveal: bool) -> None:
    block.last = numbers[-1]
    actions = [ins.text(3), *(head.text(1) for cover in member.loops("2300") for head in cover.segments("HD"))]
    block.reported |= {_ACTIONS[action] for action in actions if action in _ACTIONS}
    name = next((one for person in member.loops("2100A") for one in person.segments("NM1")), Segment("NM1", ()))
    names = [part if reveal else _mask(part) for part in (name.text(4), name.text(3)) if part]
    relationship = ins.text(2) if ins.text(2) in _codes("INS", 2) else ""
    action = ins.text(3) if ins.text(3) in _codes("INS", 3) else ""
    block.kin.append(Kin(numbers[0], numbers[-1], " ".join(names) or "unnamed", relationship, action))


@cache
def _codes(segment: str, n: int) -> tuple[str, ...]:
    definition = next(one for one in GUIDE_005010X220A1.loops["2000"].segments() if one.id == segment)
    place = definition.element(n)
    return place.codes if place else ()


def _add_stretch(blocks: list[Block], kind: str, title: str, first: int, last: int) -> None:
    """The segments between two families, in pieces that a page can show; or more of the block before."""
    for start in range(first, last + 1, _PIECE):
        blocks.append(Block(kind, title, start, min(start + _PIECE - 1, last)))
