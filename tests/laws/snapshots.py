"""A snapshot in memory: families as objects behind the port that columns stand behind in earnest.

Its digests are :func:`edi834.grants.family_digest` over the redacted families, which is what the port promises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from edi834.book import Elsewhere
from edi834.grants import Selection, family_digest, redact
from edi834.model import Family, FamilyRef, Finding, Group, GroupId, MemberRef

__all__ = ["SnapshotInMemory"]


@dataclass(frozen=True)
class SnapshotInMemory:
    """Families on one day; ``held`` may not be reported."""

    as_of: date
    people: tuple[Family, ...]
    groups: Mapping[GroupId, Group]
    held: frozenset[FamilyRef] = frozenset()
    findings: Sequence[Finding] = field(default=())

    @cached_property
    def identity(self) -> str:
        rows = sorted(repr(family) for family in self.people)
        return hashlib.sha256("\n".join((*rows, *map(str, sorted(self.held)))).encode()).hexdigest()

    def quarantined(self, selection: Selection) -> frozenset[FamilyRef]:
        return frozenset(ref for ref in self.held if ref.group_id in selection.fields)

    def digests(self, selection: Selection, key: bytes) -> Mapping[FamilyRef, bytes]:
        return {
            family.ref: family_digest(redact(family, selection.fields[family.ref.group_id]), key)
            for family in self._seen(selection)
        }

    def families(self, selection: Selection, refs: Collection[FamilyRef]) -> Iterator[Family]:
        wanted = set(refs)
        yield from sorted((f for f in self._seen(selection) if f.ref in wanted), key=lambda family: family.ref)

    def elsewhere(self, selection: Selection, refs: Collection[FamilyRef]) -> Elsewhere:
        spans: dict[MemberRef, dict[str, list[tuple[date, date | None]]]] = {}
        for family in self.people:
            for member in family.members if family.ref in refs and family.ref not in self.held else ():
                for span in member.coverages:
                    if span.carrier_id != selection.carrier_id and span.benefit in selection.benefits:
                        of = spans.setdefault(member.member.ref, {}).setdefault(span.benefit, [])
                        of.append((span.effective_date, span.end_date))
        return spans

    def _seen(self, selection: Selection) -> Iterator[Family]:
        for family in self.people:
            if family.ref.group_id not in selection.fields or family.ref in self.held:
                continue
            members = [
                replace(
                    member,
                    coverages=tuple(
                        c
                        for c in member.coverages
                        if c.carrier_id == selection.carrier_id and c.benefit in selection.benefits
                    ),
                )
                for member in family.members
            ]
            reported = tuple(m for m in members if m.coverages or m.member.ref.is_subscriber)
            if any(member.coverages for member in reported):
                yield replace(family, members=reported)
