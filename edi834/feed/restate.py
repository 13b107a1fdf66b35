"""Restating: a file is reported once more under numbers of its own: corrected, as a copy, or for some of its people.

What was reported is taken from the ledger, compared with what stood before it, and written by the feed's form as it is
now; so a correction says what the file said, and the snapshot is asked for nothing but the employers' own facts.
A correction is reported and counts; a copy is for looking at, and never does. The same bytes again are ``resend.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from edi834.change import FamilyStatement, compare_family, find_moves, tell_again, tell_changes, tell_everything
from edi834.errors import HeldError, NothingMatchesError
from edi834.feed.counting import people_reported
from edi834.feed.finish import finish, name_template, require_allowed, set_numbers
from edi834.feed.gather import last_full, release_digest, released_fields
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Intent, Lease, State, Reported, ReportedFamily, Transmission
from edi834.feed.ports import SnapshotTable
from edi834.feed.profile import Stage
from edi834.feed.recover import recover
from edi834.feed.resend import SENT, newer_file, refuse_out_of_order
from edi834.feed.standing import Held, held_at_carrier, standing_families
from edi834.mapping.document import Document, FileFacts, FilePurpose, FileScope
from edi834.model import FamilyRef, GroupId, MemberRef
from edi834.grants import Record, Release, ReleasedFamily, narrowed, redact_group

__all__ = ["How", "restate"]

_CORRECTABLE = frozenset({State.DELIVERED, State.PARTLY_REJECTED, State.REJECTED})


class How(StrEnum):
    """How a file is reported once more."""

    CORRECTED = "corrected"  # the whole of it, or of a partly rejected one what was rejected
    COPY = "copy"  # the whole of it, for looking at
    MEMBERS = "members"  # some of its people


@dataclass(frozen=True, slots=True)
class _Restated:
    """What is reported once more: the statements, and what the ledger remembers of each family."""

    statements: tuple[FamilyStatement, ...]
    reported: tuple[Reported, ...]


def restate(
    kit: FeedKit,
    transmission: Transmission,
    snapshot: SnapshotTable,
    how: How,
    *,
    members: Collection[str] = (),
    out_of_order: bool = False,
    reason: str | None = None,
) -> Transmission:
    """Tell a file once more, under new numbers.

    Args:
      kit: The feed's kit.
      transmission: Which file.
      snapshot: Where the employers' own facts are read; its people are not looked at.
      how: Corrected, as a copy, or for some of its people.
      members: With ``How.MEMBERS``: member references or ids, as ``plan`` shows them.
      out_of_order: Allow a copy although a newer file was delivered; needs a reason.
      reason: Why, for the trail.

    Returns:
      The new transmission, delivered.

    Raises:
      HeldError: it may not be reported once more, or not now; nothing was planned or sent.
      NothingMatchesError: the file tells of none of those members.
      DeliveryError, InDoubtError: as in sending.
    """
    ledger = kit.ledger
    with ledger.lease(transmission.feed_id) as lease:
        require_allowed(kit)
        _finish_what_is_open(kit, lease)
        original = ledger.find(transmission.transmission_id)
        _refuse_unfit(kit, original, how)
        if how is How.COPY:
            refuse_out_of_order(kit, original, allowed=out_of_order and bool(reason))
        release = _release(kit, original)
        restated = _chosen(kit, original, _restated(kit, original, how, release), how, members)
        groups = {
            g: redact_group(snapshot.groups[g], fields) for g, fields in release.fields.items() if g in snapshot.groups
        }
        created = kit.clock.now()
        document = _drafted(kit, _facts(kit, original, how, created), groups, restated)
        planned = ledger.plan(lease, _intent(kit, original, how, restated, document, created))
        noted = {"of": original.transmission_id, "how": how.value, "reason": reason or "the carrier asked for it"}
        ledger.record("restated", planned.transmission_id, **noted)
        facts = _facts(kit, original, how, planned.created, planned)
        return finish(kit, lease, planned, facts, groups, restated.statements)


def _finish_what_is_open(kit: FeedKit, lease: Lease) -> None:
    """Finish or void what an earlier run began; what waits for a person is left to that person."""
    waiting = kit.ledger.open_transmission(kit.profile.feed_id)
    if waiting is not None and waiting.state is State.HELD:
        raise HeldError(
            f"{waiting.transmission_id} of {waiting.feed_id} is held, and is decided on first",
            code="E834-0945",
            remedy=f"edi834 show {waiting.transmission_id}, then approve or discard it",
        )
    for _ in recover(kit, lease):
        pass


def _refuse_unfit(kit: FeedKit, original: Transmission, how: How) -> None:
    tid = original.transmission_id
    why = None
    if original.state not in SENT:
        why = f"{tid} is {original.state.value}, and was never delivered"
    elif original.per_item:
        why = f"{tid} is a worklist, which is printed again and not sent again"
    elif original.purpose == FilePurpose.COPY:
        why = f"{tid} is itself a copy, of {original.original}"
    elif how is How.MEMBERS and original.scope != FileScope.CHANGES:
        why = f"{tid} is a full file, and some of its people alone would read as the end of all others"
    elif how is How.CORRECTED and original.state not in _CORRECTABLE:
        why = f"{tid} is {original.state.value}: the carrier has taken it in, and a mistake in it is reported as a change"
    if why is not None:
        raise HeldError(why, code="E834-0940", remedy=f"edi834 show {tid} says where it stands")
    newer = newer_file(kit, original)
    if how is How.CORRECTED and newer is not None:
        raise HeldError(
            f"{tid} cannot be corrected: {newer.transmission_id} was delivered after it, and rests on it",
            code="E834-0942",
            remedy="what is wrong now is reported by the next run; or resend the newer one",
        )
    if how is How.COPY and original.mapping_digest != kit.form.digest:
        raise HeldError(
            f"{tid} was written with another mapping, and would not come out as a copy",
            code="E834-0944",
            remedy=f"edi834 resend {tid} --same-bytes sends its stored bytes",
        )


def _release(kit: FeedKit, original: Transmission) -> Release:
    """What the feed may be reported today: nothing is reported once more that a Data Owner no longer allows."""
    today = kit.clock.now().astimezone(kit.zone).date()
    release, _ = released_fields(kit.profile, kit.form.uses, kit.grants, today)
    if release_digest(release) != original.release_digest:
        raise HeldError(
            f"what {original.feed_id} may be reported has changed since {original.transmission_id} was reported",
            code="E834-0943",
            remedy=f"edi834 plan {original.feed_id} shows what would be reported today",
        )
    return release


def _restated(kit: FeedKit, original: Transmission, how: How, release: Release) -> _Restated:
    """State the file's families as it stated them: from what stood before it to what it reported."""
    rejected = {s.number for s in original.sets if s.is_rejected}
    scope, tid = FileScope(original.scope), original.transmission_id
    families: Sequence[Reported] = kit.ledger.families_of(tid)
    if how is How.CORRECTED and original.state is State.PARTLY_REJECTED and scope is FileScope.CHANGES:
        families = [reported for reported in families if rejected & {reported.set_number, *reported.also_in}]
    first = original
    while first.original is not None:
        first = kit.ledger.find(first.original)
    stood_before = kit.ledger.families_before(first.transmission_id)
    before = {ref: narrowed(one.family, release.fields[ref.group_id]) for ref, one in stood_before.items()}
    whole = _reported_whole(kit, original, first, how, before)
    again = {ref: held.narrowed(release) for ref, held in whole.items() if ref.group_id in release.fields}
    moves = find_moves(before, {reported.target.ref: reported.target for reported in families}, as_of=original.as_of)
    by_last_full = kit.rules.ended_coverage == "since_last_full" and scope is not FileScope.CHANGES
    full_before = last_full(kit.ledger, original.feed_id, before=first.sequence) if by_last_full else None
    statements = []
    for reported in families:
        held = again.get(reported.target.ref)
        stood = held.family if held is not None else before.get(reported.target.ref)
        difference = compare_family(
            stood, reported.target, as_of=original.as_of, moves=moves, tier_of_each=kit.rules.tier_of_each
        )
        if held is not None and scope is FileScope.CHANGES:
            restated = tell_again(difference, kit.rules, as_of=original.as_of, may_hold=held.otherwise)
            statements += [replace(restated, target=reported.target)] if restated is not None else []
            continue
        changes = tell_changes(difference, kit.rules, shared=kit.form.shared) if scope is FileScope.CHANGES else None
        statement = changes or tell_everything(
            difference,
            kit.rules,
            as_of=original.as_of,
            last_full=full_before,
            verifies=scope is FileScope.FULL_AUDIT,
            may_hold=held.otherwise if held is not None else None,
        )
        if statement is not None:
            statements.append(replace(statement, target=reported.target))
    return _Restated(tuple(statements), tuple(families))


def _reported_whole(
    kit: FeedKit, original: Transmission, first: Transmission, how: How, before: Mapping[FamilyRef, ReleasedFamily]
) -> Mapping[FamilyRef, Held]:
    """The families to be reported whole, as the carrier holds them: a rejection reverted them while a later file stood.

    The file reported them so, or the run would tonight; a copy is of what the file said.
    """
    ledger, feed_id = kit.ledger, original.feed_id
    standing: dict[FamilyRef, Sequence[ReportedFamily]] = {}
    for transmission_id in dict.fromkeys((first.transmission_id, original.transmission_id)):
        standing |= standing_families(ledger, feed_id, before=transmission_id)
    if how is How.COPY:
        return held_at_carrier(ledger, standing, before)
    standing |= standing_families(ledger, feed_id)
    held = held_at_carrier(ledger, standing, before)
    # A carrier may take back what the file did to somebody before it reads the corrected one (BGN01 15).
    return {ref: replace(one, otherwise=one.otherwise or (before.get(ref),)) for ref, one in held.items()}


def _chosen(kit: FeedKit, original: Transmission, whole: _Restated, how: How, members: Collection[str]) -> _Restated:
    """Only these people: of a family that stands as the file reported it, alone; of an reverted one, the whole family."""
    if how is not How.MEMBERS:
        return whole
    wanted, found = set(members), set()
    statements = []
    for statement in whole.statements:
        people = statement.members
        # Of a family that is reported whole, also those are asked for of whom there is nothing to tell.
        reported = {*(m.member.ref for m in people), *(m.ref for m in statement.target.members)}
        if not _named(reported, wanted):
            continue
        if _stands(kit, original, statement.target.ref):
            people = tuple(m for m in people if _named([m.member.ref], wanted))
            reported = {m.member.ref for m in people}
        if people:
            found |= _named(reported, wanted)
            statements.append(replace(statement, members=people))
    if missing := len(wanted - found):
        raise NothingMatchesError(
            f"{original.transmission_id} tells of nobody by {missing} of the {len(wanted)} names given",
            code="E834-0941",
            remedy="a member is named as plan names them: GROUP/MEMBER, or the member id alone",
        )
    chosen = {s.target.ref for s in statements}
    return _Restated(tuple(statements), tuple(t for t in whole.reported if t.target.ref in chosen))


def _named(people: Iterable[MemberRef], wanted: Collection[str]) -> set[str]:
    """The names given of those people."""
    return {name for ref in people for name in (str(ref), ref.member_id)} & set(wanted)


def _stands(kit: FeedKit, original: Transmission, ref: FamilyRef) -> bool:
    """Whether the family stands as the file reported it; False where that was reverted.

    Raises:
      HeldError: something newer was reported the family, which an older word would take back.
    """
    ledger, feed_id = kit.ledger, original.feed_id
    token = ledger.token(ref)
    counting = ledger.baseline(feed_id, [token]).get(token)
    if counting is not None and counting.transmission_id == original.transmission_id:
        return True
    is_newer = counting is not None and ledger.find(counting.transmission_id).sequence > original.sequence
    if is_newer or (newer_file(kit, original) is not None and token in ledger.standing_reverted(feed_id)):
        raise HeldError(
            f"family {ref} was reported anew since {original.transmission_id}, and an older word would take that back",
            code="E834-0942",
            remedy="resend the newer file for it, or let the next run tell what is true",
        )
    return False


def _drafted(kit: FeedKit, facts: FileFacts, groups: Mapping[GroupId, Record], restated: _Restated) -> Document:
    """Write it once in memory, before a number is taken: what cannot be written whole is not begun."""
    built = kit.form.build(facts, groups, restated.statements)
    if built.document is None or built.quarantined:
        first = built.findings[0] if built.findings else None
        why = f": {first.code} {first.message}" if first else ""
        raise HeldError(
            f"it cannot be written whole with the mapping as it is{why}",
            code="E834-0946",
            place=first.place if first else None,
            remedy=(first.remedy if first else None) or f"edi834 check {kit.profile.feed_id}",
        )
    outcome = kit.form.check(built.document)
    if outcome.checked is None:
        first = outcome.findings[0]
        raise HeldError(
            f"the check refuses the file: {first.code} {first.message}",
            code="E834-0911",
            place=first.place,
            remedy=first.remedy or f"edi834 explain {first.code}",
        )
    return built.document


def _facts(
    kit: FeedKit, original: Transmission, how: How, created: datetime, planned: Transmission | None = None
) -> FileFacts:
    return FileFacts(
        feed_id=kit.profile.feed_id,
        control_number=(planned.control_number if planned else None) or 1,
        reference=planned.reference if planned else "draft",
        original_reference=original.reference,
        purpose=_purpose(how),
        scope=FileScope(original.scope),
        created=created.astimezone(kit.zone),
        as_of=original.as_of,
        is_test=kit.profile.stage is not Stage.LIVE,
        remote_name=planned.remote_name if planned else "draft",
    )


def _purpose(how: How) -> FilePurpose:
    return FilePurpose.COPY if how is How.COPY else FilePurpose.RESUBMISSION


def _intent(
    kit: FeedKit, original: Transmission, how: How, restated: _Restated, document: Document, created: datetime
) -> Intent:
    profile, numbers = kit.profile, set_numbers(document)
    newest = next(iter(kit.ledger.transmissions(profile.feed_id)), original)
    # A family that a full file tells of by leaving it out stands with the file's first set.
    places = {reported.target.ref: numbers.get(reported.target.ref, [document.sets[0].number]) for reported in restated.reported}
    reported = tuple(replace(t, set_number=places[t.target.ref][0], also_in=tuple(places[t.target.ref][1:]))
                 for t in restated.reported)  # fmt: skip
    hashed = hashlib.sha256(f"{how.value}\0{original.transmission_id}".encode())
    for one in reported:
        hashed.update(f"\0{one.target.ref}\0".encode() + one.digest)
    for statement in restated.statements:
        hashed.update("\0".join(m.member.ref.member_id for m in statement.members).encode())
    plan_digest = hashed.hexdigest()
    key = f"{profile.feed_id}\0{newest.transmission_id}\0{plan_digest}"
    return Intent(
        feed_id=profile.feed_id,
        carrier_id=profile.carrier.carrier_id,
        idempotency_key=hashlib.sha256(key.encode()).hexdigest(),
        envelope=kit.form.number_key(FileScope(original.scope)),
        scope=original.scope,
        purpose=_purpose(how).value,
        as_of=original.as_of,
        snapshot_identity=original.snapshot_identity,
        mapping_digest=kit.form.digest,
        release_digest=original.release_digest,
        plan_digest=plan_digest,
        created=created,
        remote_name_template=name_template(profile, created.astimezone(kit.zone)),
        reported=reported,
        set_members={one.number: one.members for one in document.sets},
        counts=people_reported(restated.statements, FileScope(original.scope)),
        is_test=profile.stage is not Stage.LIVE,
        original=original.transmission_id,
    )
