"""Documents as the mapping would hand them over, made of a tree or of bytes: facts that agree with what they say.

`document_of` takes the facts from the file itself, so that a test changes one thing and only that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from edi834.mapping.document import Document, DocumentSet, FileFacts, FileFormat, FileScope
from edi834.model import FamilyRef, FeedId, GroupId, MemberId
from edi834.x12 import Interchange, Loop, read, write

SCOPES = {"2": FileScope.CHANGES, "4": FileScope.FULL_AUDIT, "RX": FileScope.FULL_REPLACE}
NAME = "EV834_20240301_42.x12"


def document_of(reported: Interchange | bytes) -> Document:
    """A document that agrees with its content; of bytes, what the reader makes of them is what was meant."""
    if isinstance(reported, bytes):
        content, meant = reported, read(reported).interchanges[0]
    else:
        content, meant = write(reported).text, reported
    sets = tuple(
        DocumentSet(one.control_number, _families(one.members()), sum(1 for _ in one.members()))
        for one in meant.transaction_sets()
    )
    header = meant.header
    first = next(meant.transaction_sets(), None)
    beginning = next(first.header.segments("BGN"), None) if first else None
    facts = FileFacts(
        feed_id=FeedId("evergreen-medical"),
        control_number=header.control_number,
        reference="R-1",
        scope=SCOPES.get(beginning.text(8) if beginning else "", FileScope.CHANGES),
        created=datetime.combine(header.date, header.time),
        as_of=header.date,
        is_test=header.usage == "T",
        remote_name=NAME,
    )
    records = sum(bool(piece.strip()) for piece in content.split(meant.delimiters.segment.encode()))
    return Document(facts, FileFormat.X12, content, sets, meant, records)


def _families(members: Iterable[Loop]) -> tuple[FamilyRef, ...]:
    known: dict[str, FamilyRef] = {}
    for member in members:
        identifier = next((one.text(2) for one in member.segments("REF") if one.text(1) == "0F"), "")
        known.setdefault(identifier, FamilyRef(GroupId("acme"), MemberId(f"S{len(known) + 1}")))
    return tuple(known.values())
