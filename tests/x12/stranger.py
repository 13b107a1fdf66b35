"""pyx12, a stranger: its map of the guide as plain facts, and its verdict on bytes.

The map is read from pyx12's own file, not through its classes, so that nothing of pyx12's reading is believed.
Its verdict is the value it returns; charset E is the extended set.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import pyx12.params
import pyx12.x12n_document
from pyx12.dataele import DataElements

logging.getLogger("pyx12").setLevel(logging.CRITICAL)


# Where its lists of states and countries differ from ours, and why ours are right.
STATES = {
    "NF": "Newfoundland before 2002, now NL",
    "PQ": "Quebec before 1992, now QC",
    "NL": "Newfoundland and Labrador since 2002",
    "NU": "Nunavut since 1999",
    "QC": "Quebec since 1992",
    "PW": "Palau, served by the postal service",
    "UM": "the minor outlying islands",
}
COUNTRIES = {
    **dict.fromkeys(("AN", "TP", "YU"), "no longer a country's code in ISO 3166-1"),
    **dict.fromkeys(("AX", "BL", "BQ", "CW", "GG", "IM", "JE"), "newer in ISO 3166-1"),
    **dict.fromkeys(("ME", "MF", "RS", "SS", "SX", "TL"), "newer in ISO 3166-1"),
}


@dataclass(frozen=True)
class Facts:
    """What a map says, by address: of loops, of segments, of elements."""

    loops: dict[str, tuple[Any, ...]]
    segments: dict[str, tuple[Any, ...]]
    elements: dict[str, tuple[Any, ...]]


def accepts(content: bytes) -> bool:
    """Whether pyx12 finds nothing wrong with an interchange."""
    return _verdict(content)[0]


def complaints(content: bytes) -> str:
    """The acknowledgment pyx12 would send, for a person who looks at a failure."""
    return _verdict(content)[1]


def _verdict(content: bytes) -> tuple[bool, str]:
    params = pyx12.params.params()
    params.set("charset", "E")
    answer = io.StringIO()
    source = io.StringIO(content.decode("ascii"))
    return bool(pyx12.x12n_document.x12n_document(params, source, answer, None)), answer.getvalue()


def map_facts() -> Facts:
    """pyx12's map of 005010X220A1."""
    root = ET.fromstring(files("pyx12").joinpath("map", "834.5010.X220.A1.xml").read_bytes())
    facts = Facts({}, {}, {})
    for loop in root.iter("loop"):
        id = str(loop.get("xid"))
        facts.loops[id] = (loop.findtext("usage"), _bound(loop.findtext("repeat")), int(loop.findtext("pos") or 0))
        for segment in loop.findall("segment"):
            address = _address(id, segment)
            facts.segments[address] = (
                segment.findtext("usage"),
                _bound(segment.findtext("max_use")),
                int(segment.findtext("pos") or 0),
                tuple(sorted(note.text or "" for note in segment.findall("syntax"))),
            )
            facts.elements.update(_elements(address, segment))
    return facts


def external_codes(name: str) -> frozenset[str]:
    """A list of codes that pyx12 keeps for the map."""
    root = ET.fromstring(files("pyx12").joinpath("map", "codes.xml").read_bytes())
    (codeset,) = (one for one in root.iter("codeset") if one.findtext("id") == name)
    return frozenset(code.text or "" for code in codeset.iter("code"))


def _address(loop: str, segment: ET.Element) -> str:
    first = segment.find("element")
    codes = [] if first is None else first.findall("valid_codes/code")
    qualified = first is not None and first.findtext("usage") == "R" and codes
    return f"{loop}/{segment.get('xid')}" + (f"[{min(code.text or '' for code in codes)}]" if qualified else "")


def _elements(address: str, segment: ET.Element) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for element in segment:
        if element.tag == "element":
            yield f"{address}{int(element.findtext('seq') or 0):02}", _element(element)
        elif element.tag == "composite":
            at = f"{address}{int(element.findtext('seq') or 0):02}"
            yield at, (element.findtext("usage"), element.findtext("data_ele"), _repeat(element))
            for part in element.findall("element"):
                yield f"{at}-{int(part.findtext('seq') or 0)}", _element(part)


def _element(element: ET.Element) -> tuple[Any, ...]:
    number = str(element.findtext("data_ele"))
    kind = _DATA_ELEMENTS.dataele[number]
    codes = element.find("valid_codes")
    return (
        element.findtext("usage"),
        number,
        kind["data_type"],
        kind["min_len"],
        kind["max_len"],
        frozenset(code.text for code in element.findall("valid_codes/code")),
        "" if codes is None else codes.get("external", ""),
        _repeat(element),
    )


def _repeat(element: ET.Element) -> int:
    return int(element.findtext("repeat") or 1)


def _bound(text: str | None) -> int | None:
    return None if text == ">1" else int(text or 0)


_DATA_ELEMENTS = DataElements()
