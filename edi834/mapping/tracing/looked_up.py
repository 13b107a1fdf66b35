"""Which rows of code tables an expression was answered from: it is read again with tables that remember what was found.

An expression that looks nothing up is not read again; and nothing is, unless somebody asks where a value is from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edi834.errors import Place
from edi834.mapping.language import CodeTable, Expression, Level, Scope, Setting, Unanswered, compile_expression

__all__ = ["Remembering"]

_Row = Mapping[str, str]


class _Heard(dict[str, _Row]):
    """The rows of a table; which were found is written down."""

    def __init__(self, rows: Mapping[str, _Row], table: str, found: list[tuple[str, str]]) -> None:
        super().__init__(rows)
        self._table, self._found = table, found

    def get(self, key: str, default: _Row | None = None) -> _Row | None:  # type: ignore[override]
        """The row of a key."""
        row = super().get(key, default)
        if row is not None:
            self._found.append((self._table, key))
        return row


class Remembering:
    """The code tables of a mapping, and expressions read with them."""

    def __init__(self, tables: Mapping[str, CodeTable], constants: Mapping[str, str]) -> None:
        self._tables = tables
        self._constants = frozenset(constants)
        self._found: list[tuple[str, str]] = []
        self._heard = {name: replace(one, rows=_Heard(one.rows, name, self._found)) for name, one in tables.items()}
        self._again: dict[str, Expression | None] = {}

    def rows(self, expression: Expression | None, scope: Scope, value: str) -> tuple[Place, ...]:
        """Where the rows stand that an expression is answered from; of several those that give the very value."""
        if expression is None or not expression.tables:
            return ()
        again = self._compiled(expression)
        self._found.clear()
        try:
            if again is not None:
                again.evaluate(scope)
        except Unanswered:
            return ()
        found = list(dict.fromkeys(self._found))
        exact = [(table, key) for table, key in found if self._gives(table, key, value)]
        return tuple(
            self._tables[table].entries[key] for table, key in exact or found if key in self._tables[table].entries
        )

    def _gives(self, table: str, key: str, value: str) -> bool:
        return any(cell.casefold() == value.casefold() for cell in self._tables[table].rows[key].values())

    def _compiled(self, expression: Expression) -> Expression | None:
        """The same expression, asking the tables that remember; where it stands says which names it may have."""
        if expression.source not in self._again:
            made = (
                compile_expression(expression.source, Setting(level, self._constants), self._heard)
                for level in (Level.OTHER_INSURANCE, Level.FILE)
            )
            self._again[expression.source] = next((one for one in made if isinstance(one, Expression)), None)
        return self._again[expression.source]
