"""Restating: a file is reported once more under numbers of its own: corrected, as a copy, or for some of its people.

What was reported is taken from the ledger, compared with what stood before it, and written by the feed's form as it is
now; so a correction says what the file said, and the snapshot is asked for nothing but the employers' own facts.
A correction is reported and counts; a copy is for looking at, and never does. The same bytes again are ``resend.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from edi834.book import FamilyStatement, choose, possible_books
from edi834.book.saying.families import in_order
from edi834.errors import HeldError, NothingMatchesError
from edi834.feed.counting import people_reported
from edi834.feed.finish import finish, name_template, parts_of, require_allowed
from edi834.feed.gather import release_digest, released_fields
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Intent, Lease, Reported, State, Transmission
from edi834.feed.ports import SnapshotTable
from edi834.feed.profile import Stage
from edi834.feed.recover import recover
from edi834.feed.resend import SENT, newer_file, refuse_out_of_order
from edi834.grants import Record, Release, narrowed, redact_group
from edi834.mapping.document import Document, FileFacts, FilePurpose, FileScope
from edi834.model import FamilyRef, GroupId, MemberRef

__all__ = ["How", "restate"]

_CORRECTABLE = frozenset({State.DELIVERED, State.PARTLY_REJECTED, State.REJECTED})


class How(StrEnum):
    """How a file is reported once more."""

    CORRECTED = "corrected"  # the whole of it, or of a partly rejected one what was rejected
    COPY = "copy"  # the whole of it, for looking at
    MEMBERS = "members"  # some of its people


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
    """Send a file once more, under new numbers.

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
        return _sent_once_more(kit, lease, original, snapshot, how, members, reason or "the carrier asked for it")


def _sent_once_more(
    kit: FeedKit,
    lease: Lease,
    original: Transmission,
    snapshot: SnapshotTable,
    how: How,
    members: Collection[str],
    reason: str,
) -> Transmission:
    ledger, release = kit.ledger, _release(kit, original)
    restated = _chosen(kit, original, _restated(kit, original, how, release), how, members)
    groups = {g: redact_group(snapshot.groups[g], f) for g, f in release.fields.items() if g in snapshot.groups}
    created = kit.clock.now()
    document = _drafted(kit, _facts(kit, original, how, created), groups, restated, how)
    planned = ledger.plan(lease, _intent(kit, original, how, restated, document, created))
    noted = {"of": original.transmission_id, "how": how.value, "reason": reason}
    ledger.record("restated", planned.transmission_id, **noted)
    facts = _facts(kit, original, how, planned.created, planned)
    return finish(kit, lease, planned, facts, groups, _statements(restated))


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
        why = (
            f"{tid} is {original.state.value}: the carrier has taken it in, and a mistake in it is reported as a change"
        )
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


def _restated(kit: FeedKit, original: Transmission, how: How, release: Release) -> tuple[Reported, ...]:
    """What the file said of its families, as it is said again; nothing but what may be reported today."""
    families = list(kit.ledger.families_of(original.transmission_id))
    if how is not How.CORRECTED or original.state is not State.PARTLY_REJECTED or original.scope != FileScope.CHANGES:
        return tuple(families)
    rejected = {s.number for s in original.sets if s.is_rejected}
    again = [one for one in families if rejected & {*one.set_numbers}]
    torn = {one.target.ref for one in again if not rejected.issuperset(one.set_numbers)}
    return tuple(_for_both(kit, one, original, release) if one.target.ref in torn else one for one in again)


def _for_both(kit: FeedKit, torn: Reported, original: Transmission, release: Release) -> Reported:
    """A family of which the carrier took a part: what is right whether or not it takes that part back first.

    A carrier may undo what the file did to somebody before it reads the corrected one (BGN01 15).
    """
    token = kit.ledger.token(torn.target.ref)
    sendings = kit.ledger.sendings(original.feed_id, [token]).get(token, ())
    fields = release.fields[torn.target.ref.group_id]
    before = [one.as_taken() for one in sendings if one.sequence < original.sequence and not one.is_accepted]
    undone = possible_books(None, before, kit.rules)
    taken = [one.as_taken() for one in sendings if one.sequence <= original.sequence and not one.is_accepted]
    held = possible_books(None, taken, kit.rules)
    books = tuple(book and narrowed(book, fields) for book in (*held, *undone))
    _, statement, understood = choose(books, torn.target, kit.rules, as_of=original.as_of, always=True)
    if statement is None or not understood:
        raise HeldError(
            f"family {torn.target.ref} was taken in part, and no statement puts it right",
            code="E834-0962",
            remedy="let the next run report what is true",
        )
    return replace(torn, parts=((torn.set_number, statement),))


def _chosen(
    kit: FeedKit, original: Transmission, whole: Sequence[Reported], how: How, members: Collection[str]
) -> tuple[Reported, ...]:
    """Only these people: alone where the family counts as the file reported it; else the whole family."""
    if how is not How.MEMBERS:
        return tuple(whole)
    wanted, found = set(members), set()
    chosen: list[Reported] = []
    for one in whole:
        people = {m.member.ref for _, said in one.parts for m in said.members}
        if not _named(people, wanted):
            continue
        parts = one.parts
        if _counts_as_reported(kit, original, one.target.ref):
            cut = [
                (number, replace(said, members=tuple(m for m in said.members if _named([m.member.ref], wanted))))
                for number, said in parts
            ]
            parts = tuple((number, said) for number, said in cut if said.members)
        found |= _named(people, wanted)
        chosen.append(replace(one, parts=parts))
    if missing := len(wanted - found):
        raise NothingMatchesError(
            f"{original.transmission_id} says nothing of {missing} of the {len(wanted)} people named",
            code="E834-0941",
            remedy="a member is named as plan names them: GROUP/MEMBER, or the member id alone",
        )
    return tuple(chosen)


def _named(people: Iterable[MemberRef], wanted: Collection[str]) -> set[str]:
    """The names given of those people."""
    return {name for ref in people for name in (str(ref), ref.member_id)} & set(wanted)


def _counts_as_reported(kit: FeedKit, original: Transmission, ref: FamilyRef) -> bool:
    """Whether the family counts as the file reported it; False where that was reverted.

    Raises:
      HeldError: something newer was reported of the family, which an older statement would take back.
    """
    ledger, feed_id = kit.ledger, original.feed_id
    token = ledger.token(ref)
    counting = ledger.baseline(feed_id, [token]).get(token)
    if counting is not None and counting.transmission_id == original.transmission_id:
        return True
    later = [one for one in ledger.sendings(feed_id, [token]).get(token, ()) if one.sequence > original.sequence]
    if any(one.is_accepted or one.as_taken().taken for one in later):
        raise HeldError(
            f"family {ref} was reported again since {original.transmission_id}, and an older statement would take that "
            "back",
            code="E834-0942",
            remedy="resend the newer file for it, or let the next run report what is true",
        )
    return False


def _statements(restated: Iterable[Reported]) -> tuple[FamilyStatement, ...]:
    """The statements of a file: of a family that stood in several sets, put together again."""
    whole = []
    for one in restated:
        said = [statement for _, statement in one.parts if statement.members]
        if said:
            whole.append(replace(said[0], members=in_order(m for s in said for m in s.members)))
    return tuple(whole)


def _drafted(
    kit: FeedKit, facts: FileFacts, groups: Mapping[GroupId, Record], restated: Sequence[Reported], how: How
) -> Document:
    """Write it once in memory, before a number is taken: what cannot be written whole is not begun."""
    built = kit.form.build(facts, groups, _statements(restated))
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
    unlike = next(kit.form.predicted(built.document, kit.rules), None) if how is not How.COPY else None
    if unlike is not None:
        raise HeldError(unlike.message, code=unlike.code, place=unlike.place, remedy=unlike.remedy)
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
    kit: FeedKit, original: Transmission, how: How, restated: Sequence[Reported], document: Document, created: datetime
) -> Intent:
    profile, parts = kit.profile, parts_of(document)
    newest = next(iter(kit.ledger.transmissions(profile.feed_id)), original)
    first = document.sets[0].number
    # A family that a full file reports by leaving it out is in the file's first set.
    reported = tuple(
        replace(one, set_number=own[0][0], parts=tuple(own)) if (own := parts.get(one.target.ref)) else
        replace(one, set_number=first, parts=tuple((first, said) for _, said in one.parts))
        for one in restated
    )  # fmt: skip
    hashed = hashlib.sha256(f"{how.value}\0{original.transmission_id}".encode())
    for one in reported:
        hashed.update(f"\0{one.target.ref}\0".encode() + one.digest)
    for statement in _statements(restated):
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
        counts=people_reported(_statements(restated), FileScope(original.scope)),
        is_test=profile.stage is not Stage.LIVE,
        original=original.transmission_id,
    )
