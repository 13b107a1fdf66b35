"""Parquet, read strictly: the types of its columns must be able to hold what the contract says, exactly.

A whole number where text belongs has lost its leading zeros, and a float has lost its cents, so both refuse the file.
Dates, decimals, whole numbers and truth values of the right columns become the texts a CSV of the same rows holds.
Which columns are kept is ``columns.py``'s; what the texts mean is decided further in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from edi834.errors import Place, SnapshotRefusedError
from edi834.model import FieldKind, Finding
from edi834.sources.read.columns import RawTable, TextColumn, choose_columns
from edi834.sources.read.tabular import Delivered
from edi834.sources.settings import TABLES, SourceSettings

__all__ = ["kind_of", "read_parquet", "text_of_number"]


def kind_of(table: str, name: str) -> FieldKind:
    """What a kept column holds; an extra one is text."""
    known = TABLES[table].get(name)
    return known.kind if known else FieldKind.TEXT


def text_of_number(number: Decimal) -> str:
    """A decimal as a CSV writes it: without exponent, and without zeros beyond the cents.

    >>> text_of_number(Decimal("1234.5000")), text_of_number(Decimal("1E+3")), text_of_number(Decimal("0.125"))
    ('1234.50', '1000', '0.125')
    """
    text = format(number, "f")
    whole, point, cents = text.partition(".")
    return whole + point + cents[:2] + cents[2:].rstrip("0")


def read_parquet(delivered: Delivered, settings: SourceSettings) -> tuple[RawTable, Sequence[Finding]]:
    """Read one Parquet file.

    Raises:
      SnapshotRefusedError: the file is damaged, of the wrong types, or larger than it may be.
      OSError: the file could not be read.
    """
    place = Place(delivered.shown)
    try:
        delivered.file.seek(0)
        file = pq.ParquetFile(pa.PythonFile(delivered.file, mode="r"), page_checksum_verification=True)
        _refuse_large(file.metadata, settings, place)
        header = list(file.schema_arrow.names)
        chosen = choose_columns(delivered.table, header, settings, delivered.shown)
        types = {name: file.schema_arrow.field(position).type for name, position in chosen.positions.items()}
        _refuse_types(delivered.table, types, delivered.shown)
        content = file.read(columns=[header[position] for position in chosen.positions.values()])
        content.validate(full=True)
    except (pa.ArrowException, OSError, ValueError):
        # Arrow raises OSError for a damaged page, and a disk's error cannot be told from it: both are "not whole".
        raise SnapshotRefusedError("the Parquet file is cut or damaged", code="E834-0327", place=place) from None
    columns = {name: _texts(content.column(header[position])) for name, position in chosen.positions.items()}
    numbers = np.arange(1, content.num_rows + 1, dtype=np.int32)
    return RawTable(delivered.table, delivered.shown, columns, content.num_rows, numbers), chosen.findings


def _refuse_large(metadata: Any, settings: SourceSettings, place: Place) -> None:
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if metadata.num_rows > settings.caps.rows:
        text = f"the table has more than {settings.caps.rows} rows"
        raise SnapshotRefusedError(text, code="E834-0329", place=place)
    if size > settings.caps.bytes:
        text = f"the table has more than {settings.caps.bytes} bytes"
        raise SnapshotRefusedError(text, code="E834-0329", place=place)


def _refuse_types(table: str, types: Mapping[str, Any], shown: str) -> None:
    for name, held in types.items():
        kind = kind_of(table, name)
        if not _can_hold(held, kind):
            text = f"{table}.{name} is of type {held}, which cannot hold {_MEANING[kind]} exactly"
            raise SnapshotRefusedError(text, code="E834-0328", place=Place(shown, name=name))


_MEANING = {
    FieldKind.TEXT: "text",
    FieldKind.CODE: "a code word",
    FieldKind.DATE: "a day",
    FieldKind.MONEY: "an amount",
    FieldKind.INTEGER: "a whole number",
    FieldKind.FLAG: "yes or no",
}


def _can_hold(held: Any, kind: FieldKind) -> bool:
    kinds = pa.types
    if kinds.is_dictionary(held):
        return _can_hold(held.value_type, kind)
    if kinds.is_null(held) or kinds.is_string(held) or kinds.is_large_string(held):
        return True
    return bool(
        (kind is FieldKind.DATE and kinds.is_date32(held))
        or (kind is FieldKind.MONEY and kinds.is_decimal(held))
        or (kind is FieldKind.INTEGER and kinds.is_integer(held))
        or (kind is FieldKind.FLAG and kinds.is_boolean(held))
    )


def _texts(column: pa.ChunkedArray) -> TextColumn:
    if pa.types.is_null(column.type):
        return TextColumn(np.zeros(len(column), np.int32), ("",))
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    encoded = column.combine_chunks()
    encoded = (encoded.chunk(0) if isinstance(encoded, pa.ChunkedArray) else encoded).dictionary_encode()
    texts = [_text(value) for value in encoded.dictionary.to_pylist()]
    codes = np.asarray(encoded.indices.fill_null(len(texts)), np.int32)
    return TextColumn(codes, (*texts, ""))


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return text_of_number(value)
    if isinstance(value, date):
        return value.isoformat()
    assert isinstance(value, int)  # nothing else passes _can_hold
    return str(value)
