"""Reading ``[layout]``: keys of the right shape, each mistake as a finding with its line.

What the keys mean is ``fields.py``'s and ``flat_spec.py``'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Any, TypeVar

from edi834.errors import Place
from edi834.mapping.spec import MappingSpec
from edi834.model import Finding, Severity

__all__ = ["At", "LayoutReader"]

At = tuple[str | int, ...]
"""The keys that lead to a table of the layout: ``("record", 0, "fields", 3)``."""

_E = TypeVar("_E", bound=StrEnum)


class LayoutReader:
    """Reads the layout of one mapping.

    Attributes:
      spec: The mapping.
      findings: What is wrong so far.
    """

    def __init__(self, spec: MappingSpec, findings: list[Finding]) -> None:
        self.spec = spec
        self.findings = findings

    def choice(self, choices: type[_E], table: Mapping[str, Any], key: str, *at: str | int) -> _E | None:
        """One of a few words, None where it is not given or wrong."""
        value = table.get(key)
        if value is None:
            return None
        try:
            return choices(value)
        except ValueError:
            near = get_close_matches(str(value), list(choices), n=1)
            remedy = f"did you mean {near[0]}?" if near else None
            self.find("E834-1140", f"{key} must be one of {', '.join(choices)}", *at, key, remedy=remedy)
            return None

    def typed(self, kind: type, table: Mapping[str, Any], key: str, *at: str | int) -> Any:
        """A value of that type, None where it is not given or wrong."""
        value = table.get(key)
        if value is None or type(value) is kind:
            return value
        what = {str: "a text in quotes", int: "a whole number", bool: "true or false"}[kind]
        self.find("E834-1140", f"{key} must be {what}", *at, key)
        return None

    def require_known(
        self, at: At, table: Mapping[str, Any], known: tuple[str, ...], named: str = "this table"
    ) -> None:
        """A finding for every key that nothing reads."""
        for key in table:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
                self.find("E834-1140", f"nothing reads the key {key} of {named}", *at, key, remedy=remedy)

    def find(self, code: str, message: str, *at: str | int, remedy: str | None = None) -> None:
        """Keep an error about a key of the layout."""
        self.findings.append(Finding(code, Severity.ERROR, message, place=self.place(*at), remedy=remedy))

    def place(self, *at: str | int) -> Place:
        """Where a key of the layout stands."""
        source = self.spec.layout_sources.get(str(at[0])) if at else None
        return source.place("layout", *at) if source else self.spec.start
