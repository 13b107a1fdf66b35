"""Acknowledgements: a carrier's 999 or TA1 becomes a verdict on one transmission, set by set.

It is matched by the reversed ids of its envelope and by control numbers, never by name or time; an answer that
matches nothing is kept as unmatched and changes nothing. A rejected set reverts its families in the ledger, and the
next run reports them again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi834.feed.ledger_port import EnvelopeKey, Fault, Ledger, State, Transmission, Verdict
from edi834.feed.whereabouts import member_at
from edi834.model import Finding, MemberRef, Severity, TransmissionId
from edi834.x12 import TA1, Ack999, SegmentError, read_acknowledgements

__all__ = ["MAX_BYTES", "Answer", "Located", "located", "take_in"]

MAX_BYTES = 5_000_000
"""An answer larger than this is not one (A07)."""


MAX_FAULTS = 1000
"""How many complaints of one answer are kept: a file that is wrong throughout says the same of every line."""


@dataclass(frozen=True, slots=True)
class Located:
    """A complaint, and whom it is about: None where it is about the file, or nobody can tell."""

    fault: Fault
    member: MemberRef | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer did.

    Attributes:
      kind: ``999`` or ``TA1``.
      control_number: The number of our file that it answers.
      transmission: The file, None where it matches none of ours.
      accepted, rejected: The set numbers it accepts and rejects.
      complaints: What it says is wrong, segment by segment, each with whom it is about.
    """

    kind: str
    control_number: int
    transmission: Transmission | None
    accepted: tuple[str, ...]
    rejected: tuple[str, ...]
    complaints: tuple[Located, ...] = ()


def take_in(content: bytes, ledger: Ledger) -> tuple[list[Answer], list[Finding]]:
    """Take a file of answers in.

    Args:
      content: The file's bytes, as the carrier sent them.
      ledger: Where the verdicts go.

    Returns:
      What each answer did, in the file's order, and whatever could not be understood: such an answer changes nothing.

    Raises:
      HeldError: an answer contradicts one that was taken in before.
    """
    read = read_acknowledgements(content, MAX_BYTES)
    digest = hashlib.sha256(content).hexdigest()
    verdicts = [_verdict(one, digest) for one in read.found]
    answers = [_take(verdict, ledger) for verdict in verdicts]
    findings = [Finding(f.code, Severity.ERROR, f.message) for f in read.findings]
    findings.extend(
        Finding(
            "E834-0920", Severity.WARNING, f"the {a.kind} on control number {a.control_number} answers no file of ours"
        )
        for a in answers
        if a.transmission is None
    )
    for verdict, answer in zip(verdicts, answers, strict=True):
        findings.extend(_doubts(verdict, answer))
    return answers, findings


def located(transmission_id: TransmissionId, ledger: Ledger) -> list[Located]:
    """Everything that answers complain of in a transmission, each with whom it is about."""
    faults = [fault for verdict in ledger.answers_to(transmission_id) for fault in verdict.faults]
    return _located(transmission_id, faults, ledger)


def _located(transmission_id: TransmissionId, faults: Sequence[Fault], ledger: Ledger) -> list[Located]:
    index = ledger.whereabouts(transmission_id) if faults else {}
    return [Located(fault, member_at(index, fault.set_number, fault.position)) for fault in faults]


def _doubts(verdict: Verdict, answer: Answer) -> Iterator[Finding]:
    """What a person should know of an answer that reverts nothing."""
    if answer.transmission is None:
        return
    tid = answer.transmission.transmission_id
    if verdict.overall == "E" or "E" in verdict.sets.values():
        text = f"the carrier took {tid} in with errors: nothing is sent again, and what it means is to be asked"
        yield Finding("E834-0921", Severity.WARNING, text, remedy=f"edi834 show {tid}")
    if verdict.kind == "TA1" and verdict.overall == "R" and answer.transmission.state is not State.REJECTED:
        text = f"the carrier has {tid} already, and refuses to take it in twice: it was sent more than once"
        yield Finding("E834-0922", Severity.WARNING, text, remedy=f"edi834 show {tid}")


def _verdict(answer: Ack999 | TA1, digest: str) -> Verdict:
    header = answer.envelope
    # The carrier is the sender of its answer: our own envelope is the reverse of it.
    envelope = EnvelopeKey(header.receiver_qualifier, header.receiver_id, header.sender_qualifier, header.sender_id)
    if isinstance(answer, TA1):
        return Verdict(
            envelope,
            answer.interchange_control_number,
            "TA1",
            {},
            answer.verdict,
            answer.note_code,
            _mark(digest, "TA1"),
        )
    sets = {one.control_number: one.verdict for one in answer.sets}
    mark = _mark(digest, str(answer.group_control_number))
    faults = tuple(_fault(one.control_number, error) for one in answer.sets for error in one.errors)[:MAX_FAULTS]
    return Verdict(envelope, answer.group_control_number, "999", sets, answer.verdict, None, mark, faults)


def _fault(set_number: str, error: SegmentError) -> Fault:
    elements = tuple(f"{one.position:02} {one.code}" for one in error.elements)
    return Fault(set_number, error.position, error.segment_id, error.loop, error.code, elements)


def _mark(digest: str, part: str) -> str:
    """The same answer in the same file is one answer, however often the file is taken in."""
    return hashlib.sha256(f"{digest}:{part}".encode()).hexdigest()


def _take(verdict: Verdict, ledger: Ledger) -> Answer:
    transmission = ledger.answered(verdict)
    sets = {s.number: s.verdict for s in transmission.sets} if transmission is not None else dict(verdict.sets)
    accepted = tuple(n for n, letter in sets.items() if letter in {"A", "E"})
    rejected = tuple(n for n, letter in sets.items() if letter is not None and letter not in {"A", "E", "P"})
    complaints = _located(transmission.transmission_id, verdict.faults, ledger) if transmission is not None else []
    return Answer(verdict.kind, verdict.control_number, transmission, accepted, rejected, tuple(complaints))
