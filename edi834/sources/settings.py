"""How one house's snapshot differs from the contract: the ``[source]`` table of a workspace, as a value.

What is declared here must be there: a renamed or extra column that a snapshot lacks refuses the snapshot, because a
column that silently became empty would read as a change of everybody. Columns that hold credentials can be declared
for nothing. Reading the table from ``edi834.toml`` is ``edi834/workspace``'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from edi834.errors import ConfigurationError
from edi834.model import COVERAGE_COLUMNS, GROUP_COLUMNS, MEMBER_COLUMNS, OTHER_INSURANCE_COLUMNS, ModelField

__all__ = ["NEEDED_TABLES", "TABLES", "TABLES_WITH_EXTRAS", "Caps", "SourceSettings", "holds_credentials", "plain_name"]

TABLES: Mapping[str, Mapping[str, ModelField]] = MappingProxyType(
    {
        "groups": GROUP_COLUMNS,
        "members": MEMBER_COLUMNS,
        "coverages": COVERAGE_COLUMNS,
        "other_insurance": OTHER_INSURANCE_COLUMNS,
    }
)
"""Table name → its columns by the contract."""

NEEDED_TABLES = ("members", "coverages")
"""Tables without which there is no snapshot."""

TABLES_WITH_EXTRAS = ("members", "coverages")
"""Tables of which further columns may be kept."""

_CREDENTIALS = re.compile(
    r"(^|_)("
    r"user_?names?|logins?|login_name|logon|"  # who logs in
    r"pass_?words?|passwd|pwd|pass_?phrase|pin|pin_code|"  # what with
    r"secret|api_?key|private_?key|access_token|credentials?|otp|mfa|totp|"
    r"security_(access|access_level|level|role|group|question|answer)s?|"  # how to get in all the same
    r"access_(level|rights?|role)s?|permissions?|privileges?|system_roles?|is_admin|sso_id"
    r")(_|\d|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How large a snapshot may be before it is refused rather than read.

    Attributes:
      rows: Most rows of one table.
      bytes: Most bytes of one file, after decompression; a database is held to the other two.
      field_length: Most characters of one value; no more than 100,000.
    """

    rows: int = 9_999_999
    bytes: int = 4 * 1024**3
    field_length: int = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """What a workspace says about its snapshots.

    Attributes:
      renames: Table → column of the contract → the house's name for it.
      extra: Table (``members``, ``coverages``) → further columns that are kept, as ``member.extra.NAME``.
      settle_seconds: How long a file that no manifest vouches for must have stood still.
      invented_people: Whether SSNs that are never issued (000, 666) are taken; such a workspace is for tests only.
      open_end_dates: How the house writes "no end" in a column of last days, ``9999-12-31`` for one.
      caps: How large a snapshot may be.

    Raises:
      ConfigurationError: it names a table or column that cannot be.
    """

    renames: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    settle_seconds: int = 30
    invented_people: bool = False
    open_end_dates: tuple[str, ...] = ()
    caps: Caps = Caps()

    def __post_init__(self) -> None:
        for table, columns in self.renames.items():
            _expect(table in TABLES, f"[source] renames columns of {table!r}, which is no table of a snapshot")
            for column, house in columns.items():
                _expect(column in TABLES[table], f"[source] renames {table}.{column}, which is no column of a snapshot")
                _expect(not holds_credentials(house), f"[source] takes {table}.{column} from {house!r}: a credential")
            _expect(len(set(columns.values())) == len(columns), f"[source] takes two columns of {table} from one")
        for table, names in self.extra.items():
            _expect(table in TABLES_WITH_EXTRAS, f"[source] asks for extra columns of {table!r}, which cannot have any")
            for name in names:
                _expect(name not in TABLES[table], f"[source] extra {table}.{name} is a column of every snapshot")
                _expect(not holds_credentials(name), f"[source] extra {table}.{name} is a credential")
        _expect(self.settle_seconds >= 0, "[source] settle_seconds is below zero")
        _expect(0 < self.caps.field_length <= 100_000, "[source] caps a value's length beyond 100,000 characters")

    def house_name(self, table: str, column: str) -> str:
        """The name under which the house keeps a column of the contract."""
        return self.renames.get(table, {}).get(column, column)


def plain_name(column: str) -> str:
    """A column's name without case, blanks and punctuation, as words joined by ``_``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)
    return re.sub(r"[^0-9a-z]+", "_", spaced.lower()).strip("_")


def holds_credentials(column: str) -> bool:
    """Whether a column of that name holds a credential or a system right, which is never reported to a carrier."""
    return bool(_CREDENTIALS.search(plain_name(column)))


def _expect(claim: bool, otherwise: str) -> None:
    if not claim:
        raise ConfigurationError(otherwise, code="E834-0333")
