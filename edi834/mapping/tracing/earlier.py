"""What was told before: the same names, with the values of people and spans as the carrier last heard them.

An expression read with them gives the previous value of its element. What is done now (``change``) was not done then,
so it stands as for somebody of whom nothing changes.
"""

from __future__ import annotations

from edi834.change.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.mapping.language import Scope
from edi834.mapping.scopes import Counts, Surroundings, coverage_scopes
from edi834.model import MemberRef
from edi834.release import ReleasedCoverage, ReleasedMember

__all__ = ["Earlier"]

_TELLING = ("member.", "subscriber.", "coverage.", "span.begin", "span.end")
_OF_A_SPAN = ("coverage.", "span.")


class Earlier:
    """One family as it was last told."""

    def __init__(self, around: Surroundings, family: FamilyStatement) -> None:
        self._around = around
        self._family = family
        before = family.told.members if family.told is not None else ()
        self._told: dict[str, ReleasedMember | None] = {str(one.ref.member_id): one for one in before}
        self._told |= {str(one.member.ref.member_id): one.told for one in family.members}
        self._spans = {id(c.coverage.values): c for one in family.members for c in one.coverages}

    def span_of(self, seen: Scope) -> CoverageStatement | None:
        """What is told of the span that is seen; None above spans, and of one of which nothing is told."""
        return self._spans.get(id(seen.coverage)) if seen.span else None

    def scope(self, seen: Scope, about: MemberRef, names: frozenset[str]) -> Scope | None:
        """What an expression of these names would have seen when the person was last told.

        Args:
          seen: What it sees now.
          about: Whose segment or record it stands in.
          names: The names it reads.

        Returns:
          The scope; None where the person, or the span, was never told, or where nothing about anybody is named.
        """
        told = self._told.get(str(seen.member.get("member_id") or about.member_id))
        if told is None or self._family.told is None or not any(name.startswith(_TELLING) for name in names):
            return None
        known = self._known(told, seen) if seen.span else next(iter(told.coverages), None)
        if known is None and any(name.startswith(_OF_A_SPAN) for name in names):
            return None
        spans = () if known is None else (CoverageStatement(Action.AUDIT, known, None, known.begin, known.end),)
        standing = MemberStatement(Action.AUDIT, None, told, None, None, spans, ())
        whole = FamilyStatement((standing,), self._family.told, None)
        file = self._around.file_scope(self._family.target.ref.group_id, Counts())
        scope = self._around.member_scope(file, whole, standing)
        return next((inner for _, inner in coverage_scopes(scope, standing)), scope) if seen.span else scope

    def _known(self, told: ReleasedMember, seen: Scope) -> ReleasedCoverage | None:
        """The span as it was told; where nothing is told of it now, the one of the same benefit and first day."""
        span = self._spans.get(id(seen.coverage))
        if span is not None and span.told is not None:
            return span.told
        key = (seen.coverage.get("benefit"), seen.coverage.get("effective_date"))
        return next((one for one in told.coverages if (one.benefit, one.begin) == key), None)
