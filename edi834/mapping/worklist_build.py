"""Building a worklist: statements become items of families, each with what happened and what is to be entered.

A family that cannot be shown is quarantined with its findings, as in an 834; an item is a transaction set of its own,
because it is confirmed on its own. Only what is new or changed is listed, with the old value beside the new.
Drawing it is ``delivery/printed.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from edi834.book.events import Event
from edi834.book.statement import Action, FamilyStatement, MemberStatement
from edi834.grants import ReleasedMember
from edi834.mapping.document import Document, DocumentSet, FileFormat
from edi834.mapping.grouped import groups_together
from edi834.mapping.guided.build import Built
from edi834.mapping.guided.emission import quarantined
from edi834.mapping.paper import Row, WorkItem, WorkLine, Worklist, to_json
from edi834.mapping.scopes import Surroundings
from edi834.mapping.worklist import CompiledWorklist, WorklistRow, worklist_rows
from edi834.model import Finding

__all__ = ["NOTICE", "build_worklist"]

NOTICE = (
    "This list tells of people's health coverage. It belongs to the employer named on it, is given to the recipient "
    "named on it and to nobody else, and holds no more than the recipient needs. If it reached you by mistake, do not "
    "read on: give it back to the employer, and keep no copy."
)
"""The Data Owner's words on every cover, unless the mapping has a constant ``privacy_notice``."""


def build_worklist(mapping: CompiledWorklist, around: Surroundings, families: Sequence[FamilyStatement]) -> Built:
    """Write families as one worklist, in the order given; groups are kept together.

    Args:
      mapping: What is shown.
      around: The file's facts, the carrier, the released values of the groups and the mapping's constants.
      families: What is to be reported.
    """
    items: list[WorkItem] = []
    reported: list[DocumentSet] = []
    findings: list[Finding] = []
    for family in groups_together(families):
        lines, wrong = _lines(mapping, around, family)
        if wrong:
            findings.extend(quarantined(family.target.ref, wrong))
            continue
        number = len(items) + 1
        items.append(WorkItem(number, _family_words(family), lines, family.target.ref in around.facts.again))
        reported.append(DocumentSet(f"{number:04}", (family.target.ref,), len(family.members), statements=(family,)))
    document = None
    if items:
        content = to_json(_worklist(around, tuple(items)))
        document = Document(around.facts, FileFormat.WORKLIST, content, tuple(reported), records=len(items))
    shown = {ref for one in reported for ref in one.families}
    return Built(document, frozenset(f.target.ref for f in families) - shown, tuple(findings))


def _worklist(around: Surroundings, items: tuple[WorkItem, ...]) -> Worklist:
    facts = around.facts
    names = [str(record["name"]) for record in around.groups.values() if record.get("name")]
    fingerprint = hashlib.sha256(repr((facts.reference, items)).encode()).hexdigest()
    return Worklist(
        title="Enrollment changes" if facts.scope == "changes" else "Enrollment, everyone",
        feed=facts.feed_id,
        carrier=around.carrier.name,
        group=", ".join(names),
        reference=facts.reference,
        digest=fingerprint[:16],
        as_of=facts.as_of,
        notice=around.constants.get("privacy_notice", NOTICE),
        items=items,
    )


def _family_words(family: FamilyStatement) -> str:
    return f"Family of {_name(family.subscriber)}, {family.target.ref}"


def _person_words(statement: MemberStatement) -> str:
    """The name the recipient knows the person by: a new name stands among the changes."""
    return f"{_name(statement.reported or statement.member)}, {statement.member.ref}"


def _name(member: ReleasedMember) -> str:
    names = (member.values.get("first_name"), member.values.get("last_name"))
    return " ".join(str(n) for n in names if n) or "a member"


def _lines(
    mapping: CompiledWorklist, around: Surroundings, family: FamilyStatement
) -> tuple[tuple[WorkLine, ...], tuple[Finding, ...]]:
    lines: list[WorkLine] = []
    findings: list[Finding] = []
    for statement in family.members:
        rows = worklist_rows(mapping, around, family, statement)
        findings.extend(r.finding for r in rows if r.finding is not None)
        lines.append(
            WorkLine(
                person=_person_words(statement),
                happened=_happened(statement.events, statement.action),
                rows=tuple(_row(r) for r in rows if _is_shown(r, statement)),
                effective=statement.effective or _day(statement),
                why=(statement.reason or "").replace("_", " "),
            )
        )
    return tuple(lines), tuple(findings)


def _is_shown(row: WorklistRow, statement: MemberStatement) -> bool:
    """New people are shown whole; of known ones, what changed, and whatever names the span that is reported."""
    if statement.reported is None:
        return row.new is not None
    return row.is_changed or (row.benefit is not None and row.new is not None)


def _row(row: WorklistRow) -> Row:
    label = f"{row.label} ({row.benefit.replace('_', ' ')})" if row.benefit else row.label
    return label, row.old or "", row.new or ""


def _happened(events: Sequence[Event], action: Action) -> str:
    words = dict.fromkeys(e.kind.value.replace("_", " ") for e in events)
    return ", ".join(words) or ("as it stands" if action is Action.AUDIT else action.value)


def _day(statement: MemberStatement) -> date | None:
    return statement.last_day if statement.ends_member else statement.first_day
