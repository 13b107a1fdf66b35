"""Which columns of a table are kept, and how they are held: as codes into their distinct texts.

A column is found by its exact name, or by the name a workspace declares; one that looks like a contract column under
another name refuses the snapshot, because dropping it would read as a change of everybody.
Where the texts come from is the drivers' beside this module.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from edi834.errors import Place, SnapshotRefusedError
from edi834.model import Finding, Severity
from edi834.sources.settings import TABLES, SourceSettings, holds_credentials, plain_name

__all__ = ["Chosen", "ColumnBuilder", "RawSnapshot", "RawTable", "TextColumn", "checked_table", "choose_columns"]

# What houses call a column of ours where the letters alone would not show it.
_ELSEWHERE = {
    "ssn": "social_security_number social_security soc_sec soc_sec_no soc_sec_num ss_number sss ssno",
    "birth_date": "dob date_of_birth birthday birthdate",
    "gender": "sex",
    "last_name": "surname family_name lname",
    "first_name": "given_name forename fname",
    "postal_code": "zip zip_code zipcode postcode",
    "member_id": "person_id",
    "subscriber_id": "employee_id emp_id",
    "group_id": "employer_id",
    "relationship": "relation relation_code",
    "effective_date": "eff_date start_date",
    "end_date": "term_date expiration_date",
    "plan_code": "plan plan_id",
    "benefit": "benefit_type line_of_coverage",
    "carrier_id": "carrier insurer",
    "hire_date": "date_of_hire doh",
    "termination_date": "date_of_termination",
    "death_date": "date_of_death",
}
_MEANT = {alias: column for column, aliases in _ELSEWHERE.items() for alias in aliases.split()}
_ALIKE = 0.85  # below it, columns of different meaning (end_reason, end_date) begin to be taken for each other


@dataclass(frozen=True, slots=True, repr=False)
class TextColumn:
    """One column of text.

    Attributes:
      codes: By row, the index of its text.
      texts: The distinct texts; the empty text is absent.
    """

    codes: NDArray[np.int32]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class RawTable:
    """One table as it was read.

    Attributes:
      name: ``groups``, ``members``, ``coverages`` or ``other_insurance``.
      shown: Where it was read, as a person may be told.
      columns: By name of the contract, or ``extra.NAME``; columns the source lacks are missing here.
      rows: How many.
      lines: By row, its line (CSV) or number (Parquet), from 1; None where rows have no order.
    """

    name: str
    shown: str
    columns: Mapping[str, TextColumn]
    rows: int
    lines: NDArray[np.int32] | None


@dataclass(frozen=True, slots=True, repr=False)
class RawSnapshot:
    """Every table of one snapshot, as text, and what was doubtful on the way in."""

    as_of: date
    tables: Mapping[str, RawTable]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The columns that are kept: name in the engine → position in the source's header."""

    positions: Mapping[str, int]
    findings: tuple[Finding, ...]


class ColumnBuilder:
    """Gathers one column batch by batch, keeping each distinct text once."""

    __slots__ = ("_chunks",)

    def __init__(self) -> None:
        self._chunks: list[pa.DictionaryArray] = []

    def add(self, texts: Sequence[str]) -> None:
        """Append a batch."""
        if any(texts):
            self._chunks.append(pa.array(texts, pa.string()).dictionary_encode())
        else:
            nothing = pa.array(np.zeros(len(texts), np.int32))
            self._chunks.append(pa.DictionaryArray.from_arrays(nothing, pa.array([""], pa.string())))

    def finished(self) -> TextColumn:
        """Give the column."""
        if not self._chunks:
            return TextColumn(np.zeros(0, np.int32), ())
        whole = pa.chunked_array(self._chunks).unify_dictionaries().combine_chunks()
        if isinstance(whole, pa.ChunkedArray):
            whole = whole.chunk(0)
        self._chunks.clear()
        return TextColumn(np.asarray(whole.indices, np.int32), tuple(whole.dictionary.to_pylist()))


def choose_columns(table: str, header: Sequence[str], settings: SourceSettings, shown: str) -> Chosen:
    """Decide which columns of a header are kept.

    Raises:
      SnapshotRefusedError: a name twice or empty, a column missing, or one that seems to be renamed.
    """
    names = [unicodedata.normalize("NFC", name).strip() for name in header]
    _refuse_unclear_names(table, names, shown)
    at = {name: position for position, name in enumerate(names)}
    positions = {
        column: at[settings.house_name(table, column)]
        for column in TABLES[table]
        if settings.house_name(table, column) in at
    }
    positions |= {f"extra.{name}": at[name] for name in settings.extra.get(table, ()) if name in at}
    spare = [name for position, name in enumerate(names) if position not in set(positions.values())]
    _refuse_missing(table, positions, spare, settings, shown)
    credentials = [name for name in spare if holds_credentials(name)]
    unknown = [name for name in spare if name not in credentials]
    findings = []
    if credentials:
        text = f"{table} has columns of credentials or system rights, which were dropped: {_named(credentials)}"
        findings.append(Finding("E834-0341", Severity.WARNING, text, place=Place(shown)))
    if unknown:
        text = f"{table} has columns the contract does not know, which were ignored: {_named(unknown)}"
        findings.append(Finding("E834-0340", Severity.WARNING, text, place=Place(shown)))
    return Chosen(positions, tuple(findings))


def checked_table(table: RawTable, settings: SourceSettings) -> RawTable:
    """Give the table back, if none of its values is longer than a value may be, or holds a NUL.

    Raises:
      SnapshotRefusedError: one is.
    """
    for name, column in table.columns.items():
        for code, text in enumerate(column.texts):
            if len(text) > settings.caps.field_length:
                place = _place_of(table, name, column, code)
                raise SnapshotRefusedError("a value is longer than any value may be", code="E834-0329", place=place)
            if "\0" in text:
                place = _place_of(table, name, column, code)
                raise SnapshotRefusedError("a value holds a NUL character", code="E834-0315", place=place)
    return table


def _place_of(table: RawTable, name: str, column: TextColumn, code: int) -> Place:
    row = int(np.argmax(column.codes == code))
    return Place(table.shown, line=None if table.lines is None else int(table.lines[row]), name=name)


def _refuse_unclear_names(table: str, names: Sequence[str], shown: str) -> None:
    place = Place(shown, line=1)
    if len(names) == 1 and re.search(r"[;\t|]", names[0]):
        text = f"the columns of {table} are separated by something else than a comma"
        raise SnapshotRefusedError(text, code="E834-0323", place=place)
    if "" in names:
        text = f"column {names.index('') + 1} of {table} has no name"
        raise SnapshotRefusedError(text, code="E834-0320", place=place)
    twice = [position + 1 for position, name in enumerate(names) if names.index(name) < position]
    if twice:  # by number: where the header is missing, the names would be a person's values
        text = f"column {twice[0]} of {table} has the name of a column before it"
        raise SnapshotRefusedError(text, code="E834-0320", place=place)


def _refuse_missing(
    table: str, positions: Mapping[str, int], spare: Sequence[str], settings: SourceSettings, shown: str
) -> None:
    missing = [column for column in TABLES[table] if column not in positions]
    for column in missing:
        if column in settings.renames.get(table, {}):
            text = f"{table} has no column {settings.house_name(table, column)!r}, declared to hold {column}"
            raise SnapshotRefusedError(text, code="E834-0334", place=Place(shown, line=1))
    for name in settings.extra.get(table, ()):
        if f"extra.{name}" not in positions:
            text = f"{table} has no column {name!r}, declared as extra"
            raise SnapshotRefusedError(text, code="E834-0334", place=Place(shown, line=1))
    meant = {like: house for house in spare if (like := _meant(house, missing)) is not None}
    place = Place(shown, line=1)
    for column in missing:
        if TABLES[table][column].required:
            hint = f"; {_named([meant[column]])} looks like it" if column in meant else ""
            text = f"{table} has no column {column}{hint}"
            raise SnapshotRefusedError(text, code="E834-0321", place=place, remedy=_hint(table, column, meant))
    for column, house in meant.items():
        text = f"{table} has no column {column}, but one named {_named([house])} that looks like it"
        raise SnapshotRefusedError(text, code="E834-0322", place=place, remedy=_hint(table, column, meant))


def _hint(table: str, column: str, meant: Mapping[str, str]) -> str | None:
    if column not in meant:
        return None
    house = meant[column]
    return (
        f"If it is {column}, write `[source.renames.{table}]` `{column} = {house!r}` in edi834.toml; "
        f"if it is something else, list it under `[source.extra]`."
    )


def _meant(house: str, missing: Sequence[str]) -> str | None:
    """The missing column that a house's name seems to mean, if any."""
    if holds_credentials(house):
        return None
    plain = plain_name(house)
    for candidate in (plain, _MEANT.get(plain)):
        if candidate in missing:
            return candidate
    flat = plain.replace("_", "")
    for column in missing:
        same_digits = re.sub(r"\D", "", column) == re.sub(r"\D", "", plain)
        close = difflib.SequenceMatcher(None, flat, column.replace("_", "")).ratio()
        if same_digits and (flat == column.replace("_", "") or close >= _ALIKE):
            return column
    return None


def _named(names: Iterable[str], most: int = 10) -> str:
    """Names for print: a header can be a row of people by accident, so no more than a few, and short."""
    shortened = [re.sub(r"[^\w .-]", "?", name[:40]) for name in names]
    return ", ".join(shortened[:most]) + (f" and {len(shortened) - most} more" if len(shortened) > most else "")
