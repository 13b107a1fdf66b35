"""A draft as TOML: what it was made from, its envelope, and each line with how sure it is.

What could not be said stands as a comment at its place, so that a person finds it with the companion guide in hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from edi834.draft.reading import ReadSample
from edi834.mapping.document import FileScope

__all__ = ["Line", "mapping_text", "segment_of"]

_SEGMENT = re.compile(r"^(.*?/[A-Z][A-Z0-9]{1,2}(?:\[[A-Z0-9]+\])?)")


def segment_of(address: str) -> str:
    """The address of the segment that an element stands in."""
    found = _SEGMENT.match(address)
    return found[1] if found else address


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a draft.

    Attributes:
      address: The address in the guide; of a category, the address within it.
      source: The expression; '' sends nothing, None says nothing and is for a person to say.
      sure: How sure it is, in words.
      tables: The code tables it needs, each with its entries.
      kind: ``base``, ``field``, ``table``, ``code``, ``nothing`` or ``unsaid``.
      category: The reporting category it belongs to.
      items: Of a list of expressions each, with how sure it is; none where it is one expression.
    """

    address: str
    source: str | None
    sure: str
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    kind: str = "field"
    category: str = ""
    items: tuple[tuple[str, str], ...] = ()

    @property
    def segment(self) -> str:
        """The address of its segment."""
        return segment_of(self.address)

    def at(self, address: str) -> Line:
        """The same at another address."""
        return replace(self, address=address)

    def of_category(self, name: str, address: str) -> Line:
        """The same in a reporting category."""
        return replace(self, category=name, address=address)

    def unsaid(self, why: str) -> Line:
        """The same, left to a person."""
        return replace(self, source=None, sure=f"could not stand ({why})", kind="unsaid", tables={}, items=())


def mapping_text(
    name: str,
    sample: ReadSample,
    settings: Mapping[str, object],
    lines: Sequence[Line],
    *,
    has_snapshot: bool,
    guide: int = 0,
) -> tuple[str, Mapping[int, Line]]:
    """Write the draft.

    Returns:
      The text, and which line of the text each line of the draft stands in.
    """
    written: list[str] = []
    places: dict[int, Line] = {}
    head = _head(name, sample, has_snapshot=has_snapshot, guide=guide)
    for text, line in _rows(head, sample, settings, lines):
        written.append(text)
        if line is not None:
            places[len(written)] = line
    return "\n".join(written) + "\n", places


def _rows(
    head: Iterable[str], sample: ReadSample, settings: Mapping[str, object], lines: Sequence[Line]
) -> Iterator[tuple[str, Line | None]]:
    for text in (*head, "", 'extends = "x12_834_5010"', "", "[envelope]"):
        yield text, None
    for key, value in settings.items():
        yield f"{key} = {json.dumps(value)}", None
    yield "", None
    yield "[set]", None
    for line in (line for line in lines if not line.category):
        yield from _written(line)
    for category in dict.fromkeys(line.category for line in lines if line.category):
        yield "", None
        yield f"[categories.{json.dumps(category)}]", None
        for line in (line for line in lines if line.category == category):
            yield from _written(line)
    for table, entries in ((table, entries) for line in lines for table, entries in line.tables.items()):
        yield "", None
        yield f"[tables.{table}]", None
        yield from ((f"{json.dumps(key)} = {json.dumps(code)}", None) for key, code in entries.items())
    holds = _sets(sample)
    if holds:
        for text in (
            "",
            "[rules]",
            f'transaction_sets = "{holds}"                # sure: so are the sample\'s sets cut',
        ):
            yield text, None


def _written(line: Line) -> Iterator[tuple[str, Line]]:
    address = json.dumps(line.address)
    if line.source is None:
        yield f"# {line.address}  {line.sure}", line
    elif line.items:
        yield f"{address} = [    # {line.sure}", line
        yield from ((f"  {json.dumps(item, ensure_ascii=False)},    # {sure}", line) for item, sure in line.items)
        yield "]", line
    else:
        value = json.dumps(line.source, ensure_ascii=False) if line.source else "false"
        yield f"{address} = {value}    # {line.sure}", line


def _head(name: str, sample: ReadSample, *, has_snapshot: bool, guide: int) -> Iterator[str]:
    matched = sum(person.is_known for person in sample.people)
    yield f"# A draft, made from {name}: {len(sample.people)} people in {len(sample.sets)} transaction sets."
    if has_snapshot:
        yield f"# {matched} of them were found in the snapshot; fields were chosen by what it holds of them."
    else:
        yield "# No snapshot was given: a place is taken to hold what it usually holds. Name one with --snapshot."
    if guide:
        yield f"# The companion guide's {guide} rows were held against it: what both cannot be true of ends with ask."
    yield "# Read each line beside the companion guide: sure, likely and a guess say how far the sample bears it out."
    if sample.scope is not FileScope.CHANGES:
        yield f'# The sample states everyone: the feed needs mode = "{sample.scope}".'
    if sample.is_cut:
        yield f"# The sample is longer; its first {len(sample.people)} people were looked at."


def _sets(sample: ReadSample) -> str:
    if len(sample.sets) < 2:
        return ""
    if all(size == 1 for size in sample.sets):
        return "member"
    return "family" if len(sample.families) == len(sample.sets) else ""
