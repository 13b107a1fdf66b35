"""Preparing a run: gathered, decided, and written once in memory as a draft, to see who cannot be written.

It changes nothing anywhere, so ``edi834 plan`` is exactly this; the same inputs give the same plan digest.
Writing the intent down and sending are ``ship.py``'s.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from edi834.book.codes import known_codes
from edi834.feed.gather import gather, release_digest, released_fields, standing
from edi834.feed.gathered import Gathered
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import State
from edi834.feed.plan import FeedPlan, decide, on_hold, plan_digest, without
from edi834.feed.ports import SnapshotTable
from edi834.feed.profile import FeedProfile, Stage
from edi834.grants import Record, Release, family_digest, narrowed, redact_group
from edi834.mapping import Built
from edi834.mapping.document import FileFacts, FileFormat, FilePurpose, FileScope
from edi834.model import FamilyRef, FieldPath, Finding, GroupId, Severity

__all__ = ["Prepared", "draft_facts", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A plan with everything it takes to send it.

    Attributes:
      plan, plan_digest: What is reported, and what stands for it.
      gathered: What it was decided from.
      uses: The fields that the mapping uses.
      release, release_digest: Which of them are released, by group.
      digests: Each family's, as it would then be reported.
      draft, refused: The file as it was written once, and who could not be written.
      groups: The employers' released fields.
      created: When it was decided.
    """

    plan: FeedPlan
    gathered: Gathered
    release: Release
    release_digest: str
    digests: Mapping[FamilyRef, bytes]
    plan_digest: str
    draft: Built | None
    refused: tuple[Finding, ...]
    groups: Mapping[GroupId, Record]
    created: datetime
    uses: frozenset[FieldPath]


def prepare(kit: FeedKit, snapshot: SnapshotTable, *, full: bool) -> Prepared:
    """Gather and decide, and write the file once in memory to see who cannot be written. Changes nothing anywhere."""
    profile, ledger = kit.profile, kit.ledger
    release, findings = released_fields(profile, kit.form.uses, kit.grants, snapshot.as_of)
    released = release_digest(release)
    scope = _scope(profile, full=full)
    standing(kit, snapshot, released=released, full=scope is not FileScope.CHANGES)
    gathered = _with_codes(kit, _as_released_today(gather(kit, snapshot, release, scope=scope), release))
    plan = decide(gathered, rules=kit.rules, guards=profile.guards, scope=scope)
    plan = replace(plan, findings=(*findings, *plan.findings))
    created = kit.clock.now()
    groups = {
        g: redact_group(snapshot.groups[g], fields) for g, fields in release.fields.items() if g in snapshot.groups
    }
    plan, draft, refused = _drafted(kit, plan, gathered, groups, created)
    digests = _digests(plan, gathered, ledger.digest_key)
    digest = plan_digest(
        plan, digests, kit.form.digest, released, profile.carrier.key.subkey if profile.carrier.key else ""
    )
    return Prepared(plan, gathered, release, released, digests, digest, draft, refused, groups, created, kit.form.uses)


def _as_released_today(gathered: Gathered, release: Release) -> Gathered:
    """What was reported once, without what may not be reported any more: it may be stated again."""
    fields = {group: frozenset(paths) for group, paths in release.fields.items()}
    reported = {ref: narrowed(family, fields[ref.group_id]) for ref, family in gathered.reported.items()}
    possible = {
        ref: tuple(book and narrowed(book, fields[ref.group_id]) for book in books)
        for ref, books in gathered.possible.items()
        if ref.group_id in fields
    }
    return replace(gathered, reported=reported, possible=possible)


def _with_codes(kit: FeedKit, gathered: Gathered) -> Gathered:
    """What the assignment of person codes goes by, where the mapping writes them: also codes in rejected files."""
    if not kit.form.assigns_codes:
        return gathered
    tokens = {kit.ledger.token(ref): ref for ref in gathered.rejected}
    sendings = kit.ledger.sendings(kit.profile.feed_id, tokens) if tokens else {}
    codes = {tokens[token]: known_codes(s.target.person_codes for s in sent) for token, sent in sendings.items()}
    return replace(gathered, assigns_codes=True, rejected_codes=codes)


def _drafted(
    kit: FeedKit,
    plan: FeedPlan,
    gathered: Gathered,
    groups: Mapping[GroupId, Record],
    created: datetime,
) -> tuple[FeedPlan, Built | None, tuple[Finding, ...]]:
    """Write the plan as a draft and check it, leaving out whoever cannot be written or would not pass.

    Returns:
      The plan without them, the draft, and what is wrong with the file itself, if anything is.
    """
    if plan.is_empty and plan.rules.empty_file == "header_and_trailer" and kit.form.format is FileFormat.FLAT:
        empty = kit.form.build(draft_facts(kit, plan, created), groups, ())
        return plan, empty, () if empty.document is not None else empty.findings
    while not plan.is_empty:
        draft = kit.form.build(draft_facts(kit, plan, created), groups, plan.statements)
        if draft.quarantined and plan.scope is not FileScope.CHANGES:
            # Whoever was reported once is stated as last reported, so the file is another one.
            ends = _would_end(plan, draft.quarantined, draft.findings)
            plan = without(plan, draft.quarantined, draft.findings, gathered)
            if ends:
                return plan, None, ends
            continue
        if draft.quarantined or draft.findings:
            plan = without(plan, draft.quarantined, draft.findings, gathered)
        if draft.document is None:
            return plan, None, () if plan.is_empty else draft.findings
        outcome = kit.form.check(draft.document)
        if outcome.checked is not None:
            unlike = tuple(kit.form.predicted(draft.document, kit.rules))
            if not unlike:
                return plan, draft, ()
            plan = on_hold(plan, unlike, gathered)
            continue
        ends = _would_end(plan, outcome.families, outcome.findings)
        if ends or not outcome.families:
            return plan, draft, ends or outcome.findings
        plan = without(plan, outcome.families, outcome.findings, gathered)
    return plan, None, ()


def _would_end(plan: FeedPlan, refs: Collection[FamilyRef], why: Sequence[Finding]) -> tuple[Finding, ...]:
    """Say so where a file without these families would end them: they cannot be written as last reported either."""
    lost = plan.carried & frozenset(refs)
    if plan.scope is not FileScope.FULL_REPLACE or not lost:
        return ()
    first = next((f for f in why if f.severity is Severity.ERROR), None)
    return (
        Finding(
            "E834-0929",
            Severity.ERROR,
            f"{len(lost)} of the families that the carrier holds can be written neither as they are nor as they were "
            "reported, and a full file without them would end them"
            f"{f': {first.code} {first.message}' if first else ''}",
            place=first.place if first else None,
            about=min(lost),
            remedy=first.remedy if first else None,
        ),
        *why,
    )


def _scope(profile: FeedProfile, *, full: bool) -> FileScope:
    if profile.mode == "full_replace":
        return FileScope.FULL_REPLACE
    return FileScope.FULL_AUDIT if full or profile.mode == "full_audit" else FileScope.CHANGES


def _digests(plan: FeedPlan, gathered: Gathered, key: bytes) -> Mapping[FamilyRef, bytes]:
    """The digest to remember of each family reported.

    It is the digest of the family as the snapshot showed it: as long as the snapshot shows the same, there is nothing
    more to tell. A family that is gone from the snapshot, whole or in part, of whom something is kept back, or that is
    stated as last reported, is remembered by what is reported it, so that it is looked at, and listed, every night.
    """
    gone = {ref.family for ref in plan.missing} | {p.member.family for p in plan.pending} | plan.carried
    seen = {ref: digest for ref, digest in gathered.seen_digests.items() if ref not in gone}
    reported = {s.target.ref: seen.get(s.target.ref) or family_digest(s.target, key) for s in plan.statements}
    return reported | {s.target.ref: family_digest(s.target, key) for s in plan.omitted}


def draft_facts(kit: FeedKit, plan: FeedPlan, created: datetime) -> FileFacts:
    return FileFacts(
        feed_id=kit.profile.feed_id,
        control_number=1,
        reference="draft",
        purpose=FilePurpose.ORIGINAL,
        scope=plan.scope,
        created=created.astimezone(kit.zone),
        as_of=plan.as_of,
        is_test=kit.profile.stage is not Stage.LIVE,
        remote_name="draft",
        again=_asked_for_before(kit) if kit.form.format is FileFormat.WORKLIST else frozenset(),
    )


def _asked_for_before(kit: FeedKit) -> frozenset[FamilyRef]:
    """The families of items that wait on lists handed over before: a list that states them again says so (F49)."""
    ledger = kit.ledger
    return frozenset(
        reported.target.ref
        for transmission in ledger.transmissions(kit.profile.feed_id)
        if transmission.per_item and transmission.state is State.DELIVERED
        if (waiting := {one.number for one in transmission.sets if one.waits})
        for reported in ledger.families_of(transmission.transmission_id)
        if reported.set_number in waiting
    )
