"""A table that records what a reader asks of it, as JSON Schema, instead of reading a file.

It answers every question with what a missing key answers, so a reader can be run over it from end to end; complaints
about what is missing are nobody's. Tables whose keys somebody else checks are left open for that one to fill in.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from edi834.errors import Place
from edi834.mapping.source import TomlSource
from edi834.workspace.toml_file import TomlTable

__all__ = ["RecordingTable", "Shape"]

Shape = dict[str, Any]
"""A JSON Schema, or a part of one."""


class RecordingTable(TomlTable):
    """A table of a file that is not there.

    Attributes:
      shape: What has been asked for so far, as the schema of an object without other keys.
    """

    def __init__(self) -> None:
        super().__init__(TomlSource("", {}, (), {}), {})
        self.shape: Shape = {"type": "object", "additionalProperties": False, "properties": {}, "required": []}

    def place(self, key: str | None = None) -> Place:
        """Nowhere."""
        return Place(key or "")

    def text(self, key: str, *, default: str | None = None, required: bool = False) -> str | None:
        """A text."""
        self._record(key, {"type": "string"}, default=default, required=required)
        return default

    def integer(self, key: str, *, default: int, least: int = 0) -> int:
        """A whole number."""
        self._record(key, {"type": "integer", "minimum": least}, default=default)
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        """true or false."""
        self._record(key, {"type": "boolean"}, default=default)
        return default

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A day; editors see a TOML date as a text of that form."""
        self._record(key, {"type": "string", "format": "date"}, required=required)
        return None

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts."""
        self._record(key, {"type": "array", "items": {"type": "string"}}, required=required)
        return ()

    def choice(self, key: str, values: Collection[str], *, default: str) -> str:
        """One of a few words."""
        self._record(key, {"enum": list(values)}, default=default)
        return default

    def table(self, key: str) -> TomlTable:
        """A table below this one."""
        below = RecordingTable()
        self._record(key, below.shape)
        return below

    def raw(self, key: str) -> dict[str, Any]:
        """A table whose keys somebody else checks."""
        self._record(key, {"type": "object"})
        return {}

    def has(self, key: str) -> bool:
        """No key is there; what is read only where it is there is filled in by whoever runs the reader."""
        del key
        return False

    def _record(self, key: str, shape: Shape, *, default: object = None, required: bool = False) -> None:
        if default is not None:
            shape["default"] = default
        self.shape["properties"][key] = shape
        if required:
            self.shape["required"].append(key)
