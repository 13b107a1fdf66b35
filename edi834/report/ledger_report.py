"""What the ledger remembers, as a person reads it: where a feed stands, and one transmission whole.

Everything shown is a reference, a number, a digest or a time. Whether an answer is overdue is computed here from the
feed's own deadline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from edi834.feed.ledger_port import AuditEntry, Ledger, State, Transmission
from edi834.feed.profile import FeedProfile
from edi834.report.people import people_words

__all__ = ["FeedStatus", "feed_status", "show_lines", "status_line", "transmission_facts", "transmission_line"]

_SENT = frozenset({State.DELIVERED, State.ACKNOWLEDGED, State.PARTLY_REJECTED, State.REJECTED})


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """Where one feed stands.

    Attributes:
      feed_id, stage: Which feed, and how far it has come.
      newest: Its newest file that was sent, None before the first.
      open: Its open transmission, None where nothing is unfinished.
      answer_due: By when its carrier answers its newest file; None where it need not, or has.
      is_late: Whether that time has passed.
      held_reason: Why an operator stopped it.
      members: How many people the carrier holds.
      kept_back: What the last run kept back, by reference, and how many.
      late_endings: Of how many people the carrier still holds coverage that is over, after the last run.
    """

    feed_id: str
    stage: str
    newest: Transmission | None
    open: Transmission | None
    answer_due: datetime | None
    is_late: bool
    held_reason: str | None
    members: int
    kept_back: str | None
    late_endings: int

    @property
    def in_doubt(self) -> bool:
        """Whether a person must look at the carrier's side."""
        return self.open is not None and self.open.state is State.IN_DOUBT

    @property
    def is_rejected(self) -> bool:
        """Whether its newest file was rejected, in whole or in part."""
        return self.newest is not None and self.newest.state in {State.REJECTED, State.PARTLY_REJECTED}

    def facts(self) -> dict[str, Any]:
        """The facts of one JSON line."""
        return {
            "feed": self.feed_id,
            "stage": self.stage,
            "members": self.members,
            "newest": transmission_facts(self.newest) if self.newest else None,
            "open": transmission_facts(self.open) if self.open else None,
            "answer_due": self.answer_due.isoformat() if self.answer_due else None,
            "late": self.is_late,
            "held": self.held_reason,
            "kept_back": self.kept_back,
            "late_endings": self.late_endings,
        }


def feed_status(profile: FeedProfile, ledger: Ledger, *, now: datetime) -> FeedStatus:
    """Look up where a feed stands."""
    history = ledger.transmissions(profile.feed_id)
    newest = next((t for t in history if t.state in _SENT), None)
    waits = newest is not None and newest.state is State.DELIVERED and profile.answer.kind != "none"
    due = None
    if waits and newest is not None and newest.receipt is not None:
        due = newest.receipt.at + timedelta(hours=profile.answer.due_hours)
    kept_back, late_endings = _kept_back(ledger.trail(profile.feed_id))
    return FeedStatus(
        feed_id=profile.feed_id,
        stage=profile.stage.value,
        newest=newest,
        open=ledger.open_transmission(profile.feed_id),
        answer_due=due,
        is_late=due is not None and due < now,
        held_reason=ledger.memory(profile.feed_id).held_reason,
        members=ledger.held_members(profile.feed_id),
        kept_back=kept_back,
        late_endings=late_endings,
    )


def _kept_back(trail: Sequence[AuditEntry]) -> tuple[str | None, int]:
    """What the newest run kept back, and of how many people it is late: it is written down after the run has looked."""
    for entry in reversed(trail):
        if entry.action == "kept_back":
            return f"{entry.detail['count']} kept back: {entry.detail['listed']}", int(entry.detail.get("late", "0"))
        if entry.action == "looked":
            return None, 0
    return None, 0


def status_line(status: FeedStatus, zone: ZoneInfo) -> str:
    """Give a feed's line."""
    parts = [f"{status.feed_id:<22}", f"{status.stage:<8}", f"{status.members:>7,} members"]
    if status.newest is None:
        parts.append("nothing sent yet")
    else:
        number = status.newest.control_number
        parts.append(f"last {status.newest.state.value} {status.newest.as_of}, file {number or 0:09d}")
    if status.open is not None:
        parts.append(f"{status.open.state.value.upper()} {status.open.transmission_id}")
        if status.open.held_reason:
            parts.append(status.open.held_reason)
    if status.late_endings:
        parts.append(f"{status.late_endings} STILL HELD after their last day")
    if status.kept_back:
        parts.append(status.kept_back)
    if status.held_reason:
        parts.append(f"STOPPED: {status.held_reason}")
    if status.answer_due is not None:
        word = "answer OVERDUE since" if status.is_late else "answer due"
        parts.append(f"{word} {_local(status.answer_due, zone)}")
    return "   ".join(parts)


def transmission_line(transmission: Transmission, zone: ZoneInfo) -> str:
    """Give a transmission's line in its feed's history."""
    counts = transmission.counts
    number = f"{transmission.control_number:09d}" if transmission.control_number is not None else "-" * 9
    reported = f"{counts.get('added', 0)} + {counts.get('changed', 0)} ~ {counts.get('ended', 0)} -"
    if counts.get("restated"):
        reported += f" {counts['restated']} ="
    return (
        f"{transmission.transmission_id}  {transmission.sequence:>5}  {transmission.as_of}  {number}  "
        f"{transmission.state.value:<16} {reported:<20} {_local(transmission.created, zone)}  "
        f"{transmission.remote_name}"
    )


def show_lines(transmission: Transmission, trail: Sequence[AuditEntry], zone: ZoneInfo) -> Iterator[str]:
    """Give one transmission, whole."""
    for name, value in transmission_facts(transmission).items():
        if value is not None and name not in {"sets", "counts", "receipt"}:
            yield f"{name.replace('_', ' '):<20} {value}"
    yield f"{'people':<20} {people_words(transmission.counts)}"
    if transmission.receipt is not None:
        r = transmission.receipt
        yield f"{'receipt':<20} {r.proof} at {r.peer}, {r.size:,} bytes, verified by {r.verified}, {_local(r.at, zone)}"
    for one in transmission.sets:
        verdict = f"verdict {one.verdict}" if one.verdict else "no verdict yet"
        if transmission.per_item:
            verdict = f"stated again in {one.again_in}" if one.again_in else "to do"
            if one.done_at:
                verdict = f"done by {one.done_by}, {one.confirmation or 'no number'}"
        yield f"{'set ' + one.number:<20} {one.families} families, {one.members} people, {verdict}"
    for entry in trail:
        detail = ", ".join(f"{k} {v}" for k, v in entry.detail.items())
        yield f"{_local(entry.at, zone)}  {entry.actor:<16} {entry.action}  {detail}".rstrip()


def transmission_facts(transmission: Transmission) -> dict[str, Any]:
    """Give a transmission as the facts of one JSON line."""
    receipt = transmission.receipt
    return {
        "transmission": transmission.transmission_id,
        "feed": transmission.feed_id,
        "carrier": transmission.carrier_id,
        "sequence": transmission.sequence,
        "state": transmission.state.value,
        "reference": transmission.reference,
        "control_number": transmission.control_number,
        "remote_name": transmission.remote_name,
        "scope": transmission.scope,
        "purpose": transmission.purpose,
        "as_of": transmission.as_of.isoformat(),
        "created": transmission.created.isoformat(),
        "is_test": transmission.is_test,
        "attempts": transmission.attempts,
        "counts": dict(transmission.counts),
        "plain_sha256": transmission.plain_sha256,
        "sealed_sha256": transmission.sealed_sha256,
        "sealed_size": transmission.sealed_size,
        "recipient_key": transmission.recipient_key,
        "unsealed_reason": transmission.unsealed_reason,
        "held_reason": transmission.held_reason,
        "last_error": transmission.last_error,
        "plan": transmission.plan_digest,
        "mapping": transmission.mapping_digest,
        "snapshot": transmission.snapshot_identity,
        "acknowledged_at": transmission.acknowledged_at.isoformat() if transmission.acknowledged_at else None,
        "receipt": {"proof": receipt.proof, "verified": receipt.verified, "at": receipt.at.isoformat(),
                    "peer": receipt.peer} if receipt else None,
        "sets": [{"number": s.number, "families": s.families, "members": s.members, "verdict": s.verdict,
                  "done": s.done_at is not None} for s in transmission.sets],
    }  # fmt: skip


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
