"""A selection: which rows and which fields of a snapshot one feed may see; and the digest of what it saw.

A family's digest is taken over its lines: one line a row, the row's table, keys and released values in canonical
form; lines are sorted, so order of rows and columns changes nothing.
``edi834/sources`` computes the same digest over columns; ``tests/laws`` proves that the two agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from edi834.grants.released import ReleasedFamily
from edi834.model import CarrierId, FieldPath, GroupId, Value, canonical

__all__ = ["DIGEST_SIZE", "LINE_SEPARATOR", "VALUE_SEPARATOR", "Selection", "digest_of_lines", "family_digest", "line"]

VALUE_SEPARATOR = "\x1f"
LINE_SEPARATOR = "\x1e"
DIGEST_SIZE = 32


@dataclass(frozen=True, slots=True)
class Selection:
    """Which part of a snapshot one feed may see.

    Attributes:
      carrier_id: Only coverages of this carrier.
      benefits: Only coverages of these benefits.
      fields: By group, the released fields in sorted order; people of other groups are not seen at all.
    """

    carrier_id: CarrierId
    benefits: frozenset[str]
    fields: Mapping[GroupId, tuple[FieldPath, ...]]

    def names(self, group_id: GroupId, table: str) -> tuple[str, ...]:
        """The released field names of one table, in sorted order; () where the group or table has none."""
        prefix = f"{table}."
        return tuple(sorted(p.removeprefix(prefix) for p in self.fields.get(group_id, ()) if p.startswith(prefix)))


def line(table: str, key: str, values: Iterable[Value]) -> str:
    """Give a row's line: the table's letter (``M``, ``C``, ``O``), the member_id, and the values in canonical form."""
    return VALUE_SEPARATOR.join((table, key, *(canonical(v) for v in values)))


def digest_of_lines(lines: Iterable[str], key: bytes) -> bytes:
    """Give the keyed digest (BLAKE2b, 32 bytes) of one family's lines, whatever their order."""
    joined = LINE_SEPARATOR.join(sorted(lines))
    return hashlib.blake2b(joined.encode(), key=key, digest_size=DIGEST_SIZE).digest()


def family_digest(family: ReleasedFamily, key: bytes) -> bytes:
    """Give the digest of a released family: the same that the snapshot's columns give for it.

    Values stand in the sorted order of their field names. A field that could not be read counts as absent here.
    """
    lines: list[str] = []
    for member in family.members:
        # member_id is the source's own key and is compared to the letter, not in canonical form.
        lines.append(line("M", member.ref.member_id, (member.values[n] for n in sorted(member.values))))
        lines.extend(line("C", member.ref.member_id, (c.values[n] for n in sorted(c.values))) for c in member.coverages)
        lines.extend(line("O", member.ref.member_id, (o[n] for n in sorted(o))) for o in member.other_insurance)
    return digest_of_lines(lines, key)
