"""The plan of one feed: what a run would tell, decided purely from what was gathered.

It compares each family that may have changed, states what is to be reported, counts it, and asks the guards; the same
inputs give the same plan and the same plan digest, to which an approval is bound.
Gathering is ``gather.py``'s; writing, sealing and sending are ``ship.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from edi834.change import (
    Elsewhere,
    EventKind,
    FamilyDifference,
    FamilyStatement,
    LastFull,
    MayHold,
    Pending,
    Rules,
    UndecidedError,
    compare_family,
    departed,
    family_joined,
    feed_view,
    find_moves,
    gave_way,
    is_blackout,
    tell_again,
    tell_changes,
    tell_everything,
    unchanged_family,
)
from edi834.feed.counting import people_reported
from edi834.feed.guards import GuardHit, family_holds, guard_hits
from edi834.feed.late import LateEnding, late_endings, left_reverted
from edi834.feed.notices import missing_finding, moved_finding, undecided_finding
from edi834.feed.order import in_telling_order
from edi834.feed.profile import Guards
from edi834.grants import ReleasedFamily, Selection, family_digest
from edi834.mapping.document import FileScope
from edi834.model import FamilyRef, Finding, GroupId, MemberRef

__all__ = ["FeedPlan", "Gathered", "approval_of", "decide", "plan_digest", "without"]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a run read before it decided anything.

    Attributes:
      as_of, snapshot_identity: Which snapshot.
      selection: What of it the feed may see.
      seen: The families as released today, of those that may have changed; in a full file, all of them.
      seen_digests: The digest of each family in the snapshot, changed or not.
      reported: What was last reported, of the families seen, and of those gone from the snapshot.
      quarantined: Families that may not be reported today.
      restated: Families to be reported whole, because a rejection reverted them while a later file of theirs stands, with
        what else the carrier may hold of each.
      held_members: How many people the carrier holds.
      digest_key: The key of family digests: an approval of one family is bound to its target's.
      approved: The digests of targets that a person has accepted.
      shared: The subscriber's fields that the mapping tells with each dependent.
      findings: What the snapshot has to say about the feed's people.
      elsewhere: What the people reported have with other carriers today, in the feed's benefits.
      last_looked: The date of the snapshot that the feed looked at last, None before the first.
      last_full: The feed's last full file, where a rule goes by it.
      rejected: Families of which the carrier rejected what was reported since the baseline.
      new_groups: Employers in the snapshot of whose people the carrier holds nobody.
    """

    as_of: date
    snapshot_identity: str
    selection: Selection
    seen: Mapping[FamilyRef, ReleasedFamily] = field(repr=False)
    seen_digests: Mapping[FamilyRef, bytes] = field(repr=False)
    reported: Mapping[FamilyRef, ReleasedFamily] = field(repr=False)
    quarantined: frozenset[FamilyRef]
    held_members: int
    restated: Mapping[FamilyRef, MayHold] = field(default_factory=dict, repr=False)
    digest_key: bytes = field(default=b"", repr=False)
    approved: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()
    elsewhere: Elsewhere = field(default_factory=dict, repr=False)
    last_looked: date | None = None
    rejected: frozenset[FamilyRef] = frozenset()
    new_groups: frozenset[GroupId] = frozenset()
    last_full: LastFull | None = None

    def is_first_of(self, ref: FamilyRef) -> bool:
        """Whether the carrier was reported nobody of that employer yet, or of the family alone in a rejected file."""
        if ref in self.reported:
            return False
        return ref in self.rejected or not self.held_members or ref.group_id in self.new_groups


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """What a run would tell.

    Attributes:
      as_of, snapshot_identity: From which snapshot.
      scope: Changes, or everyone.
      statements: What is reported, by family, in the order of telling.
      omitted: Families that a full file ends by leaving them out, as the carrier then holds them: nobody.
      carried: Families of whom a full file states what was last reported, because what is true of them today may not be
        reported, or cannot: left out, they would read as ended (law 5).
      missing: Who is gone from the snapshot without an ending: carried.
      waiting: Families, as they would be reported, that a person must look at: nothing is reported them until approved.
      pending: What the snapshot says and the feed's window keeps back.
      counts: ``added``, ``changed``, ``ended``, ``cancelled`` (of those, who never were), ``reinstated``,
        ``restated``, ``missing``, ``quarantined``, ``waiting``, ``pending``, in people.
      guards: Why it would be held.
      findings: What a person should look at.
      rules: The rules it was decided under.
      late: Coverage that is over and that the carrier still holds: reported tonight, or kept back and why.
    """

    as_of: date
    snapshot_identity: str
    scope: FileScope
    statements: tuple[FamilyStatement, ...] = field(repr=False)
    omitted: tuple[ReleasedFamily, ...] = field(repr=False)
    missing: tuple[MemberRef, ...]
    waiting: tuple[ReleasedFamily, ...] = field(repr=False)
    pending: tuple[Pending, ...]
    counts: Mapping[str, int]
    guards: tuple[GuardHit, ...]
    findings: tuple[Finding, ...]
    rules: Rules
    carried: frozenset[FamilyRef] = frozenset()
    late: tuple[LateEnding, ...] = ()

    @property
    def left_out(self) -> frozenset[MemberRef]:
        """Whoever is absent and whom a full file ends by leaving them out, where the carrier has agreed to that."""
        if self.scope is FileScope.CHANGES or self.rules.missing != "omission":
            return frozenset()
        return frozenset(self.missing) - {m.member.ref for s in self.statements for m in s.members}

    @property
    def is_empty(self) -> bool:
        """Whether nobody is reported."""
        return not self.statements


def decide(gathered: Gathered, *, rules: Rules, guards: Guards, scope: FileScope) -> FeedPlan:
    """Decide what is reported.

    Args:
      gathered: What was read.
      rules: How the feed's carrier wants changes reported.
      guards: The feed's limits.
      scope: Changes, or everyone.
    """
    seen = _Seen(gathered, rules)
    differences = list(seen.differences())
    waiting, held_back = _waiting(differences, seen, rules)
    carried = _carried_in_full(differences, held_back | gathered.quarantined) if scope is not FileScope.CHANGES else {}
    stated = [
        s
        for d in differences
        if d.target.ref in carried or d.target.ref not in held_back
        if (s := _tell(carried.get(d.target.ref, d), gathered, rules, scope)) is not None
    ]
    statements = in_telling_order((s for s in stated if not s.is_omission), rules)
    missing = tuple(dict.fromkeys(_absent(differences, gathered)))
    plan = FeedPlan(
        as_of=gathered.as_of,
        snapshot_identity=gathered.snapshot_identity,
        scope=scope,
        statements=statements,
        omitted=tuple(s.target for s in stated if s.is_omission),
        missing=missing,
        waiting=tuple(d.target for d in differences if d.target.ref in held_back),
        pending=tuple(seen.pending),
        counts={},
        guards=(),
        findings=(*gathered.findings, *waiting),
        rules=rules,
        carried=frozenset(carried),
        late=late_endings(
            differences,
            seen.truth,
            as_of=gathered.as_of,
            last_looked=gathered.last_looked,
            held_back=held_back,
            rejected=gathered.rejected,
            pending=seen.pending,
            may_hold=gathered.restated,
            rules=rules,
            reported_over={
                (m.member.ref, c.coverage.benefit)
                for s in stated
                for m in s.members
                for c in m.coverages
                if c.end is not None and c.end < gathered.as_of
            },
        ),
    )
    counts = {**_counts(plan), "quarantined": len(gathered.quarantined)}
    hits = tuple(guard_hits(counts, guards, rules, held_members=gathered.held_members))
    left_out = plan.left_out
    gone = tuple(missing_finding(ref, is_left_out=ref in left_out) for ref in missing)
    return replace(plan, counts=counts, guards=hits, findings=(*plan.findings, *gone))


def _waiting(
    differences: Iterable[FamilyDifference], seen: _Seen, rules: Rules
) -> tuple[list[Finding], set[FamilyRef]]:
    """Why which families wait for a person, and whoever must wait with them."""
    gathered = seen.gathered
    waiting = list(seen.undecided)
    for d in differences:
        if not seen.is_approved(d):
            reverted = d.target.ref in gathered.restated
            is_first = gathered.is_first_of(d.target.ref)
            waiting += family_holds(d, rules, as_of=gathered.as_of, is_reverted=reverted, is_first=is_first)
    held_back = {f.about.family for f in waiting if isinstance(f.about, MemberRef)}
    for new, old in _held_with_them(seen.moves, held_back):
        waiting.append(moved_finding(new, old))
        held_back |= {new.family, old.family}
    return waiting, held_back


@dataclass
class _Seen:
    """The families as the feed sees them, compared with what was reported.

    What waits, the truth, and what no row of the decision table is for, are collected on the way.
    """

    gathered: Gathered
    rules: Rules
    pending: list[Pending] = field(default_factory=list)
    moves: Mapping[MemberRef, MemberRef] = field(default_factory=dict)
    truth: dict[FamilyRef, ReleasedFamily] = field(default_factory=dict)
    undecided: list[Finding] = field(default_factory=list)

    def differences(self) -> Iterable[FamilyDifference]:
        gathered = self.gathered
        readable = {ref: family for ref, family in gathered.reported.items() if ref not in gathered.quarantined}
        self.moves = moves = find_moves(readable, gathered.seen, as_of=gathered.as_of)
        for ref in sorted({*gathered.seen, *gathered.reported}):
            reported = gathered.reported.get(ref)
            if ref in gathered.quarantined:
                if reported is not None:
                    yield unchanged_family(reported)  # what was last reported stands
                continue
            seen = gathered.seen.get(ref)
            now = departed(seen, reported, gathered.seen, moves)
            if self.rules.gave_way == "end":
                since, left = gathered.last_looked, _people(now) - _people(seen) if now is not seen else ()
                now = gave_way(now, reported, gathered.elsewhere, as_of=gathered.as_of, last_looked=since, left=left)
            if now is not None:
                self.truth[ref] = family_joined(now, reported, self.rules, as_of=gathered.as_of)
            view = feed_view(now, reported, self.rules, as_of=gathered.as_of)
            self.pending.extend(view.pending)
            if view.family is not None or reported is not None:
                yield from self._compared(ref, reported, view.family)

    def _compared(
        self, ref: FamilyRef, reported: ReleasedFamily | None, now: ReleasedFamily | None
    ) -> Iterable[FamilyDifference]:
        as_of, each = self.gathered.as_of, self.rules.tier_of_each
        try:
            yield compare_family(reported, now, as_of=as_of, moves=self.moves, tier_of_each=each)
        except UndecidedError:
            self.undecided.append(undecided_finding(ref))
            if reported is not None:
                yield unchanged_family(reported)

    def is_approved(self, difference: FamilyDifference) -> bool:
        """Whether a person has accepted exactly this target."""
        return approval_of(difference.target, self.gathered.digest_key) in self.gathered.approved


def _people(family: ReleasedFamily | None) -> set[MemberRef]:
    return {m.ref for m in family.members} if family is not None else set()


def approval_of(target: ReleasedFamily, digest_key: bytes) -> str:
    """What an approval of one family is bound to: the digest of what would be reported, hexadecimal."""
    return family_digest(target, digest_key).hex()


def _tell(difference: FamilyDifference, gathered: Gathered, rules: Rules, scope: FileScope) -> FamilyStatement | None:
    may_hold = gathered.restated.get(difference.target.ref)
    if scope is not FileScope.CHANGES:
        return tell_everything(
            difference,
            rules,
            as_of=gathered.as_of,
            last_full=gathered.last_full,
            verifies=scope is FileScope.FULL_AUDIT,
            may_hold=may_hold,
        )
    if may_hold is None:
        return tell_changes(difference, rules, shared=gathered.shared)
    # In a blackout, or of a family that cannot be read, nothing new is known: there is nothing to tell it whole by.
    if is_blackout(rules, gathered.as_of) or difference.target.ref in gathered.quarantined:
        return None
    return tell_again(difference, rules, as_of=gathered.as_of, may_hold=may_hold)


def _held_with_them(
    moves: Mapping[MemberRef, MemberRef], held_back: Collection[FamilyRef]
) -> list[tuple[MemberRef, MemberRef]]:
    """The moves of which one half waits: reported alone, the other half would end somebody, or cover them twice.

    A chain of moves waits link by link, from whoever waits on.
    """
    held, found = set(held_back), []
    rest = sorted(moves.items())
    while linked := [(new, old) for new, old in rest if {new.family, old.family} & held]:
        found += [(new, old) for new, old in linked if not {new.family, old.family} <= held]
        held |= {ref.family for move in linked for ref in move}
        rest = [move for move in rest if move not in linked]
    return found


def _carried_in_full(
    differences: Iterable[FamilyDifference], refs: Collection[FamilyRef]
) -> Mapping[FamilyRef, FamilyDifference]:
    """Those families as last reported, with nothing that happened to them; not whoever was never reported."""
    reported = {d.reported.ref: d.reported for d in differences if d.reported is not None and d.reported.ref in refs}
    return {ref: unchanged_family(family) for ref, family in reported.items()}


def _absent(differences: Iterable[FamilyDifference], gathered: Gathered) -> Iterable[MemberRef]:
    gone = {EventKind.MEMBER_MISSING, EventKind.COVERAGE_MISSING}
    for difference in differences:
        if difference.target.ref not in gathered.quarantined:
            yield from (e.member for e in difference.events if e.kind in gone)


def without(plan: FeedPlan, refs: Collection[FamilyRef], findings: Sequence[Finding], gathered: Gathered) -> FeedPlan:
    """Give the plan without some families, which could not be written; what was last reported them stands.

    A full file that left them out would end them (law 5), so it states them as last reported; not for a second time, if
    that could not be written either.
    """
    carries, reported = plan.scope is not FileScope.CHANGES, gathered.reported
    refs = _with_the_other_half(plan.statements, refs)
    carried = {ref: reported[ref] for ref in refs if carries and ref in reported and ref not in plan.carried}
    statements = []
    for statement in plan.statements:
        ref = statement.target.ref
        if ref in carried:
            again = _tell(unchanged_family(carried[ref]), gathered, plan.rules, plan.scope)
            statements += [again] if again is not None else []
        elif ref not in refs:
            statements.append(statement)
    people = sum(len(s.members) for s in plan.statements if s.target.ref in refs and s.target.ref not in plan.carried)
    kept = replace(plan, statements=tuple(statements), carried=plan.carried | carried.keys())
    counts = {**_counts(kept), "quarantined": plan.counts["quarantined"] + people}
    late = left_reverted(plan.late, refs)
    return replace(kept, counts=counts, findings=(*plan.findings, *findings), late=late)


def _with_the_other_half(statements: Iterable[FamilyStatement], refs: Collection[FamilyRef]) -> set[FamilyRef]:
    """Those families, and whoever's people moved to or from them tonight: half a move would mislead."""
    moves = [(s.target.ref, m.moved_from.family) for s in statements for m in s.members if m.moved_from is not None]
    dropped = set(refs)
    while more := {ref for move in moves if set(move) & dropped for ref in move} - dropped:
        dropped |= more
    return dropped


def plan_digest(plan: FeedPlan, digests: Mapping[FamilyRef, bytes], *facts: str) -> str:
    """Give the digest that stands for a plan: every family's target, whoever is absent, the guards, further facts."""
    hashed = hashlib.sha256()
    for text in (plan.scope.value, plan.as_of.isoformat(), *facts, *(f"{g.guard}:{g.reason}" for g in plan.guards)):
        hashed.update(text.encode() + b"\x00")
    for family in plan.omitted:
        hashed.update(b"omitted\x00" + str(family.ref).encode() + b"\x00")
    for statement in plan.statements:
        hashed.update(str(statement.target.ref).encode() + b"\x00" + digests[statement.target.ref])
    for member in plan.missing:
        hashed.update(str(member).encode() + b"\x00")
    return hashed.hexdigest()


def _counts(plan: FeedPlan) -> dict[str, int]:
    counts = people_reported(plan.statements, plan.scope)
    counts["ended"] += len(plan.left_out)  # the carrier ends whoever is left out
    pending = {p.member for p in plan.pending}
    return {**counts, "missing": len(plan.missing), "waiting": len(plan.waiting), "pending": len(pending)}
