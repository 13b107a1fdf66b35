"""Records as values, and what may be wrong with one.

A record is its type's name and one text a field, absent being the empty text; a problem names the record and the
field, never the value.
Which person a record is about is known to the mapping, which turns problems into findings.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from edi834.model import Severity

__all__ = ["FlatProblem", "FlatRecord"]


@dataclass(frozen=True, slots=True)
class FlatRecord:
    """One record.

    Attributes:
      type: The name of its record type.
      values: One text a field, in the type's order; numbers are plain (``-12.50``), absent is "".
    """

    type: str
    values: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FlatProblem:
    """One thing that is wrong or doubtful in a record.

    Attributes:
      code: The stable code, ``E834-11NN``.
      severity: An error cannot be written; a warning is.
      message: What is wrong, without the value.
      field: The field's name, where it is one field.
      record: Which record of the file, counted from 1; None where it is not yet in one.
    """

    code: str
    severity: Severity
    message: str
    field: str | None = None
    record: int | None = None

    def at(self, record: int) -> FlatProblem:
        """Give the same problem, of that record of the file."""
        return replace(self, record=record)

    @property
    def is_error(self) -> bool:
        """Whether what has it cannot be written."""
        return self.severity is Severity.ERROR
