"""The plan of one feed: what a run would report, decided purely from what was gathered.

For each family that may have changed it gives the desired book, the edits, and the statement that takes the carrier's
book to it; it counts, and asks the guards. The same inputs give the same plan and the same plan digest, to which an
approval is bound. Gathering is ``gather.py``'s; writing, sealing and sending are ``ship.py``'s.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from edi834.book import (
    Desired,
    Dialect,
    Family,
    FamilyEdit,
    FamilyStatement,
    Pending,
    Predicted,
    choose,
    departed,
    desired,
    diff,
    find_moves,
    gave_way,
    is_blackout,
    predict,
    read,
    say_changes,
    say_everything,
    unchanged,
)
from edi834.book.codes import with_person_codes
from edi834.feed.counting import people_reported
from edi834.feed.gathered import Gathered
from edi834.feed.guards import GuardHit, family_holds, guard_hits
from edi834.feed.late import LateEnd, late_ends, left_out
from edi834.feed.notices import missing_finding, moved_finding, not_understood_finding
from edi834.feed.order import in_file_order
from edi834.feed.profile import Guards
from edi834.grants import family_digest
from edi834.mapping.document import FileScope
from edi834.model import FamilyRef, Finding, MemberRef

__all__ = ["FeedPlan", "approval_of", "decide", "on_hold", "plan_digest", "predicted", "without"]


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """What a run would report.

    Attributes:
      as_of, snapshot_identity: From which snapshot.
      scope: Changes, or everyone.
      statements: What is said, by family, in the order of the file.
      omitted: What is said of families by leaving them out of a full file.
      carried: Families of whom a full file states what was last reported, because what is true of them today may not be
        reported, or cannot: left out, they might end (law 5).
      missing: People who are missing from the snapshot without an end: carried.
      waiting: Families, as they would be reported, that wait for manual review: nothing is said of them until approved.
      pending: What the snapshot says and the feed's window keeps back.
      counts: ``added``, ``changed``, ``ended``, ``cancelled`` (of those, who never were enrolled), ``reinstated``,
        ``restated``, ``missing``, ``quarantined``, ``waiting``, ``pending``, in people.
      guards: Why it would be held.
      findings: What a person should look at.
      rules: The dialect it was decided under.
      late: Coverage that is over and that the carrier's book still shows: reported tonight, or kept back and why.
    """

    as_of: date
    snapshot_identity: str
    scope: FileScope
    statements: tuple[FamilyStatement, ...] = field(repr=False)
    omitted: tuple[FamilyStatement, ...] = field(repr=False)
    missing: tuple[MemberRef, ...]
    waiting: tuple[Family, ...] = field(repr=False)
    pending: tuple[Pending, ...]
    counts: Mapping[str, int]
    guards: tuple[GuardHit, ...]
    findings: tuple[Finding, ...]
    rules: Dialect
    carried: frozenset[FamilyRef] = frozenset()
    late: tuple[LateEnd, ...] = ()

    @property
    def left_out(self) -> frozenset[MemberRef]:
        """Missing people whom a full file ends by leaving them out, where the carrier has agreed to that."""
        return frozenset(ref for s in (*self.statements, *self.omitted) for ref in s.left_out)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is reported."""
        return not self.statements


@dataclass(frozen=True, slots=True)
class _Decided:
    """One family: what the carrier may have, what it should have, and how that is said."""

    wanted: Desired
    edit: FamilyEdit
    statement: FamilyStatement | None
    is_understood: bool = True

    @property
    def ref(self) -> FamilyRef:
        return self.edit.target.ref


def decide(gathered: Gathered, *, rules: Dialect, guards: Guards, scope: FileScope) -> FeedPlan:
    """Decide what is reported.

    Args:
      gathered: What was read.
      rules: The feed's dialect.
      guards: The feed's limits.
      scope: Changes, or everyone.
    """
    work = _Work(gathered, rules, scope)
    decided = list(work.families())
    waiting, on_hold = _waiting(decided, work)
    held = on_hold | gathered.quarantined
    carried = {d.ref: work.carried(d.ref) for d in decided if d.ref in held} if scope is not FileScope.CHANGES else {}
    carried = {ref: one for ref, one in carried.items() if one is not None}
    said = [carried.get(d.ref) if d.ref in carried else d.statement if d.ref not in held else None for d in decided]
    stated = [s for s in said if s is not None]
    missing = tuple(dict.fromkeys(ref for d in decided for ref in d.wanted.missing))
    plan = FeedPlan(
        as_of=gathered.as_of,
        snapshot_identity=gathered.snapshot_identity,
        scope=scope,
        statements=in_file_order((s for s in stated if not s.is_omission), rules),
        omitted=tuple(s for s in stated if s.is_omission),
        missing=missing,
        waiting=tuple(d.edit.target for d in decided if d.ref in on_hold),
        pending=tuple(work.pending),
        counts={},
        guards=(),
        findings=(*gathered.findings, *waiting),
        rules=rules,
        carried=frozenset(carried),
        late=tuple(one for d in decided for one in work.late(d, waits=d.ref in held)),
    )
    counts = {**_counts(plan), "quarantined": len(gathered.quarantined)}
    hits = tuple(guard_hits(counts, guards, rules, held_members=gathered.held_members))
    omitted = plan.left_out
    gone = tuple(missing_finding(ref, is_left_out=ref in omitted) for ref in missing)
    return replace(plan, counts=counts, guards=hits, findings=(*plan.findings, *gone))


@dataclass
class _Work:
    """The families one after the other."""

    gathered: Gathered
    dialect: Dialect
    scope: FileScope
    moves: Mapping[MemberRef, MemberRef] = field(default_factory=dict)
    pending: list[Pending] = field(default_factory=list)

    def families(self) -> Iterator[_Decided]:
        gathered = self.gathered
        readable = {ref: f for ref, f in gathered.reported.items() if ref not in gathered.quarantined}
        self.moves = find_moves(readable, gathered.seen, as_of=gathered.as_of)
        for ref in sorted({*gathered.seen, *gathered.reported, *gathered.possible}):
            known = gathered.books(ref)[0]
            if ref in gathered.quarantined:
                if known is not None:
                    edit = diff(known, known, self.dialect, as_of=gathered.as_of)
                    yield _Decided(unchanged(known), edit, None)
                continue
            wanted = desired(known, self._rows(ref, known), self.dialect, as_of=gathered.as_of)
            self.pending += wanted.pending
            if wanted.family is not None:
                yield self._decided(ref, wanted, wanted.family)

    def _rows(self, ref: FamilyRef, known: Family | None) -> Family | None:
        """Today's rows, with what is evidence besides: a move, another carrier's row."""
        gathered = self.gathered
        seen = gathered.seen.get(ref)
        rows = departed(seen, known, gathered.seen, self.moves)
        if self.dialect.gave_way != "end":
            return rows
        left = _people(rows) - _people(seen) if rows is not seen else ()
        since = gathered.last_looked
        return gave_way(rows, known, gathered.elsewhere, as_of=gathered.as_of, last_looked=since, left=left)

    def _decided(self, ref: FamilyRef, wanted: Desired, family: Family) -> _Decided:
        gathered, books = self.gathered, self.gathered.books(ref)
        say = partial(self._say, missing=wanted.gone)
        if self.scope is not FileScope.CHANGES and self.dialect.missing == "omission":
            gone = frozenset(wanted.gone)
            family = family.with_members(m for m in family.members if m.ref not in gone)
        family = self._with_codes(family)
        if is_blackout(self.dialect, gathered.as_of) and self.scope is FileScope.CHANGES:
            return _Decided(wanted, diff(books[0], family, self.dialect, as_of=gathered.as_of), None)
        is_full = self.scope is not FileScope.CHANGES
        edit, statement, understood = choose(
            books, family, self.dialect, as_of=gathered.as_of, say=say, moves=self.moves, always=is_full
        )
        return _Decided(wanted, edit, statement, understood)

    def _say(self, edit: FamilyEdit, *, missing: Sequence[MemberRef]) -> FamilyStatement | None:
        gathered = self.gathered
        if self.scope is FileScope.CHANGES:
            return say_changes(edit, self.dialect, shared=gathered.shared, missing=missing)
        return say_everything(
            edit,
            self.dialect,
            as_of=gathered.as_of,
            missing=missing,
            last_full=gathered.last_full,
            verifies=self.scope is FileScope.FULL_AUDIT,
            shared=gathered.shared,
        )

    def carried(self, ref: FamilyRef) -> FamilyStatement | None:
        """A family as last reported, for a full file; None where it never was."""
        known = self.gathered.books(ref)[0]
        if known is None:
            return None
        seen = self.gathered.seen.get(ref)
        if known.subscriber is None and seen is not None and seen.subscriber is not None:
            # Rejected alone: the dependents that the carrier took are stated under the subscriber all the same.
            known = known.with_members([seen.subscriber.with_coverages(()), *known.members])
        stated = self._with_codes(known)
        return self._say(diff(known, stated, self.dialect, as_of=self.gathered.as_of), missing=())

    def _with_codes(self, family: Family) -> Family:
        gathered, ref = self.gathered, family.ref
        earlier = gathered.rejected_codes.get(ref, {})
        return with_person_codes(family, gathered.books(ref), assigns=gathered.assigns_codes, earlier=earlier)

    def late(self, one: _Decided, *, waits: bool) -> Iterator[LateEnd]:
        gathered = self.gathered
        return late_ends(
            gathered.books(one.ref),
            one.wanted,
            as_of=gathered.as_of,
            last_looked=gathered.last_looked,
            waits=waits,
            rejected=one.ref in gathered.rejected,
            pending=one.wanted.pending,
        )


def _waiting(decided: Iterable[_Decided], work: _Work) -> tuple[list[Finding], set[FamilyRef]]:
    """Why which families wait for manual review, and those who must wait with them."""
    gathered, waiting = work.gathered, list[Finding]()
    for one in decided:
        if not one.is_understood:
            waiting.append(not_understood_finding(one.ref))
        if approval_of(one.edit.target, gathered) in gathered.approved:
            continue
        waiting += family_holds(
            one.edit,
            work.dialect,
            as_of=gathered.as_of,
            is_in_doubt=one.ref in gathered.possible and (not one.edit.is_empty or len(gathered.books(one.ref)) > 1),
            is_first=gathered.is_first_of(one.ref),
        )
    on_hold = {f.about.family for f in waiting if isinstance(f.about, MemberRef)}
    for new, old in _held_with_them(work.moves, on_hold):
        waiting.append(moved_finding(new, old))
        on_hold |= {new.family, old.family}
    return waiting, on_hold


def _people(family: Family | None) -> set[MemberRef]:
    return {m.ref for m in family.members} if family is not None else set()


def approval_of(target: Family, gathered: Gathered) -> str:
    """What an approval of a family is bound to, hexadecimal: what would be reported, and what the carrier may have."""
    books = (target, *gathered.books(target.ref))
    digests = (b"" if one is None else family_digest(one, gathered.digest_key) for one in books)
    return hashlib.sha256(b"\x00".join(digests)).hexdigest()


def _held_with_them(
    moves: Mapping[MemberRef, MemberRef], on_hold: Collection[FamilyRef]
) -> list[tuple[MemberRef, MemberRef]]:
    """The moves of which one half waits: reported alone, the other half would end somebody, or cover them twice.

    A chain of moves waits link by link, from the family that waits on.
    """
    held, found = set(on_hold), []
    rest = sorted(moves.items())
    while linked := [(new, old) for new, old in rest if {new.family, old.family} & held]:
        found += [(new, old) for new, old in linked if not {new.family, old.family} <= held]
        held |= {ref.family for move in linked for ref in move}
        rest = [move for move in rest if move not in linked]
    return found


def without(plan: FeedPlan, refs: Collection[FamilyRef], findings: Sequence[Finding], gathered: Gathered) -> FeedPlan:
    """Give the plan without some families, which could not be written; what was last reported of them stays.

    A full file that left them out might end them (law 5), so it states them as last reported; not for a second time, if
    that could not be written either.
    """
    work = _Work(gathered, plan.rules, plan.scope)
    refs = _with_the_other_half(plan.statements, refs)
    again = plan.scope is not FileScope.CHANGES
    carried = {ref for ref in refs if again and gathered.books(ref)[0] is not None and ref not in plan.carried}
    statements = []
    for statement in plan.statements:
        ref = statement.target.ref
        if ref in carried:
            known = work.carried(ref)
            statements += [known] if known is not None else []
        elif ref not in refs:
            statements.append(statement)
    people = sum(len(s.members) for s in plan.statements if s.target.ref in refs and s.target.ref not in plan.carried)
    kept = replace(plan, statements=tuple(statements), carried=plan.carried | carried)
    counts = {**_counts(kept), "quarantined": plan.counts["quarantined"] + people}
    return replace(kept, counts=counts, findings=(*plan.findings, *findings), late=left_out(plan.late, refs))


def on_hold(plan: FeedPlan, findings: Sequence[Finding], gathered: Gathered) -> FeedPlan:
    """Give the plan without the families that the file would not bring to their desired book: they wait."""
    refs = {f.about.family for f in findings if isinstance(f.about, MemberRef)}
    targets = tuple(s.target for s in plan.statements if s.target.ref in _with_the_other_half(plan.statements, refs))
    kept = without(plan, refs, findings, gathered)
    waiting = (*plan.waiting, *targets)
    counts = {**kept.counts, "quarantined": plan.counts["quarantined"], "waiting": len(waiting)}
    return replace(kept, waiting=waiting, counts=counts)


def _with_the_other_half(statements: Iterable[FamilyStatement], refs: Collection[FamilyRef]) -> set[FamilyRef]:
    """Those families, and those to or from which their people moved tonight: half a move would mislead."""
    moves = [(s.target.ref, m.moved_from.family) for s in statements for m in s.members if m.moved_from is not None]
    dropped = set(refs)
    while more := {ref for move in moves if set(move) & dropped for ref in move} - dropped:
        dropped |= more
    return dropped


def plan_digest(plan: FeedPlan, digests: Mapping[FamilyRef, bytes], *facts: str) -> str:
    """Give the digest that stands for a plan: every family's target, the missing people, the guards, further facts."""
    hashed = hashlib.sha256()
    for text in (plan.scope.value, plan.as_of.isoformat(), *facts, *(f"{g.guard}:{g.reason}" for g in plan.guards)):
        hashed.update(text.encode() + b"\x00")
    for statement in plan.omitted:
        hashed.update(b"omitted\x00" + str(statement.target.ref).encode() + b"\x00")
    for statement in plan.statements:
        hashed.update(str(statement.target.ref).encode() + b"\x00" + digests[statement.target.ref])
    for member in plan.missing:
        hashed.update(str(member).encode() + b"\x00")
    return hashed.hexdigest()


def predicted(plan: FeedPlan, gathered: Gathered) -> Iterator[Predicted]:
    """Say what becomes of each person in the carrier's book once it has read the file: the prediction."""
    for statement in (*plan.statements, *plan.omitted):
        before = gathered.books(statement.target.ref)[0]
        after, _ = read([statement], before, plan.rules)
        yield from predict(before, after, plan.rules, statement)


def _counts(plan: FeedPlan) -> dict[str, int]:
    counts = people_reported(plan.statements, plan.scope)
    counts["ended"] += len(plan.left_out)  # the carrier ends people who are left out
    if plan.left_out:
        counts["omitted"] = len(plan.left_out)
    pending = {p.member for p in plan.pending}
    return {**counts, "missing": len(plan.missing), "waiting": len(plan.waiting), "pending": len(pending)}
