"""One feed, night after night, in memory: the engine's own plan, mapping and check, and a carrier that applies files.

It does with a prepared plan what a run does: it writes down what was delivered, and what the carrier rejected, and
keeps the grid of days that the carrier's book must agree with. Nobody is left out of the comparison but a person in two
transaction sets, one taken and the other rejected, until the next file reports them; what a carrier may ask about
although the engine did right is decided in :meth:`Feed._is_excused` alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from edi834.book import FamilyStatement
from edi834.feed.finish import parts_of
from edi834.feed.kit import FeedKit
from edi834.feed.ledger_port import EnvelopeKey, Intent, Lease
from edi834.feed.plan import FeedPlan
from edi834.feed.prepare import Prepared, prepare
from edi834.feed.resend import resend_same_bytes
from edi834.feed.restate import How, restate
from edi834.feed.shadow import audit_books
from edi834.feed.ship import all_reported
from edi834.feed.stages import Receipt
from edi834.feed.whereabouts import whereabouts
from edi834.grants import Grant
from edi834.mapping.document import Document, FilePurpose
from edi834.model import FamilyRef, MemberRef
from tests.laws.comparing import Shown, as_expected, as_held, differences
from tests.laws.grid import Grid, People
from tests.laws.kits import FEED, MAPPING_DIGEST, kit
from tests.laws.memory import LedgerInMemory
from tests.laws.policies import dialect, reading
from tests.laws.sendings import transmission_id
from tests.laws.snapshots import SnapshotInMemory
from tests.laws.world import CARRIER
from tests.simulated_carrier import Carrier, Complaint

__all__ = ["Feed", "Night", "family_of_sets"]

_MAY_WAIT = frozenset({"E834-0916", "E834-0917", "E834-0918", "E834-0919", "E834-0924"})
"""Why a family may wait for manual review: an identity, a retroactive change, or a rejection, where a rule holds it."""

_OTHER_HALF = "E834-0924"


@dataclass(frozen=True)
class Night:
    """What came of one night: the plan, and the file's bytes where there was one."""

    prepared: Prepared
    content: bytes | None
    file: int | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        return self.prepared.plan.counts

    @property
    def is_held(self) -> bool:
        """Whether the whole file waits, because somebody is missing."""
        plan = self.prepared.plan
        return plan.rules.missing == "hold" and any(hit.guard == "missing" for hit in plan.guards)


@dataclass
class Feed:
    """A feed with its ledger, its carrier, and the book that the carrier should have."""

    rules: Mapping[str, Any] = field(default_factory=dict)
    mode: str = "changes"
    members_per_transaction: int = 10_000
    second_opinion: bool = False
    grants: Sequence[Grant] | None = None
    answers_late: bool = False  # whether a rejection may be known only after another file was sent
    ledger: LedgerInMemory = field(default_factory=LedgerInMemory)
    carrier: Carrier = field(init=False)
    grid: Grid = field(init=False)
    _as_if_taken: Grid = field(init=False)  # as if the carrier had rejected nothing
    _unanswered: list[tuple[int, str]] = field(default_factory=list)
    _late: set[FamilyRef] = field(default_factory=set)  # rejected, which was known after a later file was sent
    _in_part: set[MemberRef] = field(default_factory=set)  # one set taken and another rejected, of the newest file
    _desired: People = field(default_factory=dict)  # what the newest file was to lead to
    _waiting: set[FamilyRef] = field(default_factory=set)  # for manual review, on the newest night
    _excused: set[tuple[int, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.carrier = Carrier(reading=reading(self.rules))
        self.grid, self._as_if_taken = Grid(dialect(self.rules)), Grid(dialect(self.rules))

    def kit(self, day: date, *, mode: str | None = None, number: int | None = None) -> FeedKit:
        """The feed's kit of a day."""
        return kit(
            self.ledger,
            grants=self.grants,
            rules=self.rules,
            mode=mode or self.mode,
            members_per_transaction=self.members_per_transaction,
            second_opinion=self.second_opinion,
            day=day,
            number=number,
            carrier=self.carrier,
        )

    def plan(self, snapshot: SnapshotInMemory, *, full: bool = False, mode: str | None = None) -> Night:
        """What a run would report; nothing is delivered. A file that the check refuses is no file."""
        number = len(self.ledger.sent) + 1
        prepared = prepare(self.kit(snapshot.as_of, mode=mode, number=number), snapshot, full=full)
        needless = _on_hold_without_need(prepared.plan)
        assert not needless, needless
        if prepared.plan.is_empty:
            return Night(prepared, None)
        assert prepared.draft is not None
        assert prepared.draft.document is not None, prepared.draft.findings
        assert not prepared.draft.quarantined, prepared.draft.findings
        assert not prepared.refused, prepared.refused
        return Night(prepared, prepared.draft.document.content)

    def run(
        self,
        snapshot: SnapshotInMemory,
        *,
        rejecting: frozenset[int] = frozenset(),
        full: bool = False,
        mode: str | None = None,
        answered: bool = True,
        lost: bool = False,
    ) -> Night:
        """Deliver a night's file.

        Args:
          snapshot: The night's.
          rejecting: The positions of the sets that the carrier rejects, from 0.
          full: Whether everyone is reported.
          mode: What the operator has the feed send that night; its own mode otherwise.
          answered: Whether the carrier's answer comes before the next night; else :meth:`answer` brings it.
          lost: Whether the carrier lost the file before it read it; the file must then be sent again.
        """
        night = self.plan(snapshot, full=full, mode=mode)
        if night.is_held:
            return Night(night.prepared, None)
        looked = self.ledger.looked_at.last_as_of
        self._waiting = {family.ref for family in night.prepared.plan.waiting}
        but: set[FamilyRef | MemberRef] = {*self._waiting}
        file = None
        if night.content is not None:
            document = _document(night.prepared)
            rejected = {one.number for at, one in enumerate(document.sets) if at in rejecting}
            if not lost:
                self.carrier.apply(night.content, rejecting=rejected)
            file = self._delivered(night.prepared, document)
            but |= self._rejected(document, rejected, file)
            if answered:
                self.answer()
        self.ledger.looked(
            as_of=snapshot.as_of,
            snapshot=snapshot.identity,
            mapping_digest=MAPPING_DIGEST,
            release_digest=night.prepared.release_digest,
        )
        self._desired = self.grid.desired(snapshot.people, snapshot.as_of, looked, unreadable=snapshot.held)
        said = {s.target.ref for s in night.prepared.plan.statements} if night.content is not None else set()
        # What is said of a family before its rejection is known counts in the other grid, as if all was taken.
        but |= {ref for _, ref in self._rejections()}
        self.grid.deliver(self._desired, but=but, said=said)
        if self.answers_late:
            taken = self._as_if_taken.desired(snapshot.people, snapshot.as_of, looked, unreadable=snapshot.held)
            self._as_if_taken.deliver(taken, but=self._waiting, said=said)
        return Night(night.prepared, night.content, file)

    def _rejected(self, document: Document, rejected: Collection[str], file: int) -> set[FamilyRef | MemberRef]:
        """The families and people that a file did not report, because the carrier rejected sets of it."""
        reported = parts_of(document)
        known = {ref for number, ref in self._rejections() if number < file}
        self._late |= known & reported.keys()
        self._excused |= {(file, ref.subscriber_id) for ref in known}
        self._in_part = {ref for ref in self._in_part if ref.family not in reported}
        but: set[FamilyRef | MemberRef] = set()
        for ref, parts in reported.items():
            numbers = {number for number, _ in parts}
            if not numbers & {*rejected}:
                continue
            self._excused.add((file, ref.subscriber_id))
            if numbers <= {*rejected}:
                but.add(ref)
                continue
            lost = _people(said for number, said in parts if number in rejected)
            taken = _people(said for number, said in parts if number not in rejected)
            but |= lost - taken
            self._in_part |= lost & taken
        self._unanswered += [(file, number) for number in sorted(rejected)]
        return but

    def _rejections(self) -> Iterable[tuple[int, FamilyRef]]:
        """The files of which a rejection is not known yet, with the families that it is about."""
        for file, number in self._unanswered:
            for one in self.ledger.families_of(transmission_id(file)):
                if number in one.set_numbers:
                    yield file, one.target.ref

    def _delivered(self, prepared: Prepared, document: Document) -> int:
        """Write down that a night's file was delivered; gives its number."""
        plan, created = prepared.plan, prepared.created
        reported = list(all_reported(prepared, document))
        lease = cast(Lease, None)
        planned = self.ledger.plan(
            lease,
            Intent(
                feed_id=FEED,
                carrier_id=CARRIER,
                idempotency_key=prepared.plan_digest,
                envelope=EnvelopeKey("ZZ", "JUNIPER", "ZZ", "NORTHSTAR"),
                scope=plan.scope.value,
                purpose=FilePurpose.ORIGINAL.value,
                as_of=plan.as_of,
                snapshot_identity=plan.snapshot_identity,
                mapping_digest=MAPPING_DIGEST,
                release_digest=prepared.release_digest,
                plan_digest=prepared.plan_digest,
                created=created,
                remote_name_template=f"{FEED}_{{control_number}}",
                reported=tuple(reported),
                set_members={one.number: one.members for one in document.sets},
                counts=plan.counts,
                is_test=True,
            ),
        )
        assert planned.control_number == document.facts.control_number
        places = whereabouts(document)
        self.ledger.sealed(lease, planned.transmission_id, content=document.content, whereabouts=places)
        self.ledger.delivered(lease, planned.transmission_id, cast(Receipt, None))
        return planned.sequence

    def resend(self, night: Night, snapshot: SnapshotInMemory, how: str, *, member: int = 0) -> None:
        """Send a night's file once more.

        Args:
          night: The night, with a file.
          snapshot: What it reported.
          how: ``same_bytes``, or a word of :class:`~edi834.feed.restate.How`.
          member: With ``members``, which of the people it reported, by position.
        """
        assert night.file is not None
        original = self.ledger.find(transmission_id(night.file))
        feed = self.kit(snapshot.as_of)
        if how == "same_bytes":
            resend_same_bytes(feed, original)
            return
        people = [str(m.member.ref) for s in night.prepared.plan.statements for m in s.members]
        chosen = {people[member % len(people)]} if how == How.MEMBERS else ()
        again = restate(feed, original, snapshot, How(how), members=chosen)
        if how != How.COPY:
            # What the file said of them holds now.
            reported = {one.target.ref for one in self.ledger.families_of(again.transmission_id)}
            self._excused.add((again.sequence, ""))
            said = reported - self._waiting
            self.grid.people |= {ref: person for ref, person in self._desired.items() if ref.family in said}
            self._in_part = {ref for ref in self._in_part if ref.family not in reported}

    def answer(self, *, newest_first: bool = False) -> None:
        """The carrier's answers come in: what it rejected is reverted."""
        for file, number in sorted(self._unanswered, reverse=newest_first):
            self.ledger.rejected(file, number)
        self._unanswered.clear()

    def answer_one(self, at: int) -> None:
        """One of the answers that are still to come comes in, or none; which one, the number says."""
        at %= len(self._unanswered) + 1
        if at < len(self._unanswered):
            self.ledger.rejected(*self._unanswered.pop(at))

    def agrees(self, as_of: date) -> None:
        """Assert that the carrier holds what it should, and has nothing to ask."""
        self._has_nothing_to_ask()
        self.carrier.complaints.clear()
        if self.answers_late:
            self._take_sides(as_of)
        held, wanted = differences(self.grid, self.carrier.book, as_of)
        for ref in self._in_part:
            _drop_one(held, ref)
            _drop_one(wanted, ref)
        assert not held + wanted, f"held: {held}\nwanted: {wanted}"

    def agrees_from(self, as_of: date) -> None:
        """Assert the same of the days from one on, where answers came in any order and what was over may be history.

        Each person is as if their rejected file had been taken, or as if nothing of the family was reported since.
        """
        self._has_nothing_to_ask()
        shown = (
            as_held(self.carrier.book, as_of, self.grid.dialect),
            *(as_expected(grid, as_of) for grid in (self.grid, self._as_if_taken)),
        )
        held, one, other = (Counter(p for p in (_from(person, as_of) for person in side) if p) for side in shown)
        assert one & other <= held, f"held: {held}\nwanted: {one & other}"
        assert held <= one | other, f"held: {held - one - other}\nwanted: {one} or {other}"

    def _has_nothing_to_ask(self) -> None:
        asked = [one for one in self.carrier.complaints if not self._is_excused(one)]
        assert asked == [], asked

    def audit(self) -> None:
        """Assert that every file that was taken, read again, leads to the baseline."""
        assert audit_books(self.ledger, FEED, self.grid.dialect, MAPPING_DIGEST).differences == ()

    def _is_excused(self, complaint: Complaint) -> bool:
        """Whether the engine could not know better.

        When it wrote the file, the answer to an earlier file of that family was outstanding, and was a rejection; or of
        that very file the carrier rejected a set with the family; or the file corrects another, which the carrier may
        have read or not.
        """
        return not self._excused.isdisjoint({(complaint.file, complaint.subscriber_id), (complaint.file, "")})

    def _take_sides(self, as_of: date) -> None:
        """What was over before a late answer came may be reported, or be history; but of a whole family alike."""
        held, wanted = differences(self.grid, self.carrier.book, as_of)
        unlike = {one[0] for one in (*held, *wanted)}
        other_held, other_wanted = differences(self._as_if_taken, self.carrier.book, as_of)
        unlike_if_taken = {one[0] for one in (*other_held, *other_wanted)}
        for ref in self._late:
            taken = {r: p for r, p in self._as_if_taken.people.items() if r.family == ref}
            if ref.subscriber_id in unlike and ref.subscriber_id not in unlike_if_taken:
                self.grid.people |= taken


def _on_hold_without_need(plan: FeedPlan) -> list[tuple[FamilyRef, list[str]]]:
    """Families that wait for manual review though no rule holds them, with what is found about each."""
    found = {family.ref: [f.code for f in plan.findings if _family(f.about) == family.ref] for family in plan.waiting}
    halves = any(f.code == _OTHER_HALF for f in plan.findings)  # of a move: the family that was left waits unnamed
    return [(ref, codes) for ref, codes in found.items() if not _MAY_WAIT & {*codes} and not (halves and not codes)]


def _from(shown: Shown, day: date) -> Shown | None:
    """What is shown of somebody from a day on; None where nothing is."""
    subscriber, is_subscriber, stretches, facts = shown
    lasting = [one for one in stretches if one[2] is None or one[2] >= day]
    ahead = tuple((line, max(first or day, day), last, what) for line, first, last, what in lasting)
    return (subscriber, is_subscriber, ahead, facts) if ahead else None


def _drop_one(shown: list[Shown], ref: MemberRef) -> None:
    """Take one person of the family, who may be that one, out of what differs."""
    for one in shown:
        if one[:2] == (ref.subscriber_id, ref.is_subscriber):
            shown.remove(one)
            return


def _people(statements: Iterable[FamilyStatement]) -> set[MemberRef]:
    """The people that statements are about, by name or because a subscriber's end is theirs."""
    return {ref for said in statements for ref in (*(m.member.ref for m in said.members), *said.along, *said.left_out)}


def _family(about: object) -> FamilyRef | None:
    return about.family if isinstance(about, MemberRef) else about if isinstance(about, FamilyRef) else None


def _document(prepared: Prepared) -> Document:
    assert prepared.draft is not None
    assert prepared.draft.document is not None
    return prepared.draft.document


def family_of_sets(night: Night) -> dict[str, tuple[FamilyRef, ...]]:
    """The families of each transaction set of a night's file."""
    return {one.number: one.families for one in _document(night.prepared).sets}
