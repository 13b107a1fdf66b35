"""Addresses in the guide: `2000/REF[1L]02`, `2000/INS06-1`, `2100A/PER`, `2310`.

The grammar is loop, segment with the qualifier that tells its uses apart, two-digit element, component.
An address is first parsed, then resolved against a guide; what is wrong is a `ConfigurationError`,
whose remedy says what was probably meant.
What is assigned to an address is the mapping's; whether the result is complete is checked in `edi834/check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import NoReturn

from edi834.errors import ConfigurationError
from edi834.x12.guide import Guide
from edi834.x12.guide.definition import ElementDef, LoopDef, SegmentDef

_LOOP = re.compile(r"[0-9]{4}[A-Z]?|[A-Z]{2,3}_LOOP|HEADER")
_SEGMENT = re.compile(r"([A-Z][A-Z0-9]{1,2})(?:\[([A-Z0-9]+)\])?(?:([0-9]{2})(?:-([0-9]{1,2}))?)?")

ADDRESS = rf"^(?:{_LOOP.pattern})(?:/(?:{_LOOP.pattern}))*(?:/{_SEGMENT.pattern})?$"
"""The grammar of an address as one pattern, for those who check a text before they ask the guide."""
IN_A_LOOP = rf"^{_SEGMENT.pattern}$"
"""The same for an address whose loop is known."""


@dataclass(frozen=True, slots=True, order=True)
class Path:
    """One address. Only `loop` is always reported; the others narrow it down."""

    loop: str  # identifier in the guide: 2000, 2100A, HEADER
    segment: str = ""  # identifier: REF
    qualifier: str = ""  # code of the segment's first element: 1L
    element: int = 0  # position in the segment, from 1; 0 means the whole segment
    component: int = 0  # position in the composite, from 1; 0 means the whole element

    def __str__(self) -> str:
        text = self.loop
        if self.segment:
            text += f"/{self.segment}"
        if self.qualifier:
            text += f"[{self.qualifier}]"
        if self.element:
            text += f"{self.element:02}"
        if self.component:
            text += f"-{self.component}"
        return text

    @classmethod
    def parse(cls, text: str) -> Path:
        """Read an address; outer loops may stand before the loop (`2000/2300/HD04`) and are dropped.

        Raises `ConfigurationError` E834-0402 for a text that is not an address.
        """
        *loops, last = text.split("/")
        if _LOOP.fullmatch(last):
            loops, last = [*loops, last], ""
        segment = _SEGMENT.fullmatch(last) if last else None
        if not loops or not all(map(_LOOP.fullmatch, loops)) or (last and segment is None):
            raise _wrong(f"{text!r} is not an address in the guide", "E834-0402", _repaired(text))
        if segment is None:
            return cls(loops[-1])
        id, qualifier, element, component = segment.groups()
        path = cls(loops[-1], id, qualifier or "", int(element or 0), int(component or 0))
        if element == "00" or (component is not None and path.component == 0):
            raise _wrong(f"{text!r}: elements and components are counted from 1", "E834-0402")
        return path


@dataclass(frozen=True, slots=True)
class Resolved:
    """An address with what the guide says there; None for what the address does not go down to."""

    path: Path
    loop: LoopDef
    segment: SegmentDef | None = None
    element: ElementDef | None = None
    component: ElementDef | None = None

    @property
    def target(self) -> LoopDef | SegmentDef | ElementDef:
        """The innermost definition the address names."""
        return self.component or self.element or self.segment or self.loop

    @property
    def name(self) -> str:
        """What stands there, in business words."""
        return self.target.name

    @property
    def is_used(self) -> bool:
        """False where the guide never sends what the address names."""
        return self.target.usage != "N"


def resolve(path: Path | str, guide: Guide) -> Resolved:
    """Find an address in a guide.

    Raises `ConfigurationError`: E834-0403 no such loop, -0404 no such segment there, -0405 several uses and no
    qualifier, -0406 no such qualifier, -0407 no such element, -0408 no such component.
    """
    path = Path.parse(path) if isinstance(path, str) else path
    loop = guide.loops.get(path.loop)
    if loop is None:
        _refuse_loop(path, guide)
    if not path.segment:
        return Resolved(path, loop)
    segment = _segment(path, loop, guide)
    if not path.element:
        return Resolved(path, loop, segment)
    element = segment.element(path.element)
    if element is None:
        last = Path(path.loop, path.segment, path.qualifier, len(segment.elements))
        message = f"{path}: {path.segment} ends with element {len(segment.elements):02}"
        raise _wrong(message, "E834-0407", (str(last),))
    if not path.component:
        return Resolved(path, loop, segment, element)
    if path.component > len(element.components):
        held = f"has {len(element.components)} components" if element.components else "has no components"
        whole = Path(path.loop, path.segment, path.qualifier, path.element)
        raise _wrong(f"{path}: {element.ref} {held}", "E834-0408", (str(whole),))
    return Resolved(path, loop, segment, element, element.components[path.component - 1])


def every_path(guide: Guide) -> Iterator[Resolved]:
    """Every element and component the guide's transaction set uses, in the order of sending, one address each.

    A segment told apart by one of several codes appears once, by its first code where it must be told apart.
    """
    for loop in guide.body.walk():
        for segment in loop.segments():
            twins = sum(1 for other in loop.segments() if other.id == segment.id)
            qualifier = segment.qualifiers[0] if twins > 1 else ""
            for element in (element for element in segment.elements if element.usage != "N"):
                path = Path(loop.id, segment.id, qualifier, element.position)
                if not element.components:
                    yield Resolved(path, loop, segment, element)
                for part in (part for part in element.components if part.usage != "N"):
                    inner = Path(loop.id, segment.id, qualifier, element.position, part.position)
                    yield Resolved(inner, loop, segment, element, part)


def _segment(path: Path, loop: LoopDef, guide: Guide) -> SegmentDef:
    uses = [segment for segment in loop.segments() if segment.id == path.segment]
    if not uses:
        _refuse_segment(path, loop, guide)
    if not path.qualifier and len(uses) == 1:
        return uses[0]
    if not path.qualifier:
        reported = tuple(str(replace(path, qualifier=use.qualifiers[0])) for use in uses)
        message = f"{path}: loop {loop.id} has {len(uses)} uses of {path.segment}; say which by its qualifier"
        raise _wrong(message, "E834-0405", reported)
    found = next((use for use in uses if path.qualifier in use.qualifiers), None)
    if found is None:
        codes = [code for use in uses for code in use.qualifiers]
        near = tuple(str(replace(path, qualifier=code)) for code in _near(path.qualifier, codes))
        message = f"{path}: {path.segment} in loop {loop.id} has no qualifier {path.qualifier}"
        message += f"; it has {' '.join(codes)}" if codes else ""
        raise _wrong(message, "E834-0406", near)
    return found


def _refuse_loop(path: Path, guide: Guide) -> NoReturn:
    holding = [id for id, loop in guide.loops.items() if any(s.id == path.segment for s in loop.segments())]
    near = tuple(str(replace(path, loop=id)) for id in _near(path.loop, holding or list(guide.loops)))
    raise _wrong(f"the guide has no loop {path.loop}", "E834-0403", near)


def _refuse_segment(path: Path, loop: LoopDef, guide: Guide) -> NoReturn:
    message = f"{path}: loop {loop.id} has no segment {path.segment}"
    elsewhere = [other.id for other in guide.body.walk() if any(s.id == path.segment for s in other.segments())]
    if elsewhere:
        near = [str(replace(path, loop=id)) for id in _near(path.loop, elsewhere, cutoff=0.0)]
    elif (short := re.fullmatch(r"([A-Z][A-Z0-9]{1,2}?)([1-9])", path.segment)) and not path.element:
        near = [str(replace(path, segment=short[1], element=int(short[2])))]
    else:
        near = [str(replace(path, segment=id)) for id in _near(path.segment, [s.id for s in loop.segments()])]
    raise _wrong(message, "E834-0404", tuple(near))


def _wrong(message: str, code: str, near: tuple[str, ...] = ()) -> ConfigurationError:
    return ConfigurationError(message, code=code, remedy=f"Did you mean {' or '.join(near)}?" if near else None)


def _near(wanted: str, known: list[str], cutoff: float = 0.5) -> list[str]:
    return get_close_matches(wanted, list(dict.fromkeys(known)), n=2, cutoff=cutoff)


def _repaired(text: str) -> tuple[str, ...]:
    """What somebody probably meant by a text that is no address: capitals, one-digit element, dots for slashes."""
    tried = re.sub(r"\s", "", text).upper().replace(".", "/").replace("(", "[").replace(")", "]")
    tried = re.sub(r"(?<![0-9])([1-9])(?=-|$)", r"0\1", tried) if not tried.endswith("]") else tried
    tried = re.sub(r"-0([1-9])$", r"-\1", tried)
    *loops, last = tried.split("/")
    good = bool(loops) and all(map(_LOOP.fullmatch, loops)) and bool(_SEGMENT.fullmatch(last))
    return (tried,) if good and tried != text else ()
