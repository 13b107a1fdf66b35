"""Shipping: one feed from snapshot to receipt, every step written down before the next is taken.

The order is fixed: finish or void what an earlier run began, gather, decide, write the intent, render, check, seal,
send, record. Whatever stops it leaves the ledger in a state that the next run understands (law 7).
It decides nothing about people; that is ``plan.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from edi834.errors import Edi834Error, HeldError
from edi834.faults import point
from edi834.feed.clock_check import refuse_wrong_clock
from edi834.feed.finish import finish, name_template, parts_of, require_allowed
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Intent, Lease, Reported, State, Transmission
from edi834.feed.outcome import FeedOutcome, Word, outcome_of_error
from edi834.feed.plan import FeedPlan
from edi834.feed.ports import SnapshotTable
from edi834.feed.prepare import Prepared, draft_facts, prepare
from edi834.feed.profile import FeedProfile, Stage
from edi834.feed.recover import recover
from edi834.mapping.document import Document, FilePurpose

__all__ = ["RunOptions", "all_reported", "ship"]

_LISTED = 20  # references that status lists by name; the plan lists them all


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What was asked for: everyone instead of changes, nothing sent, exactly that plan."""

    full: bool = False
    dry_run: bool = False
    plan: str | None = None


def ship(kit: FeedKit, snapshot: SnapshotTable, options: RunOptions) -> FeedOutcome:
    """Run one feed.

    Returns:
      Its outcome; an Edi834Error that stops the feed is an outcome, too (law 11).
    """
    feed_id = kit.profile.feed_id
    recovered: list[str] = []
    try:
        refuse_wrong_clock(kit.clock.now(), last_written=kit.ledger.last_written(), as_of=snapshot.as_of)
        if options.dry_run:
            return _dry(kit, prepare(kit, snapshot, full=options.full))
        with kit.ledger.lease(feed_id) as lease:
            require_allowed(kit)
            recovered.extend(recover(kit, lease))
            return replace(_run(kit, lease, snapshot, options), recovered=tuple(recovered))
    except Edi834Error as error:
        return outcome_of_error(feed_id, error, recovered=tuple(recovered))


def _dry(kit: FeedKit, prepared: Prepared) -> FeedOutcome:
    outcome, held = _planned(kit, prepared), _held_by(kit, prepared)
    if held is None:
        return outcome
    remedy = f"look: edi834 plan {outcome.feed_id}"
    return replace(outcome, word=Word.HELD, exit_status=6, code="E834-0912", message=held, remedy=remedy)


def _planned(kit: FeedKit, prepared: Prepared) -> FeedOutcome:
    plan = prepared.plan
    return FeedOutcome(
        feed_id=kit.profile.feed_id,
        word=Word.NOTHING if plan.is_empty else Word.PLANNED,
        exit_status=3 if plan.counts["quarantined"] or plan.counts["waiting"] else 0,
        counts=plan.counts,
        held_members=prepared.gathered.held_members,
        plan_digest=prepared.plan_digest,
        findings=plan.findings,
    )


def _run(kit: FeedKit, lease: Lease, snapshot: SnapshotTable, options: RunOptions) -> FeedOutcome:
    prepared = prepare(kit, snapshot, full=options.full)
    plan, profile = prepared.plan, kit.profile
    outcome = replace(_planned(kit, prepared), word=Word.NOTHING)
    if options.plan is not None and not prepared.plan_digest.startswith(options.plan):
        raise HeldError(
            f"the world moved since plan {options.plan[:12]}: what would be sent now is {prepared.plan_digest[:12]}",
            code="E834-0909",
            remedy=f"look again:  edi834 plan {profile.feed_id}",
        )
    if prepared.refused:
        first = prepared.refused[0]
        raise HeldError(
            f"the check refuses the file: {first.code} {first.message}",
            code="E834-0911",
            place=first.place,
            remedy=first.remedy or f"edi834 explain {first.code}",
        )
    held = _held_by(kit, prepared)
    if held or _has_something_to_send(kit, prepared):
        transmission = _write_intent(kit, lease, prepared, held)
        if transmission.state is State.HELD:
            return _held(outcome, transmission, plan)
        transmission = _deliver(kit, lease, prepared, transmission)
        outcome = _reported(outcome, transmission, profile)
    kit.ledger.looked(
        lease,
        as_of=plan.as_of,
        snapshot=plan.snapshot_identity,
        mapping_digest=kit.form.digest,
        release_digest=prepared.release_digest,
    )
    _list_what_waits(kit, plan)
    return outcome


def _has_something_to_send(kit: FeedKit, prepared: Prepared) -> bool:
    """Somebody to tell of; or, where the feed's rule sends empty files, one such file a snapshot."""
    if not prepared.plan.is_empty:
        return not _waits_in_queue(kit, prepared)
    memory = kit.ledger.memory(kit.profile.feed_id)
    is_new = (memory.last_as_of, memory.last_snapshot) != (prepared.plan.as_of, prepared.plan.snapshot_identity)
    return prepared.draft is not None and is_new


def _list_what_waits(kit: FeedKit, plan: FeedPlan) -> None:
    """What is kept back tonight is written down by reference, so that ``status`` lists it until it is reported.

    Coverage that is over comes first: the carrier pays for it as long as it is not reported.
    """
    late = [one for one in plan.late if not one.is_reported]
    kept: dict[str, str] = {}
    for reference, why in (
        *((str(one.member), f"still held, over for {one.days} days ({one.why.value})") for one in late),
        *((str(family.ref), "waits") for family in plan.waiting),
        *((str(one.member), one.why.value) for one in plan.pending),
        *((str(member), "missing") for member in plan.missing),
    ):
        kept.setdefault(reference, why)
    if kept:
        listed = ", ".join(f"{ref} {why}" for ref, why in list(kept.items())[:_LISTED])
        counted = {"count": str(len(kept)), "late": str(len({one.member for one in late}))}
        kit.ledger.record("kept_back", kit.profile.feed_id, **counted, listed=listed)


def _held_by(kit: FeedKit, prepared: Prepared) -> str | None:
    """What the guards say, unless a person has accepted it for exactly this plan."""
    reasons = "; ".join(g.reason for g in prepared.plan.guards)
    if not reasons or prepared.plan_digest in kit.ledger.approved_plans(kit.profile.feed_id):
        return None
    return reasons


def _waits_in_queue(kit: FeedKit, prepared: Prepared) -> bool:
    """Whether a worklist of this very snapshot was handed over: what is not done of it waits, and is not said again."""
    newest = next(iter(kit.ledger.transmissions(kit.profile.feed_id)), None)
    return (
        newest is not None
        and newest.per_item
        and newest.state is State.DELIVERED
        and (newest.as_of, newest.snapshot_identity) == (prepared.plan.as_of, prepared.plan.snapshot_identity)
        and (newest.mapping_digest, newest.release_digest) == (kit.form.digest, prepared.release_digest)
        and newest.scope == prepared.plan.scope.value
    )


def _write_intent(kit: FeedKit, lease: Lease, prepared: Prepared, held: str | None) -> Transmission:
    plan, profile = prepared.plan, kit.profile
    # Without a draft nobody is reported: a guard holds the absence of many, not a file.
    document = prepared.draft.document if prepared.draft is not None else None
    sets = document.sets if document is not None else ()
    newest = next(iter(kit.ledger.transmissions(profile.feed_id)), None)
    key = f"{profile.feed_id}\0{newest.transmission_id if newest else ''}\0{prepared.plan_digest}"
    local = prepared.created.astimezone(kit.zone)
    point("intent")
    return kit.ledger.plan(
        lease,
        Intent(
            feed_id=profile.feed_id,
            carrier_id=profile.carrier.carrier_id,
            idempotency_key=hashlib.sha256(key.encode()).hexdigest(),
            envelope=kit.form.number_key(plan.scope),
            scope=plan.scope.value,
            purpose=FilePurpose.ORIGINAL.value,
            as_of=plan.as_of,
            snapshot_identity=plan.snapshot_identity,
            mapping_digest=kit.form.digest,
            release_digest=prepared.release_digest,
            plan_digest=prepared.plan_digest,
            created=prepared.created,
            remote_name_template=name_template(profile, local),
            reported=tuple(all_reported(prepared, document)) if document is not None else (),
            set_members={one.number: one.members for one in sets},
            counts=plan.counts,
            is_test=profile.stage is not Stage.LIVE,
            per_item=profile.carrier.channel.kind == "printed",
            held=held,
        ),
    )


def all_reported(prepared: Prepared, document: Document) -> Iterator[Reported]:
    """Every family that the file speaks of; one that is reported by leaving it out is in the file's first set."""
    parts, first = parts_of(document), document.sets[0].number if document.sets else ""
    for one in prepared.plan.statements:
        ref, said = one.target.ref, tuple(parts[one.target.ref])
        is_as_it_was = ref in prepared.plan.carried and ref in prepared.gathered.unsettled
        yield Reported(one.target, prepared.digests[ref], said[0][0], said, settles=not is_as_it_was)
    for one in prepared.plan.omitted if document.sets else ():
        yield Reported(one.target, prepared.digests[one.target.ref], first, ((first, one),))


def _deliver(kit: FeedKit, lease: Lease, prepared: Prepared, transmission: Transmission) -> Transmission:
    """Finish a planned transmission."""
    assert prepared.draft is not None
    assert transmission.control_number is not None
    facts = replace(
        draft_facts(kit, prepared.plan, transmission.created),
        control_number=transmission.control_number,
        reference=transmission.reference,
        remote_name=transmission.remote_name,
    )
    return finish(kit, lease, transmission, facts, prepared.groups, prepared.plan.statements)


def _reported(outcome: FeedOutcome, transmission: Transmission, profile: FeedProfile) -> FeedOutcome:
    return replace(
        outcome,
        word=Word.DELIVERED,
        transmission_id=transmission.transmission_id,
        control_number=transmission.control_number,
        remote_name=transmission.remote_name,
        answer_due_hours=profile.answer.due_hours if profile.answer.kind != "none" else None,
    )


def _held(outcome: FeedOutcome, transmission: Transmission, plan: FeedPlan) -> FeedOutcome:
    return replace(
        outcome,
        word=Word.HELD,
        exit_status=6,
        transmission_id=transmission.transmission_id,
        code="E834-0912",
        message="; ".join(g.reason for g in plan.guards),
        remedy=f"look: edi834 plan {outcome.feed_id}   accept: edi834 approve {transmission.transmission_id} "
        f'--reason "…"   or void it: edi834 discard {transmission.transmission_id} --reason "…"',
    )
