"""What was reported before: the same names, with the values of people and spans as the carrier last heard them.

An expression read with them gives the previous value of its element. What is done now (``change``) was not done then,
so it stands as for somebody of whom nothing changes.
"""

from __future__ import annotations

from edi834.book.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.grants import ReleasedCoverage, ReleasedMember
from edi834.mapping.language import Scope
from edi834.mapping.scopes import Counts, Surroundings, coverage_scopes
from edi834.model import MemberRef

__all__ = ["Earlier"]

_TELLING = ("member.", "subscriber.", "coverage.", "span.begin", "span.end")
_OF_A_SPAN = ("coverage.", "span.")


class Earlier:
    """One family as it was last reported."""

    def __init__(self, around: Surroundings, family: FamilyStatement) -> None:
        self._around = around
        self._family = family
        before = family.reported.members if family.reported is not None else ()
        self._reported: dict[str, ReleasedMember | None] = {str(one.ref.member_id): one for one in before}
        self._reported |= {str(one.member.ref.member_id): one.reported for one in family.members}
        self._spans = {id(c.coverage.values): c for one in family.members for c in one.coverages}

    def span_of(self, seen: Scope) -> CoverageStatement | None:
        """What is reported of the span that is seen; None above spans, and where nothing is reported of it."""
        return self._spans.get(id(seen.coverage)) if seen.span else None

    def scope(self, seen: Scope, about: MemberRef, names: frozenset[str]) -> Scope | None:
        """What an expression of these names would have seen when the person was last reported.

        Args:
          seen: What it sees now.
          about: Whose segment or record it stands in.
          names: The names it reads.

        Returns:
          The scope; None where the person, or the span, was never reported, or where nothing about anybody is named.
        """
        reported = self._reported.get(str(seen.member.get("member_id") or about.member_id))
        if reported is None or self._family.reported is None or not any(name.startswith(_TELLING) for name in names):
            return None
        known = self._known(reported, seen) if seen.span else next(iter(reported.coverages), None)
        if known is None and any(name.startswith(_OF_A_SPAN) for name in names):
            return None
        spans = () if known is None else (CoverageStatement(Action.AUDIT, known, None, known.begin, known.end),)
        standing = MemberStatement(Action.AUDIT, None, reported, None, None, spans, ())
        whole = FamilyStatement((standing,), self._family.reported, None)
        file = self._around.file_scope(self._family.target.ref.group_id, Counts())
        scope = self._around.member_scope(file, whole, standing)
        return next((inner for _, inner in coverage_scopes(scope, standing)), scope) if seen.span else scope

    def _known(self, reported: ReleasedMember, seen: Scope) -> ReleasedCoverage | None:
        """The span as it was reported; where nothing is reported of it now, that of the same benefit and first day."""
        span = self._spans.get(id(seen.coverage))
        if span is not None and span.reported is not None:
            return span.reported
        key = (seen.coverage.get("benefit"), seen.coverage.get("effective_date"))
        return next((one for one in reported.coverages if (one.benefit, one.begin) == key), None)
