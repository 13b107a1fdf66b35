"""Expressions read backwards: which field a written text tells of, and what the field must have been.

Only what can be told from the text alone is told: a code stands for every word that the table spells so, a literal for
nothing, and an expression that joins or cuts beyond recognition carries nothing. So a form's own mapping says which
facts the form carries, and what a recipient loses is known from data.
Evaluating expressions forwards is ``expression.py``'s.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.parser import Parser

from edi834.mapping.language.tables import ANY_KEY, CodeTable
from edi834.model import FieldKind, FieldPath, canonical, field_at
from edi834.x12.charset import transliterate

__all__ = ["Carried", "Meant", "agree", "inverse", "kind_of", "names_written", "plain"]

Meant = str | frozenset[str]
"""What a text means: one value in its plain form, or every word it may stand for.

A plain form that ends in ``*`` is the beginning of a text that was cut.
"""

_ENVIRONMENT = Environment(autoescape=False)  # noqa: S701 - nothing is rendered; only the parser is used
_DAYS = frozenset(
    {
        "span.begin",
        "span.end",
        "span.changed_on",
        "change.effective_date",
        "change.first_day",
        "change.last_day",
        "file.as_of",
    }
)
_COUNTS = frozenset({"family.members", "family.dependents"})
_FLAGS = frozenset({"member.is_subscriber", "subscriber.is_subscriber"})
_SAME_SPELLING = frozenset({"upper", "lower", "title", "strip", "transliterate", "digits"})
_PATTERNS = {"CCYY": "%Y", "YYYY": "%Y", "YY": "%y", "MM": "%m", "DDD": "%j", "DD": "%d"}
_Step = Callable[[str], Meant | None]


@dataclass(frozen=True, slots=True)
class Carried:
    """What one written place tells.

    Attributes:
      name: The name it tells of; of several joined, all of them with ``+`` between.
      is_sure: Whether the place is always filled where the field is: then an empty place says that there is nothing.
      read: Gives what a text means; None where it says nothing about the field.
    """

    name: str
    is_sure: bool
    read: _Step


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which the expression may have come to its text."""

    name: str
    steps: tuple[_Step, ...] = ()
    is_sure: bool = True


class _Lost(Exception):  # noqa: N818 - raised and caught in this file
    """The text does not say what the field was."""


def inverse(source: str, tables: Mapping[str, CodeTable]) -> Carried | None:
    """Read an expression backwards.

    Args:
      source: As it is written; it compiles.
      tables: Its mapping's code tables.

    Returns:
      What a text that it wrote tells of; None where it tells of no one field.
    """
    try:
        ways, literals = _ways(_parsed(source), tables)
    except (_Lost, TemplateSyntaxError):
        return None
    if not ways or len({way.name.rpartition(".")[2] for way in ways}) > 1:
        return None
    chosen = ways[-1]
    is_sure = chosen.is_sure and len(ways) == 1 and not literals

    def read(text: str) -> Meant | None:
        return None if text in literals else _followed(chosen, text)

    return Carried(chosen.name, is_sure, read)


@lru_cache(maxsize=4096)
def names_written(source: str) -> frozenset[str]:
    """Give the names whose values an expression may write.

    What only decides which of other values is written is none of them; where the values are literals, it is what they
    tell of.
    """
    return frozenset(_written(_parsed(source)))


def _written(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Name | nodes.Getattr):
        yield _dotted(node)
    elif isinstance(node, nodes.CondExpr):
        values = [name for part in (node.expr1, node.expr2) if part is not None for name in _written(part)]
        yield from values or _written(node.test)
    else:
        for child in node.iter_child_nodes():
            yield from _written(child)


def agree(one: Meant, other: Meant) -> bool:
    """Whether two meanings can be of the same value."""
    if isinstance(one, frozenset) or isinstance(other, frozenset):
        words = one if isinstance(one, frozenset) else frozenset({one})
        return bool(words & (other if isinstance(other, frozenset) else frozenset({other})))
    if one.endswith("*") or other.endswith("*"):
        a, b = one.rstrip("*"), other.rstrip("*")
        return (b.startswith(a) and one.endswith("*")) or (a.startswith(b) and other.endswith("*"))
    return one == other


def plain(name: str, value: object) -> str:
    """Give the value of a name in its plain form: letters and digits without accents or case, ISO days, exact numbers.

    Raises:
      ValueError: a text is no value of that kind.
    """
    if value is None:
        return ""
    kind = kind_of(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if kind is FieldKind.DATE:
        return _day(str(value)).isoformat()
    if kind in (FieldKind.MONEY, FieldKind.INTEGER):
        return _number(str(value))
    if kind is FieldKind.FLAG:
        return str(value)
    if kind is FieldKind.CODE or name.endswith((".action", ".reason")):
        return canonical(str(value))
    return _folded(str(value), name.endswith((".ssn", "_phone", "postal_code")))


@cache
def kind_of(name: str) -> FieldKind:
    """What kind of value a name has."""
    if name in _DAYS:
        return FieldKind.DATE
    if name in _FLAGS:
        return FieldKind.FLAG
    if name in _COUNTS:
        return FieldKind.INTEGER
    root, _, rest = name.partition(".")
    known = field_at(FieldPath(f"{'member' if root in ('subscriber', 'reported') else root}.{rest}"))
    return known.kind if known is not None else FieldKind.TEXT


def _folded(text: str, is_digits: bool) -> str:
    cut = "*" if text.endswith("*") else ""
    spelled = text if text.isascii() else transliterate(text) or text
    kept = (c for c in canonical(spelled).upper() if (c.isdigit() if is_digits else c.isalnum()))
    return "".join(kept) + cut


def _day(text: str) -> date:
    if len(text) != (8 if text.isdigit() else 10):
        raise ValueError("not a day")
    return date.fromisoformat(text)


def _number(text: str) -> str:
    try:
        return canonical(Decimal(text.replace(",", "")))
    except InvalidOperation:
        raise ValueError("not a number") from None


def _followed(way: _Way, text: str) -> Meant | None:
    meant: Meant | None = text
    try:
        for step in reversed(way.steps):
            if not isinstance(meant, str):
                break
            meant = step(meant)
        if isinstance(meant, frozenset):
            return frozenset(word if word.startswith("?") else plain(way.name, word) for word in meant)
        return (plain(way.name, meant) or None) if meant is not None else None
    except ValueError:
        return frozenset({f"? {text}"})  # a text that the expression cannot have written agrees with nothing


@lru_cache(maxsize=4096)
def _parsed(source: str) -> nodes.Expr:
    return Parser(_ENVIRONMENT, source, state="variable").parse_expression()


def _ways(node: Any, tables: Mapping[str, CodeTable]) -> tuple[list[_Way], frozenset[str]]:
    """Every way to a text, and the literals that it may be instead."""
    if isinstance(node, nodes.Const):
        return [], frozenset({node.value}) if isinstance(node.value, str) else frozenset()
    if isinstance(node, nodes.Name | nodes.Getattr):
        return [_Way(_dotted(node))], frozenset()
    if isinstance(node, nodes.CondExpr):
        parts = [_ways(part, tables) for part in (node.expr1, node.expr2) if part is not None]
        return _joined(parts, is_sure=False)
    if isinstance(node, nodes.Or):
        return _joined([_ways(node.left, tables), _ways(node.right, tables)], is_sure=False)
    if isinstance(node, nodes.Concat):
        return [_together(node)], frozenset()
    if isinstance(node, nodes.Filter):
        return _filtered(node, tables)
    raise _Lost


def _joined(parts: list[tuple[list[_Way], frozenset[str]]], *, is_sure: bool) -> tuple[list[_Way], frozenset[str]]:
    ways = [_Way(way.name, way.steps, is_sure) for found, _ in parts for way in found]
    return ways, frozenset[str]().union(*(literals for _, literals in parts))


def _together(node: nodes.Concat) -> _Way:
    """Texts one behind the other, with nothing but marks between them: read as one."""
    names = []
    for part in node.nodes:
        if isinstance(part, nodes.Const) and not re.search(r"[0-9A-Za-z]", str(part.value)):
            continue
        if not isinstance(part, nodes.Name | nodes.Getattr):
            raise _Lost
        names.append(_dotted(part))
    return _Way("+".join(names))


def _filtered(node: nodes.Filter, tables: Mapping[str, CodeTable]) -> tuple[list[_Way], frozenset[str]]:
    keywords: list[Any] = node.kwargs  # Jinja2 declares them as pairs, and parses them as Keyword nodes
    arguments = [a.value for a in (*node.args, *(k.value for k in keywords)) if isinstance(a, nodes.Const)]
    if node.node is None:
        raise _Lost
    ways, literals = _ways(node.node, tables)
    if node.name == "default":
        other, more = _ways(node.args[0], tables)
        return _joined([(ways, literals), (other, more)], is_sure=False)
    step = _step(node.name, arguments, tables)
    # A table that spells a word as nothing, or any word as one, leaves out what it stands for.
    is_whole = node.name != "lookup" or not _leaves_out(tables[arguments[0]])
    return [_Way(w.name, (*w.steps, step), w.is_sure and is_whole) for w in ways], literals


def _step(name: str, arguments: list[Any], tables: Mapping[str, CodeTable]) -> _Step:
    if name in _SAME_SPELLING:
        return lambda text: text
    if name == "lookup":
        table = tables.get(arguments[0])
        if table is None:
            raise _Lost
        return _words(table, arguments[1] if len(arguments) > 1 else "")
    if name == "date":
        if arguments[0] in {"CCYYMMDD", "YYYYMMDD"}:
            return lambda text: _day(text).isoformat()
        pattern = re.sub("CCYY|YYYY|DDD|YY|MM|DD", lambda m: _PATTERNS[m[0]], arguments[0])
        return lambda text: datetime.strptime(text, pattern).date().isoformat()  # noqa: DTZ007 - a day has no zone
    if name == "left":
        return lambda text: f"{text}*" if len(text) >= arguments[0] else text
    if name == "money":
        decimals, implied = [*arguments, 2][0], len(arguments) > 1 and bool(arguments[1])
        return lambda text: str(Decimal(text).scaleb(-decimals)) if implied else text
    if name == "yes_no":
        yes, no = arguments
        return lambda text: "yes" if text == yes else "no" if text == no else f"? {text}"
    if name == "replace" and not re.search("[0-9A-Za-z]", "".join(arguments)):
        return lambda text: text
    raise _Lost


def _words(table: CodeTable, column: str) -> _Step:
    """A code stands for every key that the table spells so; where any other key is spelled so too, for nothing."""
    column = column or table.columns[0]
    by_text: dict[str, set[str]] = {}
    for key, row in table.rows.items():
        by_text.setdefault(row[column].upper(), set()).add(key)
    known = {text: None if ANY_KEY in keys else frozenset(keys) for text, keys in by_text.items()}
    return lambda text: known.get(text.upper(), frozenset({f"? {text}"}))


def _leaves_out(table: CodeTable) -> bool:
    return ANY_KEY in table.rows or any(not text for row in table.rows.values() for text in row.values())


def _dotted(node: nodes.Node) -> str:
    parts: list[str] = []
    while isinstance(node, nodes.Getattr):
        parts.append(node.attr)
        node = node.node
    if not isinstance(node, nodes.Name):
        raise _Lost
    return ".".join([node.name, *reversed(parts)])
