"""A worklist as a value: what is to be reported to a recipient that takes no files, one family an item.

It is the content of a document like any other, so it is written as JSON that reads back as the same value and is the
same bytes for the same list; it rests sealed, and is printed on demand.
Making it is ``worklist_build.py``'s, drawing it ``delivery/printed.py``'s, ticking items off the ledger's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

__all__ = ["Row", "WorkItem", "WorkLine", "Worklist", "from_json", "to_json"]

_VERSION = 1

Row = tuple[str, str, str]
"""A label, the old value and the new; an empty text where there was or is none."""


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One thing that happened to one person.

    Attributes:
      person: Whom it is about, as the recipient knows them: name and member number.
      happened: What happened, in the field's words.
      rows: What is to be entered: label, old value, new value, in the order of the recipient's screen.
      effective: From when it holds; None where it holds at once.
      why: Why it is reported; empty where ``happened`` says it.
    """

    person: str
    happened: str
    rows: tuple[Row, ...]
    effective: date | None
    why: str


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One family: one box to tick, one confirmation number.

    Attributes:
      number: Its number in the list, from 1; the transaction set it counts as.
      family: The family, as the recipient knows it.
      lines: What happened, in order.
      again: Whether an earlier list already said so and was not finished.
    """

    number: int
    family: str
    lines: tuple[WorkLine, ...]
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """One list for one recipient.

    Attributes:
      title: What it is, for its head.
      feed: Which feed it belongs to.
      carrier: The recipient's name.
      group: The employer's name.
      reference: The transmission's own reference.
      digest: What tells one list from another: hexadecimal, short enough to be read out.
      as_of: The day it speaks of.
      notice: The words about privacy on its cover.
      items: The families, in order.
    """

    title: str
    feed: str
    carrier: str
    group: str
    reference: str
    digest: str
    as_of: date
    notice: str
    items: tuple[WorkItem, ...]


def to_json(worklist: Worklist) -> bytes:
    """The list as JSON in UTF-8: the same list gives the same bytes."""
    content = {
        "v": _VERSION,
        "title": worklist.title,
        "feed": worklist.feed,
        "carrier": worklist.carrier,
        "group": worklist.group,
        "reference": worklist.reference,
        "digest": worklist.digest,
        "as_of": worklist.as_of.isoformat(),
        "notice": worklist.notice,
        "items": [_item_out(item) for item in worklist.items],
    }
    return json.dumps(content, ensure_ascii=False, indent=1).encode("utf-8")


def from_json(content: bytes) -> Worklist:
    """The list that :func:`to_json` wrote.

    Raises:
      ValueError: it is not one.
    """
    try:
        read = json.loads(content)
        if read["v"] != _VERSION:
            raise ValueError("a worklist of another version")
        return Worklist(
            title=_text(read["title"]),
            feed=_text(read["feed"]),
            carrier=_text(read["carrier"]),
            group=_text(read["group"]),
            reference=_text(read["reference"]),
            digest=_text(read["digest"]),
            as_of=date.fromisoformat(read["as_of"]),
            notice=_text(read["notice"]),
            items=tuple(_item_in(item) for item in read["items"]),
        )
    except (KeyError, TypeError, AttributeError):
        # Without its cause: what stands in it is about people.
        raise ValueError("not a worklist") from None


def _item_out(item: WorkItem) -> dict[str, Any]:
    lines = [
        {
            "person": line.person,
            "happened": line.happened,
            "rows": [list(row) for row in line.rows],
            "effective": line.effective and line.effective.isoformat(),
            "why": line.why,
        }
        for line in item.lines
    ]
    return {"number": item.number, "family": item.family, "again": item.again, "lines": lines}


def _item_in(read: dict[str, Any]) -> WorkItem:
    lines = tuple(
        WorkLine(
            _text(line["person"]),
            _text(line["happened"]),
            tuple((_text(label), _text(old), _text(new)) for label, old, new in line["rows"]),
            date.fromisoformat(line["effective"]) if line["effective"] else None,
            _text(line["why"]),
        )
        for line in read["lines"]
    )
    return WorkItem(int(read["number"]), _text(read["family"]), lines, bool(read["again"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
