"""What a mapping makes of people: segments or records, each element with what it is and where it came from.

Values are masked unless the caller was told to reveal them; constants and codes that say what is done are always
shown. Rows of a snapshot are named by file and line, never by what stands in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edi834.book import Dialect
from edi834.errors import Place
from edi834.mapping.tracing import Origin, TracedElement, TracedFamily, TracedSegment
from edi834.model import FieldPath, MemberRef, masked
from edi834.report.page import page

__all__ = [
    "ShownElement",
    "ShownMember",
    "ShownSegment",
    "preview_events",
    "preview_lines",
    "preview_page",
    "shown",
    "where",
]

RowsOf = Mapping[MemberRef, Mapping[str, tuple[Place, ...]]]
"""By person, the rows in which they stand, by table."""

_TABLES = {
    "member": "members",
    "subscriber": "members",
    "coverage": "coverages",
    "span": "coverages",
    "other_insurance": "other_insurance",
}
_FIELDS = {"subscriber": "member"}
_SPANS = {"begin": "effective_date", "end": "end_date"}


@dataclass(frozen=True, slots=True)
class ShownElement:
    """One element as it may be seen.

    Attributes:
      address, name: Where it stands, and what it is.
      value: Its value, masked where it must be.
      meaning: What a code means.
      source: The expression, or how it is implied.
      place: Where the expression is written.
      tables: The code tables that were looked up.
      rows: The rows of the snapshot that its fields stood in, with the column.
      rules: The feed's rules that had a say in it.
      before: What was reported there before, masked where it must be; '' where nobody was reported.
    """

    address: str
    name: str
    value: str
    meaning: str
    source: str
    place: str
    tables: tuple[str, ...]
    rows: tuple[str, ...]
    rules: tuple[str, ...]
    before: str = ""


@dataclass(frozen=True, slots=True)
class ShownSegment:
    """One segment or record as it may be seen."""

    id: str
    name: str
    loop: str
    elements: tuple[ShownElement, ...]


@dataclass(frozen=True, slots=True)
class ShownMember:
    """One person's part; for what stands around the people, ``ref`` says so."""

    ref: str
    segments: tuple[ShownSegment, ...]


def shown(
    header: Sequence[TracedSegment], families: Sequence[TracedFamily], rows: RowsOf, rules: Dialect, *, reveal: bool
) -> tuple[ShownMember, ...]:
    """Make what may be seen of a trace."""
    view = _View(rows, rules, reveal)
    around = tuple(view.segment(segment, None) for segment in header)
    people = [
        ShownMember(str(member.ref), tuple(view.segment(s, member.ref) for s in member.segments))
        for family in families
        for member in family.members
    ]
    return (*((ShownMember("around the people", around),) if around else ()), *people)


def preview_lines(members: Sequence[ShownMember]) -> Iterator[str]:
    """Give it as lines for a person."""
    for member in members:
        yield member.ref
        loop = None
        for segment in member.segments:
            if segment.loop and segment.loop != loop:
                loop = segment.loop
                yield f"  {loop}"
            yield f"    {segment.id}  {segment.name}".rstrip()
            for one in segment.elements:
                meaning = f" ({one.meaning})" if one.meaning else ""
                yield f"      {one.address:<18} {one.value + meaning:<26} {one.name}"
                origin = [one.source, one.place, *one.tables, *one.rows, *one.rules, one.before]
                yield f"      {'':<18} ← {'   '.join(filter(None, origin))}"


def preview_events(members: Sequence[ShownMember]) -> Iterator[dict[str, Any]]:
    """Give it as facts, one segment a JSON line."""
    for member in members:
        for segment in member.segments:
            yield {
                "member": member.ref,
                "segment": segment.id,
                "name": segment.name,
                "loop": segment.loop or None,
                "elements": [
                    {"address": e.address, "name": e.name, "value": e.value, "meaning": e.meaning or None,
                     "source": e.source, "where": e.place or None, "tables": list(e.tables),
                     "rows": list(e.rows), "rules": list(e.rules), "before": e.before or None}
                    for e in segment.elements
                ],
            }  # fmt: skip


def preview_page(
    feed: str, facts: Mapping[str, str], members: Sequence[ShownMember], *, reveal: bool, is_next: bool = False
) -> str:
    """Give it as an HTML page."""
    return page("preview.html", feed=feed, facts=facts, members=members, reveal=reveal, is_next=is_next)


@dataclass(frozen=True, slots=True)
class _View:
    """Who looks, and what else is known of what is looked at."""

    rows: RowsOf
    rules: Dialect
    reveal: bool

    def segment(self, segment: TracedSegment, ref: MemberRef | None) -> ShownSegment:
        """One segment as it may be seen."""
        elements = tuple(self._element(one, ref) for one in segment.elements)
        return ShownSegment(segment.id, segment.name, segment.loop, elements)

    def _element(self, one: TracedElement, ref: MemberRef | None) -> ShownElement:
        origin, is_seen = one.origin, self.reveal or one.origin.is_open
        given = [f"row {where(place)}" for place in one.table_rows] if is_seen else []
        return ShownElement(
            address=one.address,
            name=one.name,
            value=one.value if is_seen else masked(one.value),
            meaning=one.meaning if is_seen else "",
            source=origin.source,
            place=where(origin.place),
            tables=(*(f"table {name} {where(place)}".rstrip() for name, place in origin.tables), *given),
            rows=tuple(_rows_of(origin, ref, self.rows)) if ref is not None else (),
            rules=tuple(f"rule {rule} = {getattr(self.rules, rule)}" for rule in one.rules),
            before=_before(one, is_seen=is_seen),
        )


def _before(one: TracedElement, *, is_seen: bool) -> str:
    if one.before is None:
        return ""
    if one.before == one.value:
        return "reported before: the same"
    return f"reported before: {(one.before if is_seen else masked(one.before)) or 'nothing'}"


def where(place: Place | None) -> str:
    """A place without the name of what stands there: who reads this knows it."""
    return str(replace(place, name=None)) if place else ""


def _rows_of(origin: Origin, ref: MemberRef, rows: RowsOf) -> Iterator[str]:
    leader = MemberRef(ref.group_id, ref.subscriber_id, ref.subscriber_id)
    for name in sorted(origin.names):
        root, _, column = name.partition(".")
        if root == "span" and column not in _SPANS:
            continue
        if root != "span" and FieldPath(f"{_FIELDS.get(root, root)}.{column}") not in origin.uses:
            continue  # it is derived, and stands in no column
        person = leader if root == "subscriber" else ref
        places = rows.get(person, {}).get(_TABLES.get(root, ""), ())
        lines = ",".join(str(place.line) for place in places if place.line is not None)
        if places:
            column = _SPANS.get(column, column) if root == "span" else column
            yield f"{places[0].path}{':' if lines else ''}{lines} {column}"
