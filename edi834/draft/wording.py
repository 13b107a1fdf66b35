"""A draft as TOML: what it was made from, its envelope, and each line with how sure it is.

What could not be said stands as a comment at its place, so that a person finds it with the companion guide in hand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
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
      table, entries: The code table it needs.
      kind: ``base``, ``field``, ``table``, ``code``, ``nothing`` or ``unsaid``.
      category: The reporting category it belongs to.
    """

    address: str
    source: str | None
    sure: str
    table: str = ""
    entries: Mapping[str, str] = field(default_factory=dict)
    kind: str = "field"
    category: str = ""

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
        return replace(self, source=None, sure=f"could not stand ({why})", kind="unsaid", table="", entries={})


def mapping_text(
    name: str, sample: ReadSample, settings: Mapping[str, object], lines: Sequence[Line], *, has_snapshot: bool
) -> tuple[str, Mapping[int, Line]]:
    """Write the draft.

    Returns:
      The text, and which line of the text each line of the draft stands in.
    """
    written: list[str] = []
    places: dict[int, Line] = {}
    for text, line in _rows(name, sample, settings, lines, has_snapshot=has_snapshot):
        written.append(text)
        if line is not None:
            places[len(written)] = line
    return "\n".join(written) + "\n", places


def _rows(
    name: str, sample: ReadSample, settings: Mapping[str, object], lines: Sequence[Line], *, has_snapshot: bool
) -> Iterator[tuple[str, Line | None]]:
    for text in (*_head(name, sample, has_snapshot=has_snapshot), "", 'extends = "x12_834_5010"', "", "[envelope]"):
        yield text, None
    for key, value in settings.items():
        yield f"{key} = {json.dumps(value)}", None
    yield "", None
    yield "[set]", None
    yield from (_row(line) for line in lines if not line.category)
    for category in dict.fromkeys(line.category for line in lines if line.category):
        yield "", None
        yield f"[categories.{json.dumps(category)}]", None
        yield from (_row(line) for line in lines if line.category == category)
    for line in lines:
        if line.table:
            yield "", None
            yield f"[tables.{line.table}]", None
            yield from ((f"{json.dumps(key)} = {json.dumps(code)}", None) for key, code in line.entries.items())
    holds = _sets(sample)
    if holds:
        for text in (
            "",
            "[rules]",
            f'transaction_sets = "{holds}"                # sure: so are the sample\'s sets cut',
        ):
            yield text, None


def _row(line: Line) -> tuple[str, Line]:
    if line.source is None:
        return f"# {line.address}  {line.sure}", line
    value = json.dumps(line.source, ensure_ascii=False) if line.source else "false"
    return f"{json.dumps(line.address)} = {value}    # {line.sure}", line


def _head(name: str, sample: ReadSample, *, has_snapshot: bool) -> Iterator[str]:
    matched = sum(person.is_known for person in sample.people)
    yield f"# A draft, made from {name}: {len(sample.people)} people in {len(sample.sets)} transaction sets."
    if has_snapshot:
        yield f"# {matched} of them were found in the snapshot; fields were chosen by what it holds of them."
    else:
        yield "# No snapshot was given: a place is taken to hold what it usually holds. Name one with --snapshot."
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
