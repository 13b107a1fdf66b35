"""The catalogue of fields: every fact about a person that the engine knows by name, with its kind and meaning.

It is read off the dataclasses of :mod:`edi834.model.person` and :mod:`edi834.model.coverage`, so it cannot disagree
with them; a grant lists fields by these paths, a mapping's expressions are type-checked against them, and a
snapshot's columns carry their names. Extra columns that a workspace asks for are ``member.extra.NAME`` and
``coverage.extra.NAME``, always text.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NewType

__all__ = ["FieldKind", "FieldPath", "ModelField", "column", "columns_of", "text_kinds"]

FieldPath = NewType("FieldPath", str)
"""``member.last_name``, ``coverage.plan_code``, ``other_insurance.order``, ``group.name``, ``member.extra.X``."""


class FieldKind(StrEnum):
    """What a field holds, and so how it is read, compared and formatted."""

    TEXT = "text"
    CODE = "code"  # text from one of the vocabularies
    DATE = "date"
    MONEY = "money"  # Decimal
    INTEGER = "integer"
    FLAG = "flag"  # bool, yes/no in the snapshot


text_kinds = frozenset({FieldKind.TEXT, FieldKind.CODE})


@dataclasses.dataclass(frozen=True, slots=True)
class ModelField:
    """One field.

    Attributes:
      path: Its name in grants and mappings.
      name: Its name in its table (the snapshot's column).
      table: ``member``, ``coverage``, ``other_insurance`` or ``group``.
      kind: What it holds.
      meaning: What it means, in a phrase.
      vocabulary: The vocabulary's name, for a CODE.
      required: Whether a row without it is quarantined.
      sensitive: Whether a value is always masked, even where names are shown.
    """

    path: FieldPath
    name: str
    table: str
    kind: FieldKind
    meaning: str
    vocabulary: str | None = None
    required: bool = False
    sensitive: bool = False


def column(
    kind: FieldKind, meaning: str, *, vocabulary: str | None = None, required: bool = False, sensitive: bool = False
) -> Any:
    """Declare a dataclass field that is a column of the snapshot."""
    declared = {
        "kind": kind,
        "meaning": meaning,
        "vocabulary": vocabulary,
        "required": required,
        "sensitive": sensitive,
    }
    if required:
        return dataclasses.field(metadata=declared)
    return dataclasses.field(default=None, metadata=declared)


def columns_of(record: type, table: str) -> Mapping[str, ModelField]:
    """Give the columns that a record type declares, by name, in the order of their declaration."""
    return MappingProxyType(
        {
            f.name: ModelField(path=FieldPath(f"{table}.{f.name}"), name=f.name, table=table, **f.metadata)
            for f in dataclasses.fields(record)
            if "kind" in f.metadata
        }
    )
