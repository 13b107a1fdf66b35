"""Worklists: what a person is shown of a change, as labels with the old and the new value.

The labels and expressions are the mapping's ``[show]``, in its order; an expression about a span gives a row for each
span reported. Values are as a person reads them: dates in ISO form, money with two decimals.
How rows are laid out on paper is ``edi834/report``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from decimal import Decimal

from edi834.book.statement import FamilyStatement, MemberStatement
from edi834.mapping.guided.compile import mapping_digest
from edi834.mapping.language import Answer, CodeTable, Expression, Level, Scope, Setting, Unanswered, compile_expression
from edi834.mapping.scopes import Counts, Surroundings, coverage_scopes
from edi834.mapping.spec import MappingSpec, code_tables
from edi834.model import FieldPath, Finding, Severity

__all__ = ["ALWAYS_SHOWN", "CompiledWorklist", "WorklistRow", "as_read", "compile_worklist", "worklist_rows"]

ALWAYS_SHOWN: frozenset[FieldPath] = frozenset(
    map(
        FieldPath,
        (
            "group.name",  # whose people these are
            "member.first_name",  # a person is found by name, not by our reference
            "member.last_name",
            "member.event",  # why it is reported, and since when
            "member.event_date",
            "coverage.end_reason",
        ),
    )
)
"""What every worklist shows besides the mapping's labels, and so asks the grant about."""

_SPAN_ROOTS = ("coverage.", "span.")


@dataclass(frozen=True, slots=True)
class CompiledWorklist:
    """A worklist mapping that can be used.

    Attributes:
      spec: The mapping as it is written.
      shown: The expressions by label, in order.
      uses: Every field it reads.
      digest: SHA-256, hexadecimal, of everything in it that can change what is shown.
      tables: Its code tables by name.
    """

    spec: MappingSpec
    shown: tuple[tuple[str, Expression], ...]
    uses: frozenset[FieldPath]
    digest: str
    tables: Mapping[str, CodeTable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One line about one person.

    Attributes:
      label: What it is.
      old: As last reported; None where it was not reported.
      new: As it is to be.
      benefit: The benefit it concerns, where it concerns one.
      finding: Why it cannot be shown, where it cannot.
    """

    label: str
    old: str | None
    new: str | None
    benefit: str | None = None
    finding: Finding | None = None
    seen: Scope | None = field(default=None, repr=False, compare=False)

    @property
    def is_changed(self) -> bool:
        """Whether old and new differ."""
        return self.old != self.new


def compile_worklist(
    spec: MappingSpec, files: Mapping[str, str] | None = None
) -> tuple[CompiledWorklist | None, tuple[Finding, ...]]:
    """Compile the ``[show]`` of a mapping, or say everything that is wrong with it."""
    tables, wrong = code_tables(spec, files or {})
    findings = list(wrong)
    shown: list[tuple[str, Expression]] = []
    setting = Setting(Level.COVERAGE, frozenset(spec.constants))
    for entry in spec.show:
        compiled = compile_expression(entry.source or "", setting, tables, entry.place)
        if isinstance(compiled, Finding):
            findings.append(replace(compiled, message=f"{entry.key}: {compiled.message}"))
        elif compiled.many:
            message = f"{entry.key}: a line shows one text, and the expression gives several"
            remedy = "make one of them: | join(', ')"
            findings.append(Finding("E834-0624", Severity.ERROR, message, place=entry.place, remedy=remedy))
        else:
            shown.append((entry.key, compiled))
    if findings:
        return None, tuple(findings)
    uses = ALWAYS_SHOWN.union(*(expression.uses for _, expression in shown))
    return CompiledWorklist(spec, tuple(shown), uses, mapping_digest(spec, tables), tables), ()


def worklist_rows(
    worklist: CompiledWorklist, around: Surroundings, family: FamilyStatement, statement: MemberStatement
) -> tuple[WorklistRow, ...]:
    """Give what is shown of one member: rows about the person first, then those of each span reported.

    Args:
      worklist: The compiled mapping.
      around: The file's facts, the carrier and the released values of the groups; constants are the mapping's own.
      family: The family reported.
      statement: What is reported of the member.
    """
    around = replace(around, constants=worklist.spec.constants)
    file = around.file_scope(family.target.ref.group_id, Counts())
    scope = around.member_scope(file, family, statement)
    before = replace(scope, member=scope.reported, coverage={}) if statement.reported else None
    rows = [_row(label, shown, before, scope) for label, shown in worklist.shown if not _about_span(shown)]
    for span, inner in coverage_scopes(scope, statement):
        reported = span.reported
        old = None
        if reported is not None:
            earlier: dict[str, Answer] = {"action": str(span.action), "begin": reported.begin, "end": reported.end}
            old = replace(inner, member=scope.reported or scope.member, coverage=reported.values, span=earlier)
        rows.extend(
            _row(label, shown, old, inner, span.coverage.benefit)
            for label, shown in worklist.shown
            if _about_span(shown)
        )
    return tuple(rows)


def _about_span(expression: Expression) -> bool:
    return any(name.startswith(_SPAN_ROOTS) for name in expression.names)


def _row(
    label: str, expression: Expression, before: Scope | None, after: Scope, benefit: str | None = None
) -> WorklistRow:
    try:
        old = None if before is None else _read(expression.evaluate(before))
        return WorklistRow(label, old, _read(expression.evaluate(after)), benefit, seen=after)
    except Unanswered as problem:
        finding = Finding(problem.code, Severity.ERROR, f"{label}: {problem.message}", place=expression.place)
        return WorklistRow(label, None, None, benefit, finding)


def as_read(expression: Expression, scope: Scope) -> str | None:
    """What an expression gives, as a person reads it; None where it gives nothing, or has no answer."""
    try:
        return _read(expression.evaluate(scope))
    except Unanswered:
        return None


def _read(value: Answer) -> str | None:
    """A value as a person reads it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:,.2f}" if value == value.quantize(Decimal("0.01")) else f"{value:,}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)
