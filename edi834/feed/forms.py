"""The forms a file can take: an X12 834, a flat file, a worklist; one way to write and check each.

A form is a compiled mapping with its writer and its check behind one protocol, so that the run need not know which
it is; nothing is written anywhere but in memory.
The writing itself is ``edi834/mapping``'s, the checking ``edi834/check``'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from edi834.book import Dialect, FamilyStatement
from edi834.check import CheckOutcome, check_flat, check_worklist, check_x12
from edi834.check.carrier import CarrierRules
from edi834.check.predicted import differences
from edi834.check.reading_back import (
    places_of_flat,
    places_of_worklist,
    places_of_x12,
    read_back_flat,
    read_back_worklist,
    read_back_x12,
)
from edi834.feed.ledger_port import EnvelopeKey
from edi834.feed.profile import FeedProfile
from edi834.grants import Record
from edi834.mapping import (
    Built,
    CarrierIdentity,
    CompiledMapping,
    CompiledWorklist,
    EnvelopeSettings,
    Expression,
    SetPolicy,
    Surroundings,
    build_x12,
)
from edi834.mapping.document import Document, FileFacts, FileFormat, FileScope
from edi834.mapping.flat_build import build_flat
from edi834.mapping.flat_spec import CompiledFlat
from edi834.mapping.guided.build import DEFAULT_SETS
from edi834.mapping.paper import from_json
from edi834.mapping.worklist_build import build_worklist
from edi834.model import FieldPath, Finding, GroupId

__all__ = ["FlatForm", "Form", "WorklistForm", "X12Form"]


class Form(Protocol):
    """A compiled mapping, able to write and to check."""

    @property
    def format(self) -> FileFormat:
        """How it writes."""

    @property
    def uses(self) -> frozenset[FieldPath]:
        """The fields it uses: what a grant must speak of."""

    @property
    def digest(self) -> str:
        """A digest of everything that decides how it writes."""

    @property
    def shared(self) -> frozenset[str]:
        """The subscriber's fields that it tells with each dependent."""

    @property
    def assigns_codes(self) -> bool:
        """Whether it writes person codes, which are then assigned."""

    def number_key(self, scope: FileScope) -> EnvelopeKey:
        """Whose control numbers its files of that scope take."""

    def build(self, facts: FileFacts, groups: Mapping[GroupId, Record], statements: Sequence[FamilyStatement]) -> Built:
        """Write the statements; the same arguments give the same bytes."""

    def check(self, document: Document) -> CheckOutcome:
        """Check what was written."""

    def predicted(self, document: Document, dialect: Dialect) -> Iterator[Finding]:
        """Where the book that the file leads to would not be the desired one, by person and field."""


@dataclass(frozen=True, slots=True)
class _Surrounded:
    """What every form knows besides its mapping."""

    profile: FeedProfile
    constants: Mapping[str, str]
    invented_people: bool

    def around(self, facts: FileFacts, groups: Mapping[GroupId, Record]) -> Surroundings:
        carrier = self.profile.carrier
        identity = CarrierIdentity(carrier.carrier_id, carrier.name, carrier.tax_id)
        return Surroundings(facts, identity, groups, self.constants, self.invented_people)

    @property
    def own_numbers(self) -> EnvelopeKey:
        """A feed without an X12 envelope counts for itself."""
        return EnvelopeKey("feed", self.profile.feed_id, "carrier", self.profile.carrier.carrier_id)


def _shared(expressions: Iterable[Expression | None]) -> frozenset[str]:
    names = (name for expression in expressions if expression is not None for name in expression.names)
    return frozenset(name.removeprefix("subscriber.") for name in names if name.startswith("subscriber."))


def _writes_codes(expressions: Iterable[Expression | None]) -> bool:
    return any(name.endswith(".person_code") for one in expressions if one is not None for name in one.names)


@dataclass(frozen=True, slots=True)
class X12Form(_Surrounded):
    """An 834."""

    mapping: CompiledMapping
    envelope: EnvelopeSettings
    digest: str
    sets: SetPolicy = DEFAULT_SETS
    full_envelope: EnvelopeSettings | None = None
    checks: CarrierRules | None = None
    format: FileFormat = FileFormat.X12

    @property
    def uses(self) -> frozenset[FieldPath]:
        """As in :class:`Form`."""
        return self.mapping.uses

    @property
    def shared(self) -> frozenset[str]:
        """As in :class:`Form`."""
        fields = (field for segment in self.mapping.member.walk() for field in segment.fields)
        return _shared(field.expression for field in fields)

    @property
    def assigns_codes(self) -> bool:
        """As in :class:`Form`."""
        return _writes_codes(field.expression for segment in self.mapping.member.walk() for field in segment.fields)

    def number_key(self, scope: FileScope) -> EnvelopeKey:
        """ISA05 to ISA08."""
        e = self.envelope_of(scope)
        return EnvelopeKey(e.sender_qualifier, e.sender_id, e.receiver_qualifier, e.receiver_id)

    def build(self, facts: FileFacts, groups: Mapping[GroupId, Record], statements: Sequence[FamilyStatement]) -> Built:
        """As in :class:`Form`."""
        around = self.around(facts, groups)
        policy = replace(self.sets, most=self.profile.members_per_transaction)
        return build_x12(self.mapping, self.envelope_of(facts.scope), around, statements, policy)

    def envelope_of(self, scope: FileScope) -> EnvelopeSettings:
        """The envelope of a file: some carriers want full files from another sender id (eMedNY)."""
        return self.envelope if scope is FileScope.CHANGES else self.full_envelope or self.envelope

    def check(self, document: Document) -> CheckOutcome:
        """As in :class:`Form`."""
        return check_x12(document, invented_people=self.invented_people, carrier=self.checks)

    def predicted(self, document: Document, dialect: Dialect) -> Iterator[Finding]:
        """As in :class:`Form`."""
        people, is_cut = read_back_x12(document, self.mapping), bool(self.mapping.spec.truncate)
        return differences(people, dialect, places_of_x12(self.mapping), may_be_cut=is_cut)


@dataclass(frozen=True, slots=True)
class FlatForm(_Surrounded):
    """A flat file, fixed or delimited."""

    mapping: CompiledFlat
    digest: str
    format: FileFormat = FileFormat.FLAT

    @property
    def uses(self) -> frozenset[FieldPath]:
        """As in :class:`Form`."""
        return self.mapping.uses

    @property
    def shared(self) -> frozenset[str]:
        """As in :class:`Form`."""
        return _shared(e for record in self.mapping.records for e in record.expressions)

    @property
    def assigns_codes(self) -> bool:
        """As in :class:`Form`."""
        return _writes_codes(e for record in self.mapping.records for e in record.expressions)

    def number_key(self, scope: FileScope) -> EnvelopeKey:  # noqa: ARG002 - a feed of its own counts all its files
        """The feed's own."""
        return self.own_numbers

    def build(self, facts: FileFacts, groups: Mapping[GroupId, Record], statements: Sequence[FamilyStatement]) -> Built:
        """As in :class:`Form`."""
        return build_flat(self.mapping, self.around(facts, groups), statements)

    def check(self, document: Document) -> CheckOutcome:
        """As in :class:`Form`."""
        return check_flat(document, self.mapping.layout)

    def predicted(self, document: Document, dialect: Dialect) -> Iterator[Finding]:
        """As in :class:`Form`."""
        return differences(
            read_back_flat(document, self.mapping), dialect, places_of_flat(self.mapping), may_be_cut=True
        )


@dataclass(frozen=True, slots=True)
class WorklistForm(_Surrounded):
    """A worklist for a recipient that takes no files."""

    mapping: CompiledWorklist
    digest: str
    format: FileFormat = FileFormat.WORKLIST

    @property
    def uses(self) -> frozenset[FieldPath]:
        """As in :class:`Form`."""
        return self.mapping.uses

    @property
    def shared(self) -> frozenset[str]:
        """As in :class:`Form`."""
        return _shared(expression for _, expression in self.mapping.shown)

    @property
    def assigns_codes(self) -> bool:
        """As in :class:`Form`."""
        return _writes_codes(expression for _, expression in self.mapping.shown)

    def number_key(self, scope: FileScope) -> EnvelopeKey:  # noqa: ARG002 - a feed of its own counts all its files
        """The feed's own."""
        return self.own_numbers

    def build(self, facts: FileFacts, groups: Mapping[GroupId, Record], statements: Sequence[FamilyStatement]) -> Built:
        """As in :class:`Form`."""
        return build_worklist(self.mapping, self.around(facts, groups), statements)

    def check(self, document: Document) -> CheckOutcome:
        """As in :class:`Form`."""
        return check_worklist(document, lambda content: from_json(content).items)

    def predicted(self, document: Document, dialect: Dialect) -> Iterator[Finding]:
        """As in :class:`Form`."""
        return differences(read_back_worklist(document, self.mapping), dialect, places_of_worklist(self.mapping))
