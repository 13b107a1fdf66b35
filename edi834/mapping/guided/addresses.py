"""Which assignment stands at which address, once the layers of a mapping are laid over each other.

A later layer's entry replaces an earlier one's at the same address; ``false`` at an address takes away everything that
earlier layers say there and below, so a carrier may take a segment away and write it anew.
Addresses are the guide's (``edi834/x12/path.py``); what is assigned to them is compiled in ``compile.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edi834.errors import ConfigurationError
from edi834.mapping.spec import Assignment, MappingSpec
from edi834.model import Finding, Severity
from edi834.x12.guide import Guide, SegmentDef
from edi834.x12.path import Path, Resolved, resolve

__all__ = ["Placed", "Slot", "covers", "slots_of"]

_SEVERAL_USES = "E834-0405"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """An assignment with what the guide says at its address."""

    assignment: Assignment
    resolved: Resolved

    @property
    def path(self) -> Path:
        """The address."""
        return self.resolved.path

    @property
    def is_repetition(self) -> bool:
        """Whether several values stand at the one element."""
        return self.resolved.element is not None and self.resolved.element.max_repeat > 1


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One segment that a mapping fills: a use of the guide's, of one qualifier where the address names one.

    Attributes:
      loop: The loop's identifier.
      definition: What the guide says of the segment.
      qualifier: The qualifier of its addresses, '' where they name none.
      placed: What is assigned in it, by address.
    """

    loop: str
    definition: SegmentDef
    qualifier: str
    placed: tuple[Placed, ...]

    @property
    def path(self) -> str:
        """The address of the segment."""
        return str(Path(self.loop, self.definition.id, self.qualifier))

    @property
    def count(self) -> int:
        """How many segments it is sent as, as far as that is written: as many as a list of expressions holds."""
        lists = [len(one.assignment.items) for one in self.placed if not one.is_repetition]
        return max((1, *lists))

    @property
    def order(self) -> tuple[int, int]:
        """Its place among the segments of its loop; uses of one definition stand in the order of its codes."""
        codes = self.definition.qualifiers
        return (self.definition.position, codes.index(self.qualifier) if self.qualifier in codes else 0)


def slots_of(
    spec: MappingSpec, assignments: Iterable[Assignment], guide: Guide, prefix: str = ""
) -> tuple[tuple[Slot, ...], tuple[Finding, ...]]:
    """Lay the assignments over each other and gather them by segment.

    Args:
      spec: The mapping they are from.
      assignments: The entries, the base's first.
      guide: The guide.
      prefix: A loop that stands before each address (``2750/`` for reporting categories).

    Returns:
      The slots, and a finding for every address that is none, or that cannot be assigned to.
    """
    standing: dict[Path, Placed] = {}
    findings: list[Finding] = []
    for assignment in assignments:
        try:
            path = Path.parse(prefix + assignment.key)
            resolved = resolve(path, guide)
        except ConfigurationError as error:
            if assignment.source is None and error.code == _SEVERAL_USES:
                _take_away(standing, Path.parse(prefix + assignment.key), assignment, guide)
                continue
            place, remedy = assignment.place, error.remedy
            findings.append(Finding(error.code, Severity.ERROR, error.message, place=place, remedy=remedy))
            continue
        if assignment.source is None:
            _take_away(standing, path, assignment, guide)
            continue
        wrong = _wrong_target(resolved, assignment)
        if wrong is not None:
            findings.append(wrong)
        else:
            standing[path] = Placed(assignment, resolved)
    findings.extend(_wrong_truncations(spec, guide) if not prefix else ())
    slots = _gathered(standing.values())
    findings.extend(_conflicts(slots))
    findings.extend(wrong for slot in slots for wrong in _uneven(slot))
    return slots, tuple(findings)


def _take_away(standing: dict[Path, Placed], removed: Path, assignment: Assignment, guide: Guide) -> None:
    for path, placed in list(standing.items()):
        if placed.assignment.layer < assignment.layer and covers(removed, path, guide):
            del standing[path]


def covers(removed: Path, path: Path, guide: Guide) -> bool:
    """Whether an address stands at or below another."""
    if not removed.segment:
        return removed.loop in guide.ancestry(path.loop)
    return (
        removed.loop == path.loop
        and removed.segment == path.segment
        and removed.qualifier in ("", path.qualifier)
        and removed.element in (0, path.element)
        and removed.component in (0, path.component)
    )


def _wrong_target(resolved: Resolved, assignment: Assignment) -> Finding | None:
    path = resolved.path
    if resolved.element is None:
        message = f"{path} is no element: only false can be assigned to it"
        return Finding("E834-0618", Severity.ERROR, message, place=assignment.place)
    if resolved.element.components and not path.component:
        message = f"{path} has components: assign to {path}-1 and so on"
        return Finding("E834-0618", Severity.ERROR, message, place=assignment.place)
    if not resolved.is_used:
        message = f"the guide never sends {path} ({resolved.name})"
        return Finding("E834-0612", Severity.ERROR, message, place=assignment.place)
    if path.loop in ("ISA_LOOP", "GS_LOOP", "ST_LOOP"):
        message = f"{path} is the envelope's: it is set in [envelope]"
        return Finding("E834-0612", Severity.ERROR, message, place=assignment.place)
    return None


def _wrong_truncations(spec: MappingSpec, guide: Guide) -> Iterable[Finding]:
    for address, place in spec.truncate:
        try:
            resolve(address, guide)
        except ConfigurationError as error:
            yield Finding(error.code, Severity.ERROR, error.message, place=place, remedy=error.remedy)


def _gathered(placed: Iterable[Placed]) -> tuple[Slot, ...]:
    gathered: dict[tuple[str, int, str], list[Placed]] = {}
    definitions: dict[int, SegmentDef] = {}
    for one in placed:
        definition = one.resolved.segment
        assert definition is not None
        definitions[id(definition)] = definition
        gathered.setdefault((one.path.loop, id(definition), one.path.qualifier), []).append(one)
    return tuple(
        Slot(loop, definitions[key], qualifier, tuple(members)) for (loop, key, qualifier), members in gathered.items()
    )


def _conflicts(slots: tuple[Slot, ...]) -> Iterable[Finding]:
    """More segments of one kind than the guide sends: a plain address beside a qualified one, for the most part."""
    uses: dict[tuple[str, int], list[Slot]] = {}
    for slot in slots:
        uses.setdefault((slot.loop, id(slot.definition)), []).append(slot)
    for several in uses.values():
        most = several[0].definition.max_use
        if most is not None and len(several) > 1 and sum(slot.count for slot in several) > most:
            named = ", ".join(slot.path for slot in several)
            message = f"the guide sends this segment at most {most} times, and the mapping fills {named}"
            yield Finding("E834-0617", Severity.ERROR, message, place=several[-1].placed[0].assignment.place)


def _uneven(slot: Slot) -> Iterable[Finding]:
    """Lists of one segment that do not go together, value by value."""
    lists = [one for one in slot.placed if one.assignment.items and not one.is_repetition]
    for one in lists[1:]:
        if len(one.assignment.items) != len(lists[0].assignment.items):
            counts = f"{len(lists[0].assignment.items)} values and {one.path} {len(one.assignment.items)}"
            message = f"{lists[0].path} lists {counts}: each list of a segment holds one for each time it is sent"
            yield Finding("E834-0625", Severity.ERROR, message, place=one.assignment.place)
