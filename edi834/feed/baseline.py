"""The baseline by a person's word: a changed mapping or grant is accepted, and nothing is sent.

Nothing is reported by that: what was reported stays what was reported, without the fields that are no longer
released, and a field that was not released then is not remembered as reported. Whatever else has changed since is
reported by the next run. Writing it down is the ledger's; comparing with the snapshot is ``plan.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from edi834.errors import HeldError, NothingMatchesError
from edi834.feed.gather import gather, release_digest, released_fields, standing
from edi834.feed.gathered import Gathered
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import Intent, Lease, Reported, Transmission
from edi834.feed.plan import decide
from edi834.feed.ports import SnapshotTable
from edi834.feed.profile import Guards, Stage
from edi834.grants import Release, ReleasedFamily, family_digest, narrowed
from edi834.mapping.document import FileScope
from edi834.model import FamilyRef

__all__ = ["REBASE", "Rebased", "rebase"]

REBASE = "rebase"
"""The purpose of what is accepted without reporting, as the ledger has it."""

_SET = "0001"


@dataclass(frozen=True, slots=True)
class Rebased:
    """What was accepted.

    Attributes:
      transmission: The ledger's row of it; None where there was nothing to accept.
      families: How many families it is about.
      unreported: Fields that are released now and were not reported of some families, with of how many.
      dropped: Fields that were reported and are no longer released.
      to_report: Families about which something else has changed: the next run reports it.
      left: Families that are reported whole by the next run, and are not accepted.
    """

    transmission: Transmission | None
    families: int
    unreported: Mapping[str, int]
    dropped: frozenset[str]
    to_report: int
    left: int


def rebase(kit: FeedKit, snapshot: SnapshotTable, *, reason: str) -> Rebased:
    """Accept the feed's mapping and grants as they are now, without reporting anything.

    Args:
      kit: The feed's kit.
      snapshot: The newest snapshot: families that it shows as they were reported are remembered as it shows them.
      reason: Why, for the trail.

    Raises:
      NothingMatchesError: nothing was reported yet, so there is nothing to accept.
      HeldError: a transmission is open, or the snapshot is not one to compare with.
      GrantError: no group of the feed has given a grant, or one did not speak of a field that the mapping uses.
    """
    profile, ledger = kit.profile, kit.ledger
    with ledger.lease(profile.feed_id) as lease:
        _refuse_open(kit)
        memory = ledger.memory(profile.feed_id)
        if memory.mapping_digest is None:
            raise NothingMatchesError(
                f"{profile.feed_id} has reported nobody anything yet", code="E834-0960",
                remedy=f"edi834 run {profile.feed_id} --snapshot FOLDER",
            )  # fmt: skip
        release, _ = released_fields(profile, kit.form.uses, kit.grants, snapshot.as_of)
        released = release_digest(release)
        standing(kit, snapshot, released=released, full=True)
        if (memory.mapping_digest, memory.release_digest) == (kit.form.digest, released):
            return Rebased(None, 0, {}, frozenset(), 0, 0)
        return _accepted(kit, lease, gather(kit, snapshot, release, scope=FileScope.FULL_AUDIT), release, reason)


def _accepted(kit: FeedKit, lease: Lease, gathered: Gathered, release: Release, reason: str) -> Rebased:
    """Accept every family as it was reported, but those that rest on a rejected file."""
    stood = gathered.reported
    sure = {ref: family for ref, family in stood.items() if ref not in gathered.possible}
    accepted = {ref: narrowed(family, release.fields[ref.group_id]) for ref, family in sure.items()}
    gathered = replace(gathered, reported={**stood, **accepted})
    speaking = _speaking(kit, gathered)
    reported = tuple(_reported(family, gathered, speaking) for _, family in sorted(accepted.items()))
    intent = _intent(kit, gathered, reported, release_digest(release))
    return Rebased(
        kit.ledger.accept(lease, intent, reason=reason),
        len(reported),
        dict(_unreported(accepted, release)),
        frozenset(_names(stood.values()) - _names(accepted.values())),
        len(speaking & accepted.keys()),
        len(stood) - len(accepted),
    )


def _refuse_open(kit: FeedKit) -> None:
    waiting = kit.ledger.open_transmission(kit.profile.feed_id)
    if waiting is not None:
        raise HeldError(
            f"{waiting.transmission_id} of {waiting.feed_id} is {waiting.state.value}, and is decided on first",
            code="E834-0945",
            remedy=f"edi834 show {waiting.transmission_id}, then run, approve or discard it",
        )


def _speaking(kit: FeedKit, gathered: Gathered) -> frozenset[FamilyRef]:
    """The families that the next run reports or lists: they are not as the snapshot shows them."""
    plan = decide(gathered, rules=kit.rules, guards=Guards(), scope=FileScope.CHANGES)
    return frozenset(
        {
            *(s.target.ref for s in plan.statements),
            *(f.ref for f in plan.waiting),
            *(p.member.family for p in plan.pending),
            *(ref.family for ref in plan.missing),
        }
    )


def _reported(family: ReleasedFamily, gathered: Gathered, speaking: frozenset[FamilyRef]) -> Reported:
    seen = None if family.ref in speaking else gathered.seen_digests.get(family.ref)
    return Reported(family, seen or family_digest(family, gathered.digest_key), _SET)


def _names(families: Iterable[ReleasedFamily]) -> set[str]:
    found: set[str] = set()
    for family in families:
        for member in family.members:
            found |= {f"member.{name}" for name in member.values}
            found |= {f"coverage.{name}" for span in member.coverages for name in span.values}
            found |= {f"other_insurance.{name}" for other in member.other_insurance for name in other}
    return found


def _unreported(accepted: Mapping[FamilyRef, ReleasedFamily], release: Release) -> Iterator[tuple[str, int]]:
    """The released fields of people and coverages that some families were reported without, and how many those are."""
    count: dict[str, int] = {}
    for ref, family in accepted.items():
        wanted = {p for p in release.fields[ref.group_id] if p.startswith(("member.", "coverage."))}
        for path in wanted - _names([family]):
            count[path] = count.get(path, 0) + 1
    yield from sorted(count.items())


def _intent(kit: FeedKit, gathered: Gathered, reported: tuple[Reported, ...], released: str) -> Intent:
    profile = kit.profile
    hashed = hashlib.sha256(f"{REBASE}\0{kit.form.digest}\0{released}".encode())
    for one in reported:
        hashed.update(b"\0" + str(one.target.ref).encode() + one.digest)
    return Intent(
        feed_id=profile.feed_id,
        carrier_id=profile.carrier.carrier_id,
        idempotency_key=hashed.hexdigest(),
        envelope=kit.form.number_key(FileScope.CHANGES),
        scope=FileScope.CHANGES.value,
        purpose=REBASE,
        as_of=gathered.as_of,
        snapshot_identity=gathered.snapshot_identity,
        mapping_digest=kit.form.digest,
        release_digest=released,
        plan_digest=hashed.hexdigest(),
        created=kit.clock.now(),
        remote_name_template="",
        reported=reported,
        counts={"accepted": sum(len(one.target.members) for one in reported)},
        is_test=profile.stage is not Stage.LIVE,
    )
