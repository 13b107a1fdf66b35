"""Lists of expressions: several values for one place, each with where it is written.

``"2000/REF[ZZ]02" = ["member.alternate_id", "member.union_code"]`` sends a segment for each value that is there; at an
element that the guide repeats it sends a repetition. What is sent for each is ``edi834/mapping/guided``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edi834.errors import Place
from edi834.mapping.language import operators
from edi834.mapping.language.expression import Expression, Problem, compile_expression
from edi834.mapping.language.names import Setting
from edi834.mapping.language.tables import CodeTable
from edi834.mapping.language.typed import Refused, Typed
from edi834.model import Finding, Severity

__all__ = ["compile_list"]

_MOST_SOURCE = 20_000


def compile_list(
    sources: Sequence[tuple[str, Place]], setting: Setting, tables: Mapping[str, CodeTable], place: Place | None = None
) -> Expression | Problem:
    """Compile a list of expressions, each with where it is written, to one that gives several values."""
    if sum(len(source) for source, _ in sources) > _MOST_SOURCE:
        message = f"the expressions of a list have at most {_MOST_SOURCE:,} characters together"
        return Finding("E834-0607", Severity.ERROR, message, place=place)
    parts: list[Expression] = []
    for source, at in sources:
        compiled = compile_expression(source, setting, tables, at)
        if isinstance(compiled, Finding):
            return compiled
        parts.append(compiled)
    try:
        typed = operators.listed([_typed(part) for part in parts])
    except Refused as refused:
        return Finding(refused.code, Severity.ERROR, refused.message, place=place, remedy=refused.remedy)
    gaps = frozenset[tuple[str, str, frozenset[str], Place]]().union(*(part.gaps for part in parts))
    doubts = tuple(doubt for part in parts for doubt in part.doubts)
    return Expression(
        f"[{', '.join(source for source, _ in sources)}]", place, typed.kind, typed.uses, typed.names, typed.tables,
        typed.literals, typed.nullable, typed.has_data, typed.evaluate, gaps, doubts, many=True, parts=tuple(parts),
    )  # fmt: skip


def _typed(one: Expression) -> Typed:
    return Typed(
        one.kind, one.evaluate, one.nullable, one.has_data, one.literals, one.names, one.uses, one.tables, many=one.many
    )
