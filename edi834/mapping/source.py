"""TOML with places: what a configuration file says, and where each key of it stands.

``tomllib`` reads the values; a small scanner of our own walks the same text for the positions of keys, bounds size
and nesting before anything is parsed, and finds the statement at which a file stops being TOML.
What the keys mean is the business of whoever reads the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from edi834.errors import Place
from edi834.model import Finding, Severity

__all__ = ["KeyPath", "TomlSource", "read_toml", "unknown_keys"]

KeyPath = tuple[str | int, ...]
"""A key below its tables: ``("set", "2000/INS03")``; items of arrays are counted from 0."""

_MOST_CHARACTERS = 1_000_000
_DEEPEST = 20
_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(frozen=True, slots=True)
class TomlSource:
    """One TOML file that could be read.

    Attributes:
      path: The file, as the operator knows it.
      content: What it says.
      lines: Its text by line.
      positions: By key, line and column, both from 1.
    """

    path: str
    content: Mapping[str, Any]
    lines: tuple[str, ...]
    positions: Mapping[KeyPath, tuple[int, int]]

    def place(self, *keys: str | int) -> Place:
        """Where a key stands; for one that does not stand there, its nearest table."""
        for length in range(len(keys), 0, -1):
            found = self.positions.get(keys[:length])
            if found is not None:
                line, column = found
                return Place(self.path, line, column, str(keys[-1]), self.lines[line - 1].rstrip())
        return Place(self.path)


def read_toml(path: str, text: str) -> tuple[TomlSource | None, tuple[Finding, ...]]:
    """Read one file.

    Args:
      path: The file, as the operator knows it.
      text: Its content.

    Returns:
      The source, or None with a finding: E834-0101 where it is not TOML (a repeated key is not), E834-0104 where it is
      too large or nested too deeply.
    """
    if len(text) > _MOST_CHARACTERS:
        message = "the file is too large to be configuration"
        return None, (Finding("E834-0104", Severity.ERROR, message, place=Place(path)),)
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    scanner = _Scanner(text)
    scanner.scan()
    lines = tuple(text.split("\n"))
    if scanner.is_too_deep:
        return None, (_at(path, lines, scanner.line, "E834-0104", f"arrays and tables nest at most {_DEEPEST} deep"),)
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        line = _first_wrong_line(text, scanner)
        return None, (_at(path, lines, line, "E834-0101", "here the file stops being TOML, or repeats a key"),)
    return TomlSource(path, content, lines, MappingProxyType(scanner.positions)), ()


def unknown_keys(source: TomlSource, table: KeyPath, keys: Sequence[str], known: Sequence[str]) -> tuple[Finding, ...]:
    """A finding E834-0102 for every key of a table that nobody reads, with the one that was probably meant."""
    findings = []
    for key in keys:
        if key in known:
            continue
        near = get_close_matches(key, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(known))}"
        place = source.place(*table, key)
        message = f"nothing reads the key {key}"
        findings.append(Finding("E834-0102", Severity.ERROR, message, place=place, remedy=remedy))
    return tuple(findings)


def _at(path: str, lines: tuple[str, ...], line: int, code: str, message: str) -> Finding:
    line = min(max(line, 1), len(lines))
    place = Place(path, line, 1, excerpt=lines[line - 1].strip()[:120])
    return Finding(code, Severity.ERROR, message, place=place)


def _first_wrong_line(text: str, scanner: _Scanner) -> int:
    """The line of the first statement that cannot be read.

    What stands before a statement is TOML on its own where the whole is, so the statements can be bisected.
    """
    starts = scanner.statements or [(0, 1)]
    low, high = 0, len(starts) - 1
    while low < high:
        middle = (low + high) // 2
        end = starts[middle + 1][0]
        if _is_toml(text[:end]):
            low = middle + 1
        else:
            high = middle
    return starts[low][1]


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


class _Lost(Exception):  # noqa: N818 - the scanner leaves it to tomllib to say that this is not TOML
    """The text is not TOML where the scanner stands."""


class _Scanner:
    """Walks a TOML text statement by statement and notes where keys stand; it judges nothing but depth."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self.line_start = 0
        self.positions: dict[KeyPath, tuple[int, int]] = {}
        self.statements: list[tuple[int, int]] = []  # offset and line of each statement's first character
        self.is_too_deep = False
        self._table: KeyPath = ()
        self._counts: dict[KeyPath, int] = {}

    def scan(self) -> None:
        """Walk to the end, or to where the text is no TOML, or too deep."""
        try:
            while self._to_statement():
                self.statements.append((self.at, self.line))
                if self.text[self.at] == "[":
                    self._header()
                else:
                    self._pair(self._table, 1)
                self._skip_blanks()
                if self.at < len(self.text) and self.text[self.at] not in "#\n":
                    raise _Lost
        except (_Lost, IndexError):
            return

    def _to_statement(self) -> bool:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "#":
                self._skip_comment()
            elif character in " \t\n":
                self._step()
            else:
                return True
        return False

    def _step(self) -> str:
        character = self.text[self.at]
        self.at += 1
        if character == "\n":
            self.line += 1
            self.line_start = self.at
        return character

    def _skip_blanks(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in " \t":
            self.at += 1

    def _skip_comment(self) -> None:
        while self.at < len(self.text) and self.text[self.at] != "\n":
            self.at += 1

    def _skip_space(self) -> None:
        """Blanks, line ends and comments inside an array."""
        while self.text[self.at] in " \t\n#":
            if self.text[self.at] == "#":
                self._skip_comment()
            else:
                self._step()

    def _header(self) -> None:
        is_array = self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        position = (self.line, self.at - self.line_start + 1)
        keys = self._dotted()
        self.at += 2 if is_array else 1
        table = (*self._resolved(keys[:-1]), keys[-1])
        if is_array:
            self._counts[table] = self._counts.get(table, -1) + 1
            self.positions.setdefault(table, position)
            table = (*table, self._counts[table])
        else:
            table = self._resolved(keys)
        self.positions.setdefault(table, position)
        self._table = table

    def _resolved(self, keys: tuple[str, ...]) -> KeyPath:
        """A dotted name, with the last item of every array of tables on its way."""
        path: KeyPath = ()
        for key in keys:
            path = (*path, key)
            if path in self._counts:
                path = (*path, self._counts[path])
        return path

    def _pair(self, table: KeyPath, depth: int) -> None:
        self._skip_blanks()
        position = (self.line, self.at - self.line_start + 1)
        keys = self._dotted()
        if self.text[self.at] != "=":
            raise _Lost
        self.at += 1
        self._skip_blanks()
        for length in range(1, len(keys) + 1):
            self.positions.setdefault((*table, *keys[:length]), position)
        self._value((*table, *keys), depth)

    def _dotted(self) -> tuple[str, ...]:
        keys = [self._key()]
        self._skip_blanks()
        while self.text[self.at] == ".":
            self.at += 1
            keys.append(self._key())
            self._skip_blanks()
            if len(keys) > _DEEPEST:
                self.is_too_deep = True
                raise _Lost
        return tuple(keys)

    def _key(self) -> str:
        self._skip_blanks()
        start = self.at
        if self.text[start] in "\"'":
            self._string()
            literal = self.text[start : self.at]
            return literal[1:-1] if literal[0] == "'" or "\\" not in literal else _unescaped(literal)
        while self.text[self.at] in _BARE:
            self.at += 1
        if start == self.at:
            raise _Lost
        return self.text[start : self.at]

    def _value(self, path: KeyPath, depth: int) -> None:
        if depth > _DEEPEST:
            self.is_too_deep = True
            raise _Lost
        first = self.text[self.at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path, depth)
        elif first == "{":
            self._inline_table(path, depth)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}#\n":
                self.at += 1

    def _string(self) -> None:
        quote = self.text[self.at]
        if self.text.startswith(quote * 3, self.at):
            self._multiline(quote)
            return
        self.at += 1
        while self.text[self.at] != quote:
            if self.text[self.at] == "\n":
                raise _Lost
            self.at += 2 if quote == '"' and self.text[self.at] == "\\" else 1
        self.at += 1

    def _multiline(self, quote: str) -> None:
        self.at += 3
        while not self.text.startswith(quote * 3, self.at):
            if quote == '"' and self.text[self.at] == "\\":
                self.at += 1
            self._step()
        self.at += 3
        while self.text.startswith(quote, self.at):  # up to two quotes may stand just before the closing three
            self.at += 1

    def _array(self, path: KeyPath, depth: int) -> None:
        self.at += 1
        count = 0
        self._skip_space()
        while self.text[self.at] != "]":
            self.positions.setdefault((*path, count), (self.line, self.at - self.line_start + 1))
            self._value((*path, count), depth + 1)
            count += 1
            self._skip_space()
            if self.text[self.at] == ",":
                self.at += 1
                self._skip_space()
            elif self.text[self.at] != "]":
                raise _Lost
        self.at += 1

    def _inline_table(self, path: KeyPath, depth: int) -> None:
        self.at += 1
        self._skip_space()
        while self.text[self.at] != "}":
            self._pair(path, depth + 1)
            self._skip_space()
            if self.text[self.at] == ",":
                self.at += 1
                self._skip_space()
            elif self.text[self.at] != "}":
                raise _Lost
        self.at += 1


def _unescaped(literal: str) -> str:
    try:
        return str(tomllib.loads(f"key = {literal}")["key"])
    except tomllib.TOMLDecodeError:
        raise _Lost from None
