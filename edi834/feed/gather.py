"""Gathering: everything a run reads before it decides, and the refusals that come before any comparison.

Grants decide first which fields may be seen at all; then the snapshot's digests are compared with the baseline's, and
only families that differ become objects. It writes nothing.
Deciding is ``plan.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from edi834.book import Books, Dialect, LastFull, possible_books
from edi834.errors import GrantError, HeldError, SnapshotRefusedError
from edi834.feed.gathered import Gathered
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import FeedMemory, Ledger, ReportedFamily, State
from edi834.feed.ports import SnapshotTable
from edi834.feed.profile import FeedProfile
from edi834.feed.shadow import books_differ_finding, differing
from edi834.grants import Grant, Release, ReleasedFamily, Selection, decide_release, redact
from edi834.mapping.document import FilePurpose, FileScope
from edi834.model import FamilyRef, FeedId, FieldPath, Finding, MemberRef, Severity

__all__ = ["gather", "release_digest", "released_fields", "standing"]


def released_fields(
    profile: FeedProfile, uses: frozenset[FieldPath], grants: Sequence[Grant], day: date
) -> tuple[Release, tuple[Finding, ...]]:
    """Decide what the feed may be reported on that day.

    Raises:
      GrantError: no group of the feed has given a grant, or one did not speak of a field that the mapping uses.
    """
    groups = profile.groups
    release = decide_release(grants, groups=groups, carrier_id=profile.carrier.carrier_id, used=uses, day=day)
    blocking = [f for f in release.findings if f.code == "E834-0203"] or (
        list(release.findings) if not release.fields or profile.mode != "changes" else []
    )
    if blocking:
        first = blocking[0]
        raise GrantError(first.message, code=first.code, place=first.place, remedy=first.remedy)
    if profile.carrier.key is None:
        _require_plaintext_grant(profile, release, grants, day)
    return release, release.findings


def _require_plaintext_grant(profile: FeedProfile, release: Release, grants: Sequence[Grant], day: date) -> None:
    """A carrier without a key needs each Data Owner's word that files for it need no seal (T04)."""
    for group in release.fields:
        carrier_id = profile.carrier.carrier_id
        standing_grants = [
            g for g in grants if g.group_id == group and g.carrier_id == carrier_id and g.is_valid_on(day)
        ]
        if not any(g.plaintext for g in standing_grants):
            raise GrantError(
                f"{group} has not allowed unsealed files for {profile.carrier.carrier_id}",
                code="E834-0206",
                place=standing_grants[0].place,
                remedy="the Data Owner adds plaintext = true to the grant, or the carrier gets a key",
            )


def release_digest(release: Release) -> str:
    """Give the digest of what is released: a changed one is a changed grant, not a change of data."""
    text = "\n".join(f"{group}:{','.join(paths)}" for group, paths in sorted(release.fields.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def standing(kit: FeedKit, snapshot: SnapshotTable, *, released: str, full: bool) -> None:
    """Refuse to compare what cannot be compared: an older snapshot, another mapping, another grant.

    Raises:
      HeldError: with what a person has to decide.
    """
    feed_id = kit.profile.feed_id
    memory = kit.ledger.memory(feed_id)
    _refuse_unreadable(snapshot)
    _refuse_older(memory, snapshot)
    if full:
        return
    if memory.mapping_digest not in {None, kit.form.digest}:
        raise _changed(feed_id, f"the mapping of {feed_id} is not the one its baseline was reported with", "E834-0904")
    if memory.release_digest not in {None, released}:
        raise _changed(
            feed_id, f"what {feed_id} may be reported has changed since its baseline was reported", "E834-0905"
        )


def _changed(feed_id: str, what: str, code: str) -> HeldError:
    return HeldError(
        what,
        code=code,
        remedy=f"report everyone again:  edi834 run {feed_id} --full --snapshot …   "
        f"or accept it without reporting:  edi834 baseline {feed_id} rebase --reason …",
    )


def _refuse_unreadable(snapshot: SnapshotTable) -> None:
    empty = [f for f in snapshot.findings if f.about is None and f.severity is Severity.ERROR]
    if empty:
        raise HeldError(
            f"nothing is planned from this snapshot: {empty[0].message}",
            code=empty[0].code,
            place=empty[0].place,
            remedy=empty[0].remedy or "export it again; an empty export must never read as everybody's ending",
        )


def _refuse_older(memory: FeedMemory, snapshot: SnapshotTable) -> None:
    if memory.last_as_of is not None and snapshot.as_of < memory.last_as_of:
        raise HeldError(
            f"the snapshot of {snapshot.as_of} is older than the last one reported from, of {memory.last_as_of}",
            code="E834-0902",
            remedy="run with the newest snapshot",
        )
    if memory.last_as_of == snapshot.as_of and memory.last_snapshot not in {None, snapshot.identity}:
        raise HeldError(
            f"another snapshot of {snapshot.as_of}, with other content, was reported from already",
            code="E834-0903",
            remedy="if this one is right, give it a date of its own with --as-of",
        )


def gather(kit: FeedKit, snapshot: SnapshotTable, release: Release, *, scope: FileScope) -> Gathered:
    """Read what a plan needs: the families that differ from the baseline, and those that are gone.

    Raises:
      SnapshotRefusedError: the snapshot is of other employers alone.
    """
    profile, ledger, is_full = kit.profile, kit.ledger, scope is not FileScope.CHANGES
    _refuse_other_employers(profile, snapshot)
    selection = Selection(profile.carrier.carrier_id, profile.benefits, release.fields)
    quarantined = snapshot.quarantined(selection)
    digests = snapshot.digests(selection, ledger.digest_key)
    tokens = {ref: ledger.token(ref) for ref in digests}
    known = _Known(kit, {tokens[ref]: digest for ref, digest in digests.items()}, is_full=is_full)
    reported, possible, differences = known.books(release)
    wanted = [ref for ref, token in tokens.items() if known.may_differ(token)]
    return Gathered(
        as_of=snapshot.as_of,
        snapshot_identity=snapshot.identity,
        selection=selection,
        seen={f.ref: redact(f, selection.fields[f.ref.group_id]) for f in snapshot.families(selection, wanted)},
        seen_digests=digests,
        reported=reported,
        quarantined=quarantined,
        possible=possible,
        last_full=_last_full(kit) if is_full and kit.rules.ended_coverage == "since_last_full" else None,
        rejected=frozenset(ref for ref, token in tokens.items() if token in known.rejected),
        new_groups=frozenset(ref.group_id for ref in tokens)
        - frozenset(ref.group_id for ref, token in tokens.items() if token in known.counted),
        held_members=ledger.held_members(profile.feed_id),
        digest_key=ledger.digest_key,
        approved=ledger.approved_families(profile.feed_id),
        shared=kit.form.shared,
        findings=(*_concerning(snapshot.findings, {*digests, *quarantined}), *differences),
        elsewhere=snapshot.elsewhere(selection, reported),
        last_looked=ledger.memory(profile.feed_id).last_as_of,
    )


class _Known:
    """What the ledger knows of a feed's families, by token, beside the digests that the snapshot gives them."""

    def __init__(self, kit: FeedKit, seen: Mapping[str, bytes], *, is_full: bool) -> None:
        self._kit, self._seen, self._is_full = kit, seen, is_full
        self.counted = kit.ledger.baseline_digests(kit.profile.feed_id)
        self.rejected = kit.ledger.rejected_families(kit.profile.feed_id)

    def may_differ(self, token: str) -> bool:
        """Whether the family is looked at: everybody in a full file; else who changed, is gone, or was rejected."""
        return self._is_full or token in self.rejected or self.counted.get(token) != self._seen.get(token)

    def books(self, release: Release) -> tuple[dict[FamilyRef, ReleasedFamily], dict[FamilyRef, Books], list[Finding]]:
        """What was last reported; the possible books where several files decide; and where the replay differs.

        People of a group whose grant is gone are neither reported nor terminated.
        """
        kit, feed_id = self._kit, self._kit.profile.feed_id
        counting = kit.ledger.baseline(feed_id, [token for token in self.counted if self.may_differ(token)])
        changed = [t for t in counting if t not in self.rejected and self.counted[t] != self._seen.get(t)]
        shadow = differing(kit.ledger, feed_id, counting, changed, kit.rules, kit.form.digest)
        possible = _possible(kit.ledger, feed_id, self.rejected, counting, kit.rules)
        possible |= {ref: books for ref, (_, books) in shadow.items()}
        possible = {ref: books for ref, books in possible.items() if ref.group_id in release.fields}
        reported = {t.family.ref: t.family for t in counting.values() if t.family.ref.group_id in release.fields}
        reported |= {ref: books[0] for ref, books in possible.items() if books[0] is not None}
        return reported, possible, [books_differ_finding(difference) for difference, _ in shadow.values()]


def _possible(
    ledger: Ledger,
    feed_id: FeedId,
    rejected: Collection[str],
    counting: Mapping[str, ReportedFamily],
    rules: Dialect,
) -> dict[FamilyRef, Books]:
    """The books that the carrier may have of families of which it rejected something, where it took something since."""
    found: dict[FamilyRef, Books] = {}
    baseline = {**counting, **ledger.baseline(feed_id, [token for token in rejected if token not in counting])}
    for token, sendings in ledger.sendings(feed_id, rejected).items() if rejected else ():
        base = baseline.get(token)
        since = ledger.find(base.transmission_id).sequence if base is not None else 0
        later = [one for one in sendings if one.sequence > since and not one.is_accepted]
        if any(one.as_taken().taken for one in later):
            ref = later[-1].target.ref
            found[ref] = possible_books(base.family if base is not None else None, [s.as_taken() for s in later], rules)
    return found


def _last_full(kit: FeedKit) -> LastFull | None:
    """The newest full file that the carrier has, and of which it rejected nothing."""
    full = (
        t
        for t in kit.ledger.transmissions(kit.profile.feed_id)
        if t.scope != FileScope.CHANGES
        and t.purpose != FilePurpose.COPY
        and t.state in {State.DELIVERED, State.ACKNOWLEDGED}
    )
    newest = next(full, None)
    if newest is None:
        return None
    reported = kit.ledger.families_of(newest.transmission_id)
    return LastFull(newest.as_of, {one.target.ref: one.target for one in reported})


def _refuse_other_employers(profile: FeedProfile, snapshot: SnapshotTable) -> None:
    """A file of other employers says nothing about ours: it must not read as the absence of everybody."""
    if snapshot.groups and not set(profile.groups) & set(snapshot.groups):
        theirs = ", ".join(sorted(snapshot.groups)[:3])
        raise SnapshotRefusedError(
            f"the snapshot is of {theirs}, and {profile.feed_id} is reported {', '.join(profile.groups)}",
            code="E834-0928",
            remedy="run with this employer's own snapshot, or correct groups in the feed's file",
        )


def _concerning(findings: Sequence[Finding], families: Collection[FamilyRef]) -> list[Finding]:
    """What the snapshot says of the file as a whole, and of the families that this feed covers."""
    return [f for f in findings if f.about is None or _family_of(f.about) in families]


def _family_of(about: MemberRef | FamilyRef) -> FamilyRef:
    return about.family if isinstance(about, MemberRef) else about
