"""The trail: who did what to which reference, when; each line holds on to the one before by a keyed digest.

A line is written in the transaction of what it tells, and the one row of ``trail_head`` lets only one writer at a time
add the next. Lines hold codes, numbers, references and reasons, never a value about a person.
Where the newest line is anchored outside the database is the spool's manifests.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from edi834.feed.ledger_port import Actor, AuditEntry
from edi834.feed.ports import Clock
from edi834.ledger import tables
from edi834.ledger.keys import Keyring

__all__ = ["Trail", "without_ssns"]

_REFERENCE = re.compile(r"[0-9a-f]{12,}|[0-9A-F]{40}")  # a digest or id of ours, or the fingerprint of a key
_LOOKS_LIKE_AN_SSN = re.compile(r"(?<!\d)\d{3}([- ]?)\d{2}\1(\d{4})(?!\d)")


@dataclass(frozen=True, slots=True)
class Trail:
    """The trail of one ledger, written by one actor."""

    keyring: Keyring
    clock: Clock
    actor: Actor

    @property
    def writer(self) -> str:
        """Who stands in the lines: the system's user, and the name given."""
        return f"{self.actor.os_user} ({self.actor.name})" if self.actor.name else self.actor.os_user

    def add(self, connection: Connection, action: str, subject: str, detail: Mapping[str, object]) -> None:
        """Write the next line, in the transaction of what it tells."""
        head = tables.trail_head
        last = connection.execute(select(head.c.number, head.c.chain).with_for_update()).one()
        texts = {name: str(value) for name, value in sorted(detail.items()) if value is not None}
        line = AuditEntry(last.number + 1, self.clock.now(), self.writer, action, subject, texts, "")
        chain = self._chain(line, last.chain)
        connection.execute(
            insert(tables.trail).values(
                number=line.number,
                at=line.at,
                actor=line.actor,
                action=action,
                subject=subject,
                detail=json.dumps(texts, sort_keys=True),
                chain=chain,
            )
        )
        connection.execute(update(head).values(number=line.number, chain=chain))

    def head(self, connection: Connection) -> tuple[int, str]:
        """The newest line's number and chain."""
        found = connection.execute(select(tables.trail_head.c.number, tables.trail_head.c.chain)).one()
        return found.number, found.chain

    def lines(self, connection: Connection, subject: str | None = None) -> list[AuditEntry]:
        """The lines about a subject, or all, oldest first."""
        query = select(tables.trail).order_by(tables.trail.c.number)
        if subject is not None:
            query = query.where(tables.trail.c.subject == subject)
        return [_line(row) for row in connection.execute(query)]

    def last_written(self, connection: Connection) -> datetime | None:
        """When the newest line was written; None where there is none."""
        head, lines = tables.trail_head, tables.trail
        at: datetime | None = connection.scalar(select(lines.c.at).join(head, head.c.number == lines.c.number))
        return at

    def first_broken(self, connection: Connection, anchors: Iterable[tuple[int, str]]) -> int | None:
        """The number of the first line that does not hold, the first missing one included; None where all hold.

        Args:
          connection: Where to read.
          anchors: Lines known from outside the database, by number and chain.
        """
        lines = self.lines(connection)
        chain = ""
        for expected, line in enumerate(lines, start=1):
            if line.number != expected or line.chain != self._chain(line, chain):
                return expected
            chain = line.chain
        head = self.head(connection)
        if len(lines) > head[0]:
            return head[0] + 1
        lost = [number for number, anchored in (head, *anchors) if not _holds(lines, number, anchored)]
        return min((min(number, len(lines) + 1) for number in lost), default=None)

    def _chain(self, line: AuditEntry, before: str) -> str:
        content = [before, line.number, _moment(line.at), line.actor, line.action, line.subject, dict(line.detail)]
        return self.keyring.chained(json.dumps(content, sort_keys=True).encode())


def without_ssns(text: str) -> str:
    """Give a person's free text with whatever has the shape of a Social Security number masked to its last four.

    A digest or id of ours, and a key's fingerprint, may well have nine digits in a row: they are left whole.
    """
    if _REFERENCE.fullmatch(text):
        return text
    return _LOOKS_LIKE_AN_SSN.sub(r"***-**-\2", text)


def _holds(lines: Sequence[AuditEntry], number: int, chain: str) -> bool:
    return number == 0 or (number <= len(lines) and lines[number - 1].chain == chain)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _line(row: Row[Any]) -> AuditEntry:
    detail = json.loads(row.detail)
    return AuditEntry(row.number, row.at, row.actor, row.action, row.subject, detail, row.chain)
