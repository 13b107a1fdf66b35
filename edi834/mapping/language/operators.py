"""The operators of the mapping language: which kinds they take, and what they do with what is absent.

Absent is ordinary: it equals nothing but ``none``, is neither before nor after anything, counts as no in a condition,
and adds nothing to a text; a text all of whose fields are absent is absent itself.
Each function takes checked parts and gives a checked part, or refuses.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import reduce
from typing import Any

from edi834.mapping.language.names import Answer, Kind, Scope, Several
from edi834.mapping.language.tables import ANY_KEY, CodeTable
from edi834.mapping.language.typed import Refused, Typed, Unanswered, bounded, each, single
from edi834.x12.formats import rd8

__all__ = [
    "NOTHING", "both", "choose", "compared", "contained", "either", "gathered", "joined", "listed", "literal",
    "looked_up", "negated", "period", "reader", "require_one",
]  # fmt: skip

NOTHING = Typed(Kind.NOTHING, lambda _: None, nullable=True)
_ORDERED = {"lt": operator.lt, "lteq": operator.le, "gt": operator.gt, "gteq": operator.ge}
_NUMBERS = frozenset({Kind.NUMBER, Kind.INTEGER})
_LARGEST = 999_999_999


def reader(root: str, key: str) -> Callable[[Scope], Answer]:
    """A closure that reads a name."""
    record = operator.attrgetter(root)
    return lambda scope: record(scope).get(key)


def literal(value: object) -> Typed:
    """A literal: text, whole number, true, false or none."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return Typed(Kind.FLAG, lambda _: value)
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise Refused("E834-0607", "a whole number has at most nine digits")
        return Typed(Kind.INTEGER, lambda _: value)
    if isinstance(value, str):
        if not value:
            return Typed(Kind.TEXT, lambda _: None, nullable=True)
        return Typed(Kind.TEXT, lambda _: value, literals=frozenset({value}))
    raise Refused("E834-0603", "a literal is a text in quotes, a whole number, true, false or none")


def gathered(operand: Typed, between: str) -> Typed:
    """``several | join(between)``: several texts as one."""
    inner = operand.evaluate

    def evaluate(scope: Scope) -> Answer:
        value = inner(scope)
        parts = value.values if isinstance(value, Several) else (value,)
        return bounded(between.join(str(part) for part in parts if part is not None))

    whole = Typed(Kind.TEXT, evaluate, nullable=True, has_data=operand.has_data, speakable=operand.speakable)
    return _reading(whole, operand)


def listed(parts: Sequence[Typed]) -> Typed:
    """A list of expressions: each gives one of several values, in this order."""
    kinds = {part.kind for part in parts}
    if len(kinds) > 1:
        raise Refused("E834-0605", f"a list gives values of one kind, and these are {' and '.join(sorted(kinds))}")
    require_one(*parts, where="in a list")
    pieces = [part.evaluate for part in parts]
    whole = Typed(
        parts[0].kind,
        lambda scope: Several(tuple(single(piece(scope)) for piece in pieces)),
        nullable=all(part.nullable for part in parts),
        has_data=any(part.has_data for part in parts),
        literals=frozenset[str]().union(*(part.literals for part in parts)),
        many=True,
    )
    return _reading(whole, *parts)


def require_one(*parts: Typed, where: str) -> None:
    """Refuse several values where one is due."""
    if any(part.many for part in parts):
        raise Refused("E834-0624", f"one value is due {where}, and this gives several", "make one of them: | join(' ')")


def choose(test: Typed, then: Typed, otherwise: Typed) -> Typed:
    """``then if test else otherwise``."""
    kind = _one_kind(then, otherwise, "both sides of 'else'")
    condition, first, second = _condition(test), then.evaluate, otherwise.evaluate
    merged = _merged(kind, (then, otherwise), lambda scope: first(scope) if condition(scope) else second(scope))
    return _reading(merged, test)


def either(left: Typed, right: Typed) -> Typed:
    """``left or right``: of two flags, whether one is true; else the first that is there."""
    kind = _one_kind(left, right, "both sides of 'or'")
    first, second = left.evaluate, right.evaluate
    if kind is Kind.FLAG:
        return _reading(Typed(Kind.FLAG, lambda scope: bool(first(scope)) or bool(second(scope))), left, right)

    def evaluate(scope: Scope) -> Answer:
        value = first(scope)
        return second(scope) if value is None else value

    return replace(_merged(kind, (left, right), evaluate), nullable=left.nullable and right.nullable)


def both(left: Typed, right: Typed) -> Typed:
    """``left and right``: whether both hold; a text or date holds where it is there."""
    first, second = _condition(left), _condition(right)
    return _reading(Typed(Kind.FLAG, lambda scope: first(scope) and second(scope)), left, right)


def negated(part: Typed) -> Typed:
    """``not part``."""
    condition = _condition(part)
    return _reading(Typed(Kind.FLAG, lambda scope: not condition(scope)), part)


def compared(left: Typed, sign: str, right: Typed) -> Typed:
    """``left == right`` and the other comparisons, of one kind; with ``none`` only ``==`` and ``!=``."""
    require_one(left, right, where="in a comparison")
    kinds = {left.kind, right.kind}
    if len(kinds) > 1 and not kinds <= _NUMBERS and Kind.NOTHING not in kinds:
        raise Refused("E834-0605", f"{left.kind} cannot be compared with {right.kind}")
    for one, other in ((left, right), (right, left)):
        _require_words(one, other.literals if other.is_constant else frozenset())
    first, second = left.evaluate, right.evaluate
    if sign in ("eq", "ne"):
        wanted = sign == "eq"
        return _reading(Typed(Kind.FLAG, lambda scope: (first(scope) == second(scope)) is wanted), left, right)
    if sign not in _ORDERED or not kinds <= (_NUMBERS | {Kind.DATE, Kind.TIME}):
        raise Refused("E834-0605", f"{left.kind} and {right.kind} have no order", "compare with == or !=")
    order: Callable[[Any, Any], bool] = _ORDERED[sign]

    def evaluate(scope: Scope) -> Answer:
        one, other = first(scope), second(scope)
        return one is not None and other is not None and order(one, other)

    return _reading(Typed(Kind.FLAG, evaluate), left, right)


def contained(left: Typed, items: Sequence[Typed], *, wanted: bool) -> Typed:
    """``left in [literals]``, or not in; absent is in no list."""
    require_one(left, where="before 'in'")
    if not all(item.is_constant and item.kind is left.kind for item in items):
        raise Refused("E834-0605", f"the list after 'in' must hold literals that are {left.kind}")
    _require_words(left, frozenset[str]().union(*(item.literals for item in items)))
    values = frozenset(item.evaluate(Scope()) for item in items)
    first = left.evaluate
    return _reading(Typed(Kind.FLAG, lambda scope: (first(scope) in values) is wanted), left)


def joined(parts: Sequence[Typed], between: str) -> Typed:
    """Texts after each other; absent ones are left out, and where no field is there, nothing is."""
    require_one(*parts, where="where texts are put together")
    for part in parts:
        if part.kind not in (Kind.TEXT, Kind.INTEGER):
            raise Refused("E834-0605", f"only texts can be put together, and this is {part.kind}")
    pieces = [(part.evaluate, part.has_data) for part in parts]
    any_data = any(part.has_data for part in parts)

    def evaluate(scope: Scope) -> Answer:
        values = [(piece(scope), data) for piece, data in pieces]
        if any_data and not any(data and value is not None for value, data in values):
            return None
        return bounded(between.join(str(value) for value, _ in values if value is not None))

    constant = all(part.is_constant for part in parts)
    text = evaluate(Scope()) if constant else None
    fixed = Typed(
        Kind.TEXT,
        evaluate,
        nullable=all(part.nullable for part in parts if part.has_data) if any_data else text is None and constant,
        has_data=any_data,
        literals=frozenset({text}) if isinstance(text, str) else frozenset(),
        speakable=all(part.speakable or part.is_constant for part in parts),
    )
    return _reading(fixed, *parts)


def period(first: Typed, last: Typed) -> Typed:
    """``first | period(last)``: two dates as CCYYMMDD-CCYYMMDD, where both are there."""
    if {first.kind, last.kind} != {Kind.DATE}:
        raise Refused("E834-0605", "a period needs two dates")
    require_one(first, last, where="in a period")
    begin, end = first.evaluate, last.evaluate

    def evaluate(scope: Scope) -> Answer:
        one, other = begin(scope), end(scope)
        if not isinstance(one, date) or not isinstance(other, date):
            return None
        if other < one:
            raise Unanswered("E834-0639", "the period ends before it begins")
        return rd8(one, other)

    whole = Typed(Kind.TEXT, evaluate, nullable=first.nullable or last.nullable, has_data=True)
    return _reading(whole, first, last)


def looked_up(operand: Typed, table: CodeTable, column: str) -> Typed:
    """``operand | lookup(table, column)``; a key the table does not know has no answer."""
    if operand.kind not in (Kind.TEXT, Kind.INTEGER):
        raise Refused("E834-0605", f"a code table is asked with a text, and this is {operand.kind}")
    inner, speakable = operand.evaluate, operand.speakable
    _require_keys(operand, table)

    def find(value: Answer) -> Answer:
        found = table.find(str(value), column)
        if found is None:
            message = f"the code table {table.name!r} ({table.place}) does not know what the person has"
            raise Unanswered("E834-0631", message, table=table.name, missed=str(value) if speakable else None)
        return found or None

    def evaluate(scope: Scope) -> Answer:
        value = inner(scope)
        if value is None:
            return None
        return each(find, value) if isinstance(value, Several) else find(value)

    blank = any(not row[column] for row in table.rows.values())
    result = Typed(
        Kind.TEXT,
        evaluate,
        nullable=operand.nullable or blank,
        has_data=True,
        literals=table.texts(column),
        tables=frozenset({(table.name, column)}),
        speakable=speakable,
        many=operand.many,
    )
    return _reading(result, operand)


def _condition(part: Typed) -> Callable[[Scope], bool]:
    """Whether a part holds: a flag that is true, a text or date that is there."""
    require_one(part, where="in a condition")
    evaluate = part.evaluate
    if part.kind is Kind.FLAG:
        return lambda scope: evaluate(scope) is True
    if part.kind in _NUMBERS:
        raise Refused("E834-0605", f"a {part.kind} is no condition", "compare it: > 0, or 'is not none'")
    return lambda scope: evaluate(scope) is not None


def _one_kind(left: Typed, right: Typed, where: str) -> Kind:
    if left.kind is right.kind or right.kind is Kind.NOTHING:
        return left.kind
    if left.kind is Kind.NOTHING:
        return right.kind
    raise Refused("E834-0605", f"{where} must be of one kind, and these are {left.kind} and {right.kind}")


def _merged(kind: Kind, parts: tuple[Typed, Typed], evaluate: Callable[[Scope], Answer]) -> Typed:
    merged = Typed(
        kind,
        evaluate,
        nullable=any(part.nullable for part in parts),
        has_data=any(part.has_data for part in parts),
        literals=parts[0].literals | parts[1].literals,
        many=any(part.many for part in parts),
        speakable=all(part.speakable or part.is_constant for part in parts),
    )
    return _reading(merged, *parts)


def _reading(result: Typed, *parts: Typed) -> Typed:
    """The result, which also reads whatever the parts read."""
    every = (result, *parts)
    return replace(
        result,
        names=reduce(operator.or_, (part.names for part in every)),
        uses=reduce(operator.or_, (part.uses for part in every)),
        tables=reduce(operator.or_, (part.tables for part in every)),
    )


def _require_words(name: Typed, literals: frozenset[str]) -> None:
    """A name from a vocabulary is only ever one of its words; anything else is a slip that would never hold."""
    if name.words is None:
        return
    for word in sorted(literals - name.words):
        near = get_close_matches(word, sorted(name.words), n=2)
        remedy = f"did you mean {' or '.join(near)}?" if near else f"the words are {', '.join(sorted(name.words))}"
        raise Refused("E834-0608", f"{min(name.names, default='it')} is never {word!r}", remedy)


def _require_keys(operand: Typed, table: CodeTable) -> None:
    """Keys that are no words of the vocabulary would never be found, and are slips."""
    if operand.words is None:
        return
    for key in table.rows:
        if key != ANY_KEY and key not in operand.words:
            near = get_close_matches(key, sorted(operand.words), n=1)
            remedy = f"did you mean {near[0]}?" if near else None
            message = f"the code table {table.name!r} lists {key!r}, which {min(operand.names, default='it')} never is"
            raise Refused("E834-0608", message, remedy)
