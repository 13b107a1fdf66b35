"""The implementation guides the engine can write and read, as data, and how they are looked up.

A guide is chosen by what an envelope says of itself: version (GS08), kind of group (GS01) and transaction set (ST01).
The tree of a guide is in `envelope.py` and the files it names; a new version is a new tree and one line in `GUIDES`.
What a guide cannot say in data (situations, totals, plausibility) is checked in `edi834/check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from edi834.errors import ConfigurationError
from edi834.x12.guide.code_names import CODE_NAMES, CODE_SETS
from edi834.x12.guide.definition import ElementDef, LoopDef, SegmentDef, SyntaxNote
from edi834.x12.guide.envelope import INTERCHANGE, VERSION
from edi834.x12.guide.languages import is_language

__all__ = [
    "CODE_NAMES",
    "CODE_SETS",
    "GUIDES",
    "GUIDE_005010X220A1",
    "ElementDef",
    "Guide",
    "LoopDef",
    "SegmentDef",
    "SyntaxNote",
    "guide_for",
    "is_language",
]


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """One implementation guide."""

    version: str  # GS08 and ST03: 005010X220A1
    functional_id: str  # GS01: BE
    transaction_set: str  # ST01: 834
    interchange: LoopDef  # ISA_LOOP, the whole tree
    loops: Mapping[str, LoopDef]  # every loop by identifier, in the order of sending
    parents: Mapping[str, str]  # identifier of a loop -> that of the loop it stands in; '' for ISA_LOOP

    @classmethod
    def of(cls, interchange: LoopDef, version: str, functional_id: str, transaction_set: str) -> Guide:
        """Index a tree of loops; every loop identifier stands once in it."""
        loops = {loop.id: loop for loop in interchange.walk()}
        parents = {interchange.id: ""}
        for loop in interchange.walk():
            parents.update({inner.id: loop.id for inner in loop.loops()})
        if len(loops) != sum(1 for _ in interchange.walk()):
            raise ValueError(f"guide {version} has two loops of the same identifier")
        return cls(
            version, functional_id, transaction_set, interchange, MappingProxyType(loops), MappingProxyType(parents)
        )

    def loop(self, id: str) -> LoopDef:
        """The loop of an identifier; `ConfigurationError` E834-0401 where the guide has none."""
        try:
            return self.loops[id]
        except KeyError:
            raise ConfigurationError(f"guide {self.version} has no loop {id}", code="E834-0401") from None

    @property
    def body(self) -> LoopDef:
        """ST_LOOP: what one transaction set holds."""
        return self.loops["ST_LOOP"]

    def ancestry(self, id: str) -> tuple[str, ...]:
        """The loop identifiers from the transaction set down to a loop, both included."""
        chain = [id]
        while self.parents.get(chain[-1]) and chain[-1] != "ST_LOOP":
            chain.append(self.parents[chain[-1]])
        return tuple(reversed(chain))


GUIDE_005010X220A1 = Guide.of(INTERCHANGE, VERSION, "BE", "834")

GUIDES: Mapping[tuple[str, str, str], Guide] = MappingProxyType(
    {
        ("005010X220A1", "BE", "834"): GUIDE_005010X220A1,
    }
)
"""Every guide known, by (GS08, GS01, ST01)."""


def guide_for(version: str, functional_id: str = "BE", transaction_set: str = "834") -> Guide:
    """The guide an envelope names; `ConfigurationError` E834-0401 where it is none we know."""
    try:
        return GUIDES[version, functional_id, transaction_set]
    except KeyError:
        known = ", ".join("/".join(key) for key in GUIDES)
        message = f"no implementation guide for {version}/{functional_id}/{transaction_set}; known: {known}"
        raise ConfigurationError(message, code="E834-0401") from None
