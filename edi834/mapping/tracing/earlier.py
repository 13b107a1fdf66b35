"""What was told before: the same names, with the values of the person and spans as the carrier last heard them.

An expression read with them gives the previous value of its element. What is done now (``change``) was not done then,
so it stands as for somebody of whom nothing changes.
"""

from __future__ import annotations

from dataclasses import replace

from edi834.change.statement import Action, CoverageStatement, FamilyStatement, MemberStatement
from edi834.mapping.language import Scope
from edi834.mapping.scopes import Counts, Surroundings, coverage_scopes
from edi834.release import ReleasedCoverage, ReleasedMember

__all__ = ["earlier_scope", "is_told"]

_TELLING = ("member.", "subscriber.", "coverage.", "span.begin", "span.end")
_OF_A_SPAN = ("coverage.", "span.")


def is_told(names: frozenset[str]) -> bool:
    """Whether these names tell something of somebody, so that it may have been told otherwise before.

    The others say what is done, and who sends to whom.
    """
    return any(name.startswith(_TELLING) for name in names)


def earlier_scope(
    around: Surroundings,
    family: FamilyStatement,
    statement: MemberStatement,
    span: CoverageStatement | None,
    names: frozenset[str],
) -> Scope | None:
    """What an expression of these names would have seen when the person was last told.

    Returns:
      The scope; None where the person, or the span, was never told, or where nothing about anybody is named.
    """
    told = statement.told
    if told is None or family.told is None or not is_told(names):
        return None
    about_span = any(name.startswith(_OF_A_SPAN) for name in names)
    known = _known(told, span) if span is not None else next(iter(told.coverages), None)
    if about_span and known is None:
        return None
    spans = () if known is None else (CoverageStatement(Action.AUDIT, known, None, known.begin, known.end),)
    standing = replace(
        statement, action=Action.AUDIT, reason=None, member=told, told=None, effective=None, coverages=spans, events=(),
        as_told=False, covered_from=None, covered_to=None,
    )  # fmt: skip
    whole = FamilyStatement((standing,), family.told, None)
    scope = around.member_scope(around.file_scope(family.target.ref.group_id, Counts()), whole, standing)
    return next((inner for _, inner in coverage_scopes(scope, standing)), scope) if span is not None else scope


def _known(told: ReleasedMember, span: CoverageStatement) -> ReleasedCoverage | None:
    """The span as it was told; where everyone is told again, the one of the same benefit and first day."""
    same = (c for c in told.coverages if (c.benefit, c.begin) == (span.coverage.benefit, span.coverage.begin))
    return span.told or next(same, None)
