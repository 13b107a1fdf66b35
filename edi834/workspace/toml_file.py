"""A strict reader of the workspace's TOML files: every key known, every value of its kind, every mistake placed.

It collects findings instead of stopping at the first, shows the line with each, and says which key was probably
meant. Mappings have their own reader (``edi834/mapping``), which shares the way a key is located.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from edi834.errors import ConfigurationError, Place
from edi834.mapping.source import TomlSource
from edi834.mapping.source import read_toml as read_source
from edi834.model import Finding, Severity

__all__ = ["MAX_BYTES", "TomlTable", "read_toml"]

MAX_BYTES = 1_000_000
"""A configuration file larger than this is not one."""


class TomlTable:
    """One table of a TOML file, read key by key; what nobody asked for is an unknown key."""

    def __init__(self, source: TomlSource, content: Mapping[str, Any], keys: tuple[str, ...] = ()) -> None:
        self._source = source
        self._content = content
        self._keys = keys
        self._asked: list[str] = []
        self._tables: list[TomlTable] = []
        self._own_findings: list[Finding] = []

    def place(self, key: str | None = None) -> Place:
        """Where a key of this table stands in the file; the table itself without a key."""
        return self._source.place(*self._keys, *([key] if key else []))

    def text(self, key: str, *, default: str | None = None, required: bool = False) -> str | None:
        """A text, the default where it is missing."""
        value = self._take(key, str, "a text in quotes", required=required)
        return value if isinstance(value, str) else default

    def required_text(self, key: str) -> str:
        """A text that must be there; empty, with a finding, where it is not."""
        return self.text(key, required=True) or ""

    def integer(self, key: str, *, default: int, least: int = 0) -> int:
        """A whole number of at least ``least``."""
        value = self._take(key, int, "a whole number")
        if isinstance(value, int) and value < least:
            self.complain("E834-0125", f"{key} must be at least {least}", key)
            return default
        return value if isinstance(value, int) else default

    def flag(self, key: str, *, default: bool) -> bool:
        """true or false."""
        value = self._take(key, bool, "true or false")
        return value if isinstance(value, bool) else default

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day, written as a TOML date."""
        value = self._take(key, date, "a date such as 2026-01-31", required=required)
        return value if isinstance(value, date) else None

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key, list, "a list of texts", required=required)
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            if isinstance(value, list):
                self.complain("E834-0124", f"{key} must be a list of texts in quotes", key)
            return ()
        return tuple(value)

    def choice(self, key: str, values: Collection[str], *, default: str) -> str:
        """One of a few words."""
        value = self.text(key, default=default)
        if value not in values:
            near = get_close_matches(str(value), list(values), n=1)
            self.complain(
                "E834-0126",
                f"{key} cannot be {value!r}; it is one of {', '.join(sorted(values))}",
                key,
                remedy=f"did you mean {near[0]!r}?" if near else None,
            )
            return default
        return str(value)

    def table(self, key: str) -> TomlTable:
        """A table below this one, empty where it is missing."""
        value = self._take(key, dict, "a table")
        below = TomlTable(self._source, value if isinstance(value, dict) else {}, (*self._keys, key))
        self._tables.append(below)
        return below

    def raw(self, key: str) -> dict[str, Any]:
        """A table whose keys somebody else checks."""
        value = self._take(key, dict, "a table")
        return dict(value) if isinstance(value, dict) else {}

    def places(self, key: str) -> dict[str, Place]:
        """Where each key of a table below stands."""
        below = self._content.get(key)
        names = below if isinstance(below, dict) else {}
        return {name: self._source.place(*self._keys, key, name) for name in names}

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self._content

    def names(self) -> tuple[str, ...]:
        """The keys that are there, in the file's order."""
        return tuple(self._content)

    def complain(self, code: str, message: str, key: str | None = None, *, remedy: str | None = None) -> None:
        """Collect a finding about a key of this table."""
        self._own_findings.append(Finding(code, Severity.ERROR, message, place=self.place(key), remedy=remedy))

    def findings(self) -> tuple[Finding, ...]:
        """Everything wrong in this table and those below it, unknown keys included."""
        unknown = [key for key in self._content if key not in self._asked]
        found = [*self._own_findings, *(self._unknown(key) for key in unknown)]
        for below in self._tables:
            found.extend(below.findings())
        return tuple(found)

    def _unknown(self, key: str) -> Finding:
        near = get_close_matches(key, self._asked, n=1)
        remedy = f"did you mean {near[0]!r}?" if near else f"the keys here are {', '.join(sorted(self._asked))}"
        return Finding("E834-0102", Severity.ERROR, f"unknown key {key!r}", place=self.place(key), remedy=remedy)

    def _take(self, key: str, kind: type, words: str, *, required: bool = False) -> object:
        self._asked.append(key)
        if key not in self._content:
            if required:
                self.complain("E834-0123", f"{key} is missing", remedy=f"add {key} = …, {words}")
            return None
        value = self._content[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.complain("E834-0124", f"{key} must be {words}", key)
            return None
        return value


def read_toml(path: Path, *, shown: str) -> TomlTable:
    """Read a TOML file.

    Args:
      path: The file.
      shown: Its path as the operator knows it.

    Raises:
      ConfigurationError: it cannot be read, is too large, or is not TOML.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigurationError(
                f"{shown} is larger than {MAX_BYTES:,} bytes", code="E834-0127", place=Place(shown)
            )
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(f"{shown} is missing", code="E834-0128", place=Place(shown)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"{shown} cannot be read: {type(error).__name__}", code="E834-0129", place=Place(shown)
        ) from None
    source, findings = read_source(shown, text)
    if source is None:
        first = findings[0]
        raise ConfigurationError(first.message, code=first.code, place=first.place, remedy=first.remedy)
    return TomlTable(source, source.content)
