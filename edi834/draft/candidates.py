"""Expressions that may give what stands at an address, the likelier ones first, and how they are tried.

An expression is tried as it would be written: compiled for its place, evaluated for each person, and spelled as the
element asks. What the base mapping says stands first, then a field, then a code table, then one text for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from edi834.draft.observed import REPEATED
from edi834.draft.usual import MEMBER_FIELDS
from edi834.errors import Place
from edi834.mapping import CodeTable, Expression, compile_expression
from edi834.mapping.guided.compiled import CompiledField
from edi834.mapping.guided.envelope import EnvelopeSettings
from edi834.mapping.guided.fitting import TYPED_DATE, misfits
from edi834.mapping.guided.spelling import Speller
from edi834.mapping.language import Level, Scope, Setting, Several, Unanswered, compile_list, inline_table
from edi834.model import COVERAGE_COLUMNS, MEMBER_COLUMNS, FieldKind
from edi834.x12 import ElementDef

__all__ = ["CODED", "Candidate", "Instance", "Trial", "fields_for", "literals_for"]

CODED = (
    "coverage.plan_code", "coverage.benefit", "coverage.tier", "subscriber.class_code", "subscriber.division",
    "subscriber.location_code", "subscriber.department", "subscriber.union_code", "member.relationship",
    "subscriber.employment_status", "change.action", "change.reason",
)  # fmt: skip
"""Codes of a house's own making, which a code table may turn into the carrier's; none says who somebody is."""

_CONDITIONS = (
    "member.is_subscriber",
    "not member.is_subscriber",
    "not change.ends_member",
    "change.ends_member",
    "change.action in ['add', 'audit']",
    "change.action == 'change'",
    "member.is_subscriber and not change.ends_member",
    "not member.is_subscriber and not change.ends_member",
)
_PERIOD = "coverage.effective_date | period(coverage.end_date)"
_MARKS = (";", ",", "^", "|", " ")
_MOST = 0.8  # of those who have anything there
_CUTS = ("digits", "replace('-', '')", "left(1)")
_OF_TYPE = {
    "DT": frozenset({FieldKind.DATE}),
    "R": frozenset({FieldKind.MONEY, FieldKind.INTEGER}),
    "N0": frozenset({FieldKind.INTEGER}),
    "AN": frozenset({FieldKind.TEXT, FieldKind.CODE}),
    "ID": frozenset({FieldKind.TEXT, FieldKind.CODE}),
}


@dataclass(frozen=True, slots=True)
class Instance:
    """One thing that an expression is tried on: what it sees, and what stands in the sample.

    Attributes:
      scope: What it sees.
      text: What it should give; '' where it may give nothing.
      others: What it may give as well, where several stand at one place.
    """

    scope: Scope = field(repr=False)
    text: str = field(repr=False)
    others: tuple[str, ...] = field(default=(), repr=False)

    def is_given(self, given: str) -> bool:
        """Whether that is what stands there."""
        return _alike(given, self.text) or any(_alike(given, other) for other in self.others)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expression that may stand at an address.

    Attributes:
      source: As it would be written.
      kind: ``base``, ``field``, ``table`` or ``code``.
      tables: The code tables it needs, each with its entries.
      items: Of a list of expressions each; none where it is one expression.
    """

    source: str
    kind: str
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """Where expressions are tried: one address, with everything that stands there.

    Attributes:
      path: The address.
      element: What the guide says of it.
      level: What is being written there.
      envelope: How texts are spelled.
      tables: The code tables there are.
      nth: Which of several things at one place it is, counted from 1.
    """

    path: str
    element: ElementDef
    level: Level
    envelope: EnvelopeSettings
    tables: Mapping[str, CodeTable]
    nth: int = 1

    def compiled(self, candidate: Candidate) -> Expression | None:
        """The candidate, compiled for this address; None where it cannot stand here."""
        if candidate.items:
            items = [(item, Place("draft")) for item in candidate.items]
            listed = compile_list(items, Setting(self.level), self.tables)
            compiled = listed if isinstance(listed, Expression) else None
        elif "lookup(" not in candidate.source:
            compiled = _without_tables(candidate.source, self.level)
        else:
            made = {name: inline_table(name, dict(codes), Place("draft")) for name, codes in candidate.tables.items()}
            tables = {**self.tables, **made}
            found = compile_expression(candidate.source, Setting(self.level), tables)
            compiled = found if isinstance(found, Expression) else None
        return None if compiled is None or misfits(self.path, self.element, compiled) else compiled

    def given(self, expression: Expression, scope: Scope) -> str | None:
        """The text that an expression gives; None where it cannot be written."""
        written = CompiledField(self.path, self.element, self.element.position, 0, expression)
        try:
            value, speller = expression.evaluate(scope), Speller(self.envelope, lambda *_: None)
            several = value.values if isinstance(value, Several) else (value,)
            return REPEATED.join(filter(None, (speller.spell(written, one) for one in several)))
        except Unanswered:
            return None

    def agreement(self, expression: Expression | None, instances: Sequence[Instance]) -> tuple[int, int]:
        """In how many of the things the expression gives what stands there, of those where either has anything."""
        same = counted = 0
        for one in instances:
            given = "" if expression is None else self.given(expression, one.scope)
            if given or one.text:
                counted += 1
                same += given is not None and one.is_given(given)
        return same, counted


def _alike(given: str, text: str) -> bool:
    if given.casefold() == text.casefold():
        return True
    if REPEATED in text and REPEATED not in given:  # one text in each repetition
        return all(_alike(given, part) for part in text.split(REPEATED))
    try:
        return given[:1].isdigit() and text[:1].isdigit() and "." in given + text and float(given) == float(text)
    except ValueError:
        return False


def fields_for(trial: Trial, instances: Sequence[Instance]) -> Iterator[Candidate]:
    """Fields that may be reported at an address: the usual one, then every one of a fitting kind; then code tables."""
    kinds = _OF_TYPE["DT"] if trial.element.number == TYPED_DATE else _OF_TYPE.get(trial.element.type, frozenset())
    names = [f"member.{MEMBER_FIELDS[trial.path]}"] if trial.path in MEMBER_FIELDS else []
    if trial.level in (Level.COVERAGE, Level.OTHER_INSURANCE, Level.MEMBER):
        names += [f"coverage.{n}" for n, c in COVERAGE_COLUMNS.items() if c.kind in kinds]
        if trial.element.number == TYPED_DATE:
            names += [_PERIOD, f"{_PERIOD} | default(coverage.effective_date | date('CCYYMMDD'))"]
        names += [
            f"{who}.{n}" for n, c in MEMBER_COLUMNS.items() if c.kind in kinds for who in ("member", "subscriber")
        ]
        if FieldKind.DATE in kinds:
            names += ["change.effective_date", "change.first_day", "change.last_day"]
            names += ["span.begin", "span.end"] if trial.level is Level.COVERAGE else []
    if any(REPEATED in one.text for one in instances):
        yield from (Candidate(f"{name} | split('{mark}')", "field") for name in names for mark in _MARKS)
    for name in names:
        yield Candidate(name, "field")
    if FieldKind.TEXT in kinds:
        for name in names:
            yield from (Candidate(f"{name} | {end}", "field") for end in _CUTS)
        amounts = [f"coverage.{n}" for n, c in COVERAGE_COLUMNS.items() if c.kind is FieldKind.MONEY]
        yield from (Candidate(f"{name} | money(2)", "field") for name in amounts)
        yield from _tables(trial, instances)


def _tables(trial: Trial, instances: Sequence[Instance]) -> Iterator[Candidate]:
    """Code tables from a field of codes to what stands there, where each code has one text.

    A text that only one family has may say something about it, and goes into no table; a code of the guide's list and
    a plan's own code (HD) say nothing about anybody. A code that so few have is for a person to add.
    """
    names = (*CODED, "span.action") if trial.level is Level.COVERAGE else CODED
    harmless = bool(trial.element.codes) or trial.path.startswith("2300/HD")
    for name in names:
        expression = _without_tables(name, trial.level)
        entries: dict[str, set[str]] = {}
        holders: dict[str, set[object]] = {}
        for one in instances:
            key = expression.evaluate(one.scope) if expression else None
            if isinstance(key, str) and one.text:
                entries.setdefault(key, set()).add(one.text)
                holders.setdefault(key, set()).add(one.scope.subscriber.get("member_id"))
        is_one = all(len(texts) == 1 for texts in entries.values())
        entries = {key: texts for key, texts in entries.items() if harmless or len(holders[key]) > 1}
        if entries and is_one:
            table = f"{trial.path.translate(_PLAIN).lower()}{f'_{trial.nth}' if trial.nth > 1 else ''}_codes"
            codes = {key: next(iter(texts)) for key, texts in sorted(entries.items())}
            yield Candidate(f"{name} | lookup('{table}')", "table", {table: {**codes, "*": ""}})


_PLAIN = {ord(mark): "_" for mark in "/[]-"}


@cache
def _without_tables(source: str, level: Level) -> Expression | None:
    """An expression that looks nothing up: the same is tried at many addresses, and compiled once."""
    compiled = compile_expression(source, Setting(level), {})
    return compiled if isinstance(compiled, Expression) else None


def literals_for(base: str | None, instances: Sequence[Instance], *, may_be_literal: bool) -> Iterator[Candidate]:
    """One text for everybody, for everybody of a kind; and the base's own expression for people of a kind."""
    reported = [{one.text, *one.others} - {""} for one in instances if one.text or one.others]
    shared = [
        text
        for text in sorted(set().union(*reported))
        if sum(text in texts for texts in reported) >= _MOST * len(reported)
    ]
    for text in shared if may_be_literal else ():
        parts = list(dict.fromkeys(text.split(REPEATED)))
        if len(parts) > 1:
            items = tuple(map(_quoted, text.split(REPEATED)))
            yield Candidate(f"[{', '.join(items)}]", "code", items=items)
        else:
            yield Candidate(_quoted(parts[0]), "code")
            yield from (Candidate(f"{_quoted(parts[0])} if {condition}", "code") for condition in _CONDITIONS)
    if base:
        yield from (Candidate(f"({base}) if {condition}", "base") for condition in _CONDITIONS)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
