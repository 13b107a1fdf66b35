"""Expressions: Jinja2's expression syntax, parsed by Jinja2's own parser and compiled once to plain closures.

Only what is listed here compiles: names of the catalogue, literals, ``a if b else c``, comparisons, ``and or not in``,
``~``, and the filters. Calls, attributes, indexes, arithmetic and statements are refused when the mapping is loaded,
so hostile text is at worst a diagnostic; length and nesting are bounded before the parser sees it.
What filters do is ``filters.py``; the operators' rules of kinds are ``operators.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, NoReturn

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from edi834.errors import Place
from edi834.mapping.language import operators
from edi834.mapping.language.filters import FILTERS, Filter, Parameter, filtered
from edi834.mapping.language.names import (
    COUNTS,
    Answer,
    Kind,
    Level,
    Scope,
    Setting,
    Several,
    name_at,
    near_names,
)
from edi834.mapping.language.tables import ANY_KEY, CodeTable
from edi834.mapping.language.typed import Refused, Typed, Unanswered
from edi834.model import FieldPath, Finding, Severity, field_at

__all__ = ["Expression", "Problem", "compile_expression"]

_MOST_SOURCE = 2000
_DEEPEST = 30
_ENVIRONMENT = Environment(autoescape=False)  # noqa: S701 - nothing is rendered; only the parser is used
_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_ROOTED = {
    "member", "subscriber", "reported", "family", "change", "coverage", "span", "other_insurance", "group", "file",
    "feed",
}  # fmt: skip

Problem = Finding
"""A diagnostic about a mapping: an error finding with the place in the TOML file."""


@dataclass(frozen=True, slots=True)
class Expression:
    """One compiled expression.

    Attributes:
      source: As it was written.
      place: Where it was written.
      kind: What kind of value it gives.
      uses: The fields it reads.
      names: The names it reads, as written.
      tables: The code tables it looks things up in, with the column.
      literals: The literal and table texts it may give, all of which are known now.
      nullable: Whether it may give None.
      has_data: Whether what it gives may come from a field, a fact or a table; else it only chooses among literals.
      evaluate: Gives its value; raises :class:`Unanswered` where a table does not know a key or a number does not fit.
      gaps: Words of a field's vocabulary that a table lacks: the table, the field, the words, the table's place.
      doubts: Parts of it that are never reached, in words.
      many: Whether it gives several values, each of which is sent.
      parts: Of a list of expressions each, in order; none where it is one expression.
    """

    source: str
    place: Place | None
    kind: Kind
    uses: frozenset[FieldPath]
    names: frozenset[str]
    tables: frozenset[tuple[str, str]]
    literals: frozenset[str]
    nullable: bool
    has_data: bool
    evaluate: Callable[[Scope], Answer]
    gaps: frozenset[tuple[str, str, frozenset[str], Place]] = frozenset()
    doubts: tuple[str, ...] = ()
    many: bool = False
    parts: tuple[Expression, ...] = ()

    @property
    def is_constant(self) -> bool:
        """Whether it is one literal."""
        return not self.names and not self.tables


def compile_expression(
    source: str, setting: Setting, tables: Mapping[str, CodeTable], place: Place | None = None
) -> Expression | Problem:
    """Compile one expression, or say why it cannot be.

    Args:
      source: The text, as it stands in the mapping.
      setting: What it may name.
      tables: The code tables it may look things up in.
      place: Where it stands, for diagnostics.
    """
    try:
        parsed = _parsed(source)
        compiler = _Compiler(setting, tables)
        typed = compiler.compile(parsed, 0)
        if typed.kind is Kind.NOTHING:
            raise Refused("E834-0605", "the expression never gives a value", "write false to send nothing")
    except Refused as refused:
        return Finding(refused.code, Severity.ERROR, refused.message, place=place, remedy=refused.remedy)
    except Unanswered as problem:  # a literal alone is already too long
        return Finding("E834-0607", Severity.ERROR, problem.message, place=place)
    return Expression(
        source, place, typed.kind, typed.uses, typed.names, typed.tables, typed.literals,
        typed.nullable, typed.has_data, typed.evaluate, frozenset(compiler.gaps), tuple(_doubts(parsed)), typed.many,
    )  # fmt: skip


def _doubts(parsed: nodes.Expr) -> Iterator[str]:
    """Parts that are never reached, because what decides about them is a literal."""
    choices = [*parsed.find_all(nodes.CondExpr), *([parsed] if isinstance(parsed, nodes.CondExpr) else [])]
    for test in (choice.test for choice in choices):
        if isinstance(test, nodes.Const):
            yield f"the condition is always {'true' if test.value else 'false'}, so one side of it is never used"
    filters = [*parsed.find_all(nodes.Filter), *([parsed] if isinstance(parsed, nodes.Filter) else [])]
    for found in filters:
        if found.name == "default" and isinstance(found.node, nodes.Const) and found.node.value is not None:
            yield "a literal is always there, so its default is never used"


def _parsed(source: str) -> nodes.Expr:
    if len(source) > _MOST_SOURCE:
        raise Refused("E834-0607", f"an expression has at most {_MOST_SOURCE} characters")
    bare = _QUOTED.sub("''", source)
    if sum(map(bare.count, "([{")) > _DEEPEST:
        raise Refused("E834-0607", f"an expression has at most {_DEEPEST} brackets")
    if re.fullmatch(r"\s*[0-9][0-9A-Za-z_.-]{0,30}\s*", source):
        text = source.strip()
        raise Refused("E834-0601", f"{text} is not a text", f"write a code with quotes inside quotes: \"'{text}'\"")
    try:
        parser = Parser(_ENVIRONMENT, source, state="variable")
        expression = parser.parse_expression()
        if not parser.stream.eos:
            raise Refused("E834-0601", "something follows after the end of the expression")
    except TemplateSyntaxError as error:
        # Jinja2 says what it stumbled over; the source is configuration, so it may be shown.
        raise Refused("E834-0601", f"this is not an expression: {error.message or 'it ends too early'}") from None
    except (RecursionError, ValueError, OverflowError):
        raise Refused("E834-0607", "the expression is nested too deeply or holds a number that is too long") from None
    return expression


class _Compiler:
    """Compiles the nodes of one expression; every node it does not name is refused."""

    def __init__(self, setting: Setting, tables: Mapping[str, CodeTable]) -> None:
        self.gaps: list[tuple[str, str, frozenset[str], Place]] = []
        self._setting = setting
        self._tables = tables
        self._allowed: Mapping[type[nodes.Node], Callable[[Any, int], Typed]] = {
            nodes.Const: lambda node, _: operators.literal(node.value),
            nodes.Name: lambda node, _: self._name(node),
            nodes.Getattr: lambda node, _: self._name(node),
            nodes.CondExpr: self._choice,
            nodes.And: lambda node, depth: operators.both(
                self.compile(node.left, depth), self.compile(node.right, depth)
            ),
            nodes.Or: lambda node, depth: operators.either(
                self.compile(node.left, depth), self.compile(node.right, depth)
            ),
            nodes.Not: lambda node, depth: operators.negated(self.compile(node.node, depth)),
            nodes.Concat: lambda node, depth: operators.joined([self.compile(n, depth) for n in node.nodes], ""),
            nodes.Compare: self._comparison,
            nodes.Test: self._test,
            nodes.Filter: self._filter,
        }

    def compile(self, node: nodes.Node, depth: int) -> Typed:
        """Compile one node and what it holds."""
        if depth > _DEEPEST:
            raise Refused("E834-0607", f"an expression is nested at most {_DEEPEST} deep")
        allowed = self._allowed.get(type(node))
        if allowed is None:
            _refuse_node(node)
        return allowed(node, depth + 1)

    def _choice(self, node: nodes.CondExpr, depth: int) -> Typed:
        otherwise = operators.NOTHING if node.expr2 is None else self.compile(node.expr2, depth)
        return operators.choose(self.compile(node.test, depth), self.compile(node.expr1, depth), otherwise)

    def _name(self, node: nodes.Name | nodes.Getattr) -> Typed:
        dotted = _dotted(node)
        name = name_at(dotted, self._setting)
        root, _, key = dotted.partition(".")
        if name is None:
            self._refuse_name(dotted)
        if root not in self._setting.level.roots or (dotted in COUNTS and self._setting.level is not Level.FILE):
            message = f"{dotted} has no value here: this is written for {self._setting.level}"
            raise Refused("E834-0611", message)
        return Typed(
            name.kind,
            operators.reader(root, key),
            nullable=name.nullable,
            has_data=True,
            names=frozenset({dotted}),
            uses=name.uses,
            words=name.words,
            speakable=name.speakable,
        )

    def _refuse_name(self, dotted: str) -> NoReturn:
        near = near_names(dotted, self._setting)
        if "." not in dotted and dotted not in _ROOTED:
            remedy = f"a text is written with quotes inside quotes: \"'{dotted}'\""
        elif near:
            remedy = f"did you mean {' or '.join(near)}?"
        elif dotted.startswith("feed."):
            remedy = f"add {dotted.removeprefix('feed.')} to [constants]"
        else:
            remedy = None
        raise Refused("E834-0602", f"there is no name {dotted}", remedy)

    def _comparison(self, node: nodes.Compare, depth: int) -> Typed:
        if len(node.ops) != 1:
            raise Refused("E834-0603", "comparisons are not chained", "write them with 'and'")
        operation = node.ops[0]
        left = self.compile(node.expr, depth)
        if operation.op in ("in", "notin"):
            if not isinstance(operation.expr, nodes.List | nodes.Tuple):
                raise Refused("E834-0603", "'in' needs a list of literals", "write ['a', 'b']")
            items = [self.compile(item, depth) for item in operation.expr.items]
            return operators.contained(left, items, wanted=operation.op == "in")
        return operators.compared(left, operation.op, self.compile(operation.expr, depth))

    def _test(self, node: nodes.Test, depth: int) -> Typed:
        if node.name != "none" or node.args or node.kwargs:
            raise Refused("E834-0603", f"the test 'is {node.name}' is not part of the language", "use 'is none'")
        return operators.compared(self.compile(node.node, depth), "eq", operators.NOTHING)

    def _filter(self, node: nodes.Filter, depth: int) -> Typed:
        inner = node.node
        if node.dyn_args or node.dyn_kwargs or inner is None:
            raise Refused("E834-0603", "filters stand behind a value, and take literal arguments only")
        if node.name == "join" and isinstance(inner, nodes.List | nodes.Tuple):
            parts = [self.compile(item, depth) for item in inner.items]
            return operators.joined(parts, _arguments(node, (Parameter("between", str, " "),))[0])
        operand = self.compile(inner, depth)
        if node.name == "join" and operand.many:
            return operators.gathered(operand, _arguments(node, (Parameter("between", str, " "),))[0])
        if node.name == "default" and len(node.args) == 1 and not node.kwargs:
            return operators.either(operand, self.compile(node.args[0], depth))
        if node.name == "period" and len(node.args) == 1 and not node.kwargs:
            return operators.period(operand, self.compile(node.args[0], depth))
        if node.name == "lookup":
            return self._lookup(node, operand)
        if node.name not in FILTERS:
            _refuse_filter(node.name)
        return _applied(node, FILTERS[node.name], operand)

    def _lookup(self, node: nodes.Filter, operand: Typed) -> Typed:
        name, column = _arguments(node, (Parameter("table", str), Parameter("column", str, "")))
        table = self._tables.get(name)
        if table is None:
            near = get_close_matches(name, list(self._tables), n=1) or sorted(self._tables)[:5]
            remedy = f"did you mean {' or '.join(near)}?" if near else "name it in [codes] or [tables]"
            raise Refused("E834-0606", f"there is no code table {name!r}", remedy)
        column = column or table.columns[0]
        if column not in table.columns:
            has = ", ".join(table.columns)
            raise Refused("E834-0606", f"the code table {name!r} has no column {column!r}", f"it has {has}")
        asked = min(operand.names, default="")
        # What is done, and why, is the rules' to choose, so not every word of theirs comes; a field's words all may.
        if operand.words and ANY_KEY not in table.rows and field_at(FieldPath(asked)) is not None:
            self.gaps.append((table.name, asked, operand.words - set(table.rows), table.place))
        return operators.looked_up(operand, table, column)


def _applied(node: nodes.Filter, found: Filter, operand: Typed) -> Typed:
    if operand.kind not in found.takes:
        takes = " or ".join(sorted(found.takes))
        raise Refused("E834-0605", f"{node.name} takes {takes}, and this is {operand.kind}", _how(operand.kind))
    if found.many:
        operators.require_one(operand, where=f"before {node.name}")
    arguments = _arguments(node, found.parameters)
    function = found.make(*arguments)
    inner = operand.evaluate
    fixed = frozenset(str(a) for a in arguments) if found.literals else _filtered_texts(function, operand.literals)
    return Typed(
        found.gives,
        lambda scope: filtered(function, inner(scope)),
        nullable=operand.nullable or "" in fixed,
        has_data=operand.has_data and not found.literals,
        literals=fixed - {""},
        names=operand.names,
        uses=operand.uses,
        tables=operand.tables,
        speakable=operand.speakable,
        many=operand.many or found.many,
    )


def _filtered_texts(function: Callable[[Any], Answer], texts: frozenset[str]) -> frozenset[str]:
    try:
        given = [function(text) for text in texts]
        parts = [part for one in given for part in (one.values if isinstance(one, Several) else (one,))]
        return frozenset(part for part in parts if isinstance(part, str))
    except Unanswered as problem:
        raise Refused("E834-0604", problem.message) from None


def _arguments(node: nodes.Filter, parameters: tuple[Parameter, ...]) -> list[Any]:
    """The literal arguments of a filter, in the order of its parameters."""
    given: dict[str, nodes.Expr] = {}
    if len(node.args) > len(parameters):
        raise Refused("E834-0604", f"{node.name} takes at most {len(parameters)} arguments")
    given.update(zip((parameter.name for parameter in parameters), node.args, strict=False))
    keywords: list[Any] = node.kwargs  # Jinja2 declares them as pairs, and parses them as Keyword nodes
    for keyword in keywords:
        if keyword.key in given or keyword.key not in {parameter.name for parameter in parameters}:
            raise Refused("E834-0604", f"{node.name} has no argument {keyword.key}, or it stands twice")
        given[keyword.key] = keyword.value
    return [_argument(node.name, parameter, given.get(parameter.name)) for parameter in parameters]


def _argument(filter_name: str, parameter: Parameter, given: nodes.Expr | None) -> Any:
    if given is None:
        if parameter.is_required:
            raise Refused("E834-0604", f"{filter_name} needs its argument {parameter.name}")
        return parameter.default
    if not isinstance(given, nodes.Const) or type(given.value) is not parameter.type:
        kind = {str: "text in quotes", int: "whole number", bool: "true or false"}[parameter.type]
        raise Refused("E834-0604", f"the argument {parameter.name} of {filter_name} must be a {kind}")
    return given.value


def _dotted(node: nodes.Node) -> str:
    """The name as it was written; `member.extra.badge` is three nodes deep."""
    parts: list[str] = []
    while isinstance(node, nodes.Getattr):
        parts.append(node.attr)
        node = node.node
    if not isinstance(node, nodes.Name):
        raise Refused("E834-0603", "only a documented name may stand before a dot")
    return ".".join([node.name, *reversed(parts)])


def _how(kind: Kind) -> str | None:
    hints = {
        Kind.DATE: "write it as text first: | date('CCYYMMDD')",
        Kind.TIME: "write it as text first: | time('HHMM')",
        Kind.NUMBER: "write it as text first: | money(2)",
        Kind.FLAG: "write it as text first: | yes_no('Y', 'N')",
        Kind.INTEGER: "write it as text first: | pad_left(1)",
    }
    return hints.get(kind)


def _refuse_filter(name: str) -> NoReturn:
    known = [*FILTERS, "default", "join", "lookup", "period"]
    near = get_close_matches(name, known, n=2)
    remedy = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(known))}"
    raise Refused("E834-0604", f"there is no filter {name}", remedy)


def _refuse_node(node: nodes.Node) -> NoReturn:
    what = {
        nodes.Call: "a call",
        nodes.Getitem: "an index; use left, right, slice, before or after",
        nodes.List: "a list",
        nodes.Tuple: "a list",
        nodes.Dict: "a dictionary",
        nodes.TemplateData: "a text",
    }
    for kind, words in what.items():
        if isinstance(node, kind):
            raise Refused("E834-0603", f"the language has no such thing here: {words}")
    if isinstance(node, nodes.BinExpr | nodes.UnaryExpr):
        raise Refused("E834-0603", "the language has no arithmetic", "a mapping says what goes where; rules compute")
    raise Refused("E834-0603", f"the language has no {type(node).__name__.lower()}")
