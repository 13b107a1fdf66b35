"""Taking answers in, as ``ack`` and ``poll`` both do: a file becomes verdicts or a report, shown line by line.

What is shown of a person is a reference; what of a row is its number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edi834.commands.session import Session
from edi834.errors import HeldError
from edi834.feed.acknowledge import MAX_BYTES, Answer, Located, take_in
from edi834.feed.member_report import ReportSpec, read_report
from edi834.feed.profile import OutboxProfile
from edi834.model import Finding, Severity

__all__ = ["Taken", "complaint_facts", "complaint_words", "take_file", "unsealed", "worst"]

_SEALED_NAME = re.compile(r"\.(pgp|gpg|asc)$", re.IGNORECASE)
_SHOWN = 20  # complaints of one answer on a terminal; all of them in JSON


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: its exit status, and whether it is done with."""

    status: int
    is_done: bool


def unsealed(session: Session, name: str, content: bytes, outboxes: Sequence[OutboxProfile]) -> tuple[str, bytes]:
    """A file's name and content as they are once a carrier's seal is off; both as they came where there is none.

    Raises:
      HeldError, KeyRefusedError: it is sealed, and is not opened.
    """
    plain = session.wiring.open_answer(outboxes, content, MAX_BYTES)
    return (name if plain is content else _SEALED_NAME.sub("", name)), plain


def worst(statuses: list[int]) -> int:
    """One exit status for several files."""
    return statuses[0] if len(set(statuses)) == 1 else max(statuses, key=(0, 3, 7, 10, 6, 11).index, default=0)


def take_file(session: Session, name: str, content: bytes, spec: ReportSpec | None) -> Taken:
    """Take one file in, and show what it did."""
    if spec is not None:
        return _report(session, name, content, spec)
    try:
        answers, findings = take_in(content, session.ledger)
    except HeldError as error:
        session.output.error(error)
        return Taken(6, is_done=True)  # it is written down, and the feed is stopped: there is no more to it
    for answer in answers:
        _show(session, name, answer)
    session.output.findings(findings)
    is_wrong = any(finding.severity is Severity.ERROR for finding in findings)
    if any(a.transmission and (a.rejected or a.transmission.state.value == "rejected") for a in answers):
        return Taken(11, is_done=not is_wrong)
    if any(a.transmission is None for a in answers):
        return Taken(10, is_done=False)
    return Taken(3 if is_wrong else 0, is_done=not is_wrong)


def _show(session: Session, name: str, answer: Answer) -> None:
    session.output.line(f"{name}: {_words(answer)}")
    for complaint in answer.complaints[:_SHOWN]:
        session.output.line(f"  {complaint_words(complaint)}")
    if len(answer.complaints) > _SHOWN:
        session.output.line(f"  and {len(answer.complaints) - _SHOWN} more")
    session.output.event(
        "answer", file=name, kind=answer.kind, control_number=answer.control_number,
        transmission=answer.transmission.transmission_id if answer.transmission else None,
        state=answer.transmission.state.value if answer.transmission else None,
        accepted=list(answer.accepted), rejected=list(answer.rejected),
        complaints=[complaint_facts(c) for c in answer.complaints],
    )  # fmt: skip


def complaint_words(complaint: Located) -> str:
    """Say what a carrier complains of."""
    fault = complaint.fault
    elements = f", elements {', '.join(fault.elements)}" if fault.elements else ""
    loop = f" in {fault.loop}" if fault.loop else ""
    about = str(complaint.member) if complaint.member else "nobody that is known"
    return (
        f"set {fault.set_number}, segment {fault.position} {fault.segment}{loop}: "
        f"code {fault.code or 'none'}{elements}; about {about}"
    )


def complaint_facts(complaint: Located) -> dict[str, object]:
    """Give a complaint as the facts of a JSON line."""
    fault = complaint.fault
    return {
        "set": fault.set_number,
        "position": fault.position,
        "segment": fault.segment,
        "loop": fault.loop,
        "code": fault.code,
        "elements": list(fault.elements),
        "member": str(complaint.member) if complaint.member else None,
    }


def _words(answer: Answer) -> str:
    if answer.transmission is None:
        return f"{answer.kind} on number {answer.control_number} matches no file of ours; kept as unmatched"
    sets = f"{len(answer.accepted)} of {len(answer.accepted) + len(answer.rejected)} sets accepted"
    again = (
        f"; the people of {', '.join(answer.rejected)} are reported again by the next run" if answer.rejected else ""
    )
    return (
        f"{answer.kind} on {answer.transmission.feed_id} {answer.transmission.transmission_id} "
        f"(number {answer.control_number}): {answer.transmission.state.value}, {sets}{again}"
    )


def _report(session: Session, name: str, content: bytes, spec: ReportSpec) -> Taken:
    report, findings = read_report(content, spec)
    if report is None:
        session.output.findings(findings)
        return Taken(3, is_done=False)
    taken = session.ledger.member_report(report)
    families = sum(taken.reverted.values())
    again = f"; {families} families are reported again by the next run" if families else ""
    known = "" if taken.is_new else "; it was taken in before, and nothing changed"
    rejected, total = len(report.rejected), len(report.rejected) + report.accepted
    session.output.line(f"{name}: report on {spec.feed_id}: {rejected} of {total} people rejected{again}{known}")
    session.output.event(
        "report", file=name, report=spec.name, feed=spec.feed_id, rejected=rejected, accepted=report.accepted,
        reverted=dict(taken.reverted), unmatched=[v.row for v in taken.unmatched], new=taken.is_new,
    )  # fmt: skip
    rows = ", ".join(str(v.row) for v in taken.unmatched[:_SHOWN])
    if rows:
        text = f"{len(taken.unmatched)} rows of {name} name nobody that {spec.feed_id} has reported: rows {rows}"
        session.output.findings([Finding("E834-0952", Severity.WARNING, text, place=spec.place)])
    return Taken(11 if rejected else 0, is_done=True)
