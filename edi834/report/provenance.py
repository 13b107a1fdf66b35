"""Where the elements of a file of ours come from: the expression of the feed's mapping, and where that is written.

It is told by address, so that it is the same for everybody in the file and holds nothing about anybody; from which row
of a snapshot a value came is ``preview``'s to say, which has the snapshot.
How it stands on a page is ``annotated_page.py``'s, and in a terminal ``annotated_lines.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from edi834.mapping.guided.compiled import CompiledMapping
from edi834.mapping.tracing import Origin
from edi834.mapping.tracing.written_x12 import field_origin
from edi834.report.preview_report import where

__all__ = ["Ours", "origins_of"]

_MOVED = "PER"
"""Of ways to reach somebody those that are there move up, so that a place in it does not say which one it is."""


@dataclass(frozen=True, slots=True)
class Ours:
    """What is known of a file because it is ours.

    Attributes:
      feed: The feed.
      carrier: Whom it tells.
      mapping: The name of its mapping.
      transmission: The transmission it was sent in; "" where somebody only says that it is of this feed.
      is_changed: Whether the mapping is another one now than when the file was written.
      origins: By segment (``2000/REF[1L]``) and element (``02``), where a value comes from.
    """

    feed: str
    carrier: str
    mapping: str
    transmission: str = ""
    is_changed: bool = False
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    def origin(self, loop: str, id: str, first: str, element: str) -> str:
        """Where an element comes from; "" where the mapping does not say.

        Args:
          loop: The loop of its segment.
          id: The segment's identifier.
          first: Its first element, by which uses of one segment are told apart.
          element: Its place: ``03`` or ``06-1``.
        """
        for path in (f"{loop}/{id}[{first}]", f"{loop}/{id}"):
            if path in self.origins:
                return self.origins[path].get(element, "")
        return ""


def origins_of(mapping: CompiledMapping) -> dict[str, dict[str, str]]:
    """Where each element comes from that a mapping writes."""
    found: dict[str, dict[str, dict[str, None]]] = {}
    for segment in (*mapping.header.walk(), *mapping.member.walk()):
        if segment.definition.id == _MOVED:
            continue
        elements = found.setdefault(segment.path, {})
        for one in segment.fields:
            place = f"{one.position:02}" + (f"-{one.component}" if one.component else "")
            elements.setdefault(place, {})[_words(field_origin(one, mapping.tables))] = None
    return {path: {place: " or ".join(words) for place, words in each.items()} for path, each in found.items()}


def _words(origin: Origin) -> str:
    tables = [f"table {name} {where(place)}".rstrip() for name, place in origin.tables]
    return "  ".join(filter(None, (origin.source, where(origin.place), *tables)))
